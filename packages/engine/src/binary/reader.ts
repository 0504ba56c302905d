/**
 * A cursor over bytes with the primitive encodings of WebAssembly. Every count is read with a limit and a noun, every
 * error carries its offset in the whole binary. Messages are those of wasmparser where the official suites state them.
 */
import { ComponentError, type ErrorDetail } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_NAME_BYTES } from "../diagnostics/limits.ts";

// A byte order mark is part of a name, not of its encoding: never drop it.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class BinaryReader {
  readonly bytes: Uint8Array;
  /** Offset of `bytes[0]` in the whole binary. */
  readonly base: number;
  /** Index of the next byte in `bytes`. */
  position: number;
  /** Index in `bytes` at which this reader ends. */
  readonly end: number;

  constructor(bytes: Uint8Array, base = 0, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.base = base;
    this.position = start;
    this.end = end;
  }

  /** Where the next byte lies in the whole binary. */
  get offset(): number {
    return this.base + this.position;
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  get bytesLeft(): number {
    return this.end - this.position;
  }

  error(code: string, message: string, offset: number = this.offset, detail: ErrorDetail = {}): ComponentError {
    return new ComponentError(code, message, { ...detail, offset });
  }

  unexpectedEnd(offset: number = this.offset): ComponentError {
    return this.error(ErrorCode.UnexpectedEnd, "unexpected end-of-file", offset);
  }

  /** For a byte that was just read; `noun` says what it should have begun. */
  invalidLeadingByte(byte: number, noun: string, offset: number = this.offset - 1): ComponentError {
    return this.error(ErrorCode.InvalidLeadingByte, `invalid leading byte (0x${byte.toString(16)}) for ${noun}`, offset);
  }

  peek(): number {
    if (this.position >= this.end) throw this.unexpectedEnd();
    return this.bytes[this.position]!;
  }

  u8(): number {
    if (this.position >= this.end) throw this.unexpectedEnd();
    return this.bytes[this.position++]!;
  }

  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw this.error(ErrorCode.InvalidLeadingByte, "invalid boolean value", this.offset - 1);
    return byte === 1;
  }

  u32(): number {
    const byte = this.u8();
    return byte < 0x80 ? byte : this.#longU32(byte & 0x7f);
  }

  #longU32(low: number): number {
    let result = low;
    for (let shift = 7; ; shift += 7) {
      const byte = this.u8();
      if (shift === 28 && byte > 0x0f) throw this.#badInteger("u32", byte);
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
  }

  /** Many integers at once, such as a function section has. */
  u32s(count: number): Uint32Array {
    const { bytes, end } = this;
    const result = new Uint32Array(count);
    let { position } = this;
    for (let i = 0; i < count; i++) {
      const byte = position < end ? bytes[position]! : 0x80;
      if (byte < 0x80) {
        result[i] = byte;
        position++;
      } else {
        this.position = position;
        result[i] = this.u32();
        ({ position } = this);
      }
    }
    this.position = position;
    return result;
  }

  u64(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      if (shift === 63n && byte > 1) throw this.#badInteger("u64", byte);
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  }

  /** A signed integer of 33 bits: a type index when it is not negative. */
  s33(): number {
    let result = 0;
    let scale = 1;
    for (let count = 1; ; count++, scale *= 0x80) {
      const byte = this.u8();
      if (count < 5 && byte >= 0x80) {
        result += (byte & 0x7f) * scale;
        continue;
      }
      // Of a fifth byte five bits count; the two above them repeat the sign.
      if (count === 5 && (byte >= 0x80 || (byte > 0x0f && byte < 0x70))) throw this.#badInteger("s33", byte);
      return result + (byte & 0x40 ? byte - 0x80 : byte) * scale;
    }
  }

  #badInteger(type: string, byte: number): ComponentError {
    const problem = byte & 0x80 ? "integer representation too long" : "integer too large";
    return this.error(ErrorCode.InvalidLeb128, `invalid var_${type}: ${problem}`, this.offset - 1);
  }

  /** Passes over `count` bytes: the index of the first. */
  skip(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw this.unexpectedEnd(this.base + this.end);
    this.position = start + count;
    return start;
  }

  /** A name or label: its length and its UTF-8. */
  name(): string {
    const offset = this.offset;
    const length = this.u32();
    if (length > MAX_NAME_BYTES) throw this.error(ErrorCode.TooMany, `string size out of bounds: ${length} bytes, the limit is ${MAX_NAME_BYTES}`, offset);
    const start = this.skip(length);
    try {
      return utf8.decode(this.bytes.subarray(start, start + length));
    } catch (cause) {
      throw this.error(ErrorCode.InvalidUtf8, "malformed UTF-8 encoding", this.base + start, { cause });
    }
  }

  /** A count of `noun`, not above `limit`. Every element takes a byte at least, so the bytes left bound it too. */
  count(noun: string, limit: number): number {
    const offset = this.offset;
    const count = this.u32();
    if (count > limit) throw this.error(ErrorCode.TooMany, `${noun} size is out of bounds: ${count}, the limit is ${limit}`, offset);
    if (count > this.bytesLeft) throw this.unexpectedEnd(this.base + this.end);
    return count;
  }

  vec<T>(noun: string, limit: number, readElement: (reader: BinaryReader) => T): T[] {
    const elements: T[] = [];
    for (let left = this.count(noun, limit); left > 0; left--) elements.push(readElement(this));
    return elements;
  }

  /** Reads to the end of a section, which must be here. */
  finish(): void {
    if (!this.atEnd) throw this.error(ErrorCode.MalformedSection, "section size mismatch: unexpected data at the end of the section");
  }
}
