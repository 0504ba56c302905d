import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "./history.ts";

const ME = { author: "ann" };

/** `a`: a change to that text; `<`, `>`: undo, redo; `=a`: found to be that. What was done at last, and what can be undone and redone then. */
const cases: ReadonlyArray<[steps: string, text: string, what: string, undo: string, redo: string]> = [
  ["=a", "a", "first run", "-", "-"],
  ["=a b", "b", "to b", "a", "-"],
  ["=a b <", "a", "undo: to b", "-", "b"],
  ["=a b c < <", "a", "undo: to b", "-", "b"],
  ["=a b c < < >", "b", "redo: to b", "a", "c"],
  ["=a b < c", "c", "to c", "a", "-"],
  ["=a b c =b", "b", "found as it was before: to c", "a", "c"],
  ["=a b c =b >", "c", "redo: to c", "b", "-"],
  ["=a b < =b", "b", "found as it was after: to b", "a", "-"],
  ["=a b =d", "d", "edited while it did not run", "b", "-"],
  ["=a b =d <", "b", "undo: edited while it did not run", "a", "d"],
  ["=a b c =a", "a", "edited while it did not run", "c", "-"],
]; // biome-ignore format: a table
for (const [steps, text, what, undo, redo] of cases) {
  test(`${steps}: ${what}`, () => {
    const history = new History([]);
    for (const step of steps.split(" ")) {
      const made =
        step === "<" ? history.undo() : step === ">" ? history.redo() : step.startsWith("=") ? history.found(step.slice(1)) : { text: step, what: `to ${step}`, operations: [], moves: new Map() };
      history.add(history.next(made, ME));
    }
    const attempt = (act: () => { readonly text: string }): string => {
      try {
        return act().text;
      } catch {
        return "-";
      }
    };
    assert.deepEqual([history.last!.text, history.last!.what, attempt(() => history.undo()), attempt(() => history.redo())], [text, what, undo, redo]);
    assert.deepEqual(history.revisions.map(({ number }) => number), history.revisions.map((_, i) => i + 1));
  }); // biome-ignore format: as it is
}

test("a change on an old base is told what has changed since", () => {
  const history = new History([]);
  for (const each of "abc") history.add(history.next({ text: each, what: `to ${each}`, operations: [], moves: new Map() }, ME));
  history.checkBase({ ...ME, base: 3 });
  history.checkBase(ME);
  assert.throws(() => history.checkBase({ ...ME, base: 1 }), {
    code: "app/old-base",
    message: "the app has changed since revision 1: it is at 3 now\n  2: to b (ann)\n  3: to c (ann)",
  });
});
