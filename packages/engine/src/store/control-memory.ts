/**
 * The run-time state that wasm and JavaScript share: one small memory per thread. Wasm reads it with constant offsets, JavaScript through
 * `cells`. It grows only here, so `cells` is never a detached view; nobody keeps it across a call that might allocate.
 */
import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_CONTROL_BYTES } from "../diagnostics/limits.ts";
import { Trap } from "../diagnostics/trap.ts";

/** What has not ended, by what it is: for inspection. */
export type Counts = Readonly<Record<string, number>>;

/** Byte addresses of what a thread has once. Address 12 stays 0: `RouteField.interposed` of no route. */
export const Header = {
  /** The activation that is running: an entry from JavaScript, or what it resumed as; 0: none. */
  current: 4,
  /** What the host function that just returned asks of its caller: a `Pending`. */
  pending: 8,
  /** One more detail of a trap. */
  detail: 16,
  /** The first free node, of 16 bytes each: scopes and loans. */
  freeNode: 20,
  /** 64 bytes for anybody, within one straight piece of wasm. */
  scratch: 64,
} as const;

/** The record of what is no resource in a handle table: waitables, waitable sets, error contexts. */
export const WAITABLE_TYPE = 128;

export const Pending = { nothing: 0, promise: 1, trap: 2 } as const;

/** A component instance's record: byte offsets. */
export const InstanceField = {
  /** `may_leave`. */
  mayLeave: 0,
  /** The activation that is inside, `~` it: its arguments are on the way, 0: `may_enter`, `POISONED`: never again. */
  entered: 4,
  /** The record of the instance that called, 0: the host. */
  enteredBy: 8,
  parent: 12,
  /** The handle table: where its entries lie, how many there is room for. */
  handles: 16,
  capacity: 20,
  /** Index of the handle freed last, 0: none. */
  freeHandle: 24,
  used: 28,
  /** Indices from here on were never used. */
  fresh: 32,
  /** `Thread.storage`, two 64-bit slots. */
  context: 40,
  backpressure: 56,
} as const;
export const INSTANCE_BYTES = 64;

/** Of `InstanceField.entered`: a trap closed the instance for ever. */
export const POISONED = -1;

/** A handle: byte offsets. */
export const HandleField = {
  /** The resource type as the table's instance knows it; 0: no handle. */
  type: 0,
  /** The resource type whose definer made it. Another one than `type` where that is an open import. */
  home: 4,
  rep: 8,
  own: 12,
  lends: 16,
  /** Of a borrow: the scope that it must be dropped in. */
  scope: 20,
  /** Where its methods go; 0: where the imports go. */
  route: 24,
  /** The next free index. */
  next: 28,
} as const;
export const HANDLE_BYTES = 32;

/** A resource type: byte offsets. */
export const TypeField = {
  kind: 0,
  /** What handles that arrive have as home most often, itself unless the import is open, and the route that they get. */
  home: 4,
  route: 8,
  /** The record of the instance that defines it. */
  definer: 12,
  /** 1: of a guest, which has one. */
  destructor: 16,
  /** Of an open import: routes besides that of `route`; 0: every handle goes where the import leads. */
  otherRoutes: 20,
} as const;
export const TYPE_BYTES = 32;
export const TypeKind = { guest: 1, host: 2, open: 3 } as const;

/** A route: byte offsets. */
export const RouteField = {
  /** Where its functions begin in the part's table. */
  base: 0,
  /** Handles that have it. */
  handles: 4,
  /** Not 0: JavaScript is told when the last handle is gone. */
  draining: 8,
  /** Not 0: passing a handle on must keep what lies on the route. */
  interposed: 12,
  /** The entry of the part's table that holds the home's destructor; 0: none. */
  destructor: 16,
} as const;
export const ROUTE_BYTES = 24;

/** A scope of a call that borrows (`Task.num_borrows`, `Subtask.lenders`), and a loan in its list: byte offsets. */
export const NodeField = {
  /** Scope: borrowed handles that the callee holds. Loan: the instance that lent. */
  borrows: 0,
  instance: 0,
  /** Scope: the first loan. Loan: the next. */
  next: 4,
  /** Of a loan: the handle lent. */
  index: 8,
} as const;
export const NODE_BYTES = 16;

const PAGE = 65536;
const FIRST_FREE = 160;

export class ControlMemory {
  readonly memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: 1 });
  /** The whole memory, in words. */
  cells: Int32Array = new Int32Array(this.memory.buffer);
  #end = FIRST_FREE;
  /** Freed blocks by their size. */
  readonly #free = new Map<number, number[]>();

  constructor() {
    this.cells[(WAITABLE_TYPE + TypeField.kind) >> 2] = TypeKind.guest;
    this.cells[(WAITABLE_TYPE + TypeField.home) >> 2] = WAITABLE_TYPE;
  }

  /** Room for `size` bytes, a multiple of 8, cleared: its address. */
  allocate(size: number): number {
    const freed = this.#free.get(size)?.pop();
    const at = freed ?? this.#extend(size);
    this.cells.fill(0, at >> 2, (at + size) >> 2);
    return at;
  }

  /** Bytes that have not been given back. For inspection. */
  get used(): number {
    let used = this.#end - FIRST_FREE;
    for (const [size, free] of this.#free) used -= size * free.length;
    for (let node = this.cells[Header.freeNode >> 2]!; node !== 0; node = this.cells[(node + NodeField.next) >> 2]!) used -= NODE_BYTES;
    return used;
  }

  release(at: number, size: number): void {
    const freed = this.#free.get(size);
    if (freed === undefined) this.#free.set(size, [at]);
    else freed.push(at);
  }

  #extend(size: number): number {
    const at = this.#end;
    const end = at + size;
    const { byteLength } = this.memory.buffer;
    if (end > byteLength) {
      // Doubled, so that many small requests do not grow it many times.
      const wanted = Math.min(MAX_CONTROL_BYTES, Math.max(end, byteLength + Math.min(byteLength, 2 ** 28)));
      if (end > wanted || !this.#grow(Math.ceil((wanted - byteLength) / PAGE))) {
        throw new Trap(
          TrapCode.TooLong,
          `wasm trap: no room for handles and instances: ${byteLength} bytes are in use, no more than ${MAX_CONTROL_BYTES} may be`,
        );
      }
      this.cells = new Int32Array(this.memory.buffer);
    }
    this.#end = end;
    return at;
  }

  #grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}
