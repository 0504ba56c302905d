/** Laws of replay: the same code never comes to something else, whatever was asked of it, and however its wires were. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Json } from "../document/document.ts";
import { isCall, readRecording } from "./recording.ts";
import { replay } from "./replay.ts";
import { example, type Game, recorded } from "./test-recorded.ts";

const NONE = { same: 0, calls: 0 };

type Move = (game: Game) => Promise<unknown>;

const player = fc.string({ unit: "grapheme", maxLength: 20 });
const move: fc.Arbitrary<Move> = fc.oneof(
  player.map(
    (name): Move =>
      (game) =>
        game.play(name),
  ),
  player.map(
    (name): Move =>
      (game) =>
        game.start(name),
  ),
  fc.nat(120).map(
    (points): Move =>
      (game) =>
        game.score(points),
  ),
  fc.constant<Move>((game) => game.finish()),
);

const wires: readonly (readonly [name: string, wire: Json])[] = [
  ["plain", "rust"],
  ["that lets few calls pass", { to: "rust", through: [{ limit: { calls: 5, per: "1h" } }], onFailure: { tag: "too-many", val: 7 } }],
  ["that fails at times", { to: "rust", through: [{ fail: { every: 3, functions: ["tally.add"] } }], onFailure: { tag: "no-points" } }],
  ["that is cut", null],
];

for (const part of ["caller", "rust"] as const) {
  for (const [name, wire] of wires) {
    if (wire === null && part === "rust") continue;
    test(`law: what ${part} was asked comes to the same again, with a wire between them ${name}`, async () => {
      const component = await example(part);
      await fc.assert(
        fc.asyncProperty(fc.array(move, { maxLength: 12 }), async (moves) => {
          const { recording, text } = await recorded({ part, wire }, async ({ game }) => {
            for (const each of moves) await each(game).catch(() => {});
          });
          const asked = recording.lines.filter((line) => isCall(line) && line.in).length;
          if (asked === 0) return assert.rejects(replay(recording, component), { code: "recording/empty" });
          const found = await replay(recording, component);
          assert.equal(found.divergence, undefined, `${JSON.stringify(found.divergence)}\n${text}`);
          assert.equal(found.same, asked);
        }),
        { numRuns: 20 },
      );
    });
  }
}

test("law: wherever a recording is cut off, it holds up to there", async () => {
  const component = await example("caller");
  const { text } = await recorded({ part: "caller" }, async ({ game }) => {
    await game.play("Ada");
    await game.start("Grace");
    await game.score(4);
  });
  const bytes = new TextEncoder().encode(text);
  const head = text.indexOf("\n") + 1;
  let most = NONE;
  for (let length = head; length <= bytes.length; length += 7) {
    const recording = readRecording(bytes.subarray(0, length), "f");
    if (!recording.lines.some(isCall)) continue;
    const found = await replay(recording, component);
    assert.equal(found.divergence, undefined, text.slice(0, length));
    most = { same: found.same, calls: recording.lines.filter(isCall).length };
  }
  assert.ok(most.same >= 2 && most.calls > 10);
});

test("other wires: an end that was cut for a while fails for that while again", async () => {
  const { recording } = await recorded({ part: "caller", wire: { to: "rust", onFailure: { tag: "no-points" } } }, async ({ game, app }) => {
    await game.start("Ada");
    await game.score(4);
    await app.apply([{ op: "cut", from: "caller", import: "tenon:*" }], { author: "test" });
    await assert.rejects(game.score(4));
    await app.undo({ author: "test" });
    await game.start("Grace");
    await game.score(5);
  });
  assert.deepEqual(await replay(recording, await example("caller")), { same: 5 });
});

test("ten thousand calls are recorded and come to the same again", async () => {
  const { recording } = await recorded({ part: "rust" }, async ({ game }) => {
    for (let i = 0; i < 1000; i++) await game.play(`player ${i}`);
  });
  assert.deepEqual(await replay(recording, await example("rust")), { same: 10_000 });
});
