import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExternDescriptor, ExternType, FuncType, ValueType } from "@tenon/engine";
import { handoverBetween } from "./handover.ts";
import { list, plain, record, result } from "./test-states.ts";

const [string, u8, u32] = [plain("string"), plain("u8"), plain("u32")];
const LOADED = result(undefined, string);

const func = (params: readonly ValueType[], given?: ValueType, async = false): FuncType => ({
  kind: "func",
  async,
  params: params.map((type, i) => ({ name: `p${i}`, type })),
  result: given,
});

/** An interface by this name, with these functions. */
function exported(name: string, functions: Readonly<Record<string, FuncType>>): ExternDescriptor {
  const exports = new Map<string, ExternType>(Object.entries(functions).map(([label, type]) => [label, { sort: "func", type }]));
  return { name, type: { sort: "instance", type: { kind: "instance", exports, resources: [] } } };
}

const handover = (state: ValueType, name = "a:b/handover@1.0.0"): ExternDescriptor => exported(name, { save: func([], state), load: func([state], LOADED) });
const other = exported("a:b/other@1.0.0", { save: func([], u8) });

test("two versions hand over by the interface of each, whatever their packages are called", () => {
  const found = handoverBetween(
    { exports: [other, handover(record({ n: u8 }))] },
    { exports: [handover(record({ n: u32, all: list(string) }), "c:d/handover"), other] },
  );
  assert.ok(typeof found !== "string");
  assert.deepEqual([found.from, found.to, found.isAsync], ["a:b/handover@1.0.0", "c:d/handover", false]);
  assert.deepEqual(found.adaptation.convert({ n: 1 }), { n: 1, all: [] });
});

test("one async function makes it async", () => {
  const isAsync = exported("a:b/handover", { save: func([], u8, true), load: func([u8], LOADED) });
  const found = handoverBetween({ exports: [handover(u8)] }, { exports: [isAsync] });
  assert.equal(typeof found !== "string" && found.isAsync, true);
});

const WANTED = "`load` has to be `func(state: T) -> result<_, string>` with the T of `save`";
const none: readonly (readonly [name: string, before: ExternDescriptor[], after: ExternDescriptor[], why: string])[] = [
  ["the old version has none", [other], [handover(u8)], "the old version exports no `handover`"],
  ["nor has the new one", [handover(u8)], [other], "the new version exports no `handover`"],
  ["a function by that name is none", [{ name: "a:b/handover", type: { sort: "func", type: func([]) } }], [handover(u8)], "the old version exports no `handover`"],
  ["another interface's name ends like it", [handover(u8, "a:b/my-handover")], [handover(u8)], "the old version exports no `handover`"],
  ["there are two", [handover(u8), handover(u8, "c:d/handover")], [handover(u8)], "the old version exports two: `a:b/handover@1.0.0` and `c:d/handover`"],
  ["no `save`", [exported("a:b/handover", { load: func([u8], LOADED) })], [handover(u8)], "`a:b/handover` of the old version has no `save`"],
  ["no `load`", [handover(u8)], [exported("a:b/handover", { save: func([], u8) })], "`a:b/handover` of the new version has no `load`"],
  ["`save` takes something", [exported("a:b/handover", { save: func([u8], u8), load: func([u8], LOADED) })], [handover(u8)], "`a:b/handover` of the old version: `save` has to be `func() -> T`"],
  ["`save` gives nothing", [exported("a:b/handover", { save: func([]), load: func([u8], LOADED) })], [handover(u8)], "`a:b/handover` of the old version: `save` has to be `func() -> T`"],
  ["`load` takes something else", [exported("a:b/handover", { save: func([], u8), load: func([u32], LOADED) })], [handover(u8)], `\`a:b/handover\` of the old version: ${WANTED}; it is \`func(p0: u32) -> result<_, string>\`, and \`save\` gives \`u8\``],
  ["`load` takes nothing", [exported("a:b/handover", { save: func([], u8), load: func([], LOADED) })], [handover(u8)], `\`a:b/handover\` of the old version: ${WANTED}; it is \`func() -> result<_, string>\`, and \`save\` gives \`u8\``],
  ["`load` can't refuse", [handover(u8)], [exported("a:b/handover", { save: func([], u8), load: func([u8]) })], `\`a:b/handover\` of the new version: ${WANTED}; it is \`func(p0: u8)\`, and \`save\` gives \`u8\``],
  ["the states have nothing in common", [handover(u8)], [handover(string)], "the state that `a:b/handover@1.0.0` saves is not one that `a:b/handover@1.0.0` can load: the state: u8 can't become string"],
]; // biome-ignore format: a table
for (const [name, before, after, why] of none) {
  test(`there is no hand-over: ${name}`, () => {
    assert.equal(handoverBetween({ exports: before }, { exports: after }), why);
  });
}
