import assert from "node:assert/strict";
import test from "node:test";
import { MAX_TYPE_DEPTH, MAX_TYPE_STEPS } from "../diagnostics/limits.ts";
import type { AnyType, ResourceIdentity, ValueType } from "./component-types.ts";
import { TypeContext } from "./type-context.ts";

const u8: ValueType = { kind: "u8" };
const string: ValueType = { kind: "string" };
const identity: ResourceIdentity = { name: "r", rep: undefined };
const resource = { kind: "resource", identity } as const;
const list = (element: ValueType): ValueType => ({ kind: "list", element });

const facts: ReadonlyArray<[what: string, type: AnyType, size: number, depth: number, rest: string]> = [
  ["a number", u8, 1, 1, ""],
  ["a string", string, 1, 1, "pointer"],
  ["a list", list(u8), 2, 2, "pointer"],
  ["a list of a fixed length", { kind: "list", element: u8, length: 4 }, 2, 2, ""],
  ["a stream of strings", { kind: "stream", element: string }, 2, 2, ""],
  ["a map", { kind: "map", key: u8, value: u8 }, 3, 2, "pointer"],
  ["a borrow", { kind: "option", some: { kind: "borrow", resource } }, 2, 2, "borrow names free"],
  ["an own", { kind: "own", resource }, 1, 1, "names free"],
  ["an alias", { kind: "u8", aliasOf: u8 }, 1, 1, "names"],
  ["an instance with a resource", { kind: "instance", exports: new Map([["r", { sort: "type", type: resource }]]), resources: [] }, 2, 2, "names free"],
  [
    "an instance type that introduces it",
    { kind: "instance", exports: new Map([["r", { sort: "type", type: resource }]]), resources: [identity] },
    2,
    2,
    "names",
  ],
];
for (const [what, type, size, depth, rest] of facts) {
  test(`facts of ${what}`, () => {
    const found = new TypeContext().facts(type);
    const words = [found.hasBorrow && "borrow", found.hasPointer && "pointer", found.hasNames && "names", found.free.has(identity) && "free"];
    assert.deepEqual([found.size, found.depth, words.filter(Boolean).join(" ")], [size, depth, rest]);
  });
}

test("too deep, too large, too much", () => {
  const context = new TypeContext();
  let type: ValueType = u8;
  for (let depth = 1; depth < MAX_TYPE_DEPTH; depth++) type = list(type);
  assert.equal(context.facts(type).depth, MAX_TYPE_DEPTH);
  assert.throws(() => context.facts(list(type)), /type nesting is too deep/);
  type = u8;
  for (let i = 0; i < 18; i++) type = { kind: "tuple", types: [type, type] };
  context.facts(type);
  assert.throws(() => context.facts({ kind: "tuple", types: [type, type] }), /effective type size exceeds the limit of 1000000/);
  assert.throws(() => context.spend(MAX_TYPE_STEPS + 1), /steps/);
});
