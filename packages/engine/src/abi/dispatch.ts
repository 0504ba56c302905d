/**
 * Loads, stores and checks by codec, with the commonest types done here: a `switch` costs less than calling a closure when
 * calls of many types pass through one place.
 */
import type { Codec } from "./codec.ts";
import { Code } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import { acceptsScalar, loadScalar, storeScalar } from "./scalars.ts";
import { acceptsString, liftUtf8, storeString, storeUtf8At } from "./strings.ts";

export function acceptsValue(codec: Codec, cx: LiftLowerContext, value: unknown): boolean {
  const { code } = codec;
  if (code === Code.other) return codec.accepts(cx, value);
  return code === Code.string ? acceptsString(value) : acceptsScalar(code, value);
}

export function loadValue(codec: Codec, cx: LiftLowerContext, at: number): unknown {
  const { code } = codec;
  if (code === Code.other) return codec.load(cx, at);
  const { view } = cx;
  return code === Code.string ? liftUtf8(cx, view.getUint32(at, true), view.getUint32(at + 4, true)) : loadScalar(code, view, at);
}

export function storeValue(codec: Codec, cx: LiftLowerContext, value: unknown, at: number): void {
  const { code } = codec;
  if (code === Code.other) codec.store(cx, value, at);
  else if (code === Code.string) storeUtf8At(cx, value, at);
  else storeScalar(code, cx.view, at, value);
}

export function lowerValue(codec: Codec, cx: LiftLowerContext, value: unknown): void {
  if (codec.code === Code.string) cx.pushRange(storeString(cx, value, "utf8"));
  else codec.lowerFlat(cx, value);
}
