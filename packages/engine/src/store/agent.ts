/**
 * What all stores of a thread have in common: the control memory, the kernel and the activations. (An *agent* is what ECMA-262 calls a
 * thread with its own heap.) A store of its own memory would cost a page one of the some 125 that it has, and each fresh instance 100 µs.
 * Records of different stores never meet: what one passes to another is refused when it is linked. A store's records are freed
 * when the store is garbage, since whatever could still name them in wasm is then garbage too.
 */
import { MAX_HANDLES } from "../diagnostics/limits.ts";
import { Trap } from "../diagnostics/trap.ts";
import { Activations } from "./activations.ts";
import { ControlMemory, HANDLE_BYTES, Header, INSTANCE_BYTES, InstanceField, NODE_BYTES, NodeField, Pending } from "./control-memory.ts";
import { Suspending } from "./jspi.ts";
import { type Kernel, makeKernel, REFUSED } from "./kernel.ts";
import type { RuntimeResource } from "./runtime-resource.ts";
import { type Naming, WASM_TRAPS, WasmTrap } from "./wasm-trap.ts";

const FIRST_HANDLES = 16;
const NODES_AT_ONCE = 64;

/** What a store has taken of the agent. */
export interface Holdings {
  /** Records of instances. */
  readonly instances: number[];
  /** Sizes of other records. */
  readonly records: Map<number, number>;
  /** Indices of destructors. */
  readonly destructors: number[];
}

export class Agent {
  readonly control: ControlMemory = new ControlMemory();
  /** Core functions of destructors, by index; 0 is none. */
  readonly destructors: WebAssembly.Table = new WebAssembly.Table({ element: "anyfunc", initial: 1 });
  readonly #freeDestructors: number[] = [];
  readonly activations: Activations = new Activations(this.control);
  readonly kernel: Kernel;
  /** By activation, the trap that ends it: recorded before wasm executes `unreachable`, found where JavaScript hears of it. */
  readonly #trapped = new Map<number, unknown>();
  /** By activation, what came of the promise that it waits for, if that was rejected. */
  readonly #rejected = new Map<number, unknown>();
  /** The promise that suspended core code waits for (`canon/suspension.ts`). */
  pending: Promise<unknown> | undefined = undefined;
  /** A `WebAssembly.Suspending` function that waits for `pending`. */
  readonly wait: object;
  /** Resource types and routes by record; their stores hold them. */
  readonly #resources = new Map<number, WeakRef<RuntimeResource>>();
  readonly routes: Map<number, WeakRef<{ drained(): void }>> = new Map();
  readonly #stores = new FinalizationRegistry<Holdings>((holdings) => this.#release(holdings));

  constructor() {
    const wait = (): Promise<unknown> => {
      const { pending } = this;
      this.pending = undefined;
      return pending!;
    };
    this.wait = Suspending === undefined ? wait : new Suspending(wait);
    this.kernel = makeKernel(this.control.memory, this.destructors, this.wait, {
      trap: this.trap,
      grow: (instance) => this.#grow(instance),
      nodes: () => this.#nodes(),
      routeFor: (type, home, via) => this.#attempt(() => this.resource(type).routeFor(this.resource(home), via)),
      drained: (route) => this.routes.get(route)?.deref()?.drained(),
      destroyHost: (home, rep) => this.#attempt(() => this.resource(home).destroyHost(rep)),
      busy: (callee, caller) => this.#attempt(() => this.#busy(callee, caller)),
    });
  }

  /** A new store; what it takes is noted in `holdings`. */
  watch(store: object, holdings: Holdings): void {
    this.#stores.register(store, holdings);
  }

