/** `docs/app-capabilities.md` names all that there is, and what it shows is right. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "jsonc-parser";
import type { JsonObject } from "../../../document/document.ts";
import { describeProblem } from "../../../document/problem.ts";
import { nodeKinds } from "./kinds.ts";

const page = readFileSync(new URL("../../../../../../docs/app-capabilities.md", import.meta.url), "utf8");
const kinds = nodeKinds();

interface Shown {
  readonly capability: string;
  readonly with?: JsonObject;
}

const shown = [...page.matchAll(/^```jsonc\n([\s\S]*?)^```$/gm)]
  .map(([, block]) => parse(block!) as Shown)
  .filter(({ capability }) => capability !== undefined);

test("the page has a line for each capability, and for no other", () => {
  const named = [...page.matchAll(/^\| `([\w-]+)` \| .* \| .* \|$/gm)].map(([, name]) => name);
  assert.deepEqual(named, [...kinds.keys()].sort());
});

test("what the page shows has nothing wrong with it", () => {
  for (const { capability, with: config = {} } of shown)
    assert.deepEqual([capability, kinds.get(capability)!.check(config, []).map(describeProblem)], [capability, []]);
});

for (const { name, options } of kinds.values()) {
  test(`the page shows or explains each option of \`${name}\``, () => {
    const section = page.split(/^## /m).find((each) => each.split("\n", 1)[0]!.split(", ").includes(name)) ?? "";
    for (const option of Object.keys(options)) assert.match(section, new RegExp(`[\`"]${option}[\`"]`), option);
  });
}
