import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import type { Json, JsonObject } from "./document.ts";
import { parseDocument } from "./parse.ts";
import { AppError } from "./problem.ts";
import { TestSchema } from "./test-schema.ts";

const text = readFileSync(new URL("../../schema/tenon.schema.json", import.meta.url), "utf8");
const definition = JSON.parse(text) as JsonObject;
const schema = new TestSchema(definition);

/** What no schema can say. */
const BEYOND = new Set(["document/person", "document/duplicate", "document/too-many"]);

function parserAccepts(document: Json): boolean {
  try {
    parseDocument(JSON.stringify(document), "");
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.problems.every(({ code }) => BEYOND.has(code));
  }
}

const FULL: JsonObject = {
  $schema: "x",
  tenon: 1,
  name: "n",
  purpose: "p",
  parts: {
    a: { component: "./a.wasm", purpose: "p", source: "./a", build: "make", restart: "never", tests: ["t"], limits: { queue: 1, log: 0 } },
    b: { source: "./b/", restart: { strategy: "one-for-all", most: 3, within: "1.5s" } },
    c: { capability: "k", with: { any: [1] }, purpose: "p" },
    d: { app: "./d.jsonc", purpose: "p" },
    e: { app: { name: "n", purpose: "p", parts: { x: { component: "x" } }, wires: { x: { i: ".." } }, exports: { e: "x" }, people: {}, words: {}, needs: [] } },
  },
  wires: {
    a: {
      "w:*": "b",
      "*": "b#e",
      i: null,
      j: { to: null, through: [], deadline: "250ms", onFailure: null, guard: true },
      k: { to: "c#e", through: ["log", { limit: { calls: 1 } }, { part: "b" }] },
    },
  },
  exports: { h: "a", i: "a#b" },
  people: { ann: "reads" },
  words: { w: "means" },
  needs: [{ who: "ann", want: "it", check: "t" }],
};

/** Each place of the document. */
function* places(value: Json, place: readonly (string | number)[] = []): Iterable<readonly (string | number)[]> {
  yield place;
  if (value === null || typeof value !== "object") return;
  for (const [key, each] of Object.entries(value)) yield* places(each, [...place, Array.isArray(value) ? Number(key) : key]);
}

/** With another value at a place; `undefined`: without it. */
function changed(value: Json, place: readonly (string | number)[], to: Json | undefined): Json {
  const [key, ...rest] = place;
  if (key === undefined) return to ?? null;
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((each, i) => (i !== key ? [each] : rest.length > 0 || to !== undefined ? [changed(each, rest, to)] : []));
  const entries = Object.entries(value as JsonObject).flatMap(([name, each]): [string, Json][] => {
    if (name !== key) return [[name, each]];
    return rest.length > 0 || to !== undefined ? [[name, changed(each, rest, to)]] : [];
  });
  return Object.fromEntries(entries);
}

/** With another key. */
function renamed(value: Json, place: readonly (string | number)[], to: string): Json {
  const [key, ...rest] = place;
  if (Array.isArray(value)) return (value as readonly Json[]).map((each, i) => (i === key && rest.length > 0 ? renamed(each, rest, to) : each));
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, each]) => {
      if (name !== key) return [name, each];
      return rest.length === 0 ? [to, each] : [name, renamed(each, rest, to)];
    }),
  );
}

const agree = (document: Json): void => assert.equal(schema.accepts(document), parserAccepts(document), JSON.stringify(document));

test("schema and parser take the same document with everything in it", () => {
  assert.equal(parserAccepts(FULL), true);
  assert.equal(schema.accepts(FULL), true);
});

const values: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  "",
  "x",
  "..",
  "..#x",
  "...",
  "#",
  "#x",
  "x#",
  "x##",
  "x##y",
  "1s",
  "1 s",
  "1.s",
  "./",
  "a/../",
  "/",
  "never",
  [],
  [""],
  [1],
  ["x"],
  {},
  { "": 1 },
  { part: 1 },
  { part: "" },
  { a: 1, b: 2 },
  { component: "x" },
  { source: ".." },
  { source: "./x", capability: "k" },
  { component: "x", app: "y" },
  { component: "x", build: "y" },
  { to: null },
  { to: "x" },
  { guard: true },
];

test("schema and parser judge alike whatever stands at each place of a document, or doesn't", () => {
  for (const place of places(FULL)) {
    if (place.length > 0) agree(changed(FULL, place, undefined));
    for (const value of values) agree(changed(FULL, place, value));
  }
});

test("schema and parser judge alike whatever a key is called", () => {
  const keys = ["", "x", "..", "a#b", "*", "a*", "a*b", "**", "tenon", "component", "capability", "source", "to", "part", "\n", "😀"];
  for (const place of places(FULL)) {
    if (typeof place.at(-1) !== "string") continue;
    for (const key of keys) agree(renamed(FULL, place, key));
  }
});

test("schema and parser judge alike what is changed at random", () => {
  const all = [...places(FULL)];
  const change = fc.tuple(fc.constantFrom(...all), fc.oneof(fc.constantFrom(...values), fc.jsonValue() as fc.Arbitrary<Json>));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let document: Json = FULL;
      for (const [place, to] of changes) {
        if ([...places(document)].some((each) => JSON.stringify(each) === JSON.stringify(place))) document = changed(document, place, to);
      }
      agree(document);
    }),
    { numRuns: 300 },
  );
});

test("the schema names the keys that the parser names", () => {
  const at = (place: readonly string[]): readonly string[] => {
    const odd = "no such key";
    const document = JSON.stringify(changed(FULL, place, { ...(valueAt(place) as JsonObject), [odd]: 1 }));
    try {
      parseDocument(document, "");
    } catch (error) {
      assert.ok(error instanceof AppError);
      return [...error.problems[0]!.hint!.matchAll(/`([^`]+)`/g)].map(([, key]) => key!);
    }
    return [];
  };
  const valueAt = (place: readonly string[]): Json => place.reduce<Json>((value, key) => (value as JsonObject)[key]!, FULL);
  const { definitions } = definition as { readonly definitions: { readonly [name: string]: { readonly properties: JsonObject } } };
  const named = (name: string): readonly string[] => Object.keys(definitions[name]!.properties);
  assert.deepEqual(at([]), Object.keys(definition.properties as JsonObject));
  assert.deepEqual(at(["parts", "a"]).toSorted(), named("component").toSorted());
  assert.deepEqual(at(["parts", "c"]).toSorted(), named("capability").toSorted());
  assert.deepEqual(at(["parts", "d"]).toSorted(), named("app").toSorted());
  assert.deepEqual(at(["parts", "e", "app"]).toSorted(), named("nested").toSorted());
});
