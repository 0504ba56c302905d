import { Trap } from "../diagnostics/trap.ts";
import type { Activations } from "./activations.ts";
import { type Agent, agent, type Holdings } from "./agent.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { type ControlMemory, type Counts, HANDLE_BYTES, Header, InstanceField, NODE_BYTES, NodeField, WAITABLE_TYPE } from "./control-memory.ts";
import { type Kernel, makeKernel, REFUSED } from "./kernel.ts";
import { Records } from "./records.ts";
import { describeHome, type RuntimeResource } from "./runtime-resource.ts";
import { type Naming, WASM_TRAPS, WasmTrap } from "./wasm-trap.ts";

const FIRST_HANDLES = 16;
const NODES_AT_ONCE = 64;

export interface StoreOptions {
  /** Makes the scheduler take its choices, which are first-in-first-out otherwise, from a generator: the same ones for the same number. */
  readonly seed?: number;
  /** Nobody outside calls in again while all wait: a call that waits for nothing that can still happen is a deadlock, and traps. */
  readonly closed?: boolean;
}

/** What others than `concurrency/` ask of the scheduler. */
interface StoreScheduler {
  describe(): string[];
  readonly trace: number;
  readonly counts: Counts;
  waits(activation: number): void;
}

/** `Store` of definitions.py: all run-time state hangs from one. One per top app and thread. */
export class Store {
  /** @internal */
  readonly options: StoreOptions;
  /** Made when it is first needed. @internal */
  scheduler: StoreScheduler | undefined = undefined;
  /** @internal */
  readonly agent: Agent = agent();
  /** @internal */
  readonly control: ControlMemory = this.agent.control;
  /** @internal */
  readonly kernel: Kernel = makeKernel(this.control.memory, this.agent.wait, {
    trap: (code, a, b) => this.trap(code, a, b),
    grow: (instance) => this.#grow(instance),
    nodes: () => this.#attempt(() => this.#nodes()),
    routeFor: (type, home, via) => this.#attempt(() => this.resource(type).routeFor(this.resource(home), via)),
    drained: (route) => this.routes.get(route)?.drained(),
    destroyHost: (home, rep) => this.#attempt(() => this.resource(home).destroyHost(rep)),
    destroyGuest: (home, rep) => (this.resource(home).destructor as (rep: number) => void)(rep),
    busy: (callee, caller) => this.#attempt(() => this.#busy(callee, caller)),
  });
  /** @internal */
  readonly activations: Activations = this.agent.activations;
  /** Counts changes of wires: what was found out about them holds as long as it stays. @internal */
  wiring = 0;
  /** Where long strings are encoded before their size is known. @internal */
  scratch: Uint8Array = new Uint8Array(0);
  readonly #holdings: Holdings = new Map();
  /** @internal */
  readonly instances: Records<ComponentInstance>;
  /** @internal */
  readonly routes: Records<{ readonly record: number; drained(): void }>;
  readonly #resources: Records<RuntimeResource>;
  readonly #hostResources = new WeakMap<object, RuntimeResource>();

