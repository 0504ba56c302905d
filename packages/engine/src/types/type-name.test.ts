import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyType, ValueType } from "./component-types.ts";
import { typeName } from "./type-name.ts";

const u32: ValueType = { kind: "u32" };
const string: ValueType = { kind: "string" };
const file = { kind: "resource", identity: { name: "file", rep: undefined } } as const;
const field = (name: string) => ({ name, type: u32 });
const nested = (depth: number): ValueType => (depth === 0 ? u32 : { kind: "list", element: nested(depth - 1) });

const names: ReadonlyArray<[AnyType | undefined, string]> = [
  [undefined, "_"],
  [u32, "u32"],
  [{ kind: "list", element: { kind: "tuple", types: [u32, string] } }, "list<tuple<u32, string>>"],
  [{ kind: "list", element: u32, length: 4 }, "list<u32, 4>"],
  [{ kind: "map", key: string, value: u32 }, "map<string, u32>"],
  [{ kind: "record", fields: [] }, "record {}"],
  [{ kind: "record", fields: [field("a"), field("b"), field("c")] }, "record { a: u32, b: u32, c: u32 }"],
  [{ kind: "record", fields: [field("a"), field("b"), field("c"), field("d")] }, "record { a: u32, b: u32, c: u32, ... }"],
  [
    {
      kind: "variant",
      cases: [
        { name: "none", type: undefined },
        { name: "some", type: u32 },
      ],
    },
    "variant { none, some(u32) }",
  ],
  [{ kind: "flags", labels: ["r", "w"] }, "flags { r, w }"],
  [{ kind: "enum", labels: ["r", "w", "x", "y"] }, "enum { r, w, x, ... }"],
  [{ kind: "option", some: u32 }, "option<u32>"],
  [{ kind: "result", ok: undefined, err: undefined }, "result"],
  [{ kind: "result", ok: u32, err: undefined }, "result<u32>"],
  [{ kind: "result", ok: undefined, err: string }, "result<_, string>"],
  [{ kind: "stream", element: undefined }, "stream"],
  [{ kind: "future", element: u32 }, "future<u32>"],
  [{ kind: "own", resource: file }, "file"],
  [{ kind: "borrow", resource: file }, "borrow<file>"],
  [{ kind: "own", resource: { kind: "resource", identity: { name: undefined, rep: "i32" } } }, "resource"],
  [file, "resource file"],
  [{ kind: "func", async: true, params: [field("a")], result: string }, "async func(a: u32) -> string"],
  [{ kind: "instance", exports: new Map([["run", { sort: "value", type: u32 }]]), resources: [] }, "instance { run }"],
  [nested(20), "list<list<list<list<...>>>>"],
];
for (const [type, name] of names) {
  test(name, () => assert.equal(typeName(type), name));
}
