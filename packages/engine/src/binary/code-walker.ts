/**
 * Walks over the instructions of a function body, of which it knows lengths and opcodes and nothing else: the JavaScript engine has
 * validated them. For rewriting core code.
 */

/** An instruction whose length is not known: one of a proposal that came later, or of garbage-collected objects. */
export const UNKNOWN = -1;

/**
 * The immediates of opcodes, in runs from one opcode to another. A letter for each: `u` integer (or heap type), `m` memory argument,
 * `b` block type, `V` value types, `L` labels, `C` catch clauses; digits are bytes, `x` is 16 of them. Of opcodes with a prefix, that
 * is the high byte.
 */
const RUNS: readonly (readonly [from: number, to: number, immediates: string])[] = [
  [0x00, 0x01, ""],
  [0x02, 0x04, "b"],
  [0x05, 0x05, ""],
  // try, catch, rethrow, delegate, catch_all of the former exceptions proposal: engines still run them
  [0x06, 0x06, "b"],
  [0x07, 0x09, "u"],
  [0x0a, 0x0b, ""],
  [0x0c, 0x0d, "u"],
  [0x0e, 0x0e, "L"],
  [0x0f, 0x0f, ""],
  [0x10, 0x10, "u"],
  [0x11, 0x11, "uu"],
  [0x12, 0x12, "u"],
  [0x13, 0x13, "uu"],
  [0x14, 0x15, "u"],
  [0x18, 0x18, "u"],
  [0x19, 0x1b, ""],
  [0x1c, 0x1c, "V"],
  [0x1f, 0x1f, "bC"],
  [0x20, 0x26, "u"],
  [0x28, 0x3e, "m"],
  [0x3f, 0x42, "u"],
  [0x43, 0x43, "4"],
  [0x44, 0x44, "8"],
  [0x45, 0xc4, ""],
  [0xd0, 0xd0, "u"],
  [0xd1, 0xd1, ""],
  [0xd2, 0xd2, "u"],
  [0xd3, 0xd4, ""],
  [0xd5, 0xd6, "u"],
  [0xfc00, 0xfc07, ""],
  [0xfc08, 0xfc08, "uu"],
  [0xfc09, 0xfc09, "u"],
  [0xfc0a, 0xfc0a, "uu"],
  [0xfc0b, 0xfc0b, "u"],
  [0xfc0c, 0xfc0c, "uu"],
  [0xfc0d, 0xfc0d, "u"],
  [0xfc0e, 0xfc0e, "uu"],
  [0xfc0f, 0xfc11, "u"],
  [0xfd00, 0xfd0b, "m"],
  [0xfd0c, 0xfd0d, "x"],
  [0xfd0e, 0xfd14, ""],
  [0xfd15, 0xfd22, "1"],
  [0xfd23, 0xfd53, ""],
  [0xfd54, 0xfd5b, "m1"],
  [0xfd5c, 0xfd5d, "m"],
  [0xfd5e, 0xfdff, ""],
  [0xfe00, 0xfe02, "m"],
  [0xfe03, 0xfe03, "1"],
  [0xfe10, 0xfe4e, "m"],
];

const IMMEDIATES: ReadonlyMap<number, string> = new Map(
  RUNS.flatMap(([from, to, immediates]) => Array.from({ length: to - from + 1 }, (_, i) => [from + i, immediates] as const)),
);
/** Of opcodes without a prefix, which are nearly all. */
const PLAIN: readonly string[] = Array.from({ length: 0x100 }, (_, opcode) => IMMEDIATES.get(opcode) ?? "?");

export class CodeWalker {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  /** Passes over the declarations of locals that a body begins with. */
  locals(): void {
    for (let left = this.u32(); left > 0; left--) {
      this.u32();
      this.#valueType();
    }
  }

  /** Passes over one instruction; gives its opcode. After `UNKNOWN` the position means nothing. */
  next(): number {
    const opcode = this.#bytes[this.position++]!;
    const immediates = PLAIN[opcode]!;
    if (immediates === "") return opcode;
    if (immediates === "u") {
      this.#integer();
      return opcode;
    }
    if (immediates !== "?") {
      this.#immediates(immediates);
      return opcode;
    }
    if (opcode < 0xfc || opcode > 0xfe) return UNKNOWN;
    const sub = this.u32();
    // The relaxed SIMD instructions, all without immediates.
    if (opcode === 0xfd && sub >= 0x100 && sub <= 0x12f) return opcode * 0x1000 + sub;
    const prefixed = sub > 0xff ? undefined : IMMEDIATES.get(opcode * 0x100 + sub);
    if (prefixed === undefined) return UNKNOWN;
    this.#immediates(prefixed);
    return opcode * 0x100 + sub;
  }

  /** Reads an integer of at most 32 bits, unsigned. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.position++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  #integer(): void {
    while (this.#bytes[this.position++]! >= 0x80);
  }

  #immediates(immediates: string): void {
    for (const kind of immediates) {
      switch (kind) {
        case "u":
          this.#integer();
          break;
        case "m":
          // Bit 6 of the alignment: a memory index follows (multi-memory).
          if (this.u32() & 0x40) this.#integer();
          this.#integer();
          break;
        case "b":
          this.#valueType();
          break;
        case "x":
          this.position += 16;
          break;
        case "L":
          for (let left = this.u32() + 1; left > 0; left--) this.#integer();
          break;
        case "V":
          for (let left = this.u32(); left > 0; left--) this.#valueType();
          break;
        case "C":
          // catch and catch_ref have a tag; all have a label.
          for (let left = this.u32(); left > 0; left--) {
            if (this.#bytes[this.position++]! < 2) this.#integer();
            this.#integer();
          }
          break;
        default:
          this.position += Number(kind);
      }
    }
  }

  /** Also block types: a value type, a type index or 0x40, of which all but typed references are one integer. */
  #valueType(): void {
    const byte = this.#bytes[this.position]!;
    if (byte === 0x63 || byte === 0x64) this.position += 1;
    this.#integer();
  }
}
