import type { Activations } from "./activations.ts";
import { type Agent, agent, type Holdings } from "./agent.ts";
import { type ControlMemory, INSTANCE_BYTES } from "./control-memory.ts";
import type { Kernel } from "./kernel.ts";
import type { RuntimeResource } from "./runtime-resource.ts";

/** `Store` of definitions.py: all run-time state hangs from one. One per top app and thread. */
export class Store {
  /** @internal */
  readonly agent: Agent = agent();
  /** @internal */
  readonly control: ControlMemory = this.agent.control;
  /** @internal */
  readonly kernel: Kernel = this.agent.kernel;
  /** @internal */
  readonly activations: Activations = this.agent.activations;
  /** Where long strings are encoded before their size is known. @internal */
  scratch: Uint8Array = new Uint8Array(0);
  readonly #holdings: Holdings = { instances: [], records: new Map(), destructors: [] };
  /** Alive as long as the store. */
  readonly #resources: RuntimeResource[] = [];
  readonly #hostResources = new Map<unknown, RuntimeResource>();

  constructor() {
    this.agent.watch(this, this.#holdings);
  }

  /** A record in the control memory that lives as long as the store. @internal */
  allocate(size: number): number {
    const at = this.control.allocate(size);
    if (size === INSTANCE_BYTES) this.#holdings.instances.push(at);
    else this.#holdings.records.set(at, size);
    return at;
  }

  /** Gives a record back before the store ends. @internal */
  release(at: number): void {
    this.control.release(at, this.#holdings.records.get(at)!);
    this.#holdings.records.delete(at);
  }

  /** @internal */
  register(resource: RuntimeResource): void {
    this.#resources.push(resource);
    this.agent.register(resource);
  }

  /** @internal */
  addDestructor(core: unknown): number {
    const index = this.agent.addDestructor(core);
    this.#holdings.destructors.push(index);
    return index;
  }

  /** @internal */
  resource(record: number): RuntimeResource {
    return this.agent.resource(record);
  }

  /** The run-time resource of a class that the host provides: one per store, by whatever names it is imported. @internal */
  hostResource(hostClass: unknown, make: () => RuntimeResource): RuntimeResource {
    let resource = this.#hostResources.get(hostClass);
    if (resource === undefined) this.#hostResources.set(hostClass, (resource = make()));
    return resource;
  }
}
