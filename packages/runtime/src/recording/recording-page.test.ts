/** The recording that docs/recording.md shows is one. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { MAX_RECORDING_BYTES } from "../limits.ts";
import { readRecording } from "./recording.ts";
import { replay } from "./replay.ts";
import { example } from "./test-recorded.ts";

const page = await readFile(new URL("../../../../docs/recording.md", import.meta.url), "utf8");

test("what the page shows is run again as it stands", async () => {
  const [, shown] = /```jsonl\n([^`]+)```/.exec(page)!;
  assert.deepEqual(await replay(readRecording(new TextEncoder().encode(shown), "recording.md"), await example("rust")), { same: 4 });
});

test("the page tells where a recording ends", () => {
  assert.equal(/where it has (\d+) million characters/.exec(page)?.[1], String(Math.floor(MAX_RECORDING_BYTES / 3 / 1e6)));
});
