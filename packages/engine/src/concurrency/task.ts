import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import type { BorrowScope } from "../store/runtime-resource.ts";
import { stateOf } from "./instance-state.ts";
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
  /** `result` is what the callee gave, still in its memory; `undefined`: the task was cancelled. */
  resolve(result: object | undefined): void;
  fail(error: unknown): void;
  readonly isHost: boolean;
}

/** `Task` of definitions.py. */
export class Task {
  readonly kind: TaskKind;
  readonly instance: ComponentInstance;
  readonly caller: TaskCaller;
  state: TaskState = TaskState.initial;
  /** `num_borrows`. */
  scope: BorrowScope | undefined = undefined;
  implicitThread: Thread | undefined = undefined;
  readonly threads = new Set<Thread>();
  /** The trap that has ended it, or its owner's word that it has. */
  diedOf: unknown = undefined;

  constructor(kind: TaskKind, instance: ComponentInstance, caller: TaskCaller) {
    this.kind = kind;
    this.instance = instance;
    this.caller = caller;
    stateOf(instance).tasks.add(this);
    Scheduler.of(instance.store).tasks.add(this);
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
    if (this.implicitThread?.running === true) return true;
    for (const { running } of this.threads) if (running) return true;
    return false;
  }

  get needsExclusive(): boolean {
    return this.kind.async && this.kind.abi !== "stackful";
  }

  /** A thread of this task: one more activation. With a continuation it is suspended. */
  thread(continuation?: (cancelled: boolean) => void): Thread {
    const id = this.instance.store.activations.allocate(this.isFromHost);
    return continuation === undefined ? new Thread(this, id) : Thread.suspended(this, id, continuation);
  }

  /** The call that had blocked goes on, as if it had not been a task. */
  callOver(): void {
    this.#over();
  }

  /** `has_backpressure`. */
  #hasBackpressure = (): boolean => {
    const state = stateOf(this.instance);
    if (this.instance.backpressure === 0 && !(this.needsExclusive && state.exclusive !== undefined)) return false;
    state.onChange(this.implicitThread!.wake);
    return true;
  };

  /** `enter_implicit_thread`: `start` runs now, or when backpressure lets the task in. `held`: a suspended call holds the instance. */
  enterImplicitThread(thread: Thread, held: boolean, start: () => void): void {
    this.implicitThread = thread;
    const state = stateOf(this.instance);
    const begin = () => {
      if (this.needsExclusive) state.setExclusive(thread);
      this.register(thread);
      start();
    };
    if (!this.kind.async || !(held || state.waitingToEnter > 0 || this.#hasBackpressure())) {
      begin();
      return;
    }
    state.waitingToEnter += 1;
    const enter = (cancelled: boolean) => {
      state.waitingToEnter -= 1;
      if (!cancelled) return begin();
      this.cancel();
      this.#over();
      thread.exit();
      state.changed();
    };
    thread.pause(enter, () => !this.#hasBackpressure(), "its instance to let it in (backpressure)", true);
  }

  register(thread: Thread): void {
    this.threads.add(thread);
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
    this.threads.delete(thread);
    if (this.threads.size === 0) {
      this.checkResolved();
      this.#over();
    }
    stateOf(this.instance).threads.remove(thread.index);
  }

  /** Its last thread is about to end. */
  checkResolved(): void {
    if (this.isResolved) return;
    throw new Trap(TrapCode.TaskReturn, "wasm trap: async-lifted export failed to produce a result", { part: this.instance.name, function: this.kind.name });
  }

  #over(): void {
    stateOf(this.instance).tasks.delete(this);
    const scheduler = Scheduler.of(this.instance.store);
    scheduler.tasks.delete(this);
    if (!this.kind.async) scheduler.unblock(this);
  }

  /** `request_cancellation`. A promise: until the thread that was told has paused; its caller must not go on before. */
  requestCancellation(caller: ComponentInstance | undefined): Promise<void> | undefined {
    if (this.isDead || this.state >= TaskState.pendingCancel) return undefined;
    if (this.state === TaskState.initial) {
      this.state = TaskState.cancelDelivered;
      return this.implicitThread!.resumeAndWait(true);
    }
    const state = stateOf(this.instance);
    const candidates = [...this.threads].filter(
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
  return(result: object): void {
    if (this.isResolved) throw this.#invalid("it has returned");
    this.#endScope();
    this.caller.resolve(result);
    this.#resolved();
  }

  /** `cancel`: of a task that was asked to. */
  cancel(): void {
    if (this.state !== TaskState.cancelDelivered) {
      throw new Trap(TrapCode.TaskReturn, "wasm trap: `task.cancel` called by task which has not been cancelled", { part: this.instance.name });
    }
    this.#endScope();
    this.caller.resolve(undefined);
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
    const threads = new Set([...this.threads, ...(this.implicitThread === undefined ? [] : [this.implicitThread])]);
    const state = stateOf(this.instance);
    for (const thread of threads) {
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
    const threads = this.state === TaskState.initial ? [this.implicitThread!] : [...this.threads];
    return threads
      .filter((thread) => !thread.running)
      .map((thread) => `${of} waits for ${typeof thread.reason === "string" ? thread.reason : thread.reason.describe()}`);
  }
}
