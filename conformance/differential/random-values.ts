/** Random value types, and values of a type as the engine's API takes them: many at the edges of what is allowed. */

import type { ValueType } from "../../packages/engine/src/types/component-types.ts";
import type { Random } from "../../scripts/soak/random.ts";
import { camelCase } from "../values.ts";

const SCALARS = ["bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "char"] as const;
const KEYS = ["bool", "u8", "s16", "u32", "s64", "char", "string", "string"] as const;
/** Labels that are also words of WAVE. */
const WORDS = ["none", "some", "ok", "err", "true", "inf", "nan", "a-b", "list", "x1"];

export interface TypeLimits {
  /** No types that not every engine has. */
  readonly standard?: boolean;
}

export class ValueSource {
  readonly #random: Random;
  readonly #standard: boolean;

  constructor(random: Random, { standard = false }: TypeLimits = {}) {
    this.#random = random;
    this.#standard = standard;
  }

  #chance(part: number): boolean {
    return this.#random.below(part) === 0;
  }

  #labels(prefix: string, count: number): string[] {
    const words = this.#chance(3) ? WORDS : [];
    return Array.from({ length: count }, (_, i) => (i < words.length && this.#chance(2) ? words[i]! : `${prefix}${i}`));
  }

  type(depth: number): ValueType {
    const random = this.#random;
    if (depth === 0 || this.#chance(3)) return this.#leaf();
    const inner = (): ValueType => this.type(depth - 1);
    const some = (): ValueType[] => Array.from({ length: 1 + random.below(this.#chance(6) ? 9 : 4) }, inner);
    const maybe = (): ValueType | undefined => (this.#chance(3) ? undefined : inner());
    const makers: (() => ValueType)[] = [
      () => ({ kind: "list", element: inner() }),
      () => ({ kind: "list", element: inner() }),
      () => ({ kind: "tuple", types: some() }),
      () => {
        const types = some();
        const labels = this.#labels("f", types.length);
        return { kind: "record", fields: types.map((type, i) => ({ name: labels[i]!, type })) };
      },
      () => ({ kind: "option", some: inner() }),
      () => ({ kind: "result", ok: maybe(), err: maybe() }),
      () => {
        const count = this.#chance(8) ? 254 + random.below(5) : 1 + random.below(6);
        const labels = this.#labels("c", count);
        return { kind: "variant", cases: labels.map((name, i) => ({ name, type: i > 8 ? undefined : maybe() })) };
      },
    ];
    if (!this.#standard) {
      makers.push(() => ({ kind: "list", element: inner(), length: 1 + random.below(this.#chance(6) ? 20 : 4) }));
      makers.push(() => ({ kind: "map", key: { kind: random.of(KEYS) }, value: inner() }));
    }
    return random.of(makers)();
  }

  #leaf(): ValueType {
    const random = this.#random;
    switch (random.below(10)) {
      case 0:
      case 1:
      case 2:
        return { kind: "string" };
      case 3:
        return { kind: "flags", labels: this.#labels("l", 1 + random.below(this.#chance(2) ? 32 : 9)) };
      case 4:
        return { kind: "enum", labels: this.#labels("e", this.#chance(4) ? 254 + random.below(5) : 1 + random.below(5)) };
      default:
        return { kind: random.of(SCALARS) };
    }
  }

  value(type: ValueType, budget = 64): unknown {
    const random = this.#random;
    switch (type.kind) {
      case "bool":
        return this.#chance(2);
      case "u8":
      case "s8":
      case "u16":
      case "s16":
      case "u32":
      case "s32":
        return Number(this.#integer(type.kind));
      case "u64":
      case "s64":
        return this.#integer(type.kind);
      case "f32":
        return this.#float(32);
      case "f64":
        return this.#float(64);
      case "char":
        return this.#char(4);
      case "string":
        return this.#string(budget);
      case "flags":
        return Object.fromEntries(type.labels.map((label) => [camelCase(label), this.#chance(2)]));
      case "enum":
        return random.of(type.labels);
      case "list": {
        const { element } = type;
        const longest = SCALARS.includes(element.kind as "u8") ? 40 : 5;
        const length = type.length ?? this.#length(Math.min(longest, budget));
        return Array.from({ length }, () => this.value(element, Math.floor(budget / 2)));
      }
      case "map": {
        const count = this.#length(Math.min(5, budget));
        return new Map(Array.from({ length: count }, () => [this.value(type.key, 8), this.value(type.value, Math.floor(budget / 2))] as const));
      }
      case "tuple":
        return type.types.map((part) => this.value(part, budget));
      case "record":
        return Object.fromEntries(type.fields.map(({ name, type }) => [camelCase(name), this.value(type, budget)]));
      case "variant": {
        // Cases at the end of a long row have no payload.
        const { name, type: payload } = random.of(this.#chance(2) ? type.cases : type.cases.slice(0, 9));
        return payload === undefined ? { tag: name } : { tag: name, val: this.value(payload, budget) };
      }
      case "option": {
        const isNone = this.#chance(3);
        if (type.some.kind === "option") return isNone ? { tag: "none" } : { tag: "some", val: this.value(type.some, budget) };
        return isNone ? undefined : this.value(type.some, budget);
      }
      case "result": {
        const tag = this.#chance(2) ? "ok" : "err";
        const payload = type[tag];
        return payload === undefined ? { tag } : { tag, val: this.value(payload, budget) };
      }
      default:
        throw new Error(`no random values of ${type.kind}`);
    }
  }

  #length(most: number): number {
    return this.#chance(5) ? 0 : this.#random.below(most + 1);
  }

  #bits(count: number): bigint {
    let bits = 0n;
    for (let i = 0; i < count; i += 16) bits = (bits << 16n) | BigInt(this.#random.below(0x10000));
    return BigInt.asUintN(count, bits);
  }

  #integer(kind: string): bigint {
    const width = Number(kind.slice(1));
    const edge = BigInt(this.#random.of([-2, -1, 0, 1]));
    const bits = this.#chance(2) ? this.#bits(width) : (1n << BigInt(this.#random.of([0, width - 1, width, width >> 1]))) + edge;
    return kind.startsWith("u") ? BigInt.asUintN(width, bits) : BigInt.asIntN(width, bits);
  }

  #float(width: 32 | 64): number {
    if (this.#chance(2))
      return this.#random.of([0, -0, 1, -1.5, Number.NaN, Infinity, -Infinity, 2 ** -126, 2 ** -149, 16777216, 0.1].map(width === 32 ? Math.fround : Number));
    const bits = this.#bits(width);
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, width === 32 ? bits << 32n : bits);
    return width === 32 ? view.getFloat32(0) : view.getFloat64(0);
  }

  /** Of so many bytes in UTF-8 at most. */
  #char(bytes: number): string {
    const edges = [
      ["\0", "a", "~", "\x7f", '"', "'", "\\", "\n"],
      ["\x80", "é", "\xff", "\u0100", "\u07ff", "\u0301"],
      ["\u0800", "\ud7ff", "\ue000", "\ufffd", "\uffff", "☃", "中"],
      ["\u{10000}", "\u{1f600}", "\u{10ffff}", "\u{e0001}"],
    ];
    const size = this.#random.below(bytes);
    if (this.#chance(2)) return this.#random.of(edges[size]!);
    const [from, to] = (
      [
        [0x20, 0x7f],
        [0x80, 0x800],
        [0x800, 0xd800],
        [0x10000, 0x110000],
      ] as const
    )[size]!;
    return String.fromCodePoint(from + this.#random.below(to - from));
  }

  #string(budget: number): string {
    const random = this.#random;
    if (this.#chance(8)) return "";
    // Lengths about those of the pieces that code handles at once.
    let length = this.#chance(3) ? random.of([15, 16, 17, 31, 32, 33, 63, 64, 65]) : random.below(Math.min(20, budget + 1) + 1);
    if (this.#chance(30)) length = random.below(50 * budget);
    const bytes = 1 + random.below(4);
    const plain = this.#chance(2);
    let text = "";
    while (text.length < length) {
      if (plain && !this.#chance(6)) text += random.of(["a", "b", "Z", "0", " "]);
      else text += bytes === 2 && this.#chance(2) ? String.fromCharCode(0x80 + random.below(0x80)) : this.#char(bytes);
    }
    return text;
  }
}
