import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { durationOf } from "./duration.ts";
import { parseDocument } from "./parse.ts";
import { AppError } from "./problem.ts";

const FULL = `{
  "$schema": "./tenon.schema.json", "tenon": 1,
  "name": "visitors", // a comment
  "purpose": "Counts visits",
  "parts": {
    "counter": {
      "component": "./counter.wasm", "purpose": "adds one", "source": "./counter", "build": "make",
      "restart": { "strategy": "rest-for-one", "most": 2, "within": "10s" },
      "tests": ["try"], "limits": { "queue": 10, "log": 1000 },
    },
    "try": { "source": "./tests/try/", "restart": "never" },
    "store": { "capability": "keyvalue", "with": { "backend": "sqlite", "__proto__": [null] } },
    "other": { "app": "./other/tenon.jsonc" },
    "in": { "app": { "parts": { "x": { "component": "npm:x/x.wasm" } }, "wires": { "x": { "*": "..", "y": "..#z" } }, "exports": { "e": "x#f" } } },
  },
  "wires": {
    "counter": {
      "wasi:*": "store",
      "a:b/c@1.0.0": null,
      "d": { "to": "in#e", "through": ["log", { "limit": { "calls": 1 } }, { "part": "try" }], "deadline": "1.5s", "onFailure": { "tag": "x" }, "guard": true },
    },
  },
  "exports": { "handler": "counter" },
  "people": { "ann": "reads" }, "words": { "visit": "one look at the page" },
  "needs": [{ "who": "ann", "want": "a number", "check": "try" }, { "who": "ann", "want": "quiet" }],
}`;

const bare = { restart: { strategy: "one-for-one", most: 5, within: 60_000 }, tests: [], limits: {} };

test("a document with everything in it", () => {
  const { document, locate } = parseDocument(FULL, "tenon.jsonc");
  const part = (name: string): object => {
    const { definition, ...rest } = document.parts.get(name)!;
    assert.equal(typeof definition, "string");
    return rest;
  };
  assert.deepEqual([...document.parts.keys()], ["counter", "try", "store", "other", "in"]);
  assert.deepEqual(part("counter"), {
    kind: "component",
    component: "./counter.wasm",
    purpose: "adds one",
    source: { folder: "./counter", build: "make" },
    restart: { strategy: "rest-for-one", most: 2, within: 10_000 },
    tests: ["try"],
    limits: { queue: 10, log: 1000 },
  });
  assert.deepEqual(part("try"), {
    ...bare,
    kind: "component",
    component: "./tests/try/try.wasm",
    source: { folder: "./tests/try/" },
    restart: { ...bare.restart, strategy: "never" },
  });
  assert.deepEqual(part("store"), { kind: "capability", capability: "keyvalue", with: JSON.parse('{ "backend": "sqlite", "__proto__": [null] }') });
  assert.deepEqual(part("other"), { kind: "app", app: "./other/tenon.jsonc" });
  const nested = document.parts.get("in");
  assert.ok(nested?.kind === "app" && typeof nested.app !== "string");
  assert.deepEqual(nested.app.wires.get("x")?.get("y")?.to, { part: "..", export: "z" });
  assert.deepEqual(nested.app.exports.get("e"), { part: "x", export: "f" });
  assert.deepEqual(
    [...document.wires.get("counter")!],
    [
      ["wasi:*", { to: { part: "store" }, through: [], guard: false }],
      ["a:b/c@1.0.0", { to: null, through: [], guard: false }],
      [
        "d",
        {
          to: { part: "in", export: "e" },
          through: [
            { kind: "log", with: {} },
            { kind: "limit", with: { calls: 1 } },
            { kind: "part", with: "try" },
          ],
          deadline: 1500,
          onFailure: { tag: "x" },
          guard: true,
        },
      ],
    ],
  );
  assert.deepEqual(document.needs, [
    { who: "ann", want: "a number", check: "try" },
    { who: "ann", want: "quiet" },
  ]);
  assert.deepEqual(
    [document.name, document.purpose, [...document.people], [...document.words]],
    ["visitors", "Counts visits", [["ann", "reads"]], [["visit", "one look at the page"]]],
  );
  assert.deepEqual(locate(["parts", "counter", "limits", "queue"]), { line: 9, column: 37 });
  assert.deepEqual(locate(["parts", "counter", "limits", "queue"], "value"), { line: 9, column: 46 });
  assert.deepEqual(locate(["parts", "store", "nothing", "there"], "value"), { line: 12, column: 5 });
});

