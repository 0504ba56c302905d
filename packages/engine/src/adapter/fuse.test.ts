import { test } from "node:test";
import { tuple, u8 } from "../abi/test-guest.ts";
import type { ValueType } from "../types/component-types.ts";
import { typeName } from "../types/type-name.ts";
import { type Case, same, WAYS } from "./test-joint.ts";
import { values } from "./test-values.ts";

const options = [
  { encoding: "utf8", address: "i32" },
  { encoding: "utf8", address: "i64" },
] as const;

for (const from of options) {
  for (const to of options) {
    for (const [type, all] of values) {
      const cases = all.flatMap((value): Case[] => [
        { params: [type], result: type, args: [value], returns: value },
        { params: [u8, type, type], args: [1, value, value], postReturn: true },
        // Through memory.
        { params: [...Array<ValueType>(17).fill(u8), type], result: tuple(type, u8), args: [...Array<number>(17).fill(3), value], returns: [value, 9] },
      ]);
      test(`${typeName(type)} from ${from.address} to ${to.address}`, () => {
        for (const given of cases) same({ ...given, from, to });
      });
      test(`${typeName(type)} from ${from.address} to ${to.address}, async`, () => {
        for (const [i, given] of cases.entries()) {
          // All ways where addresses are those of most guests; one by turns elsewhere.
          const ways = from.address === "i32" && to.address === "i32" ? WAYS : [WAYS[i % WAYS.length]!];
          for (const way of ways) same({ ...given, ...way, from, to }, `${way.lower} ${way.lift}`);
        }
      });
    }
  }
}
