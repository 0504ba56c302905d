/** `docs/control.md` names every operation and every method, as they are. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Json } from "../document/document.ts";
import { CONTROL_METHODS } from "./control.ts";
import { OPERATION_NAMES, readOperations } from "./read-operations.ts";

const page = readFileSync(new URL("../../../../docs/control.md", import.meta.url), "utf8");

test("each operation is shown by one that is right", () => {
  const shown = [...page.matchAll(/^\| `(\{ "op": .*?\})` \|/gm)].map(([, operation]) => JSON.parse(operation!) as { readonly op: string });
  readOperations(shown as unknown as Json);
  assert.deepEqual(shown.map(({ op }) => op), OPERATION_NAMES); // biome-ignore format: one line
});

test("each method is there, with its parameters", () => {
  const shown = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|([^|]*)\|/gm)].flatMap(([, names, parameters]) =>
    [...names!.matchAll(/\w+/g)].map(([name]) => [name, parameters!.trim() === "" ? 0 : parameters!.split(/,(?! or)/).length]),
  );
  const methods = Object.entries(CONTROL_METHODS).map(([name, readers]) => [name, readers.length]);
  assert.deepEqual(shown.filter(([name]) => name !== "follow"), methods); // biome-ignore format: one line
});
