/** The built-ins of the concurrency layer, by name: CanonicalABI.md "Canonical Definitions". */
import { type CopyGuest, GuestBuffer } from "../abi/buffers.ts";
import type { Codec } from "../abi/codec.ts";
import type { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction, CoreSignature, CoreValue } from "../abi/core-value.ts";
import { elementType, sameElement } from "../abi/element-type.ts";
import { guestTrap } from "../abi/guest-trap.ts";
import type { Signature } from "../abi/signature.ts";
import type { ElementType } from "../concurrency/buffer.ts";
import { CopyEnd, CopyState, ReadableFutureEnd, ReadableStreamEnd, WritableFutureEnd, WritableStreamEnd } from "../concurrency/copy-end.ts";
import { ErrorContext } from "../concurrency/error-context.ts";
import { type InstanceState, stateOf } from "../concurrency/instance-state.ts";
import { Scheduler } from "../concurrency/scheduler.ts";
import { type Shared, SharedFuture, SharedStream } from "../concurrency/shared.ts";
import { Subtask } from "../concurrency/subtask.ts";
import type { Task } from "../concurrency/task.ts";
import { suspendedThread, type Thread } from "../concurrency/thread.ts";
import { CANCELLED_EVENT, type Event, misuse, NO_EVENT, Waitable, WaitableSet } from "../concurrency/waitable.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { BuiltinPlan } from "../plan/plan.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { checkMayLeave } from "../store/component-instance.ts";
import type { ValueType } from "../types/component-types.ts";
import { block, blockedCall, blockOn, canSuspend, checkMayBlock, currentThread } from "./block.ts";
import { checkCoreType, goOn } from "./run-thread.ts";
import { failImport, trapFrom } from "./trap-from.ts";

/** What a built-in is made for. */
export interface BuiltinContext {
  readonly plan: BuiltinPlan;
  readonly instance: ComponentInstance;
  /** Where it has a memory. */
  readonly cx: LiftLowerContext | undefined;
  /** Of strings, and of the elements of a stream or future. */
  readonly codec: Codec | undefined;
  /** Of a function that has an element as its parameter. */
  readonly element?: Signature | undefined;
  /** For elements that pass from this component to another. */
  readonly copyGuest?: CopyGuest;
  /** Of `thread.new-indirect`, once it exists. */
  readonly table: () => WebAssembly.Table;
}

/** The built-in as core code imports it, through a gate. */
export function builtin(of: BuiltinContext): CoreFunction {
  const { instance, plan } = of;
  const signature = plan.type as CoreSignature;
  const run =
    BUILTINS[plan.canon]?.(of, { instance, signature, state: () => stateOf(instance), scheduler: () => Scheduler.of(instance.store) }) ??
    unsupported(plan.canon);
  // The specification lets a guest count while it may not leave.
  const mayAlways = plan.canon.startsWith("backpressure.");
  return (...values) => {
    try {
      if (!mayAlways) checkMayLeave(instance);
      return run(...(values as number[])) as CoreValue | undefined;
    } catch (error) {
      return failImport(instance, trapFrom(error, instance, undefined), signature);
    }
  };
}

type Run = (...values: number[]) => unknown;

interface Caller {
  readonly instance: ComponentInstance;
  readonly signature: CoreSignature;
  readonly state: () => InstanceState;
  readonly scheduler: () => Scheduler;
}

/** `BLOCKED`. */
const BLOCKED = -1;
const MAX_BACKPRESSURE = 0xffff;

function unsupported(canon: string): Run {
  return () => {
    throw guestTrap(TrapCode.Unsupported, `\`${canon}\` was called: this version does not run it`);
  };
}

