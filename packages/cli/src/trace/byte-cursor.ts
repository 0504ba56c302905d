/** Reads little-endian numbers, LEB128 and strings; past the end it throws a RangeError, which callers turn into "no line known". */
export class ByteCursor {
  readonly #view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.#view.byteLength;
  }

  u8(): number {
    return this.#view.getUint8(this.at++);
  }

  i8(): number {
    return this.#view.getInt8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.#view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  u64(): number {
    this.at += 8;
    return Number(this.#view.getBigUint64(this.at - 8, true));
  }

  uleb(): number {
    let result = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
    }
  }

  sleb(): number {
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      result += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return byte & 0x40 ? result - scale : result;
    }
  }

  bytes(length: number): Uint8Array {
    if (this.at + length > this.#view.byteLength) throw new RangeError("past the end");
    this.at += length;
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.at - length, length);
  }

  /** A string of `length` bytes. */
  text(length: number): string {
    return new TextDecoder().decode(this.bytes(length));
  }

  /** A string up to its 0 byte. */
  cString(): string {
    const start = this.at;
    while (this.u8() !== 0);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, this.at - 1 - start));
  }
}
