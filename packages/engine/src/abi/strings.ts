import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_HOST_STRING_BYTE_LENGTH, MAX_SCRATCH_BYTES, MAX_STRING_BYTE_LENGTH } from "../diagnostics/limits.ts";
import type { ValueType } from "../types/component-types.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import { Code, codec, reject } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import { taggedToCore } from "./context.ts";
import type { CoreValue } from "./core-value.ts";
import { addressFromCore, loadAddress, storeAddress } from "./core-value.ts";
import { guestTrap } from "./guest-trap.ts";
import { decodeLatin1, decodeUtf8, decodeUtf16 } from "./string-decoding.ts";
import { encodeAscii, encodeUtf8, isLatin1, SHORT, utf8Length, writeAscii, writeLatin1, writeUtf8, writeUtf16 } from "./string-encoding.ts";
import { countString } from "./string-helper.ts";
import { GuestString, storeGuestString } from "./string-transcoding.ts";

export function stringCodec(type: ValueType, { encoding, wide }: CodecOptions): Codec {
  const pointer = wide ? 8 : 4;
  const core = wide ? "i64" : "i32";
  const utf8 = encoding === "utf8";
  return codec({
    type,
    code: utf8 && !wide ? Code.string : Code.other,
    size: 2 * pointer,
    align: pointer,
    flat: [core, core],
    accepts: (_, value) => acceptsString(value),
    load: (cx, at) => {
      const { view } = cx;
      if (utf8) return liftUtf8(cx, loadAddress(view, at, wide), loadAddress(view, at + pointer, wide));
      return liftTagged(cx, loadAddress(view, at, wide), wide ? view.getBigUint64(at + 8, true) : view.getUint32(at + 4, true), encoding);
    },
    store: (cx, value, at) => {
      const begin = storeString(cx, value, encoding);
      const { view } = cx;
      storeAddress(view, at, begin, wide);
      if (utf8) storeAddress(view, at + pointer, cx.length, wide);
      else if (wide) view.setBigUint64(at + 8, taggedToCore(cx.length, cx.tagged, true) as bigint, true);
      else view.setUint32(at + 4, taggedToCore(cx.length, cx.tagged, false) as number, true);
    },
    liftFlat: (cx) => {
      const begin = addressFromCore(cx.flat[cx.at++]!, wide);
      const units = cx.flat[cx.at++]!;
      if (utf8) return liftUtf8(cx, begin, addressFromCore(units, wide));
      return liftTagged(cx, begin, wide ? BigInt.asUintN(64, units as bigint) : (units as number) >>> 0, encoding);
    },
    lowerFlat: (cx, value) => cx.pushRange(storeString(cx, value, encoding)),
  });
}

export function acceptsString(value: unknown): boolean {
  return typeof value === "string" && value.length <= MAX_HOST_STRING_BYTE_LENGTH / 2;
}

/** `load_string_from_range` of UTF-8. */
export function liftUtf8(cx: LiftLowerContext, begin: number, bytes: number): unknown {
  check(cx, begin, bytes);
  return cx.raw ? new GuestString(cx.bytes, "utf8", begin, bytes) : decodeUtf8(cx, begin, bytes);
}

/** `load_string_from_range` of UTF-16 and `latin1+utf16`; in the latter the highest bit of the length says which it is. */
function liftTagged(cx: LiftLowerContext, begin: number, tagged: CoreValue, encoding: StringEncoding): unknown {
  let utf16 = encoding === "utf16";
  let units = Number(tagged);
  if (!utf16) {
    utf16 = cx.wide ? (tagged as bigint) >> 63n !== 0n : units >= 0x8000_0000;
    if (utf16) units = cx.wide ? Number(BigInt.asUintN(63, tagged as bigint)) : units - 0x8000_0000;
  }
  if ((begin & 1) !== 0) throw guestTrap(TrapCode.Unaligned, `unaligned pointer: string pointer not aligned to 2: 0x${begin.toString(16)}`);
  const bytes = utf16 ? 2 * units : units;
  check(cx, begin, bytes);
  if (cx.raw) return new GuestString(cx.bytes, encoding === "utf16" ? "utf16" : utf16 ? "tagged utf16" : "latin1", begin, units);
  return utf16 ? decodeUtf16(cx.bytes, begin, begin + bytes) : decodeLatin1(cx.bytes, begin, begin + bytes);
}

