import assert from "node:assert/strict";
import { test } from "node:test";
import type { GuestEncoding } from "../../abi/string-transcoding.ts";
import { storeString } from "../../abi/strings.ts";
import { codecOf, GUARD, HEAP, string, TestGuest } from "../../abi/test-guest.ts";
import { ModuleWriter, Type } from "../../binary/writer.ts";
import type { Trap } from "../../diagnostics/trap.ts";
import { Header } from "../../store/control-memory.ts";
import { WASM_TRAPS } from "../../store/wasm-trap.ts";
import type { StringEncoding } from "../../validate/definitions.ts";
import { emitString } from "./strings.ts";

const encodings: readonly StringEncoding[] = ["utf8", "utf16", "latin1+utf16"];
/** Units of one piece of the closures: where a string is broken shows in the calls before the trap if it is in a later piece. */
const PIECE = 0x8000;
const PAGE = 0x1_0000;

interface Outcome {
  /** Message of the trap, else where the string lies, its length with its tag, and its bytes. */
  readonly result: string;
  readonly calls: string;
}

/** A source and a destination, and the two ways from the one to the other. */
class Pair {
  readonly #from: StringEncoding;
  readonly #to: StringEncoding;
  readonly #wide: readonly [from: boolean, to: boolean];
  readonly source: TestGuest;
  readonly #target: TestGuest;
  readonly #run: (begin: number | bigint, length: number | bigint) => [number | bigint, number | bigint];
  #trap = "";

  constructor(from: StringEncoding, to: StringEncoding, wideFrom: boolean, wideTo: boolean, pages = 1) {
    this.#from = from;
    this.#to = to;
    this.#wide = [wideFrom, wideTo];
    this.source = new TestGuest(wideFrom ? "i64" : "i32", [], pages);
    this.#target = new TestGuest(wideTo ? "i64" : "i32", [], 12 * pages);
    const control = new WebAssembly.Memory({ initial: 1 });
    const module = new ModuleWriter();
    const address = wideTo ? Type.i64 : Type.i32;
    const trap = module.importFunc("", "trap", module.funcType([Type.i32, Type.i32, Type.i32], []));
    const realloc = module.importFunc("", "realloc", module.funcType([address, address, address, address], [address]));
    module.importMemory("", "control", { min: 1 });
    module.importMemory("", "source", { min: 1, is64: wideFrom });
    module.importMemory("", "target", { min: 1, is64: wideTo });
    const sides = [from, to].map((encoding, i) => ({ encoding, wide: this.#wide[i]!, memory: 1 + i })) as [never, never];
    module.export("run", "func", emitString(module, ...sides, { trap, realloc, memo: new Map() }));
    const imports = {
      trap: (code: number, a: number, b: number) => {
        const detail = new Int32Array(control.buffer)[Header.detail >> 2]!;
        this.#trap = WASM_TRAPS[code]![1](a, b, { detail } as never);
      },
      realloc: (...values: (number | bigint)[]) => {
        const [old, oldSize, align, size] = values.map(Number) as [number, number, number, number];
        const begin = this.#target.cx.reallocate(old >>> 0, oldSize >>> 0, align, size >>> 0, "string");
        return wideTo ? BigInt(begin) : begin;
      },
      control,
      source: this.source.memory,
      target: this.#target.memory,
    };
    this.#run = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { "": imports }).exports.run as never;
  }

  /** Puts bytes where they end at `end`: the length of the string that they are. */
  place(bytes: Uint8Array, begin: number): void {
    this.source.bytes.set(bytes, begin);
  }

  closures(begin: bigint, length: bigint): Outcome {
    const { source } = this;
    const [wide] = this.#wide;
    const { view } = source.cx;
    if (wide) {
      view.setBigUint64(16, begin, true);
      view.setBigUint64(24, length, true);
    } else {
      view.setUint32(16, Number(begin), true);
      view.setUint32(20, Number(length), true);
    }
    source.cx.raw = this.#target.cx.raw = true;
    return this.#outcome(() => {
      const lifted = codecOf(string, this.#from, wide ? "i64" : "i32").load(source.cx, 16);
      const { cx } = this.#target;
      const at = storeString(cx, lifted, this.#to);
      return [at, cx.length, cx.tagged];
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
            // Every second string ends where the memory does.
            const begin = (next(2) === 0 ? PAGE - bytes.length : 64 + next(200)) & (from === "utf8" ? ~0 : ~1);
            pair.place(bytes, begin);
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
          pair.place(bytes, begin);
          pair.agree(BigInt(begin), lengthOf(bytes, form, false), () => `${form}, alphabet ${k}`, !broken);
        }
      }
    });
  }
}
