import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type Component, compile, type ExternType } from "@tenon/engine";
import { compareComponents, type Verdict } from "./update.ts";

const example = async (path: string): Promise<Component> =>
  compile((await readFile(new URL(`../../../../examples/${path}`, import.meta.url))) as Uint8Array<ArrayBuffer>);
const [caller, rust, c] = await Promise.all([example("caller/caller.wasm"), example("rust/scoreboard.wasm"), example("c/scoreboard.wasm")]);

const SCORES = "tenon:scoreboard/scores@0.1.0";
type Sides = Pick<Component, "type">;
type Externs = ReadonlyMap<string, ExternType>;

/** The component with other imports or exports. */
function other(component: Component, change: { readonly imports?: Externs; readonly exports?: Externs }): Sides {
  return { type: { ...component.type, ...change } };
}
const without = (externs: Externs, name: string): Externs => new Map([...externs].filter(([each]) => each !== name));
const renamed = (externs: Externs, name: string, to: string): Externs => new Map([...externs].map(([each, type]) => [each === name ? to : each, type]));

/** An interface with one function less. */
function less(externs: Externs, name: string): { readonly externs: Externs; readonly function: string } {
  const found = externs.get(name)!;
  assert.ok(found.sort === "instance");
  const [gone] = [...found.type.exports].find(([, { sort }]) => sort === "func")!;
  const type: ExternType = { ...found, type: { ...found.type, exports: without(found.type.exports as Externs, gone) } } as ExternType;
  return { externs: new Map([...externs, [name, type]]), function: gone };
}

const { imports, exports } = caller.type;
const fewerImports = less(imports, SCORES);
const scores = rust.type.exports;
const fewerExports = less(scores, SCORES);

const cases: ReadonlyArray<[name: string, before: Sides, after: Sides, verdict: Verdict]> = [
  ["the same code", caller, caller, { verdict: "same", differences: [] }],
  ["other code with the same types", other(rust, {}), rust, { verdict: "same", differences: [] }],
  [
    "an export that is gone",
    rust,
    other(rust, { exports: without(scores, SCORES) }),
    { verdict: "breaking", differences: [`it exports \`${SCORES}\` no more`] },
  ],
  ["an export that is new", other(rust, { exports: without(scores, SCORES) }), rust, { verdict: "compatible", differences: [`it exports \`${SCORES}\`, too`] }],
  [
    "an import that is new",
    other(caller, { imports: without(imports, SCORES) }),
    caller,
    { verdict: "breaking", differences: [`it imports \`${SCORES}\`, which it didn't`] },
  ],
  [
    "an import that is gone",
    caller,
    other(caller, { imports: without(imports, SCORES) }),
    { verdict: "compatible", differences: [`it imports \`${SCORES}\` no more`] },
  ],
  [
    "a function less in an export",
    rust,
    other(rust, { exports: fewerExports.externs }),
    { verdict: "breaking", differences: [`it exports \`${SCORES}\`, which doesn't fit those who use it: it has no function \`${fewerExports.function}\``] },
  ],
  [
    "a function more in an export",
    other(rust, { exports: fewerExports.externs }),
    rust,
    { verdict: "compatible", differences: [`it offers more in \`${SCORES}\``] },
  ],
  [
    "a function more in an import",
    other(caller, { imports: fewerImports.externs }),
    caller,
    { verdict: "breaking", differences: [`it asks more of \`${SCORES}\`: it has no function \`${fewerImports.function}\``] },
  ],
  [
    "a function less in an import",
    caller,
    other(caller, { imports: fewerImports.externs }),
    { verdict: "compatible", differences: [`it asks less of \`${SCORES}\``] },
  ],
  [
    "a later version of the same track",
    rust,
    other(rust, { exports: renamed(scores, SCORES, "tenon:scoreboard/scores@0.1.7") }),
    { verdict: "compatible", differences: [`it exports \`tenon:scoreboard/scores@0.1.7\` instead of \`${SCORES}\``] },
  ],
  [
    "a version of another track",
    caller,
    other(caller, { imports: renamed(imports, SCORES, "tenon:scoreboard/scores@0.2.0") }),
    { verdict: "breaking", differences: ["it imports `tenon:scoreboard/scores@0.2.0`, which it didn't", `it imports \`${SCORES}\` no more`] },
  ],
];
for (const [name, before, after, verdict] of cases) test(name, () => assert.deepEqual(compareComponents(before, after), verdict));

test("components in two languages with the same world differ in what they ask of the machine at most", () => {
  const { differences } = compareComponents(rust, c);
  for (const each of differences) assert.match(each, /imports? `wasi:|asks (more|less) of `wasi:/);
  assert.ok(exports.size > 0);
});

test("so many differences are told and no more", () => {
  const [, type] = [...scores][0]!;
  const many: Externs = new Map(Array.from({ length: 50 }, (_, i) => [`a:b/c${i}`, type]));
  const { verdict, differences } = compareComponents(other(rust, { exports: many }), other(rust, { exports: new Map() }));
  assert.deepEqual([verdict, differences.length, differences.at(-1)], ["breaking", 21, "and 30 more"]);
});
