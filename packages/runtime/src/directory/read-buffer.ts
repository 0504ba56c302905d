import type { Later } from "../capability/later.ts";

const MIN_SIZE = 4096;

/** The memory for reads, one after another: what is read lasts until the next. Where several are under way at once, each has its own. */
export class ReadBuffer {
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  /** Gives the bytes that `read` put into up to `length` bytes of memory. */
  fill(length: number, read: (into: Uint8Array<ArrayBuffer>) => Later<number>): Later<Uint8Array> {
    let bytes = this.#bytes;
    if (bytes === undefined || bytes.length < length) bytes = new Uint8Array(Math.max(length, MIN_SIZE));
    this.#bytes = undefined;
    const count = read(bytes.length === length ? bytes : bytes.subarray(0, length));
    if (count instanceof Promise) return count.then((later) => this.#filled(bytes, later));
    return this.#filled(bytes, count);
  }

  #filled(bytes: Uint8Array<ArrayBuffer>, count: number): Uint8Array {
    this.#bytes = bytes;
    return bytes.subarray(0, count);
  }
}