function check(cx: LiftLowerContext, begin: number, bytes: number): void {
  const limit = cx.raw ? MAX_STRING_BYTE_LENGTH : MAX_HOST_STRING_BYTE_LENGTH;
  if (bytes > limit) throw guestTrap(TrapCode.TooLong, `string content out-of-bounds: ${bytes} bytes are more than ${limit}`);
  if (begin + bytes > cx.bytes.length && !cx.reaches(begin + bytes)) {
    throw guestTrap(
      TrapCode.OutOfBounds,
      `${cx.raw ? "string content out-of-bounds" : "string pointer/length out of bounds of memory"}: 0x${begin.toString(16)} + ${bytes}`,
    );
  }
  if (!cx.raw) cx.spend(bytes + 16);
}

/** `store_string_into_range`: returns the address, leaves the code units in `cx.length` and `cx.tagged`. */
export function storeString(cx: LiftLowerContext, value: unknown, encoding: StringEncoding): number {
  cx.tagged = false;
  if (typeof value !== "string") return value instanceof GuestString ? storeGuestString(cx, value, encoding) : reject();
  if (encoding === "utf8") return storeUtf8(cx, value);
  return encoding === "utf16" ? storeUtf16(cx, value) : storeLatin1OrUtf16(cx, value);
}

/**
 * One allocation of the exact size. `store_utf16_to_utf8` guesses, and moves what it allocated; a host's string may as well be UTF-8
 * (`store_string_copy`), and allocators that can't move are common: the one of the preview 1 adapters counts each call as one string.
 */
function storeUtf8(cx: LiftLowerContext, text: string): number {
  const units = text.length;
  if (units > SHORT) return storeLongUtf8(cx, text);
  const helper = cx.helper ?? countString(cx);
  if (helper === undefined) {
    const size = utf8Length(text);
    if (size > units) return storeNonAscii(cx, text, size);
    const begin = allocate(cx, units);
    writeAscii(cx.bytes, text, begin);
    return begin;
  }
  cx.length = units;
  const begin = cx.allocateBy(helper, text, undefined);
  return begin < 0x1_0000_0000 ? begin : storeNonAscii(cx, text);
}

function storeLongUtf8(cx: LiftLowerContext, text: string): number {
  const units = text.length;
  if (units > MAX_SCRATCH_BYTES) {
    const encoded = encodeUtf8(text);
    const begin = allocate(cx, encoded.length);
    cx.bytes.set(encoded, begin);
    return begin;
  }
  const { store } = cx.instance;
  if (store.scratch.length < units) store.scratch = new Uint8Array(2 * units);
  const { scratch } = store;
  if (!encodeAscii(scratch, text)) return storeNonAscii(cx, text);
  const begin = allocate(cx, units);
  cx.bytes.set(scratch.subarray(0, units), begin);
  return begin;
}

function storeNonAscii(cx: LiftLowerContext, text: string, size: number = utf8Length(text)): number {
  const begin = allocate(cx, size);
  writeUtf8(cx.bytes, text, begin, size);
  return begin;
}

function allocate(cx: LiftLowerContext, size: number): number {
  cx.length = size;
  return cx.reallocate(0, 0, 1, size, "string");
}

/** `store_string` of UTF-8, in a memory of 32-bit addresses. */
export function storeUtf8At(cx: LiftLowerContext, value: unknown, at: number): void {
  const helper = cx.helper;
  let begin: number;
  if (helper !== undefined && typeof value === "string" && value.length <= SHORT) {
    if (cx.allocateBy(helper, value, at) === 0) return;
    begin = storeNonAscii(cx, value);
  } else {
    begin = storeString(cx, value, "utf8");
  }
  cx.view.setUint32(at, begin, true);
  cx.view.setUint32(at + 4, cx.length, true);
}

/** `store_string_copy` from UTF-16. */
function storeUtf16(cx: LiftLowerContext, text: string): number {
  const begin = cx.reallocate(0, 0, 2, 2 * text.length, "string");
  writeUtf16(cx.view, text.toWellFormed(), begin);
  cx.length = text.length;
  return begin;
}

/** `store_string_to_latin1_or_utf16`, with one allocation of the exact size. */
function storeLatin1OrUtf16(cx: LiftLowerContext, text: string): number {
  if (!isLatin1(text)) {
    cx.tagged = true;
    return storeUtf16(cx, text);
  }
  const begin = cx.reallocate(0, 0, 2, text.length, "string");
  cx.length = text.length;
  writeLatin1(cx.bytes, text, begin);
  return begin;
}
