/** Swaps of a part that a source of events calls, and that waits for a capability while its state moves. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { promising } from "@tenon/engine";
import type { CapabilityKind, EventTarget } from "../kinds/kind.ts";
import { standardKinds } from "../kinds/standard.ts";
import { App } from "./app.ts";
import { type TestPlatform, testPlatform } from "./test-platform.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const ME = { author: "ann" };
const KEEPING = "test:keeper/keeping@1.0.0";
const fixture = (name: string): Promise<Uint8Array> => readFile(new URL(`../../fixtures/swap/${name}.wasm`, import.meta.url));

const DOCUMENT = `{
  "tenon": 1, "name": "kept",
  "parts": { "keeper": { "component": "./keeper-1.wasm" }, "bell": { "capability": "bell" }, "pause": { "capability": "pause" } },
  "wires": { "bell": { "handler": "keeper" }, "keeper": { "*": "pause" } },
  "exports": { "${KEEPING}": "keeper" }
}`;

class Stage {
  /** What the part waits for. */
  pausing: Promise<void> | undefined;
  target: EventTarget | undefined;
  /** Parts that are gone, each time. */
  readonly released: string[] = [];
  /** What instances were given: alive as long as one of them may call it. */
  readonly given: WeakRef<() => unknown>[] = [];
  platform!: TestPlatform;
  app!: App;

  static async make(): Promise<Stage> {
    const stage = new Stage();
    const kinds = new Map([...standardKinds(), ...stage.#kinds().map((kind) => [kind.name, kind] as const)]);
    const names = ["keeper-1", "keeper-2"];
    const files = Object.fromEntries(await Promise.all(names.map(async (name) => [`${name}.wasm`, await fixture(name)] as const)));
    stage.platform = testPlatform(files, { kinds });
    stage.app = await App.start(DOCUMENT, stage.platform, ME);
    return stage;
  }

  #kinds(): CapabilityKind[] {
    const common = { about: "", options: {}, check: () => [], asks: () => [] };
    const names = ["test:keeper/pausing@1.0.0", "test:keeper/pausing@1.1.0"];
    const provided = new WeakMap<object, Record<string, unknown>>();
    const provide = (importer: object): Record<string, unknown> => {
      const known = provided.get(importer);
      if (known !== undefined) return known;
      const pause = () => this.pausing;
      this.given.push(new WeakRef(pause));
      const made = Object.fromEntries(names.map((name) => [name, { pause }]));
      provided.set(importer, made);
      return made;
    };
    return [
      {
        ...common,
        name: "bell",
        exports: [],
        imports: (_config, keys) => keys.map((name) => ({ name, accepts: [KEEPING] })),
        make: async () => ({ provide: () => ({}), connect: (_name, to) => void (this.target = to), close: async () => {} }),
      },
      {
        ...common,
        name: "pause",
        exports: names,
        make: async () => ({ provide, release: async ({ part }) => void this.released.push(part), close: async () => {} }),
      },
    ];
  }

  /** An event: the part adds a word. */
  async ring(word: string): Promise<number> {
    const { add } = this.target!.exports as { add(word: string): unknown };
    return (await asPromising(add)(word)) as number;
  }

  swap(to = 2): Promise<unknown> {
    return this.app.apply([{ op: "swap", name: "keeper", component: `./keeper-${to}.wasm` }], ME);
  }

  get state(): unknown[] {
    const { version, words } = this.app.exports[KEEPING] as { version(): number; words(): string[] };
    return [version(), ...words()];
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve));
      this.platform.pass(1);
    }
  }
}

/** As sources of events call: a component's function may wait. */
function asPromising(call: unknown): (...args: unknown[]) => unknown {
  try {
    return promising(call);
  } catch {
    return call as (...args: unknown[]) => unknown;
  }
}

test("events that come while the state moves wait, and go to the new version", async () => {
  const stage = await Stage.make();
  await stage.ring("pause-save");
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.pausing = promise;
  const swapped = stage.swap();
  await stage.settle();
  const rung = [stage.ring("one"), stage.ring("two")];
  await stage.settle();
  assert.deepEqual([stage.app.revisions.length, stage.platform.journal.revisions.length], [1, 2]);
  resolve();
  await swapped;
  assert.deepEqual(await Promise.all(rung), [2, 3]);
  assert.equal(await stage.ring("three"), 4);
  assert.deepEqual(stage.state, [2, "pause-save", "one", "two", "three"]);
  await stage.app.close();
});

test("when the swap fails they go on at the old version", async () => {
  const stage = await Stage.make();
  for (const word of ["pause-save", "refuse"]) await stage.ring(word);
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.pausing = promise;
  const refused = assert.rejects(stage.swap(), { message: /the new version refused its state: it holds `refuse`/ });
  await stage.settle();
  const rung = stage.ring("one");
  await stage.settle();
  resolve();
  await refused;
  assert.equal(await rung, 3);
  assert.equal(await stage.ring("two"), 4);
  assert.deepEqual([stage.state, stage.app.revisions.length], [[1, "pause-save", "refuse", "one", "two"], 1]);
  await stage.app.close();
});

test("a trap by an event within the trial takes the part back", async () => {
  const stage = await Stage.make();
  await stage.ring("one");
  const swapped = stage.swap();
  await stage.settle();
  await swapped;
  assert.equal(await stage.ring("two"), 2);
  await assert.rejects(stage.ring("trap-later"));
  await stage.settle();
  assert.equal(await stage.ring("three"), 2);
  assert.deepEqual(stage.state, [1, "one", "three"]);
  assert.match(stage.app.revisions.at(-1)!.reason!, /^it trapped at call 2 after it was swapped: /);
  await stage.app.close();
});

test("what an instance was given is taken back when it is not needed any more: after ten minutes asleep, or once it is removed and idle", async () => {
  const stage = await Stage.make();
  const swapped = stage.swap();
  await stage.settle();
  await swapped;
  stage.platform.pass(590_000);
  assert.equal(stage.released.length, 0);
  stage.platform.pass(10_000);
  assert.equal(stage.released.length, 1);

  const { promise, resolve } = Promise.withResolvers<void>();
  stage.pausing = promise;
  const rung = stage.ring("pause");
  await stage.settle();
  const removed = stage.app.apply(
    [
      { op: "cut", from: "bell", import: "handler" },
      { op: "remove", name: "keeper" },
    ],
    ME,
  );
  await stage.settle();
  await removed.catch(() => {});
  stage.platform.pass(5_000);
  assert.equal(stage.released.length, 1);
  resolve();
  assert.equal(await rung, 1);
  stage.platform.pass(1_000);
  assert.deepEqual(stage.released, ["keeper", "keeper"]);
  await stage.app.close();
});

test("of many swaps, four instances of before are left", async () => {
  const stage = await Stage.make();
  for (let i = 0; i < 20; i++) {
    const swapped = stage.swap(2 - (i % 2));
    await stage.settle();
    await swapped;
    if (i % 2 === 0) stage.platform.pass(10_000);
  }
  for (let i = 0; i < 5; i++) {
    await stage.settle();
    gc();
  }
  const alive = stage.given.filter((each) => each.deref() !== undefined).length;
  assert.equal(stage.given.length, 21);
  assert.ok(alive <= 7, `${alive} are alive`);
  await stage.app.close();
});
