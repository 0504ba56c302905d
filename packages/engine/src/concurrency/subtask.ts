import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import type { BorrowScope } from "../store/runtime-resource.ts";
import { EventCode, misuse, Waitable } from "./waitable.ts";

/** `Subtask.State`. */
export const SubtaskState = { starting: 0, started: 1, returned: 2, cancelledBeforeStarted: 3, cancelledBeforeReturned: 4 } as const;
export type SubtaskState = (typeof SubtaskState)[keyof typeof SubtaskState];

/** What was called: a task, or a function of JavaScript. */
export interface Callee {
  /** Asks it to end; a promise when the caller must not go on before that has settled. */
  requestCancellation(caller: ComponentInstance | undefined): Promise<void> | undefined;
}

/** `Subtask` of definitions.py: a call as its caller sees it. */
export class Subtask extends Waitable {
  readonly noun = "a subtask";
  readonly #name: string;
  state: SubtaskState = SubtaskState.starting;
  callee: Callee | undefined = undefined;
  /** `lenders`: what the caller lent for the call. */
  scope: BorrowScope | undefined = undefined;
  cancellationRequested = false;
  resolveDelivered = false;
  /** `flat_results`, of which there is at most one. */
  flatResult: number | bigint | undefined = undefined;
  /** In the caller's table; 0: it has none, so its events need not be told. */
  index = 0;
  /** The caller's instance is closed: what comes is dropped. */
  isAbandoned = false;
  #failure: { readonly error: unknown } | undefined = undefined;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  get isResolved(): boolean {
    return this.state >= SubtaskState.returned;
  }

  /** Resolved, or it never will be. */
  get isOver(): boolean {
    return this.isResolved || this.#failure !== undefined;
  }

  /** `on_start`, `on_resolve`: the state has changed. */
  progress(state: SubtaskState): void {
    this.state = state;
    if (this.index !== 0) this.setPendingEvent(() => [EventCode.subtask, this.index, this.#deliver()]);
    else this.syncWaiter?.wake();
  }

  /** The callee was cut off: whoever hears of it traps. */
  fail(error: unknown): void {
    if (this.isOver) return;
    this.#failure = { error };
    this.abandonLoans();
    if (this.index !== 0) this.setPendingEvent(() => [EventCode.subtask, this.index, this.#deliver()]);
    else this.syncWaiter?.wake();
  }

  /** Gives back what was lent for a call that failed. */
  abandonLoans(): void {
    this.scope?.abandon();
    this.scope = undefined;
  }

  #deliver(): SubtaskState {
    if (this.isOver) this.deliverResolve();
    return this.state;
  }

  /** `deliver_resolve`. */
  deliverResolve(): void {
    if (this.#failure !== undefined) throw this.#cutOff(this.#failure.error);
    this.scope?.end();
    this.scope = undefined;
    this.resolveDelivered = true;
  }

  /** Whoever waited traps in its turn. */
  #cutOff(cause: unknown): unknown {
    return cause instanceof Trap ? new Trap(cause.code, `${cause.message}, in the call of \`${this.#name}\``, { ...cause.detail, cause }) : cause;
  }

  /** `Subtask.drop`. */
  checkDrop(): void {
    if (!this.resolveDelivered) throw misuse("cannot drop a subtask which has not yet resolved");
  }

  abandon(error: unknown): void {
    if (this.isAbandoned) return;
    this.isAbandoned = true;
    if (!this.isOver && !this.cancellationRequested) {
      this.cancellationRequested = true;
      this.callee?.requestCancellation(undefined);
    }
    this.abandonLoans();
    if (this.isOver) return;
    this.#failure = { error };
    this.syncWaiter?.wake();
  }

  describe(): string {
    return `the call of \`${this.#name}\``;
  }
}
