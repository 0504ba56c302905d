/**
 * Runs core code as a thread: enters the instances, calls, and says how it ended. Code that may block runs on a stack of its own, which JSPI
 * can suspend. How such a call ended is known only in a later microtask, too late for whoever called; so the function is wrapped: when the
 * core function returns, the wrapper tells, and what neither told nor waits at a gate has trapped.
 */

import type { CoreFunction, CoreSignature, CoreValue } from "../abi/core-value.ts";
import { guestTrap } from "../abi/guest-trap.ts";
import { callCore } from "../abi/values.ts";
import { ModuleWriter, Type } from "../binary/writer.ts";
import { Scheduler } from "../concurrency/scheduler.ts";
import type { Task } from "../concurrency/task.ts";
import type { Thread } from "../concurrency/thread.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { promising, Suspending } from "../store/jspi.ts";
import type { Store } from "../store/store.ts";
import { trapFrom, withExport } from "./trap-from.ts";

/** The stack is kept. */
const WAITS = Symbol("waits");

/** What a thread runs next. */
export interface Run {
  readonly core: CoreFunction;
  readonly signature: CoreSignature;
  /** The core arguments; moved when the thread is inside. */
  start(): readonly CoreValue[];
  /** Runs inside the thread; what it returns runs when the thread has left. Nothing: the implicit thread exits. */
  end(result: CoreValue | undefined): (() => void) | undefined;
}

/** Runs until the code ends or waits. Throws what ended it, if that was a trap, when it is still on the caller's stack. */
export function runThread(thread: Thread, run: Run, entering: readonly ComponentInstance[], caller = 0): void {
  const { task } = thread;
  const { instance } = task;
  const { store } = instance;
  const { activations } = store;
  const above = activations.current;
  const { syncDepth } = activations;
  thread.enter(entering, caller);
  let after: (() => void) | undefined | typeof WAITS;
  try {
    const flat = run.start();
    const suspendable = mayBlock(instance) ? suspendableCore(run.core, run.signature, store) : undefined;
    if (suspendable === undefined) {
      activations.syncDepth += 1;
      const result = callCore(run.core, flat, run.signature.params.length);
      after = run.end(result);
      thread.leave();
    } else {
      activations.syncDepth = 0;
      after = callSuspendable(thread, run, suspendable, flat);
    }
  } catch (error) {
    activations.syncDepth = syncDepth;
    const trap = endByTrap(thread, error);
    activations.current = above;
    throw trap;
  }
  activations.syncDepth = syncDepth;
  activations.current = above;
  if (after !== WAITS) finish(task, after);
}

/** The thread has left. */
function finish(task: Task, after: (() => void) | undefined): void {
  if (after === undefined) task.exitImplicitThread();
  else after();
}

/** As `runThread`, for the scheduler: nobody is there to be told. */
export function goOn(thread: Thread, run: Run): void {
  try {
    runThread(thread, run, thread.task.instance.selfAndAncestors);
  } catch {
    // Whoever waits for the task has been told.
  }
}

/** Whether code of the instance can block the thread that runs it. */
function mayBlock(instance: ComponentInstance): boolean {
  return Suspending !== undefined && instance.mayWait;
}

type Suspendable = (...values: CoreValue[]) => Promise<void>;

function callSuspendable(thread: Thread, run: Run, core: Suspendable, flat: readonly CoreValue[]): (() => void) | undefined | typeof WAITS {
  const { store } = thread.task.instance;
  const { agent } = store;
  const endings = endingsOf(store);
  const ending: Ending = { thread, driven: true, result: undefined, ended: false };
  endings.set(thread.id, ending);
  const promise = callCore(core as never, flat, run.signature.params.length) as never as Promise<void>;
  ending.driven = false;
  if (ending.ended) {
    // Nothing follows in the wrapper that could reject the promise; a reaction would keep all of this until the next microtask.
    endings.delete(thread.id);
    return end();
  }
  if (!agent.waiting.has(thread.id)) {
    endings.delete(thread.id);
    throw lateTrap(promise, thread);
  }
  promise.then(
    () => {
      endings.delete(thread.id);
      if (thread.task.isDead) return;
      thread.enterAgain();
      try {
        finish(thread.task, end());
      } catch (error) {
        endByTrap(thread, error);
      } finally {
        store.activations.current = 0;
      }
    },
    (error) => {
      endings.delete(thread.id);
      if (!thread.task.isDead) endByTrap(thread, error);
      else store.agent.takeTrap(thread.id);
      store.activations.current = 0;
    },
  );
  return WAITS;

  function end(): (() => void) | undefined {
    const after = run.end(ending.result);
    thread.leave();
    return after;
  }
}

