/** `canon lift` of functions that run as tasks: those of async type, and all of a component that makes threads. */
import type { CoreFunction, CoreSignature, CoreValue } from "../abi/core-value.ts";
import { guestTrap } from "../abi/guest-trap.ts";
import type { Signature } from "../abi/signature.ts";
import { liftArguments, liftResult } from "../abi/values.ts";
import { stateOf } from "../concurrency/instance-state.ts";
import { Task, type TaskCaller } from "../concurrency/task.ts";
import { CANCELLED_EVENT, NO_EVENT, WaitableSet } from "../concurrency/waitable.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { BorrowScope } from "../store/runtime-resource.ts";
import { type LiftedFunction, runPostReturn } from "./lift.ts";
import { goOn, runThread } from "./run-thread.ts";

/** A call as the task sees it. */
export interface Call extends TaskCaller {
  /** `undefined`: the host. */
  readonly instance: ComponentInstance | undefined;
  /** What runs: the callee's core function, or generated wasm that moves the arguments and calls it. */
  readonly core: CoreFunction;
  /** Of `core`. */
  readonly signature: CoreSignature;
  /** `core` moves the arguments, and tells when they have arrived. */
  readonly tellsArrival?: boolean;
  /** `on_start`: the core arguments. */
  start(task: Task): readonly CoreValue[];
  resolve(result: TaskResult | undefined): void;
}

/** What a task gave, as core values that are still to be lifted. */
export interface TaskResult {
  readonly flat: CoreValue[];
  /** By `task.return`, whose parameters these are; otherwise the core function's result. */
  readonly returned: Signature | undefined;
}

/** `lift_flat_values` of what a task gave. */
export function liftTaskResult({ signature, cx }: LiftedFunction, { flat, returned }: TaskResult, raw: boolean): unknown {
  cx.raw = raw;
  try {
    if (returned === undefined) return liftResult(signature, cx, flat[0]);
    cx.flat = flat;
    return liftArguments(returned, cx)[0];
  } finally {
    cx.raw = false;
  }
}

/** `canon_lift`: makes the task and runs it until it ends or waits. Traps when the instance can't be entered. */
export function startTask(f: LiftedFunction, call: Call): Task {
  const { instance } = f.cx;
  const { activations, instances } = instance.store;
  const entering = call.instance === undefined ? instance.selfAndAncestors : instance.enteringSet(call.instance);
  let held = false;
  for (const each of entering) {
    if (each.mayEnter) continue;
    if (!f.async || !activations.isSuspendedIn(each, call.instance === undefined))
      throw activations.cannotEnter(each.record, call.instance?.record ?? 0, instances);
    held = true;
  }
  const task = new Task(f, instance, call);
  const thread = task.thread();
  let inTime = true;
  task.enterImplicitThread(thread, held, () => {
    const run = {
      core: call.core,
      signature: call.signature,
      start: () => {
        if (f.signature.hasBorrow) task.scope = new BorrowScope(instance.store);
        task.start();
        thread.arguments(true);
        const flat = call.start(task);
        if (!call.tellsArrival) thread.arguments(false);
        return flat;
      },
      end: (result: CoreValue | undefined) => endOfCore(f, task, result),
    };
    if (inTime) runThread(thread, run, entering, call.instance?.record);
    else goOn(thread, run);
  });
  inTime = false;
  return task;
}

/** The core function has returned, its thread still inside; what this gives back runs when the thread has left. */
function endOfCore(f: LiftedFunction, task: Task, result: CoreValue | undefined): () => void {
  const { abi } = f;
  if (abi === "callback") return endOfCallback(f, task, result as number);
  if (abi === "sync") {
    task.return({ flat: [result!], returned: undefined } satisfies TaskResult);
    if (f.postReturn !== undefined) runPostReturn(task.instance, f.postReturn, result);
  }
  return exit(task);
}

function exit(task: Task): () => void {
  if (task.threads.size === 1) task.checkResolved();
  return () => task.exitImplicitThread();
}

const CallbackCode = { exit: 0, yield: 1, wait: 2 } as const;

const callbackSignature: CoreSignature = { params: ["i32", "i32", "i32"], results: ["i32"] };

/** One turn of the loop in `canon_lift`. The thread always goes back to the queue: others have their turn. */
function endOfCallback(f: LiftedFunction, task: Task, packed: number): () => void {
  const code = packed & 0xf;
  if (code === CallbackCode.exit) return exit(task);
  if (code > CallbackCode.wait) throw guestTrap(TrapCode.CallbackCode, `unsupported callback code: ${code}`);
  const thread = task.implicitThread!;
  const state = stateOf(task.instance);
  const set = code === CallbackCode.wait ? state.get(packed >>> 4, WaitableSet, "a waitable set") : undefined;
  const ready = () => {
    if (set?.hasPendingEvent === false) return false;
    if (state.exclusive === undefined) return true;
    state.onChange(thread.wake);
    return false;
  };
  const next = (cancelled: boolean) => {
    set?.end(thread);
    state.setExclusive(thread);
    goOn(thread, {
      core: f.callback!,
      signature: callbackSignature,
      start: () => (cancelled ? CANCELLED_EVENT : set === undefined ? NO_EVENT : set.getPendingEvent()),
      end: (result) => endOfCallback(f, task, result as number),
    });
  };
  return () => {
    if (task.deliverPendingCancel(true)) return next(true);
    set?.begin(thread);
    thread.pause(next, ready, set ?? "its turn", true);
    // Only now: whoever it lets in finds this thread waiting.
    state.setExclusive(undefined);
  };
}
