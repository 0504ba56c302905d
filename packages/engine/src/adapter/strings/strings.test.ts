import assert from "node:assert/strict";
import { test } from "node:test";
import type { GuestEncoding } from "../../abi/string-transcoding.ts";
import { storeString } from "../../abi/strings.ts";
import { codecOf, GUARD, HEAP, string, TestGuest } from "../../abi/test-guest.ts";
import { ModuleWriter, Type } from "../../binary/writer.ts";
import type { Trap } from "../../diagnostics/trap.ts";
import { Header } from "../../store/control-memory.ts";
import { type Naming, WASM_TRAPS } from "../../store/wasm-trap.ts";
import type { StringEncoding } from "../../validate/definitions.ts";
import { emitString, type StringSide } from "./strings.ts";

const encodings: readonly StringEncoding[] = ["utf8", "utf16", "latin1+utf16"];
/** Units of one piece of the closures: where a string is broken shows in the calls before the trap if it is in a later piece. */
const PIECE = 0x8000;
const PAGE = 0x1_0000;

interface Outcome {
  /** Message of the trap, else where the string lies, its length with its tag, and its bytes. */
  readonly result: string;
  readonly calls: string;
}

type Address = number | bigint;
type Run = (begin: Address, length: Address) => [Address, Address];
interface Surroundings {
  readonly source: WebAssembly.Memory;
  readonly target: WebAssembly.Memory;
  readonly realloc: (...values: Address[]) => Address;
  /** Gets the messages of traps. */
  readonly trapped: (message: string) => void;
}

/** The function from one side to the other. */
function instantiate(encodings: readonly StringEncoding[], wide: readonly boolean[], { source, target, realloc, trapped }: Surroundings): Run {
  const module = new ModuleWriter();
  const [from, to] = encodings.map((encoding, i) => ({ encoding, wide: wide[i]!, memory: 1 + i })) as [StringSide, StringSide];
  const address = to.wide ? Type.i64 : Type.i32;
  const trap = module.importFunc("", "trap", module.funcType([Type.i32, Type.i32, Type.i32], []));
  const env = { trap, realloc: module.importFunc("", "realloc", module.funcType([address, address, address, address], [address])), memo: new Map() };
  module.importMemory("", "control", { min: 1 });
  module.importMemory("", "source", { min: 1, is64: from.wide });
  module.importMemory("", "target", { min: 1, is64: to.wide });
  const func = emitString(module, from, to, env);
  assert.equal(emitString(module, from, to, env), func);
  module.export("run", "func", func);
  const control = new WebAssembly.Memory({ initial: 1 });
  const imports = {
    control,
    source,
    target,
    realloc,
    trap: (code: number, a: number, b: number) => {
      const detail = new Int32Array(control.buffer)[Header.detail >> 2]!;
      trapped(WASM_TRAPS[code]![1](a, b, { detail } as Naming));
    },
  };
  return new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { "": imports }).exports.run as Run;
}

/** The trap of a string from a large memory, if any. */
function largeTrap(from: StringEncoding, to: StringEncoding, source: WebAssembly.Memory, begin: number, length: number): string {
  let message = "";
  const surroundings = { source, target: new WebAssembly.Memory({ initial: 1 }), realloc: () => HEAP, trapped: (text: string) => (message = text) };
  try {
    instantiate([from, to], [false, false], surroundings)(begin, length);
  } catch {
    assert.notEqual(message, "");
  }
  return message;
}

/** A source and a destination, and the two ways from the one to the other. */
class Pair {
  readonly #from: StringEncoding;
  readonly #to: StringEncoding;
  readonly #wide: readonly [from: boolean, to: boolean];
  readonly source: TestGuest;
  readonly #target: TestGuest;
  readonly #run: Run;
  #trap = "";

