import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import type { BorrowScope } from "../store/runtime-resource.ts";
import { type InstanceState, stateOf } from "./instance-state.ts";
import { Scheduler } from "./scheduler.ts";
import { Thread } from "./thread.ts";

const TaskState = { initial: 1, started: 2, pendingCancel: 3, cancelDelivered: 4, resolved: 5 } as const;
type TaskState = (typeof TaskState)[keyof typeof TaskState];

/** How a function was lifted; `async`: its type is. */
export interface TaskKind {
  /** As exported: for messages. */
  readonly name: string;
  readonly async: boolean;
  readonly abi: "sync" | "callback" | "stackful";
}

/** Who called: definitions.py's `on_resolve`, and what it has no word for, that the call was cut off. */
export interface TaskCaller {
  /**
   * What the callee gave, still in its memory; `undefined`: the task was cancelled. `returned` is the signature whose parameters these are,
   * those of `task.return`; without it they are the core function's result.
   */
  resolve(flat: CoreValues | undefined, returned: object | undefined): void;
  fail(error: unknown): void;
  readonly isHost: boolean;
}

export type CoreValues = (number | bigint)[];

/** `Task` of definitions.py. */
export class Task {
  readonly kind: TaskKind;
  readonly instance: ComponentInstance;
  readonly caller: TaskCaller;
  state: TaskState = TaskState.initial;
  /** `num_borrows`. */
  scope: BorrowScope | undefined = undefined;
  implicitThread: Thread | undefined = undefined;
  /** Threads besides the implicit one. */
  #others: Set<Thread> | undefined = undefined;
  /** Threads that are registered. */
  #count = 0;
  /** In the list of its instance. */
  next: Task | undefined = undefined;
  #previous: Task | undefined = undefined;
  /** The trap that has ended it, or its owner's word that it has. */
  diedOf: unknown = undefined;

  constructor(kind: TaskKind, instance: ComponentInstance, caller: TaskCaller) {
    this.kind = kind;
    this.instance = instance;
    this.caller = caller;
    const state = stateOf(instance);
    this.next = state.firstTask;
    if (this.next !== undefined) this.next.#previous = this;
    state.firstTask = this;
    Scheduler.of(instance.store).tasks += 1;
  }

