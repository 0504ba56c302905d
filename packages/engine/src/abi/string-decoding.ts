import { TrapCode } from "../diagnostics/error-code.ts";
import type { LiftLowerContext } from "./context.ts";
import { guestTrap } from "./guest-trap.ts";
import { countString } from "./string-helper.ts";

/** Above this many bytes `TextDecoder` is faster than our own loops. */
const SHORT = 96;
/** Arguments of one call of `String.fromCharCode`. */
const CHUNK = 0x2000;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function decodeUtf8(cx: LiftLowerContext, begin: number, size: number): string {
  if (size <= SHORT) {
    if (size === 0) return "";
    const helper = cx.helper ?? countString(cx);
    const text = helper === undefined ? asciiOrNull(cx.bytes, begin, begin + size) : helper.load(begin, size);
    if (text !== null) return text;
  }
  try {
    return utf8.decode(unshared(cx.bytes, begin, begin + size));
  } catch (cause) {
    throw endsEarly(cx.bytes.slice(begin, begin + size)) ? guestTrap(TrapCode.InvalidString, "incomplete utf-8 byte sequence", cause) : invalid("utf-8", cause);
  }
}

/** Whether all that is wrong is that the last character is cut short. */
function endsEarly(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** `TextDecoder` refuses shared memory in browsers. */
export function unshared(bytes: Uint8Array, begin: number, end: number): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes.subarray(begin, end) : bytes.slice(begin, end);
}

export function invalid(encoding: string, cause?: unknown): Error {
  return guestTrap(TrapCode.InvalidString, `invalid ${encoding} string`, cause);
}

/** Eight characters at a time: the fewest string pieces that need no helper module. */
function asciiOrNull(bytes: Uint8Array, begin: number, end: number): string | null {
  let text = "";
  let at = begin;
  for (; at + 8 <= end; at += 8) {
    const a = bytes[at]!;
    const b = bytes[at + 1]!;
    const c = bytes[at + 2]!;
    const d = bytes[at + 3]!;
    const e = bytes[at + 4]!;
    const f = bytes[at + 5]!;
    const g = bytes[at + 6]!;
    const h = bytes[at + 7]!;
    if ((a | b | c | d | e | f | g | h) > 0x7f) return null;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; at < end; at++) {
    const a = bytes[at]!;
    if (a > 0x7f) return null;
    text += String.fromCharCode(a);
  }
  return text;
}

export function decodeLatin1(bytes: Uint8Array, begin: number, end: number): string {
  let text = "";
  for (let at = begin; at < end; at += CHUNK) text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(at + CHUNK, end)) as unknown as number[]);
  return text;
}

/** Traps on a surrogate without its partner. */
export function decodeUtf16(bytes: Uint8Array, begin: number, end: number): string {
  const text = utf16Units(bytes, begin, end);
  if (!text.isWellFormed()) throw invalid("utf-16");
  return text;
}

export function utf16Units(bytes: Uint8Array, begin: number, end: number): string {
  let text = "";
  const units: number[] = [];
  for (let at = begin; at < end; ) {
    const stop = Math.min(at + 2 * CHUNK, end);
    units.length = 0;
    for (; at < stop; at += 2) units.push(bytes[at]! | (bytes[at + 1]! << 8));
    text += String.fromCharCode.apply(null, units);
  }
  return text;
}