  constructor(from: StringEncoding, to: StringEncoding, wideFrom: boolean, wideTo: boolean, pages = 1) {
    this.#from = from;
    this.#to = to;
    this.#wide = [wideFrom, wideTo];
    this.source = new TestGuest(wideFrom ? "i64" : "i32", [], pages);
    this.#target = new TestGuest(wideTo ? "i64" : "i32", [], 12 * pages);
    this.#run = instantiate([from, to], this.#wide, {
      source: this.source.memory,
      target: this.#target.memory,
      realloc: (...values) => {
        const [old, oldSize, align, size] = values.map((value) => Number(value) >>> 0) as [number, number, number, number];
        const begin = this.#target.cx.reallocate(old, oldSize, align, size, "string");
        return wideTo ? BigInt(begin) : begin;
      },
      trapped: (message) => (this.#trap = message),
    });
  }

  closures(begin: bigint, length: bigint): Outcome {
    const { cx } = this.source;
    const wide = this.#wide[0];
    return this.#outcome(() => {
      cx.flat = wide ? [begin, length] : [Number(begin), Number(length)];
      cx.at = 0;
      cx.raw = true;
      const lifted = codecOf(string, this.#from, wide ? "i64" : "i32").liftFlat(cx);
      const to = this.#target.cx;
      const at = storeString(to, lifted, this.#to);
      return [at, to.length, to.tagged];
    });
  }

  wasm(begin: bigint, length: bigint): Outcome {
    const [wideFrom, wideTo] = this.#wide;
    return this.#outcome(() => {
      const [at, units] = wideFrom ? this.#run(begin, length) : this.#run(Number(begin), Number(length));
      const bits = wideTo ? BigInt.asUintN(64, units as bigint) : BigInt((units as number) >>> 0);
      const tag = this.#to === "latin1+utf16" ? 1n << (wideTo ? 63n : 31n) : 0n;
      return [Number(at) >>> 0, Number(bits & ~tag), (bits & tag) !== 0n];
    });
  }

  /** Runs one of the two, and checks and restores the guard bytes around what it allocated. */
  #outcome(run: () => [at: number, units: number, tagged: boolean]): Outcome {
    const target = this.#target;
    target.next = HEAP;
    target.calls.length = 0;
    let result: string;
    try {
      const [at, units, tagged] = run();
      const bytes = target.bytes.subarray(at, at + units * (this.#to === "utf16" || tagged ? 2 : 1));
      result = `${at} ${units} ${tagged} ${Buffer.from(bytes).toString("latin1")}`;
    } catch (error) {
      result = error instanceof WebAssembly.RuntimeError ? `wasm trap: ${this.#trap}` : (error as Trap).message;
      assert.notEqual(result, "wasm trap: ", `${(error as Error).stack}`);
    }
    this.#trap = "";
    const { bytes } = target;
    const end = Math.min(target.next + 64, bytes.length);
    for (const [, , , size, begin] of target.calls) bytes.fill(GUARD, begin, begin! + size!);
    const outside = bytes.subarray(0, end);
    if (!outside.every((byte) => byte === GUARD)) assert.fail(`byte ${outside.findIndex((byte) => byte !== GUARD)} was written`);
    return { result, calls: target.calls.map((call) => call.join(" ")).join("; ") };
  }

  /** Whether wasm takes a string, which ends where the memory does, as valid. */
  accepts(bytes: Uint8Array): boolean {
    const begin = PAGE - bytes.length;
    this.source.bytes.set(bytes, begin);
    this.#target.next = HEAP;
    try {
      this.#run(begin, this.#from === "utf8" ? bytes.length : bytes.length / 2);
      return true;
    } catch {
      assert.match(this.#trap, /^invalid utf-/);
      return false;
    }
  }

  /** Both ways must agree: what came of it. */
  agree(begin: bigint, length: bigint, what: () => string, sameCalls = true): string {
    const [expected, actual] = [this.closures(begin, length), this.wasm(begin, length)];
    if (expected.result !== actual.result) assert.equal(actual.result, expected.result, what());
    if (sameCalls && expected.calls !== actual.calls) assert.equal(actual.calls, expected.calls, what());
    return actual.result;
  }
}

/** Numbers of a seed: xorshift. */
function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const alphabets: readonly (readonly string[])[] = [
  [..."abcdefgh ABC~\x7f\0"],
  [..."aaaaaaaaaaaaaé"],
  [..."éèüß\x80ÿ"],
  [..."привет мир\u07ff\u0800"],
  [..."日本語中國\ud7ff\ue000\uffff\ufeff"],
  [..."😀😃\u{10000}\u{10ffff}"],
  [..."aé日😀 b"],
  [..."aaaaaaaaaaaaaaaaaaaaaaaaaa日"],
  [..."\xff\u0100"],
];

function text(next: (below: number) => number, length: number): string {
  let result = "";
  while (result.length < length) {
    const alphabet = alphabets[next(alphabets.length)]!;
    for (let i = 1 + next(next(4) === 0 ? 200 : 24); i > 0 && result.length < length; i--) result += alphabet[next(alphabet.length)];
  }
  return result;
}

function encoded(value: string, encoding: GuestEncoding): Buffer {
  return Buffer.from(value, encoding === "utf8" ? "utf8" : encoding === "latin1" ? "latin1" : "utf16le");
}

const oddBytes = [0x00, 0x61, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf3, 0xf4, 0xf5, 0xf7, 0xff];
const oddUnits = [0xd800, 0xdbff, 0xdc00, 0xdfff, 0x61, 0xe000];

/** A string in an encoding, one in three broken, if it can be. */
function sample(next: (below: number) => number, encoding: GuestEncoding, length: number): Buffer {
  const bytes = encoded(text(next, length), encoding);
  if (bytes.length === 0 || encoding === "latin1" || next(3) > 0) return bytes;
  for (let i = 1 + next(3); i > 0; i--) {
    if (encoding === "utf8") bytes[next(bytes.length)] = oddBytes[next(oddBytes.length)]!;
    else bytes.writeUInt16LE(oddUnits[next(oddUnits.length)]!, 2 * next(bytes.length / 2));
  }
  return encoding === "utf8" && next(3) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes;
}

const decoders: Record<GuestEncoding, TextDecoder> = {
  utf8: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
  utf16: new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true }),
  "tagged utf16": new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true }),
  // Not ISO 8859-1, but Windows-1252: only the others are asked.
  latin1: new TextDecoder("latin1"),
};

