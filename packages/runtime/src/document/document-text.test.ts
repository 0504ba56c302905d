import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentText } from "./document-text.ts";

test("what was set is there, also within what was set before", () => {
  const text = new DocumentText('{ "a": { "b": 1 }, "c": [1, 2] }');
  text.set(["a"], { b: { d: 2 } });
  text.set(["c", 0], 5);
  assert.deepEqual(text.value(["a", "b", "d"]), 2);
  text.set(["a", "b", "d"], 3);
  text.set(["a", "b", "e"], 4);
  assert.ok(text.has(["a", "b", "e"]) && !text.has(["a", "e"]));
  assert.equal(text.text, '{ "a": { "b": { "d": 3, "e": 4 } }, "c": [5, 2] }');
});

test("objects on the way are made, and what is large gets lines of its own", () => {
  const text = new DocumentText('{\n\t"a": 1 // one\n}');
  text.set(["b", "c"], { d: "x".repeat(60), e: ["y".repeat(60), null] });
  assert.equal(text.text, `{\n\t"a": 1, // one\n\t"b": {\n\t\t"c": {\n\t\t\t"d": "${"x".repeat(60)}",\n\t\t\t"e": ["${"y".repeat(60)}", null]\n\t\t}\n\t}\n}`);
});

test("a property is taken with its comments, and put before another", () => {
  const text = new DocumentText('{\n  "a": 1,\n  // of b\n  "b": {\n    "c": 2 // two\n  }, // behind\n  "d": { }\n}');
  const piece = text.take(["b"]);
  assert.deepEqual(piece, { key: "b", before: ["// of b"], value: '{\n  "c": 2 // two\n}', after: "// behind" });
  assert.equal(text.text, '{\n  "a": 1,\n  "d": { }\n}');
  text.put(["d"], piece);
  text.put([], { ...piece, key: "z", after: "" }, "a");
  assert.equal(
    text.text,
    '{\n  // of b\n  "z": {\n    "c": 2 // two\n  },\n  "a": 1,\n  "d": {\n    // of b\n    "b": {\n      "c": 2 // two\n    } // behind\n  }\n}',
  );
});
