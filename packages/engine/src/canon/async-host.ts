/** Async functions towards JavaScript: exports that it calls, and functions of its own that core code calls. */
import { ValueMismatch } from "../abi/codec.ts";
import { lowerArguments } from "../abi/values.ts";
import { cannotBlock, Scheduler } from "../concurrency/scheduler.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { type Call, liftTaskResult, startTask } from "./async-lift.ts";
import { checkArguments, type LiftedFunction, lateMismatch, okOrThrow } from "./lift.ts";

/** What may follow the arguments of an async function. */
export interface CallOptions {
  /** Ends the call, and what it started: its promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A function that is not async, of a component that makes threads: it has to end while JavaScript waits. */
export function syncTaskFunction(f: LiftedFunction): (...args: unknown[]) => unknown {
  return (...args) => {
    checkArguments(f, args);
    const ended: { settle?: () => unknown } = {};
    const task = startTask(
      f,
      hostCall(f, args, (settle) => (ended.settle = settle)),
    );
    const { store } = f.cx.instance;
    const scheduler = Scheduler.of(store);
    scheduler.block(task);
    while (ended.settle === undefined) {
      const thread = scheduler.candidate();
      if (thread === undefined) f.cx.instance.poison(cannotBlock(f.cx.instance));
      else if (thread.isSuspendedStack) f.cx.instance.poison(wouldBlock(f.name));
      else thread.resume(false);
    }
    scheduler.unblock(task);
    return ended.settle();
  };
}

/** JavaScript calls an async function: its promise settles when the task has resolved. */
export function asyncHostFunction(f: LiftedFunction): (...args: unknown[]) => Promise<unknown> {
  return async (...args) => {
    const signal = (args[f.signature.params.length] as CallOptions | undefined)?.signal;
    signal?.throwIfAborted();
    checkArguments(f, args);
    return call(f, args, signal);
  };
}

function call(f: LiftedFunction, args: readonly unknown[], signal: AbortSignal | undefined): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const { store } = f.cx.instance;
  let task: ReturnType<typeof startTask> | undefined;
  let isSettled = false;
  const settle = (run: () => unknown) => {
    if (isSettled) return discard(run);
    isSettled = true;
    signal?.removeEventListener("abort", abort);
    try {
      resolve(run());
    } catch (error) {
      reject(error);
    }
  };
  const abort = () => {
    settle(() => signal!.throwIfAborted());
    task!.requestCancellation(undefined);
  };
  try {
    task = startTask(f, hostCall(f, args, settle));
    if (task.isResolved || task.isDead) return promise;
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
    if (!f.async) Scheduler.of(store).block(task);
  } catch (error) {
    reject(error);
  }
  return promise;
}

/** A call from JavaScript; `settle` is given what gives the result, or throws. */
function hostCall(f: LiftedFunction, args: readonly unknown[], settle: (run: () => unknown) => void): Call {
  const { signature, cx } = f;
  return {
    isHost: true,
    instance: undefined,
    entering: cx.instance.selfAndAncestors,
    core: f.core,
    signature: signature.lifted,
    start(task) {
      cx.scope = task.scope;
      try {
        lowerArguments(signature, cx, args);
      } catch (error) {
        throw error instanceof ValueMismatch ? lateMismatch(signature, cx, args) : error;
      }
      return cx.flat;
    },
    resolve(flat, returned) {
      if (flat === undefined) return settle(() => undefined);
      const value = liftTaskResult(f, flat, returned, false);
      settle(() => (signature.throws === undefined ? value : okOrThrow(value)));
    },
    fail: (error) =>
      settle(() => {
        throw error;
      }),
  };
}

/** A result that came after the call was aborted: nobody is there to read its streams, and to drop its handles. */
function discard(run: () => unknown): void {
  let value: unknown;
  try {
    value = run();
  } catch {
    return;
  }
  const pending = [value];
  while (pending.length > 0) {
    const each = pending.pop();
    if (typeof each !== "object" || each === null || ArrayBuffer.isView(each)) continue;
    if (typeof ReadableStream === "function" && each instanceof ReadableStream) each.cancel().catch(() => {});
    else if (Symbol.dispose in each) (each as Disposable)[Symbol.dispose]();
    else pending.push(...Object.values(each));
  }
}

function wouldBlock(name: string): ComponentError {
  return new ComponentError(ErrorCode.WouldSuspend, `export \`${name}\` waits`, { hint: "call it through `promising`" });
}
