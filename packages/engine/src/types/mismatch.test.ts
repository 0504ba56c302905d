import assert from "node:assert/strict";
import { test } from "node:test";
import type { FuncType, ResourceType, ValueType } from "./component-types.ts";
import { differenceInComponents, differenceInFunctions, PRIMITIVE_TYPES } from "./subtype.ts";

const { bool, u8, u32, string } = PRIMITIVE_TYPES as Record<"bool" | "u8" | "u32" | "string", ValueType>;
const record = (...fields: [string, ValueType][]): ValueType => ({ kind: "record", fields: fields.map(([name, type]) => ({ name, type })) });
const variant = (...cases: [string, ValueType?][]): ValueType => ({ kind: "variant", cases: cases.map(([name, type]) => ({ name, type })) });
const enums = (...labels: string[]): ValueType => ({ kind: "enum", labels });
const flags = (...labels: string[]): ValueType => ({ kind: "flags", labels });
const list = (element: ValueType, length?: number): ValueType => ({ kind: "list", element, ...(length === undefined ? {} : { length }) });
const option = (some: ValueType): ValueType => ({ kind: "option", some });
const result = (ok?: ValueType, err?: ValueType): ValueType => ({ kind: "result", ok, err });
const tuple = (...types: ValueType[]): ValueType => ({ kind: "tuple", types });
const map = (key: ValueType, value: ValueType): ValueType => ({ kind: "map", key, value });
const stream = (element?: ValueType): ValueType => ({ kind: "stream", element });
const resource = (name: string): ResourceType => ({ kind: "resource", identity: { name, rep: undefined } });
const own = (resource: ResourceType): ValueType => ({ kind: "own", resource });
const borrow = (resource: ResourceType): ValueType => ({ kind: "borrow", resource });
const func = (params: Record<string, ValueType>, result?: ValueType, async = false): FuncType => ({
  kind: "func",
  async,
  params: Object.entries(params).map(([name, type]) => ({ name, type })),
  result,
});
const [counter, otherCounter, clock] = [resource("counter"), resource("counter"), resource("clock")];
const f = (type: FuncType) => new Map([["f", { sort: "func", type } as const]]);

const functions: ReadonlyArray<[provider: FuncType, wanted: FuncType, words: string]> = [
  [func({}, undefined, true), func({}), "the function is async in the provider only"],
  [func({}), func({}, undefined, true), "the function is async in the import only"],
  [func({ key: string }), func({ key: string, value: string }), "parameter `value` is in the import only"],
  [func({ key: string, value: string }), func({ key: string }), "parameter `value` is in the provider only"],
  [func({}), func({ key: string }), "parameter `key` is in the import only"],
  [func({ store: u32, key: string }), func({ key: string }), "parameter `store` is in the provider only"],
  [func({ name: string }), func({ key: string }), "parameter 1 is called `key` in the import, `name` in the provider"],
  [func({ key: string, to: u32 }), func({ key: string, value: u32 }), "parameter 2 is called `value` in the import, `to` in the provider"],
  [func({ b: u8, a: u8 }), func({ a: u8, b: u8 }), "the parameters come in another order: number 1 is `a` in the import, `b` in the provider"],
  [func({ key: list(u8) }), func({ key: string }), "parameter `key`: `string` in the import, `list<u8>` in the provider"],
  [func({}, string), func({}, u32), "result: `u32` in the import, `string` in the provider"],
  [func({}), func({}, u32), "result: `u32` in the import, nothing in the provider"],
  [func({}, u32), func({}), "result: nothing in the import, `u32` in the provider"],
  // Names before types, whichever comes first.
  [func({ a: u8, c: u8 }), func({ a: u32, b: u8 }), "parameter 2 is called `b` in the import, `c` in the provider"],
];
for (const [provider, wanted, words] of functions) test(words, () => assert.equal(differenceInFunctions(provider, wanted), words));

