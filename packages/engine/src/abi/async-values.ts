import { CopyEnd, ReadableFutureEnd, ReadableStreamEnd } from "../concurrency/copy-end.ts";
import { ErrorContext } from "../concurrency/error-context.ts";
import { stateOf } from "../concurrency/instance-state.ts";
import type { SharedFuture, SharedStream } from "../concurrency/shared.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import type { FutureType, PrimitiveType, StreamType } from "../types/component-types.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import { codec } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import { elementType, sameElement } from "./element-type.ts";
import { guestTrap } from "./guest-trap.ts";
import { futureFromJs, futureToJs } from "./host-future.ts";
import { acceptsStream, streamFromJs, streamToJs } from "./host-stream.ts";

/** `lift_stream`, `lift_future`, `lower_stream`, `lower_future`. Between components (`cx.raw`) what is between the ends passes. */
export function asyncValueCodec(type: StreamType | FutureType, options: CodecOptions): Codec {
  const element = type.element === undefined ? undefined : options.of(type.element);
  const isStream = type.kind === "stream";
  const End: new (shared: SharedStream | SharedFuture) => CopyEnd = isStream ? ReadableStreamEnd : ReadableFutureEnd;
  const noun = `the readable end of a ${type.kind}`;
  const lift = (cx: LiftLowerContext, index: number): unknown => {
    const state = stateOf(cx.instance);
    const end = state.get(index, CopyEnd, noun);
    if (!(end instanceof End) || !sameElement(end.shared.element.type, type.element))
      throw guestTrap(TrapCode.WrongHandleType, `handle index ${index} used with the wrong type, expected ${noun}`);
    end.checkLift();
    state.remove(index);
    const { shared } = end;
    if (cx.raw) return shared;
    return isStream ? streamToJs(shared as SharedStream, cx.instance.store) : futureToJs(shared as SharedFuture, cx.instance.store);
  };
  const lower = (cx: LiftLowerContext, value: unknown): number => {
    const shared = cx.raw
      ? (value as SharedStream | SharedFuture)
      : isStream
        ? streamFromJs(value, elementType(type.element), element, cx)
        : futureFromJs(value, elementType(type.element), element, cx);
    return stateOf(cx.instance).add(new End(shared));
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
  const lift = (cx: LiftLowerContext, index: number) => stateOf(cx.instance).get(index, ErrorContext, "an error context");
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