test("parts are defined alike whatever the order of their keys, and their purpose", () => {
  const of = (part: string): string => parseDocument(`{ "tenon": 1, "name": "a", "parts": { "p": ${part} } }`, "").document.parts.get("p")!.definition;
  const [a, b, c] = [
    '{ "capability": "k", "with": { "a": 1, "b": { "c": [1], "d": 2 } }, "purpose": "x" }',
    '{ "with": { "b": { "d": 2, "c": [1] }, "a": 1 }, "capability": "k" }',
    '{ "with": { "b": { "d": 2, "c": [2] }, "a": 1 }, "capability": "k" }',
  ].map(of);
  assert.equal(a, b);
  assert.notEqual(b, c);
});

const durations: ReadonlyArray<[text: string, milliseconds: number | undefined]> = [
  ["250ms", 250],
  ["1s", 1000],
  ["1.5s", 1500],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["0s", 0],
  ["0.5ms", 0.5],
  ["5", undefined],
  ["s", undefined],
  ["-1s", undefined],
  ["1 s", undefined],
  [" 1s", undefined],
  ["1e3s", undefined],
  ["1.s", undefined],
  [".5s", undefined],
  ["1d", undefined],
  ["1S", undefined],
  ["9999999999999999h", undefined],
];
for (const [text, milliseconds] of durations) test(`${JSON.stringify(text)} is ${milliseconds} ms`, () => assert.equal(durationOf(text), milliseconds));

test("names hold anything", () => {
  const name = fc.string({ unit: "binary", minLength: 1 }).filter((each) => each !== ".." && !each.includes("#"));
  fc.assert(
    fc.property(name, fc.string({ minLength: 1 }), (part, word) => {
      const text = `{ "tenon": 1, "name": "a", "parts": { ${JSON.stringify(part)}: { "capability": "k" } }, "words": { ${JSON.stringify(word)}: "x" } }`;
      const { document, locate } = parseDocument(text, "");
      assert.deepEqual([...document.parts.keys()], [part]);
      assert.deepEqual([...document.words.keys()], [word]);
      assert.deepEqual(locate(["parts", part]), { line: 1, column: 39 });
    }),
  );
});

/** A document, or an `AppError` that says where. */
function judged(text: string): void {
  try {
    parseDocument(text, "f");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const lines = text.split("\n");
    assert.ok(error.problems.length > 0);
    for (const { code, line, column } of error.problems) {
      assert.match(code, /^document\//);
      assert.ok(line! >= 1 && line! <= lines.length && column! >= 1 && column! <= lines[line! - 1]!.length + 1, `${line}:${column}`);
    }
  }
}

test("brackets in texts and comments have no depth", () => {
  const brackets = "[{".repeat(200);
  const texts = [`"a\\"${brackets}"`, `"a" // ${brackets}\n`, `"a" /* ${brackets}\n${brackets} */`, `"\\\\"/*"*/ //"${brackets}\n`];
  for (const name of texts) assert.ok(parseDocument(`{ "tenon": 1, "name": ${name} }`, "").document.name !== "", name);
});

test("any text is a document or has problems, each with its place", () => {
  fc.assert(fc.property(fc.string(), judged));
  fc.assert(fc.property(fc.json(), judged));
  fc.assert(
    fc.property(fc.array(fc.constantFrom("{", "}", "[", "]", '"a"', ":", ",", "//\n", "/*", "1"), { maxLength: 2000, size: "max" }), (tokens) =>
      judged(tokens.join("")),
    ),
    { numRuns: 50 },
  );
});

test("a document in which something was changed is one, or has problems", () => {
  const tokens = FULL.match(/"[^"]*"|\w+|\s+|./g)!;
  fc.assert(
    fc.property(fc.nat(tokens.length - 1), fc.oneof(fc.constantFrom("", "1", "null", "{}", "[]", '""', ",", "}"), fc.constantFrom(...tokens)), (at, token) =>
      judged(tokens.with(at, token).join("")),
    ),
    { numRuns: 500 },
  );
});
