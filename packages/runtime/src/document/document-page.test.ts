/** `docs/app-document.md` names all that there is, and what it shows is right. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { standardInterposers } from "../interposers/standard.ts";
import { nodeKinds } from "../platform/node/app/kinds.ts";
import { parseLock } from "./lock.ts";
import { parseDocument } from "./parse.ts";
import { describeProblem } from "./problem.ts";

const kinds = nodeKinds();

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const page = read("docs/app-document.md");
const blocks = [...page.matchAll(/^```(jsonc|json)\n([\s\S]*?)^```$/gm)].map(([, language, block]) => ({ language, block: block! }));

test("the page's documents, and the pieces of them that it shows, are documents; none of their wires leads to nobody", () => {
  const shown = blocks.filter(({ language }) => language === "jsonc").map(({ block }) => block);
  assert.ok(shown.length >= 7);
  for (const block of shown) {
    const { document } = parseDocument(block.startsWith("{") ? block : `{ "tenon": 1, "name": "page",\n${block}}`, "docs/app-document.md");
    for (const [from, wires] of document.wires) {
      assert.ok(document.parts.has(from), from);
      for (const { to } of wires.values()) assert.ok(to === null || document.parts.has(to.part), block);
    }
    for (const { part } of document.exports.values()) assert.ok(document.parts.has(part), part);
    for (const part of document.parts.values()) {
      if (part.kind === "capability") assert.deepEqual(kinds.get(part.capability)!.check(part.with, []).map(describeProblem), []);
    }
    for (const { kind, with: config } of [...document.wires.values()].flatMap((wires) => [...wires.values()]).flatMap(({ through }) => through)) {
      if (kind !== "part") assert.deepEqual(standardInterposers.get(kind)!.check(config, []).map(describeProblem), []);
    }
  }
});

test("the page's lock is a lock", () => {
  const [lock, ...others] = blocks.filter(({ language }) => language === "json");
  assert.deepEqual(others, []);
  assert.equal(parseLock(lock!.block, "tenon.lock").size, 2);
});

/** Names of properties, wherever the schema has them. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const inner = Object.entries(schema).flatMap(([key, each]) =>
    key === "properties" ? [...Object.keys(each), ...Object.values(each).flatMap(keysOf)] : keysOf(each),
  );
  return [...new Set(inner)];
}

test("the page shows every key of the schema, and explains it", () => {
  const keys = keysOf(JSON.parse(read("packages/runtime/schema/tenon.schema.json")));
  assert.ok(keys.length > 30);
  for (const key of keys) {
    assert.ok(page.includes(`"${key}": `), `${key} is shown`);
    if (key !== "want") assert.ok(page.includes(`\`${key}\``), `${key} is explained`);
  }
});

test("the page has each code of a document's problems, and no other", () => {
  const sources = globSync("**/*.ts", { cwd: new URL("..", import.meta.url) }).filter((path) => !path.endsWith(".test.ts"));
  const texts = sources.map((path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8")).join("\n");
  const used = new Set([...texts.matchAll(/"((?:document|lock)\/[a-z-]+)"/g)].map(([, code]) => code!));
  const told = new Set([...page.matchAll(/`((?:document|lock)\/[a-z-]+)`/g)].map(([, code]) => code!));
  assert.deepEqual([...told].sort(), [...used].sort());
});