  /** All that may go on. */
  get threads(): readonly Thread[] {
    const implicit = this.implicitThread;
    return [...(implicit === undefined ? [] : [implicit]), ...(this.#others ?? [])];
  }

  get isResolved(): boolean {
    return this.state === TaskState.resolved;
  }
  get isDead(): boolean {
    return this.diedOf !== undefined;
  }
  get isFromHost(): boolean {
    return this.caller.isHost;
  }

  get isRunning(): boolean {
    return this.threads.some(({ running }) => running);
  }

  get needsExclusive(): boolean {
    return this.kind.async && this.kind.abi !== "stackful";
  }

  /** A thread of this task: one more activation. With a continuation it is suspended. */
  thread(continuation?: (cancelled: boolean) => void): Thread {
    const id = this.instance.store.activations.allocate();
    return continuation === undefined ? new Thread(this, id) : Thread.suspended(this, id, continuation);
  }

  /** The call that had blocked goes on, as if it had not been a task. */
  callOver(): void {
    this.#over();
  }

  /** `has_backpressure`. */
  #hasBackpressure(state: InstanceState): boolean {
    if (this.instance.backpressure === 0 && !(this.needsExclusive && state.exclusive !== undefined)) return false;
    state.onChange(this.implicitThread!);
    return true;
  }

  /** `enter_implicit_thread`: `start` runs now, or when backpressure lets the task in. `held`: a suspended call holds the instance. */
  enterImplicitThread(thread: Thread, held: boolean, start: (inTime: boolean) => void): void {
    this.implicitThread = thread;
    const state = stateOf(this.instance);
    if (!this.kind.async || !(held || state.waitingToEnter > 0 || this.#hasBackpressure(state))) {
      this.#begin(state, thread);
      start(true);
      return;
    }
    state.waitingToEnter += 1;
    const enter = (cancelled: boolean) => {
      state.waitingToEnter -= 1;
      if (!cancelled) {
        this.#begin(state, thread);
        start(false);
        return;
      }
      this.cancel();
      this.#over();
      thread.exit();
      state.changed();
    };
    thread.pause(enter, () => !this.#hasBackpressure(state), "its instance to let it in (backpressure)", true);
  }

  #begin(state: InstanceState, thread: Thread): void {
    if (this.needsExclusive) state.setExclusive(thread);
    this.#count += 1;
    thread.index = state.threads.add(thread);
  }

  /** One that the implicit thread, or another, has made. */
  register(thread: Thread): void {
    this.#others ??= new Set();
    this.#others.add(thread);
    this.#count += 1;
    thread.index = stateOf(this.instance).threads.add(thread);
  }

  /** `exit_implicit_thread`. */
  exitImplicitThread(): void {
    const thread = this.implicitThread!;
    this.unregister(thread);
    if (this.needsExclusive) stateOf(this.instance).setExclusive(undefined);
    thread.exit();
  }

  unregister(thread: Thread): void {
    if (thread === this.implicitThread) this.implicitThread = undefined;
    else this.#others!.delete(thread);
    this.#count -= 1;
    if (this.#count === 0) this.#over();
    stateOf(this.instance).threads.remove(thread.index);
  }

  /** One of its threads is about to end: the last must not before the task has resolved. */
  checkResolved(): void {
    if (this.#count > 1 || this.isResolved) return;
    throw new Trap(TrapCode.TaskReturn, "wasm trap: async-lifted export failed to produce a result", { part: this.instance.name, function: this.kind.name });
  }

  #over(): void {
    const state = stateOf(this.instance);
    if (this.#previous !== undefined) this.#previous.next = this.next;
    else if (state.firstTask === this) state.firstTask = this.next;
    else return;
    if (this.next !== undefined) this.next.#previous = this.#previous;
    this.#previous = undefined;
    const scheduler = Scheduler.of(this.instance.store);
    scheduler.tasks -= 1;
    if (!this.kind.async) scheduler.unblock(this);
  }

  /** `request_cancellation`. A promise: until the thread that was told has paused; its caller must not go on before. */
  requestCancellation(caller: ComponentInstance | undefined): Promise<void> | undefined {
    if (!this.kind.async || this.isDead || this.state >= TaskState.pendingCancel) return undefined;
    if (this.state === TaskState.initial) {
      this.state = TaskState.cancelDelivered;
      return this.implicitThread!.resumeAndWait(true);
    }
    const state = stateOf(this.instance);
    const candidates = this.threads.filter(
      (thread) =>
        thread.cancellable &&
        !thread.running &&
        !(this.needsExclusive && thread === this.implicitThread && state.exclusive !== undefined && state.exclusive !== thread),
    );
    const mayEnter = this.instance.selfAndAncestors.every((instance) => instance.mayEnter || caller?.selfAndAncestors.includes(instance));
    if (candidates.length === 0 || !mayEnter) {
      this.state = TaskState.pendingCancel;
      return undefined;
    }
    this.state = TaskState.cancelDelivered;
    return candidates[Scheduler.of(this.instance.store).choose(candidates.length)]!.resumeAndWait(true);
  }

  /** `deliver_pending_cancel`. */
  deliverPendingCancel(cancellable: boolean): boolean {
    if (!cancellable || this.state !== TaskState.pendingCancel) return false;
    this.state = TaskState.cancelDelivered;
    return true;
  }

  /** `start`: the arguments are about to be passed. */
  start(): void {
    this.state = TaskState.started;
  }

  /** `return_`. */
  return(flat: CoreValues, returned: object | undefined): void {
    if (this.isResolved) throw this.#invalid("it has returned");
    this.#endScope();
    this.caller.resolve(flat, returned);
    this.#resolved();
  }

  /** `cancel`: of a task that was asked to. */
  cancel(): void {
    if (this.state !== TaskState.cancelDelivered) {
      throw new Trap(TrapCode.TaskReturn, "wasm trap: `task.cancel` called by task which has not been cancelled", { part: this.instance.name });
    }
    this.#endScope();
    this.caller.resolve(undefined, undefined);
    this.#resolved();
  }

  /** `trap_if(num_borrows > 0)`. */
  #endScope(): void {
    this.scope?.end();
    this.scope = undefined;
  }

  #resolved(): void {
    this.state = TaskState.resolved;
    if (!this.kind.async) Scheduler.of(this.instance.store).unblock(this);
  }

  #invalid(why: string): Trap {
    return new Trap(TrapCode.TaskReturn, `wasm trap: invalid \`task.return\` signature and/or options for current task: ${why}`, { part: this.instance.name });
  }

  /** Ends it for good: a trap in one of its threads, or its instance is closed. */
  fail(error: unknown): void {
    if (this.isDead) return;
    this.diedOf = error;
    this.#over();
    const state = stateOf(this.instance);
    for (const thread of this.threads) {
      thread.kill(error);
      if (thread.index !== 0) state.threads.remove(thread.index);
      thread.exit();
      if (state.exclusive === thread) state.setExclusive(undefined);
    }
    this.scope?.abandon();
    this.scope = undefined;
    if (!this.isResolved) this.caller.fail(error);
  }

  describe(): string[] {
    const of = `\`${this.kind.name}\` of \`${this.instance.name}\``;
    return this.threads
      .filter((thread) => !thread.running)
      .map((thread) => `${of} waits for ${typeof thread.reason === "string" ? thread.reason : thread.reason.describe()}`);
  }
}
