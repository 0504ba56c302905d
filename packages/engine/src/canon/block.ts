/** Blocking: how a built-in, or a call that is not async, makes the thread that called it wait. */
import type { CoreSignature, CoreValue } from "../abi/core-value.ts";
import { cannotBlock, Scheduler } from "../concurrency/scheduler.ts";
import type { Subtask } from "../concurrency/subtask.ts";
import { Task } from "../concurrency/task.ts";
import { type Reason, Thread } from "../concurrency/thread.ts";
import type { Waitable } from "../concurrency/waitable.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_SKIPPED_YIELDS } from "../diagnostics/limits.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { Suspending, WITHOUT_JSPI } from "../store/jspi.ts";
import type { Store } from "../store/store.ts";

/** What a thread waits for. */
export interface Wait {
  /** `undefined`: until another thread resumes it. */
  readonly ready: (() => boolean) | undefined;
  readonly reason: Reason;
  readonly cancellable?: boolean;
  /** It waits even when it is ready: others have their turn. */
  readonly yields?: boolean;
  /** Told which thread waits, and when it does no more. */
  readonly begin?: (thread: Thread) => void;
  readonly end?: (thread: Thread) => void;
  /** It waits now. */
  readonly paused?: () => void;
  /** It would wait only to let others have their turn, but can't. */
  readonly skipped?: () => void;
  /** The core result. */
  readonly result: (cancelled: boolean) => CoreValue | undefined;
}

/** The thread whose task runs in `instance`; `undefined`: a call of a function that is not async, which has made none. */
export function currentThread(instance: ComponentInstance): Thread | undefined {
  const { store } = instance;
  const thread = Scheduler.of(store).thread(store.activations.current);
  return thread?.task.instance === instance ? thread : undefined;
}

/** `trap_if` the task may not block: it is not async and has not returned, and no other thread could run meanwhile. */
export function checkMayBlock(instance: ComponentInstance): void {
  const task = currentThread(instance)?.task;
  if (task !== undefined && (task.kind.async || task.isResolved)) return;
  if (!Scheduler.of(instance.store).hasCandidate(instance)) throw cannotBlock(instance);
}

/** `wait_until`, `suspend`: the result, or what the gate returns while it waits. */
export function block(instance: ComponentInstance, wait: Wait, { results }: CoreSignature): CoreValue | undefined {
  const { store } = instance;
  const scheduler = Scheduler.of(store);
  const thread = currentThread(instance);
  const { cancellable = false } = wait;
  if (thread?.task.deliverPendingCancel(cancellable)) return wait.result(true);
  if (!wait.yields && wait.ready?.() && !scheduler.hesitates) return wait.result(false);
  if (wait.yields && !canSuspend(store)) {
    wait.skipped?.();
    if (thread === undefined || ++thread.skippedYields < MAX_SKIPPED_YIELDS) return wait.result(false);
  }
  checkCanSuspend(instance);
  const blocked = thread ?? blockedCall(instance);
  wait.begin?.(blocked);
  const { promise, resumed } = blocked.suspend(wait.ready, wait.reason, cancellable, (cancelled) => {
    wait.end?.(blocked);
    return wait.result(cancelled);
  });
  if (thread === undefined) {
    scheduler.block(blocked.task);
    // The thread that the call is of pauses with it.
    scheduler.paused(scheduler.thread(store.activations.current));
  }
  wait.paused?.();
  const meanwhile = results[0] === "i64" ? 0n : 0;
  return store.agent.suspend<CoreValue | undefined>(promise, results.length === 0 ? undefined : meanwhile, resumed);
}

/** Waits for nothing but an event of `waitable`: `wait_for_pending_event`. */
export function blockOn(
  instance: ComponentInstance,
  waitable: Waitable,
  signature: CoreSignature,
  wait: Pick<Wait, "ready" | "result">,
): CoreValue | undefined {
  return block(
    instance,
    {
      ...wait,
      reason: waitable,
      begin: (thread) => {
        waitable.syncWaiter = thread;
      },
      end: () => {
        waitable.syncWaiter = undefined;
      },
    },
    signature,
  );
}

/** Waits inside of all that was entered: for a call of a function that is not async, within which others of its instance run. */
export function hold(instance: ComponentInstance, subtask: Subtask, { results }: CoreSignature, result: () => CoreValue | undefined): CoreValue | undefined {
  const { store } = instance;
  checkCanSuspend(instance);
  const scheduler = Scheduler.of(store);
  const thread = scheduler.thread(store.activations.current);
  const { promise, resolve, reject } = Promise.withResolvers<CoreValue | undefined>();
  subtask.syncWaiter = {
    wake() {
      subtask.syncWaiter = undefined;
      if (thread?.task.isDead === false) scheduler.begin(thread);
      try {
        resolve(result());
      } catch (error) {
        reject(error);
      }
    },
  };
  scheduler.waits(store.activations.current);
  return store.agent.suspend<CoreValue | undefined>(promise, results[0] === "i64" ? 0n : 0);
}

/** The task of a call that needed none until it blocked. It is inside of what it has entered all the while. */
export function blockedCall(instance: ComponentInstance): Thread {
  const task = new Task({ name: "a function that is not async", async: false, abi: "sync" }, instance, { isHost: false, resolve() {}, fail() {} });
  task.start();
  return Thread.ofCall(task);
}

export function canSuspend(store: Store): boolean {
  return Suspending !== undefined && store.activations.mayWait;
}

function checkCanSuspend({ store, name, poisonedBy }: ComponentInstance): void {
  // The function that it called has closed it.
  if (poisonedBy !== undefined) throw poisonedBy;
  if (canSuspend(store)) return;
  const hint = Suspending === undefined ? WITHOUT_JSPI : "call the export through `promising`";
  throw new ComponentError(ErrorCode.WouldSuspend, `\`${name}\` has to wait`, { hint });
}
