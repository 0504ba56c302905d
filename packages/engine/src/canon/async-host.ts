/** Async functions towards JavaScript: exports that it calls, and functions of its own that core code calls. */
import { ValueMismatch } from "../abi/codec.ts";
import { lowerArguments } from "../abi/values.ts";
import { cannotBlock, Scheduler } from "../concurrency/scheduler.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { type Call, liftTaskResult, startTask, type TaskResult } from "./async-lift.ts";
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
  const settle = (run: () => unknown) => {
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
    signal?.addEventListener("abort", abort);
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
    resolve(result: TaskResult | undefined) {
      if (result === undefined) return settle(() => undefined);
      const value = liftTaskResult(f, result, false);
      settle(() => (signature.throws === undefined ? value : okOrThrow(value)));
    },
    fail: (error) =>
      settle(() => {
        throw error;
      }),
  };
}

function wouldBlock(name: string): ComponentError {
  return new ComponentError(ErrorCode.WouldSuspend, `export \`${name}\` waits`, { hint: "call it through `promising`" });
}
