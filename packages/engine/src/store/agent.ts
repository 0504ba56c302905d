/**
 * What all stores of a thread have in common: the control memory and the activations. (An *agent* is what ECMA-262 calls a
 * thread with its own heap.) A store of its own memory would cost a page one of the some 125 that it has, and each fresh instance 100 µs.
 * Records of different stores never meet: what one passes to another is refused when it is linked. A record is freed when the object that
 * it is of is garbage: what names it in wasm, trampolines and adapters, holds that object too.
 */
import { Activations } from "./activations.ts";
import { ControlMemory, type Counts, HANDLE_BYTES, Header, INSTANCE_BYTES, InstanceField, Pending } from "./control-memory.ts";
import { Suspending } from "./jspi.ts";

/** What a store has taken of the agent: sizes of records by their addresses. */
export type Holdings = Map<number, number>;

export class Agent {
  readonly control: ControlMemory = new ControlMemory();
  readonly activations: Activations = new Activations(this.control);
  /** By activation, the trap that ends it: recorded before wasm executes `unreachable`, found where JavaScript hears of it. */
  readonly #trapped = new Map<number, unknown>();
  /** By activation, what came of the promise that it waits for, if that was rejected. */
  readonly #rejected = new Map<number, unknown>();
  /** Activations whose stack JSPI keeps, and what ends the wait of each. */
  readonly waiting = new Map<number, (error: unknown) => void>();
  /** What runs before an activation goes on. */
  readonly #onResumed = new Map<number, () => unknown>();
  /** The promise that suspended core code waits for (`canon/suspension.ts`). */
  pending: Promise<unknown> | undefined = undefined;
  /** A `WebAssembly.Suspending` function that waits for `pending`. */
  readonly wait: object;
  readonly #stores = new FinalizationRegistry<Holdings>((holdings) => {
    for (const [at, size] of holdings) this.release(at, size);
  });

  constructor() {
    const wait = (): Promise<unknown> => {
      const { pending } = this;
      this.pending = undefined;
      // What the call that waits has left behind may be entered meanwhile.
      this.activations.wakeSoon();
      return pending!;
    };
    this.wait = Suspending === undefined ? wait : new Suspending(wait);
  }

  /** A new store; what it takes is noted in `holdings`. */
  watch(store: object, holdings: Holdings): void {
    this.#stores.register(store, holdings);
  }

  /** Gives a record back; that of an instance with its handles. */
  release(at: number, size: number): void {
    if (size === INSTANCE_BYTES) {
      const { cells } = this.control;
      const capacity = cells[(at + InstanceField.capacity) >> 2]!;
      if (capacity > 0) this.control.release(cells[(at + InstanceField.handles) >> 2]!, capacity * HANDLE_BYTES);
    }
    this.control.release(at, size);
  }

  get counts(): Counts {
    return { stacks: this.waiting.size, trapped: this.#trapped.size, rejected: this.#rejected.size, ...this.activations.counts };
  }

  /** Tells core code, which just called out through a gate, that `error` is the end of it. */
  raise(error: unknown): void {
    this.record(error);
    this.control.cells[Header.pending >> 2] = Pending.trap;
  }

  /** The first reason stays. */
  record(error: unknown): void {
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
  suspend<T>(promise: Promise<T>, meanwhile: T, onResumed?: () => unknown): T {
    const { current } = this.activations;
    if (onResumed !== undefined) this.#onResumed.set(current, onResumed);
    this.pending = new Promise<T>((resolve) => {
      let isOver = false;
      const fail = (error: unknown) => {
        if (isOver) return;
        isOver = true;
        this.#rejected.set(current, error);
        resolve(meanwhile);
      };
      // Of stacks below one another, with JavaScript between them, that which goes on first.
      if (!this.waiting.has(current)) this.waiting.set(current, fail);
      promise.then((value) => {
        isOver = true;
        resolve(value);
      }, fail);
    });
    this.control.cells[Header.pending >> 2] = Pending.promise;
    return meanwhile;
  }

  /** Generated wasm of the current activation waits for `promise`, and looks by itself how to go on. */
  waitInside(promise: Promise<unknown>): void {
    const { current } = this.activations;
    this.pending = promise;
    if (this.waiting.has(current)) return;
    this.pending = new Promise<void>((resolve) => {
      const end = () => {
        this.waiting.delete(current);
        resolve();
      };
      this.waiting.set(current, end);
      promise.then(end);
    });
  }

  /** What a gate asks after it waited: whether to trap. */
  readonly resumed = (): number => {
    const { current } = this.activations;
    this.waiting.delete(current);
    const diedOf = this.#onResumed.get(current)?.();
    this.#onResumed.delete(current);
    if (diedOf === undefined && !this.#rejected.has(current)) return 0;
    this.record(diedOf ?? this.#rejected.get(current));
    this.#rejected.delete(current);
    return 1;
  };
}

const made: { agent?: Agent } = {};

/** The agent of this thread. */
export function agent(): Agent {
  made.agent ??= new Agent();
  return made.agent;
}
