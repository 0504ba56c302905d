/** Swaps, trials and restarts of parts of a running app. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promising } from "@tenon/engine";
import type { AppError } from "../document/problem.ts";
import { App } from "./app.ts";
import { type TestPlatform, testPlatform } from "./test-platform.ts";

const ME = { author: "ann" };
const CALLING = "test:keeper/calling@1.0.0";
const KEEPING = "test:keeper/keeping@1.0.0";

const fixture = (name: string): Promise<Uint8Array> => readFile(new URL(`../../fixtures/swap/${name}.wasm`, import.meta.url));

const document = (keeper: string, more = ""): string => `{
  "tenon": 1, "name": "kept",
  "parts": {
    "caller": { "component": "./caller.wasm" },
    "keeper": { "component": "./${keeper}.wasm"${more} }
  },
  "wires": {
    "caller": { "test:keeper/*": "keeper" },
    "keeper": { "*": null }
  },
  "exports": { "${CALLING}": "caller", "${KEEPING}": "keeper" }
}`;

class Stage {
  readonly platform: TestPlatform;
  readonly app: App;

  private constructor(platform: TestPlatform, app: App) {
    this.platform = platform;
    this.app = app;
  }

  static async make(keeper = "keeper-1", more?: string): Promise<Stage> {
    const names = ["caller", "keeper-1", "keeper-2", "keeper-3", "forgetful", "startless"];
    const platform = testPlatform(Object.fromEntries(await Promise.all(names.map(async (name) => [`${name}.wasm`, await fixture(name)] as const))));
    return new Stage(platform, await App.start(document(keeper, more), platform, ME));
  }

  call(word: string): Promise<number> {
    return promising((this.app.exports[CALLING] as { call: unknown }).call)(word) as Promise<number>;
  }

  get version(): number {
    return (this.app.exports[CALLING] as { ask(): number }).ask();
  }

  swap(component: string) {
    return this.app.apply([{ op: "swap", name: "keeper", component: `./${component}.wasm` }], ME);
  }

  get notes(): string[] {
    return this.app.log.lines("keeper").map(({ message }) => message);
  }

  health(path = "keeper") {
    return this.app.status().parts.find((part) => part.path === path)!;
  }

  /** Lets the app do what it does by itself. */
  async settle(milliseconds = 0): Promise<void> {
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve));
      this.platform.pass(i === 0 ? milliseconds : 0);
    }
  }
}

test("a part is swapped with its state, tried, and proves itself", async () => {
  const stage = await Stage.make();
  await stage.call("one");
  await stage.swap("keeper-2");
  assert.deepEqual([stage.version, stage.health().health], [2, "trying"]);
  assert.equal(await stage.call("two"), 2);
  await stage.settle(10_000);
  assert.equal(stage.health().health, "up");
  assert.deepEqual(stage.notes.slice(0, 1), ["`keeper` keeps its state by `test:keeper/handover@1.0.0`. `last` starts as none. `note` is lost."]);
  await stage.app.undo(ME);
  assert.deepEqual([stage.version, await stage.call("three")], [1, 3]);
  await stage.app.close();
});

test("undo swaps back with the state of now, or wakes the instance of then", async () => {
  const stage = await Stage.make();
  await stage.call("one");
  await stage.swap("keeper-2");
  await stage.call("two");
  stage.platform.pass(20_000);
  await stage.app.undo({ ...ME, wake: true });
  assert.deepEqual([stage.version, await stage.call("three")], [1, 2]);
  await stage.app.redo({ ...ME, wake: true });
  assert.deepEqual([stage.version, await stage.call("four")], [2, 3]);
  await stage.app.undo(ME);
  assert.deepEqual([stage.version, await stage.call("five")], [1, 4]);
  assert.equal(
    stage.notes.at(-1),
    "its instance of 1 s ago is still there: `tenon undo --wake` brings back what it held then, and loses what it came to hold since",
  );
  await stage.app.close();
});

test("what a swap does to the state is said before", async () => {
  const stage = await Stage.make();
  const of = (component: string) => stage.app.previewOf([{ op: "swap", name: "keeper", component: `./${component}.wasm` }]);
  assert.deepEqual(await of("keeper-2"), [
    "`keeper` runs ./keeper-2.wasm instead of ./keeper-1.wasm",
    "`keeper` keeps its state by `test:keeper/handover@1.0.0`.",
    "`last` starts as none.",
    "`note` is lost.",
    "`keeper` gets `test:keeper/pausing@1.1.0` from nowhere",
    "`keeper` imports `test:keeper/pausing@1.0.0` no more",
  ]);
  assert.deepEqual(await of("forgetful"), [
    "`keeper` runs ./forgetful.wasm instead of ./keeper-1.wasm",
    "`keeper` starts afresh: what it holds in itself is lost (the new version exports no `handover`).",
  ]);
  await stage.app.close();
});