const BUILTINS: Readonly<Record<string, (of: BuiltinContext, caller: Caller) => Run>> = {
  "backpressure.inc": (_, caller) => () => backpressure(caller, 1),
  "backpressure.dec": (_, caller) => () => backpressure(caller, -1),
  "task.cancel": (_, caller) => () => asyncTask(caller).cancel(),

  "waitable-set.new":
    (_, { state, scheduler }) =>
    () =>
      state().add(new WaitableSet(scheduler())),
  "waitable-set.wait":
    ({ plan, cx }, { instance, state, signature }) =>
    (index, pointer) => {
      checkMayBlock(instance);
      const set = setAt(state(), index!);
      return block(
        instance,
        {
          ready: () => set.hasPendingEvent,
          reason: set,
          cancellable: plan.cancellable,
          begin: (thread) => set.begin(thread),
          end: (thread) => set.end(thread),
          result: (cancelled) => unpackEvent(cx!, pointer!, cancelled ? CANCELLED_EVENT : set.getPendingEvent()),
        },
        signature,
      );
    },
  "waitable-set.poll":
    ({ plan, cx }, { instance, state }) =>
    (index, pointer) => {
      const set = setAt(state(), index!);
      const cancelled = currentThread(instance)?.task.deliverPendingCancel(plan.cancellable);
      return unpackEvent(cx!, pointer!, cancelled ? CANCELLED_EVENT : set.hasPendingEvent ? set.getPendingEvent() : NO_EVENT);
    },
  "waitable-set.drop":
    (_, { state }) =>
    (index) => {
      setAt(state(), index!).checkDrop();
      state().remove(index!);
    },
  "waitable.join":
    (_, { state }) =>
    (index, set) => {
      const waitable = state().get(index!, Waitable, "a waitable");
      if (waitable.syncWaiter !== undefined) throw misuse("waitable cannot be used synchronously while added to a waitable set");
      waitable.join(set === 0 ? undefined : setAt(state(), set!));
    },

  "subtask.cancel":
    ({ plan }, caller) =>
    (index) =>
      cancelSubtask(caller, index!, plan.async),
  "subtask.drop":
    (_, { state }) =>
    (index) => {
      const subtask = state().get(index!, Subtask, "a subtask");
      subtask.checkDrop();
      subtask.leave();
      state().remove(index!);
    },

  "stream.new": (of, caller) => newPairs(of, caller, SharedStream, ReadableStreamEnd, WritableStreamEnd),
  "stream.read": (of, caller) => copying(of, caller, ReadableStreamEnd),
  "stream.write": (of, caller) => copying(of, caller, WritableStreamEnd),
  "stream.cancel-read": (of, caller) => cancelling(of, caller, ReadableStreamEnd),
  "stream.cancel-write": (of, caller) => cancelling(of, caller, WritableStreamEnd),
  "stream.drop-readable": (of, caller) => dropping(of, caller, ReadableStreamEnd),
  "stream.drop-writable": (of, caller) => dropping(of, caller, WritableStreamEnd),
  "future.new": (of, caller) => newPairs(of, caller, SharedFuture, ReadableFutureEnd, WritableFutureEnd),
  "future.read": (of, caller) => copying(of, caller, ReadableFutureEnd),
  "future.write": (of, caller) => copying(of, caller, WritableFutureEnd),
  "future.cancel-read": (of, caller) => cancelling(of, caller, ReadableFutureEnd),
  "future.cancel-write": (of, caller) => cancelling(of, caller, WritableFutureEnd),
  "future.drop-readable": (of, caller) => dropping(of, caller, ReadableFutureEnd),
  "future.drop-writable": (of, caller) => dropping(of, caller, WritableFutureEnd),

  "error-context.new":
    ({ cx, codec }, { state }) =>
    (pointer, length) => {
      cx!.begin();
      cx!.flat = [pointer!, length!];
      return state().add(new ErrorContext(withPointer(() => codec!.liftFlat(cx!)) as string));
    },
  "error-context.debug-message":
    ({ cx, codec }, { state }) =>
    (index, pointer) => {
      const { debugMessage } = errorContextAt(state(), index!);
      cx!.begin();
      codec!.store(
        cx!,
        debugMessage,
        withPointer(() => cx!.area(pointer!, codec!.align, codec!.size)),
      );
    },
  "error-context.drop":
    (_, { state }) =>
    (index) => {
      errorContextAt(state(), index!);
      state().remove(index!);
    },

  "thread.index":
    (_, { instance }) =>
    () =>
      threadOf(instance).index,
  "thread.new-indirect":
    ({ table, plan }, { instance }) =>
    (index, value) =>
      newThread(instance, table(), index!, value!, plan),
  "thread.resume-later":
    (_, { instance }) =>
    (index) =>
      suspendedThread(instance, index!).resumeLater(),
  "thread.suspend": ({ plan }, caller) => switching(caller, plan.cancellable, false),
  "thread.yield": ({ plan }, caller) => switching(caller, plan.cancellable, true),
  "thread.suspend-then-resume": ({ plan }, caller) => switching(caller, plan.cancellable, false, "resume"),
  "thread.yield-then-resume": ({ plan }, caller) => switching(caller, plan.cancellable, true, "resume"),
  "thread.suspend-then-promote": ({ plan }, caller) => switching(caller, plan.cancellable, false, "promote"),
  "thread.yield-then-promote": ({ plan }, caller) => switching(caller, plan.cancellable, true, "promote"),
};