/** As the parameter `x`. */
const values: ReadonlyArray<[provider: ValueType, wanted: ValueType, words: string]> = [
  [u32, own(counter), "a resource `counter` that is handed over in the import, `u32` in the provider"],
  [borrow(counter), u32, "`u32` in the import, a resource `counter` that is lent in the provider"],
  [borrow(counter), own(counter), "a resource `counter` that is handed over in the import, a resource `counter` that is lent in the provider"],
  [own(otherCounter), own(counter), "a resource `counter` that is handed over in the import, another one of that name in the provider"],
  [borrow(clock), borrow(counter), "a resource `counter` that is lent in the import, a resource `clock` that is lent in the provider"],
  [record(["size", u8]), record(["size", u32]), ", field `size`: `u32` in the import, `u8` in the provider"],
  [record(["len", u8]), record(["size", u8]), "field 1 is called `size` in the import, `len` in the provider"],
  [record(["name", string]), record(["name", string], ["size", u32]), "field `size` is in the import only"],
  [record(["name", string], ["size", u32]), record(["size", u32]), "field `name` is in the provider only"],
  [record(["b", u8], ["a", u8]), record(["a", u8], ["b", u8]), "the fields come in another order: number 1 is `a` in the import, `b` in the provider"],
  [tuple(u8), record(["a", u8]), "`record { a: u8 }` in the import, `tuple<u8>` in the provider"],
  [variant(["b"], ["a"]), variant(["a"], ["b"]), "the cases come in another order: number 1 is `a` in the import, `b` in the provider"],
  [variant(["a"]), variant(["a"], ["b", u8]), "case `b` is in the import only"],
  [variant(["a", u8]), variant(["a"]), ", case `a`: nothing in the import, `u8` in the provider"],
  [variant(["a", u8]), variant(["a", string]), ", case `a`: `string` in the import, `u8` in the provider"],
  [enums("red", "blue"), enums("red", "green", "blue"), "case `green` is in the import only"],
  [enums("red", "blue"), enums("blue", "red"), "the cases come in another order: number 1 is `blue` in the import, `red` in the provider"],
  [flags("read", "exec"), flags("read", "write"), "flag 2 is called `write` in the import, `exec` in the provider"],
  [variant(["red"], ["blue"]), enums("red", "blue"), "`enum { red, blue }` in the import, `variant { red, blue }` in the provider"],
  [list(u8), list(u8, 4), "`list<u8, 4>` in the import, `list<u8>` in the provider"],
  [list(u8), list(u32), ", what is listed: `u32` in the import, `u8` in the provider"],
  [option(u8), option(u32), ", if there is one: `u32` in the import, `u8` in the provider"],
  [u8, option(u8), "`option<u8>` in the import, `u8` in the provider"],
  [result(u8, string), result(u32, string), ", on success: `u32` in the import, `u8` in the provider"],
  [result(u8), result(u8, string), ", on failure: `string` in the import, nothing in the provider"],
  [tuple(u8, u8), tuple(u8, string), ", item 2: `string` in the import, `u8` in the provider"],
  [tuple(u8), tuple(u8, u8), "`tuple<u8, u8>` in the import, `tuple<u8>` in the provider"],
  [map(string, u8), map(u32, u8), ", key: `u32` in the import, `string` in the provider"],
  [map(string, u8), map(string, bool), ", value: `bool` in the import, `u8` in the provider"],
  [stream(u8), stream(string), ", what it carries: `string` in the import, `u8` in the provider"],
  [stream(), stream(u8), ", what it carries: `u8` in the import, nothing in the provider"],
  [
    list(record(["kind", variant(["text", string], ["blob", option(u8)])])),
    list(record(["kind", variant(["text", string], ["blob", option(u32)])])),
    ", what is listed, field `kind`, case `blob`, if there is one: `u32` in the import, `u8` in the provider",
  ],
  [
    list(record(["kind", variant(["text"], ["blob"])])),
    list(record(["kind", variant(["text"], ["image"])])),
    ", what is listed, field `kind`: case 2 is called `image` in the import, `blob` in the provider",
  ],
];
for (const [provider, wanted, words] of values) {
  const message = `parameter \`x\`${words.startsWith(",") ? "" : ": "}${words}`;
  test(message, () => assert.equal(differenceInFunctions(func({ x: provider }), func({ x: wanted })), message));
}

test("where the types are equal, and only there, nothing is said", () => {
  const all = [...values.flatMap(([a, b]) => [a, b, list(a)]), bool, string].map((type) => func({ x: type }, option(type)));
  const component = (type: FuncType) => ({ kind: "component", imports: new Map(), exports: f(type), importedResources: [], definedResources: [] }) as const;
  for (const a of all) {
    for (const b of all) {
      const words = differenceInFunctions(a, b);
      assert.equal(words === undefined, differenceInComponents(component(a), component(b)) === undefined);
      // Words of this table, not those of validation.
      if (words !== undefined) assert.match(words, /import|provider/);
    }
  }
});
