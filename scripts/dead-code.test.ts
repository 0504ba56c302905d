import assert from "node:assert/strict";
import { test } from "node:test";
import { deadCode } from "./dead-code.ts";

const entry = { path: "src/index.ts", text: 'export { used } from "./a.ts";' };

const cases: ReadonlyArray<[name: string, text: string, found: string[]]> = [
  ["an export that an entry re-exports", "export const used = 1;", []],
  ["an export that nothing names", "export const used = 1;\nexport function lost(): void {}", ["src/a.ts: nothing uses `lost`"]],
  ["an export that only a comment names", "export const used = 1; // lost\nexport class lost {}", ["src/a.ts: nothing uses `lost`"]],
  ["a type that only its own file's exports use", "export interface Options { x: 1 }\nexport const used = (o: Options): void => {};", []],
  ["a type that nothing uses", "export const used = 1;\nexport type Lost = 1;", ["src/a.ts: nothing uses `Lost`"]],
];
for (const [name, text, found] of cases) {
  test(`${found.length > 0 ? "reports" : "passes"} ${name}`, () => {
    assert.deepEqual(deadCode([entry, { path: "src/a.ts", text }], new Set([entry.path])), found);
  });
}

test("reports a file that only its own test mentions", () => {
  const test = { path: "src/a.test.ts", text: 'import { used } from "./a.ts";' };
  assert.deepEqual(deadCode([{ path: "src/a.ts", text: "export const used = 1;" }, test], new Set()), ["src/a.ts: no file mentions it"]);
});
