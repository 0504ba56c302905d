import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Operation } from "../app/operation.ts";
import { editDocument } from "./edit.ts";
import { parseDocument } from "./parse.ts";

const PLAIN = JSON.stringify({
  tenon: 1,
  name: "n",
  parts: { a: { component: "a" }, b: { component: "b", tests: ["c"] }, c: { capability: "k", with: { x: 1, y: { z: 2 } } } },
  wires: { a: { "w:*": "b", i: { to: "c", through: ["log"] } }, b: { j: "c" } },
  exports: { e: "a" },
});
const TOKENS = PLAIN.match(/"[^"]*"|[{}[\],:]|[^"{}[\],:]+/g)!;

/** What may stand between two tokens; comments get a number each. */
const between = fc.constantFrom("", "", "", " ", "\n", "\n  ", "\n\n\t", " // #\n", " /* # */ ", "\n// #\n", "/* #\n# */", "\n  /* # */\n");

const documents = fc.tuple(fc.array(between, { minLength: TOKENS.length + 1, maxLength: TOKENS.length + 1 }), fc.boolean()).map(([gaps, commas]) => {
  let count = 0;
  const closes = (token: string | undefined): boolean => token === "}" || token === "]";
  const text = TOKENS.map((token, i) => {
    const comma = commas && closes(TOKENS[i + 1]) && token !== "{" && token !== "[" ? "," : "";
    return gaps[i]! + token + comma;
  }).join("");
  return (text + gaps.at(-1)!).replaceAll("#", () => `<${count++}>`);
});

const commentsOf = (text: string): readonly string[] => text.match(/<\d+>/g)?.toSorted() ?? [];

const keeping: readonly Operation[] = [
  { op: "add", name: "d", part: { component: "d" } },
  { op: "wire", from: "a", import: "w:x", to: "c" },
  { op: "wire", from: "b", import: "j", to: "a" },
  { op: "wire", from: "a", import: "i", to: "b", deadline: "1s" },
  { op: "wire", from: "c", import: "new", to: "b" },
  { op: "interpose", from: "b", import: "j", interposer: { kind: "limit", with: { calls: 1, per: "1s" } } },
  { op: "cut", from: "a", import: "w:*" },
  { op: "cut", from: "a", import: "i" },
  { op: "rename", name: "c", to: "renamed" },
  { op: "configure", name: "c", with: { x: 2, y: { q: 1 } } },
  { op: "swap", name: "b", component: "other" },
];

for (const operation of keeping) {
  test(`every comment stays, wherever it is, when the operation is ${JSON.stringify(operation)}`, () => {
    const expected = parseDocument(editDocument(PLAIN, [operation]).text, "").document;
    fc.assert(
      fc.property(documents, (text) => {
        const edited = editDocument(text, [operation]).text;
        assert.deepEqual(parseDocument(edited, "").document, expected);
        assert.deepEqual(commentsOf(edited), commentsOf(text), edited);
      }),
      { numRuns: 60 },
    );
  });
}

const taking: readonly Operation[] = [
  { op: "remove", name: "a" },
  { op: "remove", name: "c" },
  { op: "unwire", from: "a", import: "w:*" },
  { op: "unwire", from: "a", import: "i" },
  { op: "uninterpose", from: "a", import: "i", interposer: "log" },
  { op: "configure", name: "c", with: { x: null, y: { z: null } } },
  { op: "group", parts: ["b", "c"], name: "g" },
  { op: "group", parts: ["a", "b", "c"], name: "a" },
];

const importsOf = (path: string): readonly string[] => (path === "a" ? ["w:x", "i"] : ["j"]);

for (const operation of taking) {
  test(`wherever comments are, the document is what it should be, when the operation is ${JSON.stringify(operation)}`, () => {
    const expected = parseDocument(editDocument(PLAIN, [operation], { importsOf }).text, "").document;
    fc.assert(
      fc.property(documents, (text) => assert.deepEqual(parseDocument(editDocument(text, [operation], { importsOf }).text, "").document, expected)),
      { numRuns: 60 },
    );
  });
}