function isValid(bytes: Uint8Array, encoding: GuestEncoding): boolean {
  try {
    decoders[encoding].decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const widths = [
  [false, false],
  [true, true],
  [true, false],
  [false, true],
] as const;

/** Forms of the source's encoding with the tag of each. */
const forms = (encoding: StringEncoding): readonly GuestEncoding[] => (encoding === "latin1+utf16" ? ["latin1", "tagged utf16"] : [encoding]);

function lengthOf(bytes: Uint8Array, form: GuestEncoding, wide: boolean): bigint {
  if (form === "tagged utf16") return BigInt(bytes.length / 2) | (1n << (wide ? 63n : 31n));
  return BigInt(form === "utf16" ? bytes.length / 2 : bytes.length);
}

for (const from of encodings) {
  for (const to of encodings) {
    test(`${from} to ${to}: as the closures do, and as TextDecoder has it`, () => {
      widths.forEach(([wideFrom, wideTo], i) => {
        const pair = new Pair(from, to, wideFrom, wideTo);
        const next = random(0x5eed + i);
        for (const form of forms(from)) {
          for (let k = 0; k < (i === 0 ? 1200 : 250); k++) {
            const bytes = sample(next, form, k < 80 ? k : next(8) === 0 ? next(600) : next(48));
            // Every second string ends where the memory does, some begin where it does.
            const begin = (next(2) === 0 ? PAGE - bytes.length : Math.max(0, next(200) - 20)) & (from === "utf8" ? ~0 : ~1);
            pair.source.bytes.set(bytes, begin);
            const result = pair.agree(BigInt(begin), lengthOf(bytes, form, wideFrom), () => `${form} ${bytes.toString("hex")} at ${begin}, ${i}`);
            if (form !== "latin1") assert.equal(!result.startsWith("wasm trap"), isValid(bytes, form), bytes.toString("hex"));
          }
        }
      });
    });

    test(`${from} to ${to}: long strings`, () => {
      const next = random(0xabcdef);
      const pair = new Pair(from, to, false, false, 8);
      for (const form of forms(from)) {
        for (const [k, alphabet] of [...alphabets, ...alphabets].entries()) {
          let value = "x".repeat(next(40));
          const size = PIECE + next(3 * PIECE);
          while (value.length < size) value += k < alphabets.length ? alphabet.join("") : text(next, 3000);
          const bytes = encoded(value, form);
          const broken = form !== "latin1" && k % 4 === 3;
          if (broken) bytes.fill(form === "utf8" ? 0xff : 0xd8, bytes.length - 20 - (next(1000) << 1), bytes.length);
          const begin = 8 * PAGE - bytes.length - (bytes.length & 1);
          pair.source.bytes.set(bytes, begin);
          pair.agree(BigInt(begin), lengthOf(bytes, form, false), () => `${form}, alphabet ${k}`, !broken);
        }
      }
    });
  }
}

test("UTF-8 that is broken at each position: bytes of the edges of what is valid", () => {
  const pair = new Pair("utf8", "utf8", false, false);
  const two = oddBytes.flatMap((first) => oddBytes.map((second) => [first, second]));
  const three = two.flatMap((bytes) => [0x61, 0x80, 0xbf].map((third) => [...bytes, third]));
  const four = [0xf0, 0xf1, 0xf4, 0xf5].flatMap((lead) => [0x80, 0x8f, 0x90, 0xbf].flatMap((second) => [0x7f, 0x80].map((last) => [lead, second, 0x80, last])));
  const cut = [[0xc3], [0xe2, 0x98], [0xf0, 0x9f, 0x98], [0x80]];
  const check = (bytes: readonly number[], length: number, at: number, around: string): void => {
    const whole = Buffer.alloc(length, around);
    whole[0] = 0x61;
    whole[1] = 0x61;
    // One character that is not ASCII, so that there is something to validate.
    if (length > 8) whole.set([0xc3, 0xa9], 2);
    whole.set(bytes, at);
    if (pair.accepts(whole) !== isValid(whole, "utf8")) assert.fail(whole.toString("hex"));
  };
  for (const [length, step] of [
    [5, 1],
    [19, 3],
    [100, 31],
  ] as const) {
    [...two, ...three, ...four].forEach((bytes, i) => {
      for (let at = i % step; at + bytes.length <= length; at += step) check(bytes, length, i % 2 === 0 ? at : at & ~1, i % 2 === 0 ? "a" : "é");
    });
  }
  for (const bytes of cut)
    for (let at = 0; at + bytes.length <= 300; at++) for (const around of ["a", "é"]) check(bytes, 300, around === "a" ? at : at & ~1, around);
});

test("UTF-16 that is broken at each position", () => {
  const pair = new Pair("utf16", "utf16", false, false);
  for (const length of [1, 7, 8, 9, 40, 150]) {
    for (const unit of oddUnits) {
      for (let at = 0; at < length; at++) {
        for (const around of ["ab", "日本", "😀"]) {
          const whole = Buffer.alloc(2 * length, around, "utf16le");
          whole.writeUInt16LE(unit, 2 * at);
          if (pair.accepts(whole) !== isValid(whole, "utf16")) assert.fail(whole.toString("hex"));
        }
      }
    }
  }
});

test("each character from every encoding to every other", () => {
  // Enough for a vector of each, and one at a time.
  const all = Array.from({ length: 0x11_0000 >> 4 }, (_, i) => 16 * i + (i % 16)).filter((code) => code < 0xd800 || code > 0xdfff);
  const value =
    String.fromCodePoint(...all.slice(0, 5000)) +
    all
      .slice(5000)
      .map((code) => String.fromCodePoint(code))
      .join("");
  for (const [from, to] of encodings.flatMap((a) => encodings.map((b) => [a, b] as const))) {
    const pair = new Pair(from, to, false, false, 5);
    const form = from === "latin1+utf16" ? "tagged utf16" : from;
    const bytes = encoded(value, form);
    pair.source.bytes.set(bytes, 0);
    pair.agree(0n, lengthOf(bytes, form, false), () => `${from} to ${to}`);
  }
});

/** What no string is long enough for, or what lies outside: address, length, the trap. The closures must say the same. */
const refused: ReadonlyArray<[encoding: StringEncoding, wide: boolean, begin: bigint, length: bigint, message: string]> = [
  ["utf8", false, 0n, 0x1_0001n, "string content out-of-bounds: 0x0 + 65537"],
  ["utf8", false, 0xffffn, 2n, "string content out-of-bounds: 0xffff + 2"],
  ["utf8", false, 0xffff_ffffn, 0n, "string content out-of-bounds: 0xffffffff + 0"],
  ["utf8", false, 0xffff_ffffn, 1n, "string content out-of-bounds: 0xffffffff + 1"],
  ["utf8", false, 0xffff_fff0n, 0x7fff_ffffn, "string content out-of-bounds: 0xfffffff0 + 2147483647"],
  ["utf8", false, 0n, 0x8000_0000n, "string content out-of-bounds: 2147483648 bytes are more than 2147483647"],
  ["utf8", false, 1n, 0xffff_ffffn, "string content out-of-bounds: 4294967295 bytes are more than 2147483647"],
  ["utf8", true, 0x1_0001n, 0n, "string content out-of-bounds: 0x10001 + 0"],
  ["utf8", true, 0xffff_ffff_ffff_ffffn, 1n, "string content out-of-bounds: 0x10000000000000000 + 1"],
  ["utf8", true, 0x8000_0000_0000_0000n, 7n, "string content out-of-bounds: 0x8000000000000000 + 7"],
  ["utf8", true, 0x12_3456_789an, 7n, "string content out-of-bounds: 0x123456789a + 7"],
  ["utf8", true, 0n, 0xffff_ffff_ffff_ffffn, "string content out-of-bounds: 18446744073709552000 bytes are more than 2147483647"],
  ["utf16", false, 0n, 0x8001n, "string content out-of-bounds: 0x0 + 65538"],
  ["utf16", false, 3n, 1n, "unaligned pointer: string pointer not aligned to 2: 0x3"],
  ["utf16", false, 0xffff_ffffn, 0n, "unaligned pointer: string pointer not aligned to 2: 0xffffffff"],
  ["utf16", false, 0n, 0x4000_0000n, "string content out-of-bounds: 2147483648 bytes are more than 2147483647"],
  ["utf16", false, 2n, 0xffff_ffffn, "string content out-of-bounds: 8589934590 bytes are more than 2147483647"],
  ["utf16", true, 0x1_0000_0001n, 1n, "unaligned pointer: string pointer not aligned to 2: 0x100000001"],
  ["utf16", true, 0n, 0xffff_ffff_ffff_ffffn, "string content out-of-bounds: 36893488147419103000 bytes are more than 2147483647"],
  ["latin1+utf16", false, 1n, 0n, "unaligned pointer: string pointer not aligned to 2: 0x1"],
  ["latin1+utf16", false, 0xfffen, 3n, "string content out-of-bounds: 0xfffe + 3"],
  ["latin1+utf16", false, 0xfffen, 0x8000_0002n, "string content out-of-bounds: 0xfffe + 4"],
  ["latin1+utf16", false, 0n, 0xffff_ffffn, "string content out-of-bounds: 4294967294 bytes are more than 2147483647"],
  ["latin1+utf16", true, 0n, 0x4000_0000_0000_0000n, "string content out-of-bounds: 4611686018427388000 bytes are more than 2147483647"],
  ["latin1+utf16", true, 0n, 0xffff_ffff_ffff_ffffn, "string content out-of-bounds: 18446744073709552000 bytes are more than 2147483647"],
];
for (const [encoding, wide, begin, length, message] of refused) {
  test(`${encoding}${wide ? " in 64 bits" : ""}: 0x${begin.toString(16)}, ${length}`, () => {
    for (const to of encodings)
      assert.equal(
        new Pair(encoding, to, wide, !wide).agree(begin, length, () => to),
        `wasm trap: ${message}`,
      );
  });
}

/** Sources so large that what they become may be too long, of pages nobody touches. */
test("a worst case that is too long", () => {
  const cases: ReadonlyArray<[from: StringEncoding, to: StringEncoding, length: number, message: string]> = [
    ["utf8", "utf16", 0x4000_0000, "2147483648"],
    ["latin1+utf16", "utf16", 0x4000_0001, "2147483650"],
  ];
  for (const [from, to, length, bytes] of cases) {
    const source = new WebAssembly.Memory({ initial: 0x4001 });
    assert.equal(largeTrap(from, to, source, 0, length), `string content out-of-bounds: ${bytes} bytes are more than 2147483647`);
  }
});

test("a string that ends where 32 bits do", () => {
  const source = new WebAssembly.Memory({ initial: PAGE });
  const bytes = new Uint8Array(source.buffer);
  for (const value of ["a", "é", "abcdefghijklmnop", "aé日😀".repeat(5), "x".repeat(200), "aé日😀".repeat(50)]) {
    for (const from of encodings) {
      const form = from === "latin1+utf16" ? "tagged utf16" : from;
      const text = encoded(value, form);
      bytes.set(text, bytes.length - text.length);
      const length = Number(lengthOf(text, form, false));
      for (const to of encodings) {
        const at = 2 ** 32 - text.length;
        assert.equal(largeTrap(from, to, source, at, length), "", `${from} to ${to}: ${value}`);
        bytes[bytes.length - 1] = 0xd8;
        assert.match(largeTrap(from, to, source, at, length), /invalid utf/);
        bytes.set(text, at);
      }
    }
  }
});