function backpressure({ instance, state }: Caller, by: number): void {
  const count = instance.backpressure + by;
  if (count < 0 || count > MAX_BACKPRESSURE) throw guestTrap(TrapCode.TooLong, "backpressure counter overflow");
  instance.backpressure = count;
  if (count === 0) state().changed();
}

/** The task of a function lifted with `async`: others have no say in when they end. */
export function asyncTask({ instance }: Pick<Caller, "instance">): Task {
  const task = currentThread(instance)?.task;
  if (task === undefined || task.kind.abi === "sync")
    throw guestTrap(TrapCode.TaskReturn, "invalid `task.return` signature and/or options for current task: it was not lifted with `async`");
  return task;
}

function setAt(state: InstanceState, index: number): WaitableSet {
  return state.get(index, WaitableSet, "a waitable set");
}

function errorContextAt(state: InstanceState, index: number): ErrorContext {
  return state.get(index, ErrorContext, "an error context");
}

function withPointer<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Trap) || error.code !== TrapCode.OutOfBounds) throw error;
    throw guestTrap(TrapCode.OutOfBounds, `invalid debug message pointer: ${error.message}`);
  }
}

/** `unpack_event`. */
function unpackEvent(cx: LiftLowerContext, pointer: CoreValue, [code, index, payload]: Event): number {
  cx.begin();
  const at = cx.area(pointer, 4, 8);
  cx.view.setInt32(at, index, true);
  cx.view.setInt32(at + 4, payload, true);
  return code;
}

function cancelSubtask({ instance, state, signature }: Caller, index: number, async: boolean): CoreValue | undefined {
  if (!async) checkMayBlock(instance);
  const subtask = state().get(index, Subtask, "a subtask");
  if (subtask.resolveDelivered) throw misuse("`subtask.cancel` called after terminal status delivered");
  if (subtask.cancellationRequested) throw misuse("`subtask.cancel` called twice for one subtask");
  subtask.checkSynchronous(async);
  const result = () => {
    subtask.getPendingEvent();
    return subtask.state;
  };
  if (subtask.isOver) return result();
  subtask.cancellationRequested = true;
  const paused = subtask.callee!.requestCancellation(instance);
  const afterwards = (): CoreValue | undefined => {
    if (subtask.isOver) return result();
    if (async) return BLOCKED;
    return blockOn(instance, subtask, signature, { ready: () => subtask.isOver, result });
  };
  if (paused === undefined) return afterwards();
  const { store } = instance;
  // A caller that can't wait goes on as if the callee did later.
  if (async && !canSuspend(store)) return BLOCKED;
  // The callee goes on first, on its own stack: this one stays inside of what it has entered until then, and nobody else goes on.
  const thread = currentThread(instance);
  if (thread !== undefined) Scheduler.of(store).begin(thread);
  let resumed: (() => unknown) | undefined;
  const later = paused.then((): CoreValue | Promise<CoreValue> => {
    if (subtask.isOver) return result();
    if (async) return BLOCKED;
    const blocked = thread ?? blockedCall(instance);
    subtask.syncWaiter = blocked;
    const waiting = blocked.suspend(
      () => subtask.isOver,
      subtask,
      false,
      () => {
        subtask.syncWaiter = undefined;
        return result();
      },
    );
    resumed = waiting.resumed;
    return waiting.promise;
  });
  return store.agent.suspend<CoreValue>(later, 0, () => resumed?.());
}

/** The type of the elements. */
function elementOf({ plan: { of } }: BuiltinContext): ValueType | undefined {
  return of?.kind === "stream" || of?.kind === "future" ? of.element : undefined;
}

type EndKind = new (shared: Shared) => CopyEnd;

function newPairs(of: BuiltinContext, { state }: Caller, Between: new (element: ElementType) => Shared, Readable: EndKind, Writable: EndKind): Run {
  const element = elementType(elementOf(of), of.copyGuest);
  return () => {
    const shared = new Between(element);
    const readable = state().add(new Readable(shared));
    const writable = state().add(new Writable(shared));
    return BigInt(readable) | (BigInt(writable) << 32n);
  };
}

/** The end that a built-in is for. */
function endAt(of: BuiltinContext, { state }: Caller, index: number, kind: EndKind): CopyEnd {
  const end = state().get(index, CopyEnd, "an end of a stream or future");
  if (end instanceof kind && sameElement(end.shared.element.type, elementOf(of))) return end;
  throw guestTrap(TrapCode.WrongHandleType, `handle index ${index} used with the wrong type, \`${of.plan.canon}\` found ${end.noun}`);
}

