import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editBetween, edited } from "./text-edit.ts";

const cases: ReadonlyArray<[before: string, after: string, at: number, gone: number, come: string]> = [
  ["", "abc", 0, 0, "abc"],
  ["abc", "abc", 3, 0, ""],
  ["abc", "abXc", 2, 0, "X"],
  ["aXbc", "abc", 1, 1, ""],
  ["aaa", "aa", 2, 1, ""],
  ["aa", "aaa", 2, 0, "a"],
  ["abc", "", 0, 3, ""],
]; // biome-ignore format: a table
for (const [before, after, at, gone, come] of cases) {
  test(`\`${before}\` becomes \`${after}\``, () => assert.deepEqual(editBetween(before, after), { at, gone, come }));
}

test("an edit makes the one text of the other, also when it was written down as JSON", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "🦀", "🦁", "\ud83e", "\u2028") });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const edit = JSON.parse(Buffer.from(JSON.stringify(editBetween(before, after))).toString()) as ReturnType<typeof editBetween>;
      assert.equal(edited(before, edit), after);
    }),
  );
});