  constructor(options?: StoreOptions);
  /** @internal `own`: of an instance that was given none. */
  constructor(options: StoreOptions, own: boolean);
  constructor(options: StoreOptions = {}, own = false) {
    this.options = options;
    const release = (record: number) => this.release(record);
    this.instances = new Records(release, own);
    this.routes = new Records(release, own);
    this.#resources = new Records(release, own);
    this.agent.watch(this, this.#holdings);
  }

  /** Whether the call that is under way may be made to wait: for interposers that return a promise only then. */
  get mayWait(): boolean {
    return this.activations.mayWait;
  }

  /**
   * `inner`, to be called later, below the call that is under way now: for interposers that wait and then call something else than `next`. Where
   * that comes back to a part that waits for it, it traps instead of waiting for itself.
   */
  descending<A extends unknown[], R>(inner: (...args: A) => R): (...args: A) => R {
    return this.activations.descending(inner);
  }

  /** Which task waits for what, in words. */
  get waiting(): readonly string[] {
    return this.scheduler?.describe() ?? [];
  }

  /** What has not ended. @internal */
  get counts(): Counts {
    return { ...this.agent.counts, ...this.scheduler?.counts };
  }

  /** A record in the control memory that lives no longer than the store. @internal */
  allocate(size: number): number {
    const at = this.control.allocate(size);
    this.#holdings.set(at, size);
    return at;
  }

  /** Gives a record back before the store ends. @internal */
  release(at: number): void {
    this.agent.release(at, this.#holdings.get(at)!);
    this.#holdings.delete(at);
  }

  /** @internal */
  register(resource: RuntimeResource): void {
    this.#resources.add(resource);
  }

  /** @internal */
  resource(record: number): RuntimeResource {
    return this.#resources.get(record)!;
  }

  /** The run-time resource of a class that the host provides: one per store, by whatever names it is imported. @internal */
  hostResource(hostClass: object, make: () => RuntimeResource): RuntimeResource {
    let resource = this.#hostResources.get(hostClass);
    if (resource === undefined) this.#hostResources.set(hostClass, (resource = make()));
    return resource;
  }

  /** Records a trap of generated wasm, which then executes `unreachable`. @internal */
  readonly trap = (code: number, a: number, b: number): void => {
    const [kind, message] = WASM_TRAPS[code]!;
    const of = (record: number) => this.#resources.get(record) ?? this.instances.get(record);
    const kindOf = (record: number) => (this.resource(record).instance === undefined ? "host-defined resource" : "guest-defined resource");
    const naming: Naming = {
      detail: this.control.cells[Header.detail >> 2]!,
      name: (record) => `\`${of(record)?.name}\``,
      home: (record) => describeHome(this.resource(record)),
      mismatch(a, b) {
        if (b === WAITABLE_TYPE) return `expected ${kindOf(a)} (${this.name(a)}) but found no resource`;
        const [expected, found] = [kindOf(a), kindOf(b)];
        return `expected ${expected} but found ${expected === found ? "a different " : ""}${found} (${this.name(a)} and ${this.name(b)})`;
      },
    };
    this.agent.record(new Trap(kind, `wasm trap: ${message(a, b, naming)}`));
  };

  #attempt(run: () => number): number {
    try {
      return run();
    } catch (error) {
      this.agent.record(error);
      return REFUSED;
    }
  }

  #busy(callee: number, caller: number): number {
    const poisonedBy = this.instances.get(caller)?.poisonedBy;
    if (poisonedBy !== undefined) throw poisonedBy;
    this.agent.waitInside(this.activations.waitFor(callee, caller, this.instances));
    this.scheduler?.waits(this.activations.current);
    return 0;
  }

  #grow(instance: number): number {
    const { control } = this;
    const capacity = control.cells[(instance + InstanceField.capacity) >> 2]!;
    const grown = Math.max(FIRST_HANDLES, 2 * capacity);
    let at: number;
    try {
      at = control.allocate(grown * HANDLE_BYTES);
    } catch {
      this.trap(WasmTrap.tooManyHandles, capacity - 1, 0);
      return REFUSED;
    }
    const { cells } = control;
    const from = cells[(instance + InstanceField.handles) >> 2]!;
    cells.copyWithin(at >> 2, from >> 2, (from + capacity * HANDLE_BYTES) >> 2);
    cells[(instance + InstanceField.handles) >> 2] = at;
    cells[(instance + InstanceField.capacity) >> 2] = grown;
    if (capacity > 0) control.release(from, capacity * HANDLE_BYTES);
    return 0;
  }

  #nodes(): number {
    const at = this.control.allocate(NODES_AT_ONCE * NODE_BYTES);
    const { cells } = this.control;
    for (let node = at; node < at + NODES_AT_ONCE * NODE_BYTES; node += NODE_BYTES) {
      cells[(node + NodeField.next) >> 2] = cells[Header.freeNode >> 2]!;
      cells[Header.freeNode >> 2] = node;
    }
    return 0;
  }
}
