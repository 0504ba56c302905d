import type { BorrowScope, RuntimeResource } from "./runtime-resource.ts";

/**
 * The handles of one component instance, behind an interface that wasm can implement: arguments and results are
 * numbers but for the resource and the scope. Every method traps as CanonicalABI.md says ("Table State", "Resource State").
 */
export interface HandleTable {
  /** `lower_own`: a new handle that owns `rep`. */
  addOwn(resource: RuntimeResource, rep: number): number;
  /** `lower_borrow`: a new handle that must be dropped before `scope` ends. */
  addBorrow(resource: RuntimeResource, rep: number, scope: BorrowScope): number;
  /** `resource.rep`. */
  rep(resource: RuntimeResource, index: number): number;
  /** `lift_own`: removes the handle and gives its representation. */
  removeOwn(resource: RuntimeResource, index: number): number;
  /** `lift_borrow`: the representation; an owned handle counts one more loan until `scope` ends. */
  lend(resource: RuntimeResource, index: number, scope: BorrowScope): number;
  /** `resource.drop`: the representation when the handle owned it (its destructor is due), `undefined` when it borrowed. */
  drop(resource: RuntimeResource, index: number): number | undefined;
  /** Forgets all handles, running no destructor: the instance starts over. */
  clear(): void;
  /** Handles in the table, for tests and `inspect`. */
  readonly size: number;
}
