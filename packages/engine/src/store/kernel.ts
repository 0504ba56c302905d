/**
 * The kernel: one instance of a small core module per store, which keeps the handle tables, the loans of calls and the entry into
 * instances in the control memory. Adapters and the resource built-ins call it without JavaScript between; JavaScript calls the same
 * functions. What is rare (growth, routes of handles, host-made resources, an instance that is busy) it asks of JavaScript.
 */
import { kernelModule } from "./kernel-module.ts";

/** All are addresses of records, indices of handles, or representations. */
export interface Kernel {
  /** `lower_own`, `lower_borrow`: a new handle; `scope` 0: it owns. `via` is the route that it comes from. */
  add(instance: number, type: number, home: number, rep: number, scope: number, via: number): number;
  /** The address of a handle's entry. */
  entry(instance: number, type: number, index: number): number;
  /** `lift_own`: removes the handle. The address of its entry, which holds until the next handle is made. */
  take(instance: number, type: number, index: number): number;
  /**
   * `resource.drop`. Calls the destructor, unless the caller can call it without JavaScript: `how` is a `Destroys`. Then it gives the home,
   * and leaves the representation and the handle's route in the scratch area; the caller enters, calls and leaves.
   */
  drop(instance: number, type: number, index: number, how?: number): number;
  /** `lift_borrow`: one more loan, given back by `end` or, with scope 0, by `unlend`. The address of the entry. */
  borrow(instance: number, type: number, index: number, scope: number): number;
  /** `borrow`, and then the representation for `definer`, which must be the home. */
  lend(instance: number, type: number, index: number, definer: number, scope: number): number;
  unlend(instance: number, index: number): void;
  /** `borrow`, and then `lower_borrow` as a handle of `toInstance`. The loan is of `lenders`, which may be `scope` as well. */
  lendTo(instance: number, type: number, index: number, toInstance: number, toType: number, scope: number, lenders: number): number;
  /** `lift_own`, and then `lower_own`. */
  move(instance: number, type: number, index: number, toInstance: number, toType: number): number;
  /** A scope for the loans of one call. */
  begin(): number;
  /** Gives the loans back; traps when borrowed handles remain. */
  end(scope: number): void;
  /** `end` of a call that failed. */
  giveBack(scope: number): void;
  /** Calls a destructor from `caller` (0: the host). */
  destroy(home: number, rep: number, caller: number): void;
  /** Enters the instance that defines `home`, and those around it that `caller` is not inside of. */
  enterDestructor(home: number, caller: number): void;
  /** The handle that had the route is gone, too. */
  leaveDestructor(home: number, caller: number, route: number): void;
  /** Returns when `callee`, in which a call is, can be entered from `caller`; else traps. */
  busy(callee: number, caller: number): void;
}

/** What the kernel asks of JavaScript. Those that give a number give `REFUSED` when they have recorded a trap. */
export interface KernelImports {
  trap(code: number, a: number, b: number): void;
  /** Doubles the handle table of an instance. */
  grow(instance: number): number;
  /** Adds free nodes. */
  nodes(): number;
  /** The route for a handle of `home` that arrives by `via` where handles of `type` are kept. */
  routeFor(type: number, home: number, via: number): number;
  drained(route: number): void;
  destroyHost(home: number, rep: number, caller: number): number;
  destroyGuest(home: number, rep: number): void;
  /** 0: the instance may be entered once `wait` returns. */
  busy(callee: number, caller: number): number;
}
export const REFUSED = -1;

/** Who drops a handle has the destructor of its own type, or of the route's home. */
export const Destroys = { byType: 1, byRoute: 2 } as const;

const compiled: { kernel?: { readonly module: WebAssembly.Module; readonly catches: boolean } } = {};

export function makeKernel(memory: WebAssembly.Memory, wait: object, imports: KernelImports): Kernel {
  const { exports } = new WebAssembly.Instance(compileKernel().module, { m: { memory, wait: wait as () => void }, f: { ...imports } });
  return { ...exports } as unknown as Kernel;
}

/** Whether the engine knows `try_table`: one that does not runs no guest that throws. */
export function catchesExceptions(): boolean {
  return compileKernel().catches;
}

function compileKernel(): { readonly module: WebAssembly.Module; readonly catches: boolean } {
  if (compiled.kernel === undefined) {
    try {
      compiled.kernel = { module: new WebAssembly.Module(kernelModule(true)), catches: true };
    } catch {
      compiled.kernel = { module: new WebAssembly.Module(kernelModule(false)), catches: false };
    }
  }
  return compiled.kernel;
}
