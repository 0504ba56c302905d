/** `canon lower` of async functions, and of those that run as tasks: of other components, and of JavaScript. */
import type { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction, CoreSignature, CoreValue } from "../abi/core-value.ts";
import type { Signature } from "../abi/signature.ts";
import { callCore, liftArguments, lowerResult } from "../abi/values.ts";
import { stateOf } from "../concurrency/instance-state.ts";
import { Scheduler } from "../concurrency/scheduler.ts";
import { Subtask, SubtaskState } from "../concurrency/subtask.ts";
import type { Task } from "../concurrency/task.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { checkMayLeave } from "../store/component-instance.ts";
import { BorrowScope } from "../store/runtime-resource.ts";
import { type Call, liftTaskResult, startTask } from "./async-lift.ts";
import { blockOn, checkMayBlock, hold } from "./block.ts";
import type { LiftedFunction } from "./lift.ts";
import { endCall, type HostImport, isAwaited, thrownValue } from "./lower.ts";
import { passArguments, type Wire } from "./lower-lifted.ts";
import { failImport, trapFrom } from "./trap-from.ts";

/** Generated wasm that moves the values of a call (`adapter/`). */
export interface TaskMoves {
  /**
   * Takes what the caller passed but the address for a spilled result, after the records of the task's scope and the subtask's if there are
   * borrows. Moves the arguments, calls the callee's core function and gives what that returns.
   */
  readonly start: CoreFunction;
  readonly signature: CoreSignature;
  /** `start` tells when the arguments have arrived, since they can be such that they can't be passed. */
  readonly tellsArrival: boolean;
  /**
   * Takes the core result of a callee lifted without `async`, or the core parameters of `task.return`, and the caller's address for a spilled
   * result; gives the caller's flat result if it has one.
   */
  readonly finish: CoreFunction;
  /** How many core values the callee's result is. */
  readonly results: number;
}

/** `undefined`: the engine can't run what would be generated. */
export type MakeMoves = () => TaskMoves | undefined;

/** A function of another component. `makeMoves` is asked at the first call; without it the values pass by the closures of `abi/`. */
export function lowerTask(signature: Signature, cx: LiftLowerContext, callee: LiftedFunction, makeMoves?: MakeMoves): CoreFunction {
  const { instance } = cx;
  const entering = callee.cx.instance.enteringSet(instance);
  let moves: TaskMoves | undefined;
  let make = makeMoves;
  return (...flat) => {
    const subtask = new Subtask(callee.name);
    try {
      begin(signature, cx, subtask);
      moves ??= make?.();
      make = undefined;
      const call =
        moves === undefined
          ? new ClosureCall(entering, subtask, flat, { signature, cx, callee, entering })
          : new FusedCall(entering, subtask, flat, moves, instance);
      const task = startTask(callee, call);
      subtask.callee = task;
      if (!callee.async && !task.isResolved) Scheduler.of(instance.store).block(task);
      return afterStart(signature, cx, subtask);
    } catch (error) {
      subtask.abandonLoans();
      return failImport(instance, trapFrom(error, instance, callee.name), signature.lowered);
    }
  };
}

function begin(signature: Signature, { instance }: LiftLowerContext, subtask: Subtask): void {
  checkMayLeave(instance);
  if (!signature.options.async && signature.type.async) checkMayBlock(instance);
  if (signature.hasBorrow) subtask.scope = new BorrowScope(instance.store);
}

/** A call that a component made. */
abstract class GuestCall {
  readonly isHost = false;
  abstract readonly instance: ComponentInstance;
  readonly entering: readonly ComponentInstance[];
  protected readonly subtask: Subtask;
  /** What the caller passed. */
  protected readonly flat: CoreValue[];

  constructor(entering: readonly ComponentInstance[], subtask: Subtask, flat: CoreValue[]) {
    this.entering = entering;
    this.subtask = subtask;
    this.flat = flat;
  }

  /** The result in the caller's hands: its flat result, if it has one. */
  protected abstract finish(flat: CoreValue[], returned: Signature | undefined): CoreValue | undefined;

  resolve(flat: CoreValue[] | undefined, returned: Signature | undefined): void {
    const { subtask } = this;
    if (subtask.isAbandoned) return;
    if (flat === undefined) {
      cancelled(subtask);
      return;
    }
    try {
      subtask.flatResult = this.finish(flat, returned);
    } catch (error) {
      const { instance } = this;
      const trap = trapFrom(error, instance, undefined);
      // Its `realloc` was cut off, or lied. Its call may wait: then it is not on this stack.
      if (!instance.mayLeave) instance.poison(trap);
      throw trap;
    }
    subtask.progress(SubtaskState.returned);
  }

  fail(error: unknown): void {
    const [callee] = this.entering;
    // The callee lives: what it was to be given was wrong, which is the caller's trap, also when it comes later than its call.
    if (callee !== undefined && callee.poisonedBy === undefined) this.instance.poison(error);
    this.subtask.fail(error);
  }
}

/** Generated wasm moves the values. */
class FusedCall extends GuestCall implements Call {
  readonly instance: ComponentInstance;
  readonly #moves: TaskMoves;

  constructor(entering: readonly ComponentInstance[], subtask: Subtask, flat: CoreValue[], moves: TaskMoves, instance: ComponentInstance) {
    super(entering, subtask, flat);
    this.#moves = moves;
    this.instance = instance;
  }

  get core(): CoreFunction {
    return this.#moves.start;
  }
  get signature(): CoreSignature {
    return this.#moves.signature;
  }
  get tellsArrival(): boolean {
    return this.#moves.tellsArrival;
  }

