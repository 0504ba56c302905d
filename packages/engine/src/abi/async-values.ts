import { CopyEnd, ReadableFutureEnd, ReadableStreamEnd } from "../concurrency/copy-end.ts";
import { ErrorContext } from "../concurrency/error-context.ts";
import { stateOf } from "../concurrency/instance-state.ts";
import type { SharedFuture, SharedStream } from "../concurrency/shared.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import type { FutureType, PrimitiveType, StreamType, ValueType } from "../types/component-types.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import { codec } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import { elementType, sameElement } from "./element-type.ts";
import { guestTrap } from "./guest-trap.ts";
import { futureFromJs, futureToJs } from "./host-future.ts";
import { acceptsStream, streamFromJs, streamToJs } from "./host-stream.ts";

type Between = SharedStream | SharedFuture;
type EndKind = new (shared: Between) => CopyEnd;

function endOf(type: StreamType | FutureType): EndKind {
  return type.kind === "stream" ? ReadableStreamEnd : ReadableFutureEnd;
}

/** `lift_async_value`: takes the readable end out of the table; gives what is between the ends. */
function liftEnd(type: StreamType | FutureType, instance: ComponentInstance, index: number): Between {
  const state = stateOf(instance);
  const noun = `the readable end of a ${type.kind}`;
  const end = state.get(index, CopyEnd, noun);
  if (!(end instanceof endOf(type)) || !sameElement(end.shared.element.type, type.element))
    throw guestTrap(TrapCode.WrongHandleType, `handle index ${index} used with the wrong type, expected ${noun}`);
  end.checkLift();
  state.remove(index);
  return end.shared as Between;
}

function lowerEnd(type: StreamType | FutureType, instance: ComponentInstance, shared: Between): number {
  return stateOf(instance).add(new (endOf(type))(shared));
}

function liftErrorContext(instance: ComponentInstance, index: number): ErrorContext {
  return stateOf(instance).get(index, ErrorContext, "an error context");
}

/** What lifting from one component and lowering into another come to: the index that the end, or the error context, has there. */
export function passAsyncValue(type: ValueType, from: ComponentInstance, to: ComponentInstance, index: number): number {
  if (type.kind === "stream" || type.kind === "future") return lowerEnd(type, to, liftEnd(type, from, index));
  return stateOf(to).add(liftErrorContext(from, index));
}

/** `lift_stream`, `lift_future`, `lower_stream`, `lower_future`. Between components (`cx.raw`) what is between the ends passes. */
export function asyncValueCodec(type: StreamType | FutureType, options: CodecOptions): Codec {
  const element = type.element === undefined ? undefined : options.of(type.element);
  const isStream = type.kind === "stream";
  const lift = (cx: LiftLowerContext, index: number): unknown => {
    const shared = liftEnd(type, cx.instance, index);
    if (cx.raw) return shared;
    return isStream ? streamToJs(shared as SharedStream, cx.instance.store) : futureToJs(shared as SharedFuture, cx.instance.store);
  };
  const lower = (cx: LiftLowerContext, value: unknown): number => {
    const shared = cx.raw
      ? (value as Between)
      : isStream
        ? streamFromJs(value, elementType(type.element), element, cx)
        : futureFromJs(value, elementType(type.element), element, cx);
    return lowerEnd(type, cx.instance, shared);
  };
  return codec({
    type,
    size: 4,
    align: 4,
    flat: ["i32"],
    hasAsyncValue: true,
    // The element may have resources, whose slots are the component's own.
    hasResource: element?.hasResource ?? false,
    accepts: (_, value) => !isStream || acceptsStream(value),
    lift: (cx, index) => lift(cx, index as number),
    lower,
    load: (cx, at) => lift(cx, cx.view.getInt32(at, true)),
    store: (cx, value, at) => {
      const index = lower(cx, value);
      cx.view.setInt32(at, index, true);
    },
  });
}

/** `lift_error_context`, `lower_error_context`: the object itself passes, and JavaScript sees it. */
export function errorContextCodec(type: PrimitiveType): Codec {
  const lift = (cx: LiftLowerContext, index: number) => liftErrorContext(cx.instance, index);
  const lower = (cx: LiftLowerContext, value: unknown) =>
    stateOf(cx.instance).add(value instanceof ErrorContext ? value : new ErrorContext((value as { readonly debugMessage: string }).debugMessage));
  return codec({
    type,
    size: 4,
    align: 4,
    flat: ["i32"],
    hasAsyncValue: true,
    accepts: (_, value) => typeof value === "object" && value !== null && typeof (value as { debugMessage?: unknown }).debugMessage === "string",
    lift: (cx, index) => lift(cx, index as number),
    lower,
    load: (cx, at) => lift(cx, cx.view.getInt32(at, true)),
    store: (cx, value, at) => {
      const index = lower(cx, value);
      cx.view.setInt32(at, index, true);
    },
  });
}
