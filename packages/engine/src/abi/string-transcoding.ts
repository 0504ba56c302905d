import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_STRING_BYTE_LENGTH } from "../diagnostics/limits.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import type { LiftLowerContext } from "./context.ts";
import { guestTrap } from "./guest-trap.ts";
import { decodeLatin1, invalid, unshared, utf16Units } from "./string-decoding.ts";
import { writeLatin1, writeUtf8, writeUtf16 } from "./string-encoding.ts";

/** Source bytes decoded at a time. */
const CHUNK = 0x1_0000;

/** `tagged utf16` is UTF-16 in `latin1+utf16`, which may turn out to be Latin-1 after all. */
export type GuestEncoding = "utf8" | "utf16" | "latin1" | "tagged utf16";

/** The `String` of definitions.py: a string still in the memory of the component that passes it. */
export class GuestString {
  readonly bytes: Uint8Array;
  readonly encoding: GuestEncoding;
  readonly begin: number;
  readonly units: number;

  constructor(bytes: Uint8Array, encoding: GuestEncoding, begin: number, units: number) {
    this.bytes = bytes;
    this.encoding = encoding;
    this.begin = begin;
    this.units = units;
  }

  /** The text in pieces, so that a string of gigabytes is never one in JavaScript. Traps where the encoding is broken. */
  *pieces(): Generator<string, void> {
    const { bytes, encoding, begin, units } = this;
    const end = begin + (encoding.endsWith("utf16") ? 2 * units : units);
    const utf8 = encoding === "utf8" ? new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }) : undefined;
    let carry = "";
    for (let at = begin; at < end; at += CHUNK) {
      const stop = Math.min(at + CHUNK, end);
      if (utf8 !== undefined) yield decodePiece(utf8, unshared(bytes, at, stop), stop < end);
      else if (encoding === "latin1") yield decodeLatin1(bytes, at, stop);
      else {
        let text = carry + utf16Units(bytes, at, stop);
        // A pair may lie across the pieces.
        const last = text.charCodeAt(text.length - 1);
        carry = stop < end && last >= 0xd800 && last < 0xdc00 ? text.slice(-1) : "";
        if (carry !== "") text = text.slice(0, -1);
        if (!text.isWellFormed()) throw invalid("utf-16");
        yield text;
      }
    }
  }
}

function decodePiece(decoder: TextDecoder, bytes: Uint8Array, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch (cause) {
    throw invalid("utf-8", cause);
  }
}

/** `store_string_into_range` from another component's memory, with the allocations that the specification prescribes. */
export function storeGuestString(cx: LiftLowerContext, source: GuestString, encoding: StringEncoding): number {
  if (encoding === "utf8") return source.encoding === "utf8" ? copy(cx, source, 1, 1, appendUtf8) : storeStringToUtf8(cx, source);
  if (encoding === "utf16") return source.encoding === "utf8" ? storeUtf8ToUtf16(cx, source) : copy(cx, source, 2, 2, appendUtf16);
  if (source.encoding === "latin1") return copy(cx, source, 1, 2, appendLatin1);
  return source.encoding === "tagged utf16" ? storeProbablyUtf16ToLatin1OrUtf16(cx, source) : storeStringToLatin1OrUtf16(cx, source);
}

function allocate(cx: LiftLowerContext, old: number, oldSize: number, align: number, size: number): number {
  if (size > MAX_STRING_BYTE_LENGTH) throw guestTrap(TrapCode.TooLong, `string content out-of-bounds: ${size} bytes are more than ${MAX_STRING_BYTE_LENGTH}`);
  return cx.reallocate(old, oldSize, align, size, "string");
}

/** Writes a piece at an address: the address behind it. */
type Append = (cx: LiftLowerContext, text: string, at: number) => number;
const appendUtf8: Append = (cx, text, at) => at + writeUtf8(cx.bytes, text, at, 3 * text.length);
const appendLatin1: Append = (cx, text, at) => at + writeLatin1(cx.bytes, text, at);
const appendUtf16: Append = (cx, text, at) => {
  writeUtf16(cx.view, text, at);
  return at + 2 * text.length;
};

/** `store_string_copy`. */
function copy(cx: LiftLowerContext, source: GuestString, unit: number, align: number, append: Append): number {
  const begin = allocate(cx, 0, 0, align, unit * source.units);
  let at = begin;
  for (const piece of source.pieces()) at = append(cx, piece, at);
  cx.length = source.units;
  return begin;
}

/** `store_string_to_utf8`: taken for ASCII until a character says otherwise. */
function storeStringToUtf8(cx: LiftLowerContext, source: GuestString): number {
  const { units } = source;
  let begin = allocate(cx, 0, 0, 1, units);
  let room = units;
  let size = 0;
  for (const piece of source.pieces()) {
    if (room === units && isNotAscii(piece)) {
      room = units * (source.encoding === "latin1" ? 2 : 3);
      begin = allocate(cx, begin, units, 1, room);
    }
    size = appendUtf8(cx, piece, begin + size) - begin;
  }
  if (size < room) begin = allocate(cx, begin, room, 1, size);
  cx.length = size;
  return begin;
}

function isNotAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return true;
  return false;
}

/** `store_utf8_to_utf16`: twice the bytes is always enough. */
function storeUtf8ToUtf16(cx: LiftLowerContext, source: GuestString): number {
  const worst = 2 * source.units;
  const begin = allocate(cx, 0, 0, 2, worst);
  let at = begin;
  for (const piece of source.pieces()) at = appendUtf16(cx, piece, at);
  const size = at - begin;
  cx.length = size / 2;
  return size < worst ? allocate(cx, begin, worst, 2, size) : begin;
}

/** `store_string_to_latin1_or_utf16`: taken for Latin-1; the first other character spreads what was written. */
function storeStringToLatin1OrUtf16(cx: LiftLowerContext, source: GuestString): number {
  const { units } = source;
  let begin = allocate(cx, 0, 0, 2, units);
  let room = units;
  let size = 0;
  let utf16 = false;
  for (const piece of source.pieces()) {
    if (!utf16 && appendLatin1(cx, piece, begin + size) - begin - size < piece.length) {
      utf16 = true;
      room = 2 * units;
      begin = allocate(cx, begin, units, 2, room);
      writeUtf16(cx.view, decodeLatin1(cx.bytes, begin, begin + size), begin);
      size *= 2;
    }
    size = utf16 ? appendUtf16(cx, piece, begin + size) - begin : size + piece.length;
  }
  if (size < room) begin = allocate(cx, begin, room, 2, size);
  cx.tagged = utf16;
  cx.length = utf16 ? size / 2 : size;
  return begin;
}

/** `store_probably_utf16_to_latin1_or_utf16`, but the last allocation keeps the alignment of 2, as wasmtime has it. */
function storeProbablyUtf16ToLatin1OrUtf16(cx: LiftLowerContext, source: GuestString): number {
  const { units } = source;
  const begin = copy(cx, source, 2, 2, appendUtf16);
  const { bytes } = cx;
  for (let i = 1; i < 2 * units; i += 2) {
    if (bytes[begin + i] !== 0) {
      cx.tagged = true;
      return begin;
    }
  }
  for (let i = 1; i < units; i++) bytes[begin + i] = bytes[begin + 2 * i]!;
  return allocate(cx, begin, 2 * units, 2, units);
}
