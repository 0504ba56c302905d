import { test } from "node:test";
import {
  bool,
  char,
  enums,
  f32,
  f64,
  flags,
  list,
  manyFlags,
  map,
  option,
  record,
  result,
  s8,
  s16,
  s32,
  s64,
  string,
  tuple,
  u8,
  u16,
  u32,
  u64,
  variant,
} from "../abi/test-guest.ts";
import type { ValueType } from "../types/component-types.ts";
import { AREA, type Case, type Core, type Options, same, WAYS, type World } from "./test-joint.ts";

/** mulberry32: numbers from 0 to 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Source {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = random(seed);
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  many<T>(max: number, make: () => T): T[] {
    return Array.from({ length: this.below(max + 1) }, make);
  }

  type(depth: number): ValueType {
    const inner = (): ValueType => this.type(depth - 1);
    const maybe = (): ValueType | undefined => (this.below(3) === 0 ? undefined : inner());
    const some = (): ValueType[] => [inner(), ...this.many(4, inner)];
    const leaves: readonly ValueType[] = [
      ...[bool, u8, s8, u16, s16, u32, s32, u64, s64, f32, f64, char, string, string],
      ...[flags("a", "b", "c"), manyFlags(16), manyFlags(20), enums("x", "y", "z")],
    ];
    if (depth === 0 || this.below(3) === 0) return this.of(leaves);
    const makers: readonly (() => ValueType)[] = [
      () => list(inner()),
      () => list(inner(), 1 + this.below(5)),
      () => tuple(...some()),
      () => record(Object.fromEntries(some().map((type, i) => [`f${i}`, type]))),
      () => option(inner()),
      () => result(maybe(), maybe()),
      () => variant(Object.fromEntries([...some(), undefined].map((type, i) => [`c${i}`, type]))),
      () => map(this.of([u8, string, u64, char]), inner()),
    ];
    return this.of(makers)();
  }

  value(type: ValueType): unknown {
    switch (type.kind) {
      case "bool":
        return this.below(2) === 1;
      case "u8":
      case "u16":
      case "u32":
        return this.below(2 ** Number(type.kind.slice(1)));
      case "s8":
      case "s16":
      case "s32": {
        const half = 2 ** (Number(type.kind.slice(1)) - 1);
        return this.below(2 * half) - half;
      }
      case "u64":
        return BigInt.asUintN(64, BigInt(this.below(2 ** 53)) ** 2n);
      case "s64":
        return BigInt.asIntN(64, BigInt(this.below(2 ** 53)) ** 2n);
      case "f32":
        return Math.fround(this.next() * 1000 - 500);
      case "f64":
        return this.next() * 1e300;
      case "char":
        return this.of(["a", "é", "☃", "\u{1f600}"]);
      case "string":
        return this.many(20, () => this.of(["a", "b", "é", "☃", "\u{1f600}", "plain text"])).join("");
      case "flags":
        return Object.fromEntries(type.labels.map((label) => [label, this.below(2) === 1]));
      case "enum":
        return this.of(type.labels);
      case "list":
        return Array.from({ length: type.length ?? this.below(6) }, () => this.value(type.element));
      case "map":
        return new Map(this.many(4, () => [this.value(type.key), this.value(type.value)] as const));
      case "tuple":
        return type.types.map((each) => this.value(each));
      case "record":
        return Object.fromEntries(type.fields.map((field) => [field.name, this.value(field.type)]));
      case "variant": {
        const one = this.of(type.cases);
        return one.type === undefined ? { tag: one.name } : { tag: one.name, val: this.value(one.type) };
      }
      case "option": {
        const none = this.below(2) === 0;
        if (type.some.kind === "option") return none ? { tag: "none" } : { tag: "some", val: this.value(type.some) };
        return none ? undefined : this.value(type.some);
      }
      case "result": {
        const tag = this.of(["ok", "err"] as const);
        const inner = type[tag];
        return inner === undefined ? { tag } : { tag, val: this.value(inner) };
      }
      default:
        throw new Error(type.kind);
    }
  }

  options(): Options {
    return { encoding: this.of(["utf8", "utf16", "latin1+utf16"]), address: this.of(["i32", "i32", "i64"]) };
  }

  /** Breaks one thing: a core value, or a word of a memory. */
  breaks(world: World, core: Core): void {
    const kind = this.below(3);
    const at = this.below(Math.max(1, core.args.length));
    if (kind === 0 && core.args.length > 0) {
      const arg = core.args[at]!;
      core.args[at] =
        typeof arg === "bigint" ? BigInt.asUintN(64, arg ^ (1n << BigInt(this.below(64)))) : Number.isInteger(arg) ? arg ^ (1 << this.below(32)) : arg;
      return;
    }
    const { view } = this.of([world.caller, world.callee]);
    // What is laid out lies at the area and at the beginning of the heap.
    const word = this.of([AREA, 4096]) + 4 * this.below(32);
    view.setUint32(word, view.getUint32(word, true) ^ (1 << this.below(32)), true);
  }
}

const CASES = Number(process.env.CASES ?? 250);

test(`${CASES} random functions do the same fused, also when something is broken`, () => {
  for (let seed = Number(process.env.SEED ?? 1), end = seed + CASES; seed < end; seed++) {
    const source = new Source(seed);
    const params = source.many(4, () => source.type(3));
    const type = source.below(4) === 0 ? undefined : source.type(3);
    const given: Case = {
      params,
      result: type,
      from: source.options(),
      to: source.options(),
      args: params.map((each) => source.value(each)),
      returns: type && source.value(type),
      postReturn: source.below(2) === 0,
      usesContext: source.below(2) === 0,
      ...source.of([{}, ...WAYS]),
      blocks: source.below(3) === 0,
    };
    same(given, `seed ${seed}`);
    for (let i = 0; i < 3; i++) {
      const broken = 1000 * seed + i;
      same({ ...given, prepare: (world, core) => new Source(broken).breaks(world, core) }, `seed ${seed}, break ${broken}`);
    }
  }
});
