import assert from "node:assert/strict";
import { test } from "node:test";
import { editDocument } from "./edit.ts";
import { parseDocument } from "./parse.ts";

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
  const grouped = editDocument(BEFORE, [{ op: "group", parts: ["adder", "counter"], name: "core" }], importsOf);
  assert.equal(grouped.text, GROUPED);
  assert.deepEqual(
    [...grouped.moves],
    [
      ["counter", "core/counter"],
      ["adder", "core/adder"],
    ],
  );
  const back = editDocument(grouped.text, [{ op: "ungroup", name: "core" }], (path) => importsOf(path.replace("core/", "")));
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