  #release({ instances, records, destructors }: Holdings): void {
    const { cells } = this.control;
    for (const record of instances) {
      const capacity = cells[(record + InstanceField.capacity) >> 2]!;
      if (capacity > 0) this.control.release(cells[(record + InstanceField.handles) >> 2]!, capacity * HANDLE_BYTES);
      this.control.release(record, INSTANCE_BYTES);
      this.activations.forget(record);
    }
    for (const [at, size] of records) {
      this.#resources.delete(at);
      this.control.release(at, size);
    }
    for (const index of destructors) {
      this.destructors.set(index, null);
      this.#freeDestructors.push(index);
    }
  }

  register(resource: RuntimeResource): void {
    this.#resources.set(resource.record, new WeakRef(resource));
  }

  resource(record: number): RuntimeResource {
    return this.#resources.get(record)!.deref()!;
  }

  /** The index of a destructor. */
  addDestructor(core: unknown): number {
    const index = this.#freeDestructors.pop() ?? this.destructors.grow(1);
    this.destructors.set(index, core);
    return index;
  }

  /** Records a trap of generated wasm, which then executes `unreachable`. */
  readonly trap = (code: number, a: number, b: number): void => {
    const [kind, message] = WASM_TRAPS[code]!;
    const of = (record: number) => this.#resources.get(record)?.deref() ?? this.activations.instanceAt(record);
    const kindOf = (record: number) => (this.resource(record).instance === undefined ? "host-defined resource" : "guest-defined resource");
    const naming: Naming = {
      detail: this.control.cells[Header.detail >> 2]!,
      name: (record) => `\`${of(record)?.name}\``,
      mismatch(a, b) {
        const [expected, found] = [kindOf(a), kindOf(b)];
        return `expected ${expected} but found ${expected === found ? "a different " : ""}${found} (${this.name(a)} and ${this.name(b)})`;
      },
    };
    this.#record(new Trap(kind, `wasm trap: ${message(a, b, naming)}`));
  };

  /** Tells core code, which just called out through a gate, that `error` is the end of it. */
  raise(error: unknown): void {
    this.#record(error);
    this.control.cells[Header.pending >> 2] = Pending.trap;
  }

  /** The first reason stays. */
  #record(error: unknown): void {
    const { current } = this.activations;
    if (!this.#trapped.has(current)) this.#trapped.set(current, error);
  }

  /** Whether a trap was recorded in the activation. */
  hasTrapped(id: number): boolean {
    return this.#trapped.has(id);
  }

  /** The trap that was recorded, once. */
  takeTrap(id: number): unknown {
    const trap = this.#trapped.get(id);
    this.#trapped.delete(id);
    return trap;
  }

  /** Makes the gate of the current activation wait for `promise`, and end in a trap when it is rejected. `meanwhile` is of the awaited type. */
  suspend<T>(promise: Promise<T>, meanwhile: T): T {
    const { current } = this.activations;
    this.pending = promise.catch((error) => {
      this.#rejected.set(current, error);
      return meanwhile;
    });
    this.control.cells[Header.pending >> 2] = Pending.promise;
    return meanwhile;
  }

  /** What a gate asks after it waited: whether to trap. */
  readonly resumed = (): number => {
    const { current } = this.activations;
    if (!this.#rejected.has(current)) return 0;
    this.#record(this.#rejected.get(current));
    this.#rejected.delete(current);
    return 1;
  };

  #attempt(run: () => number): number {
    try {
      return run();
    } catch (error) {
      this.#record(error);
      return REFUSED;
    }
  }

  #busy(callee: number, caller: number): number {
    this.pending = this.activations.waitFor(callee, caller);
    return 0;
  }

  #grow(instance: number): number {
    const { control } = this;
    const capacity = control.cells[(instance + InstanceField.capacity) >> 2]!;
    if (capacity > MAX_HANDLES) {
      this.trap(WasmTrap.tooManyHandles, MAX_HANDLES, 0);
      return REFUSED;
    }
    const grown = Math.max(FIRST_HANDLES, 2 * capacity);
    const at = control.allocate(grown * HANDLE_BYTES);
    const { cells } = control;
    const from = cells[(instance + InstanceField.handles) >> 2]!;
    cells.copyWithin(at >> 2, from >> 2, (from + capacity * HANDLE_BYTES) >> 2);
    cells[(instance + InstanceField.handles) >> 2] = at;
    cells[(instance + InstanceField.capacity) >> 2] = grown;
    if (capacity > 0) control.release(from, capacity * HANDLE_BYTES);
    return 0;
  }

  #nodes(): void {
    const at = this.control.allocate(NODES_AT_ONCE * NODE_BYTES);
    const { cells } = this.control;
    for (let node = at; node < at + NODES_AT_ONCE * NODE_BYTES; node += NODE_BYTES) {
      cells[(node + NodeField.next) >> 2] = cells[Header.freeNode >> 2]!;
      cells[Header.freeNode >> 2] = node;
    }
  }
}

const made: { agent?: Agent } = {};

/** The agent of this thread. */
export function agent(): Agent {
  made.agent ??= new Agent();
  return made.agent;
}