  start({ scope }: Task): readonly CoreValue[] {
    this.subtask.progress(SubtaskState.started);
    return scope === undefined ? this.flat : [scope.record, this.subtask.scope!.record, ...this.flat];
  }

  protected finish(flat: CoreValue[]): CoreValue | undefined {
    const { finish, results } = this.#moves;
    // An address for what is spilled is the last that the caller passed.
    flat[results] = this.flat[this.flat.length - 1]!;
    return callCore(finish, flat, results + 1);
  }
}

/** The closures of `abi/` move the values. */
class ClosureCall extends GuestCall implements Call {
  readonly #wire: Wire;

  constructor(entering: readonly ComponentInstance[], subtask: Subtask, flat: CoreValue[], wire: Wire) {
    super(entering, subtask, flat);
    this.#wire = wire;
  }

  get instance(): ComponentInstance {
    return this.#wire.cx.instance;
  }
  get core(): CoreFunction {
    return this.#wire.callee.core;
  }
  get signature(): CoreSignature {
    return this.#wire.callee.signature.lifted;
  }

  start({ scope }: Task): readonly CoreValue[] {
    this.subtask.progress(SubtaskState.started);
    passArguments(this.#wire, this.flat, this.subtask.scope, scope);
    return this.#wire.callee.cx.flat;
  }

  protected finish(flat: CoreValue[], returned: Signature | undefined): CoreValue | undefined {
    const { signature, cx, callee } = this.#wire;
    const value = liftTaskResult(callee, flat, returned, true);
    cx.raw = true;
    try {
      return lowerResult(signature, cx, value, this.flat[this.flat.length - 1]);
    } finally {
      cx.raw = false;
    }
  }
}

function cancelled(subtask: Subtask): void {
  subtask.progress(subtask.state === SubtaskState.starting ? SubtaskState.cancelledBeforeStarted : SubtaskState.cancelledBeforeReturned);
}

/** What the core function returns, now or when the subtask has resolved. */
function afterStart(signature: Signature, { instance }: LiftLowerContext, subtask: Subtask): CoreValue | undefined {
  const state = stateOf(instance);
  if (!signature.options.async) {
    const result = () => {
      state.calls.delete(subtask);
      subtask.deliverResolve();
      return subtask.flatResult;
    };
    if (subtask.isOver) return result();
    state.calls.add(subtask);
    if (!signature.type.async) return hold(instance, subtask, signature.lowered, result);
    return blockOn(instance, subtask, signature.lowered, { ready: () => subtask.isOver, result });
  }
  if (subtask.isOver) {
    subtask.deliverResolve();
    return subtask.state;
  }
  subtask.index = state.add(subtask);
  return subtask.state | (subtask.index << 4);
}

/** What an async function of JavaScript gets after its arguments. */
class HostCallOptions {
  #controller: AbortController | undefined = undefined;

  /** Aborted when the guest cancels the call, or is no more. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  static abort(options: HostCallOptions): void {
    options.#controller?.abort();
  }
}

/** An async function of JavaScript. */
export function lowerAsyncHostFunction(of: HostImport): CoreFunction {
  const { name, signature, cx, host } = of;
  const { instance } = cx;
  const { store } = instance;
  const { activations } = store;
  return (...flat) => {
    const subtask = new Subtask(name);
    try {
      begin(signature, cx, subtask);
      cx.flat = flat;
      cx.scope = subtask.scope;
      const args = liftArguments(signature, cx);
      subtask.state = SubtaskState.started;
      const options = new HostCallOptions();
      let value: unknown;
      activations.hostCalls += 1;
      try {
        value = host(...args, options);
        if (!isAwaited(signature, value) && signature.throws !== undefined) value = { tag: "ok", val: value };
      } catch (error) {
        value = thrownValue(of, error);
      } finally {
        activations.hostCalls -= 1;
      }
      const out = flat[flat.length - 1];
      if (isAwaited(signature, value)) settleLater(of, value, subtask, options, out);
      else returned(of, subtask, value, out);
      return afterStart(signature, cx, subtask);
    } catch (error) {
      subtask.abandonLoans();
      return failImport(instance, trapFrom(error, instance, undefined), signature.lowered);
    }
  };
}

function returned(of: HostImport, subtask: Subtask, value: unknown, out: CoreValue | undefined): void {
  subtask.flatResult = endCall(of, value, out, undefined);
  subtask.progress(SubtaskState.returned);
}

function settleLater(of: HostImport, promise: Promise<unknown>, subtask: Subtask, options: HostCallOptions, out: CoreValue | undefined): void {
  const { signature, cx } = of;
  const { instance } = cx;
  const scheduler = Scheduler.of(instance.store);
  scheduler.outside += 1;
  let isPending = true;
  const over = () => {
    if (isPending) scheduler.outside -= 1;
    isPending = false;
  };
  subtask.callee = {
    requestCancellation() {
      over();
      HostCallOptions.abort(options);
      if (!subtask.isAbandoned) cancelled(subtask);
      return undefined;
    },
  };
  const settle = (finish: () => unknown) => {
    if (!isPending) return;
    over();
    if (subtask.isAbandoned) return;
    try {
      returned(of, subtask, finish(), out);
    } catch (error) {
      instance.poison(trapFrom(error, instance, undefined));
    }
  };
  promise.then(
    (value) => settle(() => (signature.throws === undefined ? value : { tag: "ok", val: value })),
    (error) => settle(() => thrownValue(of, error)),
  );
}