/** `stream_copy`, `future_copy`. */
function copying(of: BuiltinContext, caller: Caller, kind: EndKind): Run {
  const { plan, cx, codec } = of;
  const { instance, signature } = caller;
  const isStream = plan.canon.startsWith("stream");
  return (index, pointer, count) => {
    if (!plan.async) checkMayBlock(instance);
    const end = endAt(of, caller, index!, kind);
    end.checkIdle();
    end.checkSynchronous(plan.async);
    const length = isStream ? Number(count) >>> 0 : 1;
    end.copy(instance, new GuestBuffer(cx!, codec, pointer!, typeof count === "bigint" ? Number(count) : length, of.element), index!);
    return afterCopy(end, caller, plan.async, signature);
  };
}

function afterCopy(end: CopyEnd, { instance }: Caller, async: boolean, signature: CoreSignature): CoreValue | undefined {
  const wide = signature.results[0] === "i64";
  const packed = (value: number): CoreValue => (wide ? BigInt(value) : value);
  const result = () => packed(end.getPendingEvent()[2]);
  if (end.hasPendingEvent) return result();
  if (async) return wide ? 0xffff_ffff_ffff_ffffn : BLOCKED;
  return blockOn(instance, end, signature, { ready: () => end.hasPendingEvent, result });
}

/** `cancel_copy`. */
function cancelling(of: BuiltinContext, caller: Caller, kind: EndKind): Run {
  const { plan } = of;
  return (index) => {
    if (!plan.async) checkMayBlock(caller.instance);
    const end = endAt(of, caller, index!, kind);
    if (end.state !== CopyState.copying || end.syncWaiter !== undefined)
      throw misuse("no operation of the stream or future is in progress that could be cancelled");
    // wit-bindgen before 0.60 so cancels the read of the stream without elements by which its tasks wake one another: it can't block.
    if (plan.canon !== "stream.cancel-read" || elementOf(of) !== undefined) end.checkSynchronous(plan.async);
    end.state = CopyState.cancellingCopy;
    if (!end.hasPendingEvent) end.shared.cancel();
    return afterCopy(end, caller, plan.async, caller.signature);
  };
}

function dropping(of: BuiltinContext, caller: Caller, kind: EndKind): Run {
  return (index) => {
    endAt(of, caller, index!, kind).drop();
    caller.state().remove(index!);
  };
}

/** The thread that runs, of a component whose calls are all tasks. */
function threadOf(instance: ComponentInstance): Thread {
  return currentThread(instance) ?? raise(guestTrap(TrapCode.Thread, "no task is running: a start function makes no threads"));
}

function raise(error: Error): never {
  throw error;
}

/** `canon_thread_new_indirect`. */
function newThread(instance: ComponentInstance, table: WebAssembly.Table, index: number, value: CoreValue, { type }: BuiltinPlan): number {
  const { task } = threadOf(instance);
  if (index >>> 0 >= table.length) throw guestTrap(TrapCode.Core, "undefined element: out of bounds table access");
  const core = table.get(index >>> 0) as CoreFunction | null;
  if (core === null) throw guestTrap(TrapCode.Core, "uninitialized element");
  const signature: CoreSignature = { params: [type.params[1] as "i32" | "i64"], results: [] };
  checkCoreType(core, signature, instance.store);
  const begin = () => {
    goOn(thread, {
      core,
      signature,
      start: () => [value],
      end: () => {
        task.checkResolved();
        return () => {
          task.unregister(thread);
          thread.exit();
        };
      },
    });
  };
  const thread: Thread = task.thread(begin);
  task.register(thread);
  return thread.index;
}

/** `thread.suspend`, `thread.yield`, and those that let another thread go on at once: `promote` only if it is ready. */
function switching({ instance, state, signature }: Caller, cancellable: boolean, yields: boolean, other?: "resume" | "promote"): Run {
  return (index) => {
    const target = other === undefined ? undefined : other === "resume" ? suspendedThread(instance, index!) : state().threads.get(index!);
    const next = other === "resume" || target?.ready ? target : undefined;
    if (!yields && next === undefined) checkMayBlock(instance);
    return block(
      instance,
      {
        ready: yields ? () => true : undefined,
        reason: yields ? "its turn" : "another thread to resume it",
        cancellable,
        yields,
        begin: () => next?.take(),
        paused: () => next?.resume(false),
        // It can't go on now, but has its turn.
        skipped: () => {
          if (next?.suspended) next.resumeLater();
        },
        result: (cancelled) => Number(cancelled),
      },
      signature,
    );
  };
}
