import assert from "node:assert/strict";
import { test } from "node:test";
import { editDocument } from "./edit.ts";
import { parseDocument } from "./parse.ts";

const app = (parts: readonly string[], wires: unknown, more: object = {}): string =>
  JSON.stringify({ tenon: 1, name: "x", parts: Object.fromEntries(parts.map((name) => [name, { component: `./${name}.wasm` }])), wires, ...more });

const KV = "wasi:keyvalue/store@0.2.0-draft";
const IMPORTS = new Map([
  ["counter", [KV, "wasi:clocks/wall-clock@0.2.3"]],
  ["adder", ["wasi:clocks/wall-clock@0.2.0"]],
  ["site", ["handler"]],
]);
const importsOf = (path: string): readonly string[] | undefined => IMPORTS.get(path);

const BEFORE = `{
  "tenon": 1,
  "name": "visitors",
  "parts": {
    "site": { "capability": "http-server" },
    // Adds one.
    "counter": {
      "component": "./counter.wasm",
      "restart": "never" // for now
    }, // in Rust
    "store": { "capability": "keyvalue" },
    "adder": { "component": "./adder.wasm" }, // in C
    "basics": { "capability": "basics" }
  },
  "wires": {
    "site": { "handler": "counter" },
    "counter": {
      // Kept.
      "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" },
      "wasi:*": "basics",
      "add": "adder"
    },
    "adder": { "wasi:*": "basics" }
  },
  "exports": { "sum": "adder#add" },
  "needs": [{ "who": "visitor", "want": "a number", "check": "adder" }],
  "people": { "visitor": "reads" }
}
`;

const GROUPED = `{
  "tenon": 1,
  "name": "visitors",
  "parts": {
    "site": { "capability": "http-server" },
    "core": { "app": {
      "parts": {
        // Adds one.
        "counter": {
          "component": "./counter.wasm",
          "restart": "never" // for now
        }, // in Rust
        "adder": { "component": "./adder.wasm" } // in C
      },
      "wires": {
        "counter": {
          // Kept.
          "wasi:keyvalue/*": "..",
          "wasi:*": "..",
          "add": "adder"
        },
        "adder": { "wasi:*": ".." }
      },
      "exports": { "handler": "counter", "add": "adder" }
    } },
    "store": { "capability": "keyvalue" },
    "basics": { "capability": "basics" }
  },
  "wires": {
    "site": { "handler": "core" },
    "core": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" }
  },
  "exports": { "sum": "core#add" },
  "needs": [{ "who": "visitor", "want": "a number", "check": "core/adder" }],
  "people": { "visitor": "reads" }
}
`;

test("parts are grouped, and come out of the group again", () => {
  const grouped = editDocument(BEFORE, [{ op: "group", parts: ["adder", "counter"], name: "core" }], { importsOf });
  assert.equal(grouped.text, GROUPED);
  assert.deepEqual(
    [...grouped.moves],
    [
      ["counter", "core/counter"],
      ["adder", "core/adder"],
    ],
  );
  const back = editDocument(grouped.text, [{ op: "ungroup", name: "core" }], { importsOf: (path) => importsOf(path.replace("core/", "")) });
  assert.deepEqual(parseDocument(back.text, "").document, parseDocument(BEFORE, "").document);
  assert.deepEqual(
    [...back.moves],
    [
      ["core/counter", "counter"],
      ["core/adder", "adder"],
    ],
  );
  for (const comment of ["// Adds one.\n", "// for now\n", "// in Rust\n", "// in C\n", "// Kept.\n"]) assert.ok(back.text.includes(comment), comment);
});

test("a document with CRLF is grouped with CRLF", () => {
  const crlf = (text: string): string => text.replace("// Adds one.", "/* Adds\n     * one. */").replaceAll("\n", "\r\n");
  const grouped = editDocument(crlf(BEFORE), [{ op: "group", parts: ["adder", "counter"], name: "core" }], { importsOf }).text;
  assert.equal(grouped, GROUPED.replace("// Adds one.", "/* Adds\n         * one. */").replaceAll("\n", "\r\n"));
});

test("what lies on both wires of a border lies on the one that is left", () => {
  const inner = { to: "..", through: ["log"], deadline: "2s", onFailure: 1, guard: false };
  const outer = { to: "s#e", through: [{ delay: "1s" }], deadline: "1500ms", onFailure: 2, guard: true };
  const parts = { in: { app: { parts: { a: { component: "a" } }, wires: { a: { i: inner, j: { to: "..", onFailure: 3 } } } } }, s: { component: "s" } };
  const text = JSON.stringify({ tenon: 1, name: "x", parts, wires: { in: { i: outer, j: { ...outer, deadline: "1h" } } } });
  const { a } = JSON.parse(editDocument(text, [{ op: "ungroup", name: "in" }]).text).wires;
  assert.deepEqual(a, {
    i: { to: "s#e", through: ["log", { delay: "1s" }], deadline: "1500ms", onFailure: 1, guard: true },
    j: { to: "s#e", through: [{ delay: "1s" }], deadline: "1h", onFailure: 3, guard: true },
  });
});