test("a part that traps in its trial is what it was before, with the state of then", async () => {
  const stage = await Stage.make();
  await stage.call("one");
  await stage.swap("keeper-2");
  assert.equal(await stage.call("two"), 2);
  await assert.rejects(stage.call("trap-later"));
  await stage.settle();
  assert.deepEqual([stage.version, await stage.call("three")], [1, 2]);
  assert.match(stage.app.text, /keeper-1\.wasm/);
  assert.deepEqual([stage.health().health, stage.health().restarts, stage.notes.includes("started again")], ["up", 0, false]);
  assert.equal(stage.app.revisions.at(-1)!.what, "roll back keeper");
  assert.match(stage.app.revisions.at(-1)!.reason!, /^it trapped at call \d after it was swapped: wasm trap: wasm `unreachable` instruction executed/);
  await stage.app.close();
});

const refused: readonly (readonly [name: string, word: string, next: string, message: RegExp])[] = [
  ["its state is refused", "refuse", "keeper-2", /`keeper` stays what it is: the new version refused its state: it holds `refuse`/],
  ["the new version traps at the state", "trap-load", "keeper-2", /`keeper` stays what it is: the new version failed while it took the state: /],
  ["the new version traps at its start", "one", "startless", /`keeper` could not be started: /],
];
for (const [name, word, next, message] of refused) {
  test(`nothing has changed when ${name}`, async () => {
    const stage = await Stage.make();
    await stage.call(word);
    await assert.rejects(stage.swap(next), { name: "AppError", message });
    await stage.settle(20_000);
    assert.deepEqual([stage.app.revision, stage.platform.journal.revisions.length], [1, 1]);
    assert.deepEqual([stage.version, await stage.call("two"), stage.health().health], [1, 2, "up"]);
    assert.deepEqual(stage.notes, []);
    await stage.app.close();
  });
}

test("the tests of a part run with its new code, and keep it out when they fail", async () => {
  const stage = await Stage.make();
  stage.platform.files.set("/app/tester.wasm", await fixture("tester"));
  const tested = (keeper: string) => `{
    "tenon": 1, "name": "kept",
    "parts": {
      "keeper": { "component": "./${keeper}.wasm", "tests": ["tester"] }, "caller": { "component": "./caller.wasm" },
      "tester": { "component": "./tester.wasm" }, "basics": { "capability": "basics" } },
    "wires": { "caller": { "*": "keeper" }, "keeper": { "*": null }, "tester": { "wasi:*": "basics", "*": "keeper" } },
    "exports": { "${CALLING}": "caller", "${KEEPING}": "keeper" }
  }`;
  await stage.app.become(tested("keeper-1"), ME);
  await stage.call("one");
  await assert.rejects(stage.app.become(tested("keeper-2"), ME), (error: AppError) => {
    assert.deepEqual(new Set(error.problems.map(({ code }) => code)), new Set(["app/test-failed"]));
    assert.equal(
      error.problems[0]!.message,
      "`keeper` stays what it is: its test `tester` failed with the new code, in `test:tester/cases@1.0.0#test-finds-a-mistake`: there is 1 word, not 2",
    );
    return error.problems.length === 3;
  });
  assert.deepEqual([stage.version, await stage.call("two"), stage.app.revision], [1, 2, 2]);
  await stage.app.close();
});

test("a part that traps is started again, and stays down when it does so too often", async () => {
  const stage = await Stage.make("keeper-1", ', "restart": { "strategy": "one-for-one", "most": 1, "within": "1m" }');
  await stage.app.apply([{ op: "wire", from: "caller", import: KEEPING, to: "keeper" }], ME);
  await assert.rejects(stage.call("trap"));
  await stage.settle();
  assert.deepEqual([stage.health().health, stage.health().restarts, stage.health("caller").health], ["up", 1, "up"]);
  assert.equal(await stage.call("one"), 1);
  await assert.rejects(stage.call("trap"));
  await stage.settle();
  assert.equal(stage.health().health, "down");
  assert.match(stage.health().trouble!, /^it trapped 2 times within 1 min, the last time: /);
  await stage.app.restart("keeper");
  assert.equal(stage.health().health, "up");
  await stage.app.close();
});