/** The trap of a thread, in which nobody but itself is on the stack: it closes what it was inside of, and tells whoever waits. */
function endByTrap(thread: Thread, error: unknown): unknown {
  const { task, id } = thread;
  const { store } = task.instance;
  const trap = withExport(trapFrom(error, task.instance, task.kind.name, id), task.kind.name);
  store.activations.poison(id, trap, store.instances);
  task.fail(trap);
  return trap;
}

/** The words come with the rejection, before anybody else can see the trap. */
function lateTrap(promise: Promise<unknown>, { id, task }: Thread): unknown {
  const { instance, kind } = task;
  const recorded = instance.store.agent.takeTrap(id);
  if (recorded !== undefined) {
    promise.catch(() => {});
    return recorded;
  }
  const trap = new Trap(TrapCode.Core, `wasm trap: in \`${kind.name}\``, { part: instance.name, function: kind.name });
  const explained = promise.catch((error) => {
    const found = trapFrom(error, instance, kind.name, id) as Trap;
    Object.assign(trap, { message: found.message, code: found.code, detail: found.detail, stack: found.stack, cause: found.cause });
  });
  Scheduler.of(instance.store).explain(explained);
  return trap;
}

interface Ending {
  readonly thread: Thread;
  /** Whoever called is still there. */
  driven: boolean;
  result: CoreValue | undefined;
  ended: boolean;
}

const allEndings = new WeakMap<object, Map<number, Ending>>();

/** By activation, of the calls that have not ended. */
function endingsOf({ agent }: Store): Map<number, Ending> {
  let endings = allEndings.get(agent);
  if (endings === undefined) allEndings.set(agent, (endings = new Map()));
  return endings;
}

const wrapped = new WeakMap<CoreFunction, Suspendable>();

/** The core function on a stack of its own. It tells its end and gives nothing back. */
function suspendableCore(core: CoreFunction, signature: CoreSignature, store: Store): Suspendable | undefined {
  if (promising === undefined) return undefined;
  let made = wrapped.get(core);
  if (made === undefined) {
    made = promising(wrap(core, signature, store) as never) as never as Suspendable;
    wrapped.set(core, made);
  }
  return made;
}

/** Traps when the function is of another type. */
export function checkCoreType(core: CoreFunction, signature: CoreSignature, store: Store): void {
  try {
    wrap(core, signature, store);
  } catch {
    throw guestTrap(TrapCode.Core, "indirect call type mismatch");
  }
}

function wrap(core: CoreFunction, signature: CoreSignature, store: Store): CoreFunction {
  const endings = endingsOf(store);
  const { activations } = store;
  const tell = (result?: CoreValue) => {
    const ending = endings.get(activations.current)!;
    ending.result = result;
    ending.ended = true;
    if (ending.driven) return;
    ending.thread.leave();
    activations.current = 0;
  };
  const { exports } = new WebAssembly.Instance(wrapper(signature), { "": { core: core as () => void, tell } });
  return exports.call as CoreFunction;
}

const wrappers = new Map<string, WebAssembly.Module>();

function wrapper({ params, results }: CoreSignature): WebAssembly.Module {
  const key = `${params}>${results}`;
  let made = wrappers.get(key);
  if (made === undefined) {
    const module = new ModuleWriter();
    const types = (names: CoreSignature["params"]) => names.map((name) => Type[name]);
    const core = module.importFunc("", "core", module.funcType(types(params), types(results)));
    const tell = module.importFunc("", "tell", module.funcType(types(results), []));
    const { index, code } = module.func(module.funcType(types(params), []));
    for (let i = 0; i < params.length; i++) code.get(i);
    code.call(core).call(tell);
    module.export("call", "func", index);
    made = new WebAssembly.Module(module.encode());
    wrappers.set(key, made);
  }
  return made;
}
