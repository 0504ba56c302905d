/** Many operations, and as many undos: each brings back the document byte for byte, and its wiring, also over restarts. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { AppError } from "../document/problem.ts";
import { App } from "./app.ts";
import { type Below, CALLING, FIXTURES, KEPT, randomOperations } from "./test-operations.ts";
import { type TestPlatform, testPlatform } from "./test-platform.ts";

const ME = { author: "ann" };
const CHANGES = 50;

async function machine(): Promise<TestPlatform> {
  const files = await Promise.all(FIXTURES.map(async (name) => [`${name}.wasm`, await readFile(new URL(`../../fixtures/swap/${name}.wasm`, import.meta.url))]));
  return testPlatform(Object.fromEntries(files));
}

/** How the app is: its document, its parts and what they are made of, its wires. */
function seen(app: App): object {
  const { parts, wires } = app.status();
  return {
    text: app.text,
    parts: parts.map(({ path, kind, of, digest }) => [path, kind, of, digest]),
    wires: wires.map(({ from, import: name, to, export: end, through }) => [from, name, to, end, through]),
    says: answerOf(app),
  };
}

/** Which version is at the end of the exported part's wire. By a wire that is cut nobody is asked: that is a trap, and ends the part. */
function answerOf(app: App): number | undefined {
  const calling = app.exports[CALLING] as { ask(): number };
  const [part] = app.status().parts.filter(({ exports }) => exports.includes(CALLING));
  const leads = app.status().wires.some(({ from, to }) => from === part?.path && to !== null);
  return leads ? calling.ask() : undefined;
}

class Session {
  readonly platform: TestPlatform;
  readonly below: Below;
  app: App;

  constructor(platform: TestPlatform, below: Below, app: App) {
    this.platform = platform;
    this.below = below;
    this.app = app;
  }

  /** One that can be done; all others leave the app as it is. */
  async change(): Promise<void> {
    for (;;) {
      const before = seen(this.app);
      const operations = randomOperations(this.app.text, this.below);
      try {
        await this.app.apply(operations, ME);
        return;
      } catch (error) {
        assert.ok(error instanceof AppError, `${JSON.stringify(operations)}: ${error instanceof Error ? error.stack : error}`);
        assert.deepEqual(seen(this.app), before, JSON.stringify(operations));
      }
    }
  }

  async restart(): Promise<void> {
    const { text } = this.app;
    await this.app.close();
    this.app = await App.start(text, this.platform, ME);
  }
}

for (const seed of [1, 2, 3]) {
  test(`${CHANGES} changes and ${CHANGES} undos, with seed ${seed}`, async (t) => {
    const platform = await machine();
    // A swap waits for its part to be at rest.
    const clock = setInterval(() => platform.pass(1), 1);
    t.after(() => clearInterval(clock));
    const session = new Session(platform, randomBelow(seed), await App.start(KEPT, platform, ME));
    const states: object[] = [];
    for (let i = 0; i < CHANGES; i++) {
      states.push(seen(session.app));
      await session.change();
      if (session.below(10) === 0) await session.restart();
    }
    const last = seen(session.app);
    for (let i = CHANGES - 1; i >= 0; i--) {
      await session.app.undo(ME);
      assert.deepEqual(seen(session.app), states[i], `undo of change ${i}`);
      if (session.below(10) === 0) await session.restart();
    }
    assert.equal(session.app.text, KEPT);
    await assert.rejects(session.app.undo(ME), { code: "app/nothing-to-undo" });
    for (const state of [...states.slice(1), last]) {
      await session.app.redo(ME);
      assert.deepEqual(seen(session.app), state);
    }
    await assert.rejects(session.app.redo(ME), { code: "app/nothing-to-redo" });
    await session.app.close();
  });
}

/** mulberry32. */
function randomBelow(seed: number): Below {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
