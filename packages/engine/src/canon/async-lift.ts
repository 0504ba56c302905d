/** `canon lift` of functions that run as tasks: those of async type, and all of a component that makes threads. */
import type { CoreFunction, CoreSignature, CoreValue } from "../abi/core-value.ts";
import { guestTrap } from "../abi/guest-trap.ts";
import type { Signature } from "../abi/signature.ts";
import { liftArguments, liftResult } from "../abi/values.ts";
import { stateOf } from "../concurrency/instance-state.ts";
import { Task, type TaskCaller } from "../concurrency/task.ts";
import type { Thread } from "../concurrency/thread.ts";
import { CANCELLED_EVENT, NO_EVENT, WaitableSet } from "../concurrency/waitable.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { BorrowScope } from "../store/runtime-resource.ts";
import { type LiftedFunction, runPostReturn } from "./lift.ts";
import { goOn, type Run, runThread } from "./run-thread.ts";

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
  /** The instances that the call enters: `entering_set`. */
  readonly entering: readonly ComponentInstance[];
  /** `on_start`: the core arguments. */
  start(task: Task): readonly CoreValue[];
  resolve(flat: CoreValue[] | undefined, returned: Signature | undefined): void;
}

/** `lift_flat_values` of what a task gave. */
export function liftTaskResult({ signature, cx }: LiftedFunction, flat: CoreValue[], returned: Signature | undefined, raw: boolean): unknown {
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
  const { entering } = call;
  let held = false;
  for (let i = 0; i < entering.length; i++) {
    const each = entering[i]!;
    if (each.mayEnter) continue;
    if (!f.async || !activations.isSuspendedIn(each, call.instance === undefined)) {
      throw activations.cannotEnter(each.record, call.instance?.record ?? 0, instances);
    }
    held = true;
  }
  const task = new Task(f, instance, call);
  const thread = task.thread();
  task.enterImplicitThread(thread, held, (inTime) => {
    const run = new FirstRun(f, call, thread);
    if (inTime) runThread(thread, run, entering, call.instance?.record);
    else goOn(thread, run);
  });
  return task;
}

/** The call of the core function. */
class FirstRun implements Run {
  readonly #f: LiftedFunction;
  readonly #call: Call;
  readonly #thread: Thread;

  constructor(f: LiftedFunction, call: Call, thread: Thread) {
    this.#f = f;
    this.#call = call;
    this.#thread = thread;
  }

  get core(): CoreFunction {
    return this.#call.core;
  }
  get signature(): CoreSignature {
    return this.#call.signature;
  }

  start(): readonly CoreValue[] {
    const { task } = this.#thread;
    if (this.#f.signature.hasBorrow) task.scope = new BorrowScope(task.instance.store);
    task.start();
    this.#thread.arguments(true);
    const flat = this.#call.start(task);
    if (!this.#call.tellsArrival) this.#thread.arguments(false);
    return flat;
  }

  end(result: CoreValue | undefined): (() => void) | undefined {
    return endOfCore(this.#f, this.#thread.task, result);
  }
}

/** The core function has returned, its thread still inside; what this gives back runs when the thread has left; nothing: it is over. */
function endOfCore(f: LiftedFunction, task: Task, result: CoreValue | undefined): (() => void) | undefined {
  const { abi } = f;
  if (abi === "callback") return endOfCallback(f, task, result as number);
  if (abi === "sync") {
    task.return([result!], undefined);
    if (f.postReturn !== undefined) runPostReturn(task.instance, f.postReturn, result);
  }
  return exit(task);
}

function exit(task: Task): undefined {
  task.checkResolved();
}

const CallbackCode = { exit: 0, yield: 1, wait: 2 } as const;

const callbackSignature: CoreSignature = { params: ["i32", "i32", "i32"], results: ["i32"] };

/** One turn of the loop in `canon_lift`. The thread always goes back to the queue: others have their turn. */
function endOfCallback(f: LiftedFunction, task: Task, packed: number): (() => void) | undefined {
  const code = packed & 0xf;
  if (code === CallbackCode.exit) return exit(task);
  if (code > CallbackCode.wait) throw guestTrap(TrapCode.CallbackCode, `unsupported callback code: ${code}`);
  const thread = task.implicitThread!;
  const state = stateOf(task.instance);
  const set = code === CallbackCode.wait ? state.get(packed >>> 4, WaitableSet, "a waitable set") : undefined;
  const ready = () => {
    if (set?.hasPendingEvent === false) return false;
    if (state.exclusive === undefined) return true;
    state.onChange(thread);
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
