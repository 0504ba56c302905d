import { MAX_PATH_BYTES } from "../../limits.ts";
import { Errno, Failure } from "./errno.ts";

/** A run of bytes that the guest names by address and length. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

const SPAN_BYTES = 8;

/** The memory of a module, whose every address comes from the guest: what lies outside is `fault`. */
export class GuestMemory {
  /** Known when the module is instantiated; before that every address is wrong. */
  #memory: Pick<WebAssembly.Memory, "buffer"> = { buffer: new ArrayBuffer(0) };
  #bytes = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));

  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** The bytes themselves, for as long as the guest does not run. Addresses come as signed numbers. */
  bytes(at: number, length: number): Uint8Array<ArrayBuffer> {
    const start = this.#check(at, length >>> 0);
    return this.#bytes.subarray(start, start + (length >>> 0)) as Uint8Array<ArrayBuffer>;
  }

  u8(at: number): number {
    const start = this.#check(at, 1);
    return this.#bytes[start]!;
  }

  u16(at: number): number {
    const start = this.#check(at, 2);
    return this.#view.getUint16(start, true);
  }

  u32(at: number): number {
    const start = this.#check(at, 4);
    return this.#view.getUint32(start, true);
  }

  u64(at: number): bigint {
    const start = this.#check(at, 8);
    return this.#view.getBigUint64(start, true);
  }

  setU8(at: number, value: number): void {
    const start = this.#check(at, 1);
    this.#bytes[start] = value;
  }

  setU16(at: number, value: number): void {
    const start = this.#check(at, 2);
    this.#view.setUint16(start, value, true);
  }

  setU32(at: number, value: number): void {
    const start = this.#check(at, 4);
    this.#view.setUint32(start, value, true);
  }

  setU64(at: number, value: bigint): void {
    const start = this.#check(at, 8);
    this.#view.setBigUint64(start, value, true);
  }

  /** @throws Failure `ilseq` unless it is UTF-8. */
  path(at: number, length: number): string {
    if (length >>> 0 > MAX_PATH_BYTES) throw new Failure(Errno.nametoolong);
    try {
      // A copy: decoders refuse memory that is shared.
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.bytes(at, length).slice());
    } catch (error) {
      throw error instanceof TypeError ? new Failure(Errno.ilseq) : error;
    }
  }

  /** The first of `count` spans (`iovec`, `ciovec`) that is not empty, or an empty one. Reading or writing less than all is no error. @throws Failure `fault` */
  firstSpan(at: number, count: number): Span {
    const start = this.#check(at, (count >>> 0) * SPAN_BYTES);
    for (let i = 0; i < count >>> 0; i++) {
      const span = start + i * SPAN_BYTES;
      const length = this.#view.getUint32(span + 4, true);
      if (length > 0) return { at: this.#check(this.#view.getUint32(span, true), length), length };
    }
    return { at: 0, length: 0 };
  }

  /** Looks at the memory anew, too: it may have grown since. */
  #check(at: number, length: number): number {
    const start = at >>> 0;
    const { buffer } = this.#memory;
    if (this.#bytes.buffer !== buffer) {
      this.#bytes = new Uint8Array(buffer);
      this.#view = new DataView(buffer);
    }
    if (start + length > this.#bytes.length) throw new Failure(Errno.fault);
    return start;
  }
}
