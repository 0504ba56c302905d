import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { LiveActivation } from "../store/activations.ts";
import type { ComponentInstance, SavedContext } from "../store/component-instance.ts";
import { InstanceField } from "../store/control-memory.ts";
import { stateOf } from "./instance-state.ts";
import { Scheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";

const ENTERED = InstanceField.entered >> 2;
const ENTERED_BY = InstanceField.enteredBy >> 2;

/** How a thread goes on. `cancelled`: its task is to end (`Cancelled.TRUE`). */
export type Continuation = (cancelled: boolean) => void;

/** What a thread waits for, in words. */
export type Reason = string | { describe(): string };

/** A stack that JSPI keeps until the promise settles; `resumed` runs before it goes on, and says what it is to die of. */
export interface Suspended<T> {
  readonly promise: Promise<T>;
  readonly resumed: () => unknown;
}

const always = (): boolean => true;
const NOTHING: readonly ComponentInstance[] = [];

/**
 * `Thread` of definitions.py. It has the number of an activation: what it enters while it runs holds that, so that a trap closes just
 * what the thread was inside of.
 */
export class Thread implements LiveActivation {
  readonly task: Task;
  readonly id: number;
  readonly parent: number;
  /** In the table of its instance; 0: not registered. */
  index = 0;
  cancellable = false;
  /** In the scheduler's queue. */
  queued = false;
  /** How often it would have let others have their turn, and could not, since it was entered. */
  skippedYields = 0;
  /** What it waits for, in words. */
  reason: Reason = "another thread to resume it";
  /** Set while it is not running. */
  #continue: Continuation | undefined = undefined;
  /** `ready_func`; `undefined` while it does not run: it is suspended until another thread resumes it. */
  #ready: (() => boolean) | undefined = undefined;
  #context: SavedContext = undefined;
  /** What it has entered, and what held that before. */
  #inside: readonly ComponentInstance[] = NOTHING;
  #before: number[] | undefined = undefined;
  /** Ends its wait in a trap, when its stack is kept by JSPI. */
  #kill: ((error: unknown) => void) | undefined = undefined;
  /** Whoever resumed it and waits until it pauses. */
  #onPause: (() => void) | undefined = undefined;

  /** Its activation is another's, whose call it is. */
  readonly #isCall: boolean;

  constructor(task: Task, id: number, isCall = false) {
    this.task = task;
    this.id = id;
    this.#isCall = isCall;
    const { activations } = task.instance.store;
    this.parent = activations.callerOf(task.isFromHost);
    if (!isCall) activations.live.set(id, this);
  }

  /** The thread of a call that has blocked, of a function that is not async. */
  static ofCall(task: Task): Thread {
    const thread = new Thread(task, task.instance.store.activations.current, true);
    task.implicitThread = thread;
    return thread;
  }

  /** A thread that has not begun: `continuation` is what it runs. */
  static suspended(task: Task, id: number, continuation: Continuation): Thread {
    const thread = new Thread(task, id);
    thread.#continue = continuation;
    return thread;
  }

  get #scheduler(): Scheduler {
    return Scheduler.of(this.task.instance.store);
  }

  get running(): boolean {
    return this.#continue === undefined;
  }
  get suspended(): boolean {
    return this.#continue !== undefined && this.#ready === undefined;
  }
  get waiting(): boolean {
    return this.#ready !== undefined;
  }
  get ready(): boolean {
    return this.#ready?.() ?? false;
  }
  /** Its code needs the one stack in its instance's memory, which a call that is not async, and has blocked, may be using. */
  get usesStack(): boolean {
    return this === this.task.implicitThread && this.task.needsExclusive;
  }
  get isSuspendedStack(): boolean {
    return this.#kill !== undefined;
  }

  /** A suspended call holds an instance that it would have to enter. */
  get isHeld(): boolean {
    const { cells } = this.task.instance.store.control;
    return this.task.instance.selfAndAncestors.some(({ at }) => cells[at + ENTERED] !== 0);
  }

  /** `enter_from(caller)`: from here on its code runs. */
  enter(entering: readonly ComponentInstance[], caller = 0): void {
    const { store } = this.task.instance;
    const { cells } = store.control;
    this.#inside = entering;
    this.skippedYields = 0;
    for (let i = 0; i < entering.length; i++) {
      const at = entering[i]!.at;
      // Only where a call waits inside while this one runs.
      if (cells[at + ENTERED] !== 0) (this.#before ??= new Array<number>(entering.length).fill(0))[i] = cells[at + ENTERED]!;
      cells[at + ENTERED] = this.id;
      cells[at + ENTERED_BY] = caller;
    }
    store.activations.current = this.id;
    this.task.instance.putContext(this.#context);
    this.#context = undefined;
  }

  /** After its stack was kept, in a microtask of its own. */
  enterAgain(): void {
    this.enter(this.task.instance.selfAndAncestors);
  }

  /** While its arguments are `onTheWay` a trap is the caller's: the callee lives as if it had not been called. */
  arguments(onTheWay: boolean): void {
    const { cells } = this.task.instance.store.control;
    for (const { at } of this.#inside) cells[at + ENTERED] = onTheWay ? ~this.id : this.id;
  }

  /** `leave_to`: it pauses, or is over. */
  leave(): void {
    const { instance } = this.task;
    this.#context = instance.takeContext();
    const { cells } = instance.store.control;
    const inside = this.#inside;
    for (let i = 0; i < inside.length; i++) {
      const at = inside[i]!.at;
      if (cells[at + ENTERED] === this.id) cells[at + ENTERED] = this.#before?.[i] ?? 0;
    }
    this.#inside = NOTHING;
    this.#before = undefined;
    instance.store.activations.freed();
  }

  /** It runs no more until it is resumed, `ready` once it waits for something. */
  pause(continuation: Continuation, ready: (() => boolean) | undefined, reason: Reason, cancellable: boolean): void {
    this.#continue = continuation;
    this.#ready = ready;
    this.reason = reason;
    this.cancellable = cancellable;
    if (this.task.isDead) return;
    this.#paused();
    if (ready !== undefined) this.#scheduler.wake(this);
  }

  #paused(): void {
    const onPause = this.#onPause;
    this.#onPause = undefined;
    if (onPause !== undefined) onPause();
    else this.#scheduler.paused(this);
  }

  /** `block` of definitions.py, on a stack that JSPI keeps: the gate waits for the promise, and then runs `resumed`. */
  suspend<T>(ready: (() => boolean) | undefined, reason: Reason, cancellable: boolean, result: (cancelled: boolean) => T): Suspended<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.leave();
    this.#kill = reject;
    const goOn = (cancelled: boolean) => {
      this.#kill = undefined;
      const scheduler = this.#scheduler;
      if (this.#onPause === undefined) scheduler.begin(scheduler.thread(this.id));
      // What it waited in has gone on.
      if (this.#isCall) this.task.callOver();
      try {
        resolve(result(cancelled));
      } catch (error) {
        reject(error);
      }
    };
    this.pause(goOn, ready, reason, cancellable);
    return { promise, resumed: () => this.#resumed() };
  }

  /** Its stack goes on. What it dies of, if it was killed meanwhile. */
  #resumed(): unknown {
    const { instance, diedOf } = this.task;
    if (diedOf === undefined) this.enter(this.#isCall ? NOTHING : instance.selfAndAncestors);
    return diedOf;
  }

  /** What it waits for may have come. */
  wake(): void {
    if (this.#ready !== undefined) this.#scheduler.wake(this);
  }

  /** `stop_waiting_internal`: another thread lets it go on at once. */
  take(): void {
    this.#ready = undefined;
  }

  /** `Thread.resume_later`. */
  resumeLater(): void {
    this.#ready = always;
    this.reason = "its turn";
    this.wake();
  }

  /** `Thread.resume`: it goes on, at once if it has no stack of its own, otherwise in a microtask. */
  resume(cancelled: boolean): void {
    const goOn = this.#continue!;
    this.#continue = undefined;
    this.#ready = undefined;
    goOn(cancelled);
  }

  /** `resume` for a caller that can't go on before it has paused; `undefined`: it has. */
  resumeAndWait(cancelled: boolean): Promise<void> | undefined {
    if (this.#kill === undefined) {
      this.resume(cancelled);
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onPause = resolve;
    this.resume(cancelled);
    return promise;
  }

  /** It is over. */
  exit(): void {
    if (this.#isCall) return;
    const { store } = this.task.instance;
    store.activations.release(this.id);
    this.#paused();
  }

  /** It never goes on: what is left of its stack ends in a trap. */
  kill(error: unknown): void {
    const kill = this.#kill;
    this.#kill = undefined;
    this.#continue = undefined;
    this.#ready = undefined;
    kill?.(error);
  }
}

/** The thread that another names, which must be suspended. */
export function suspendedThread(instance: ComponentInstance, index: number): Thread {
  const thread = stateOf(instance).threads.get(index);
  if (!thread.suspended) throw new Trap(TrapCode.Thread, "wasm trap: cannot resume thread which is not suspended", { part: instance.name });
  return thread;
}
