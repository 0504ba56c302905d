import assert from "node:assert/strict";
import test from "node:test";
import type { ValueType } from "./component-types.ts";
import { Layouts } from "./size.ts";

const u8: ValueType = { kind: "u8" };
const u32: ValueType = { kind: "u32" };
const u64: ValueType = { kind: "u64" };
const string: ValueType = { kind: "string" };
const tuple = (...types: ValueType[]): ValueType => ({ kind: "tuple", types });
const labels = (count: number): string[] => Array.from({ length: count }, (_, i) => `l${i}`);
const cases = (count: number, type?: ValueType): ValueType => ({ kind: "variant", cases: labels(count).map((name) => ({ name, type })) });

/** Sizes and alignments with addresses of 32 and of 64 bits. */
const layouts: ReadonlyArray<[what: string, type: ValueType, narrow: [number, number], wide: [number, number]]> = [
  ["u8", u8, [1, 1], [1, 1]],
  ["u64", u64, [8, 8], [8, 8]],
  ["char", { kind: "char" }, [4, 4], [4, 4]],
  ["string", string, [8, 4], [16, 8]],
  ["list", { kind: "list", element: u64 }, [8, 4], [16, 8]],
  ["map", { kind: "map", key: u8, value: u64 }, [8, 4], [16, 8]],
  ["list of three", { kind: "list", element: tuple(u32, u8), length: 3 }, [24, 4], [24, 4]],
  ["tuple with padding within and after", tuple(u8, u64, u8), [24, 8], [24, 8]],
  ["8 flags", { kind: "flags", labels: labels(8) }, [1, 1], [1, 1]],
  ["9 flags", { kind: "flags", labels: labels(9) }, [2, 2], [2, 2]],
  ["17 flags", { kind: "flags", labels: labels(17) }, [4, 4], [4, 4]],
  ["enum of 256", { kind: "enum", labels: labels(256) }, [1, 1], [1, 1]],
  ["enum of 257", { kind: "enum", labels: labels(257) }, [2, 2], [2, 2]],
  ["option of u64", { kind: "option", some: u64 }, [16, 8], [16, 8]],
  ["option of string", { kind: "option", some: string }, [12, 4], [24, 8]],
  ["result without payloads", { kind: "result", ok: undefined, err: undefined }, [1, 1], [1, 1]],
  ["result of u8 or u32", { kind: "result", ok: u8, err: u32 }, [8, 4], [8, 4]],
  ["variant of 300 u8", cases(300, u8), [4, 2], [4, 2]],
  ["future", { kind: "future", element: string }, [4, 4], [4, 4]],
];
for (const [what, type, narrow, wide] of layouts) {
  test(`layout of ${what}`, () => {
    const at = (address: "i32" | "i64"): number[] => {
      const { size, alignment } = new Layouts(address).of(type);
      return [size, alignment];
    };
    assert.deepEqual(at("i32"), narrow);
    assert.deepEqual(at("i64"), wide);
  });
}