test("wildcards of one part that overlap pass the border as they are, whatever they stand for", () => {
  const text = app(["a", "s", "t"], { a: { "wasi:*": "s", "wasi:io/*": "t" } });
  const grouped = JSON.parse(editDocument(text, [{ op: "group", parts: ["a"], name: "g" }]).text);
  assert.deepEqual(grouped.wires, { g: { "wasi:*": "s", "wasi:io/*": "t" } });
});

test("where two parts of a group have the same import from different ends, the second one passes the border under a name of its own", () => {
  const text = app(["a", "b", "s", "t"], { a: { "x:y/z": "s" }, b: { "x:y/z": { to: "t", deadline: "1s" } }, s: { call: "a" }, t: { call: "b" } });
  const grouped = editDocument(text, [{ op: "group", parts: ["a", "b"], name: "g" }]).text;
  assert.deepEqual(JSON.parse(grouped).parts.g.app, {
    parts: { a: { component: "./a.wasm" }, b: { component: "./b.wasm" } },
    wires: { a: { "x:y/z": ".." }, b: { "x:y/z": "..#b.x:y/z" } },
    exports: { call: "a", "b.call": "b#call" },
  });
  assert.deepEqual(JSON.parse(grouped).wires, {
    s: { call: "g" },
    t: { call: "g#b.call" },
    g: { "x:y/z": "s", "b.x:y/z": { to: "t#x:y/z", deadline: "1s" } },
  });
  assert.deepEqual(parseDocument(editDocument(grouped, [{ op: "ungroup", name: "g" }]).text, "").document, parseDocument(text, "").document);
});

test("interposers that are parts go inside with what they stand before", () => {
  const text = app(["a", "b", "f", "g"], { a: { i: { to: "b", through: ["log", { part: "f" }, { part: "g" }], guard: true } } });
  const grouped = editDocument(text, [{ op: "group", parts: ["a", "f"], name: "x" }]).text;
  assert.deepEqual(JSON.parse(grouped).parts.x.app.wires, { a: { i: { to: "..", through: ["log", { part: "f" }] } } });
  assert.deepEqual(JSON.parse(grouped).wires, { x: { i: { to: "b", through: [{ part: "g" }], guard: true } } });
  assert.deepEqual(parseDocument(editDocument(grouped, [{ op: "ungroup", name: "x" }]).text, "").document, parseDocument(text, "").document);
});

test("an app that is ungrouped leaves its people, words and needs", () => {
  const inner = { people: { ann: "reads", bob: "writes" }, words: { page: "a text" }, needs: [{ who: "ann", want: "it" }], parts: {} };
  const text = JSON.stringify({ tenon: 1, name: "x", parts: { in: { app: inner } }, people: { bob: "pays" }, needs: [{ who: "bob", want: "more" }] });
  assert.deepEqual(JSON.parse(editDocument(text, [{ op: "ungroup", name: "in" }]).text), {
    tenon: 1,
    name: "x",
    parts: {},
    people: { bob: "pays", ann: "reads" },
    words: { page: "a text" },
    needs: [
      { who: "bob", want: "more" },
      { who: "ann", want: "it" },
    ],
  });
});

const refused: ReadonlyArray<[name: string, text: string, parts: readonly string[], message: string]> = [
  [
    "a wildcard into the group that nobody knows the imports of",
    app(["a", "b"], { a: { "wasi:*": "b" } }),
    ["b"],
    "`wasi:*` of `a` leads into the group, and it isn't known for which of its imports\n  wire the imports of `a` each by its name",
  ],
  [
    "wildcards out of the group that overlap, and nobody knows the imports of their parts",
    app(["a", "b", "s", "t"], { a: { "wasi:*": "s" }, b: { "wasi:*": "s", "wasi:io/*": "t" } }),
    ["a", "b"],
    "the group would have two wires for `wasi:*` of `a`, and it isn't known which of its imports need which\n  wire the imports of `a` each by its name",
  ],
  [
    "an interposer without those that it stands between",
    app(["a", "b", "f"], { a: { i: { to: "b", through: [{ part: "f" }] } } }),
    ["a", "b"],
    "`f` stands on a wire of `a`: they are grouped together or not at all\n  group `f`, too",
  ],
  [
    "an interposer from around before one of the group",
    app(["a", "b", "f", "g"], { a: { i: { to: "b", through: [{ part: "f" }, { part: "g" }] } } }),
    ["a", "g"],
    "`f` stands on the wire `a` → `i`, before a part of the group\n  group `f`, too",
  ],
];

for (const [name, text, parts, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(() => editDocument(text, [{ op: "group", parts, name: "x" }]), { code: "app/no-group", message });
  });
}

test("parts of two apps make no group, and no part may stand where one stands", () => {
  const text = JSON.stringify({ tenon: 1, name: "x", parts: { p: { component: "p" }, in: { app: { parts: { p: { component: "q" } } } } } });
  assert.throws(() => editDocument(text, [{ op: "group", parts: ["p", "in/p"], name: "g" }]), { message: "parts of one group stand in one app, these don't" });
  assert.throws(() => editDocument(text, [{ op: "ungroup", name: "in" }]), {
    message: "`in` has a part `p`, and there is one beside it\n  tenon rename in/p NAME",
  });
});
