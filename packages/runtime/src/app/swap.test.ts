import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type Component, compile, type Part, promising, rewire, Store } from "@tenon/engine";
import { AppError } from "../document/problem.ts";
import { exchange, type Swap } from "./swap.ts";
import { TestClock, turn } from "./test-clock.ts";

const components = new Map<string, Promise<Component>>();
async function component(name: string): Promise<Component> {
  const found = components.get(name) ?? readFile(new URL(`../../fixtures/swap/${name}.wasm`, import.meta.url)).then((bytes) => compile(bytes, { name }));
  components.set(name, found);
  return found;
}

interface Keeping {
  add(word: string): number;
  words(): string[];
  version(): number;
}

/** A caller wired to a keeper, which can be swapped. */
class Stage {
  readonly store = new Store();
  readonly clock = new TestClock();
  /** What `pause` waits for; without, it returns at once. */
  pausing: Promise<void> | undefined;
  onPause: (() => Promise<void>) | undefined;
  readonly paused: string[] = [];
  caller!: Part;
  keeper!: { readonly component: Component; readonly instance: Part };

  static async make(name = "keeper-1"): Promise<Stage> {
    const stage = new Stage();
    stage.keeper = await stage.open(name);
    stage.caller = await (await component("caller")).open({ "test:keeper/keeping@1.0.0": stage.keeping() }, { store: stage.store });
    return stage;
  }

  async open(name: string, mayPause = true): Promise<Stage["keeper"]> {
    const pause = (why: string) => {
      this.paused.push(why);
      return this.onPause?.() ?? this.pausing;
    };
    const made = await component(name);
    const [imported] = made.imports;
    const keeper = await made.open(mayPause ? { [imported!.name]: { pause } } : {}, { store: this.store });
    return { component: made, instance: keeper };
  }

  /** The exports of a keeper, whatever its version. */
  keeping({ exports }: Part = this.keeper.instance): Keeping {
    return exports[Object.keys(exports).find((name) => name.includes("/keeping@"))!] as Keeping;
  }

  get end() {
    return this.caller.ends.get("test:keeper/keeping@1.0.0")!;
  }

  call(word: string): Promise<number> {
    return promising((this.caller.exports["test:keeper/calling@1.0.0"] as { call: unknown }).call)(word) as Promise<number>;
  }

  async swap(name: string, more: Partial<Swap> = {}, mayPause = true) {
    const after = await this.open(name, mayPause);
    const flip = () => {
      rewire([{ end: this.end, to: this.keeping(after.instance), through: this.end.through }]);
      this.keeper = after;
    };
    const swap = { part: "keeper", place: ["parts", "keeper"], before: this.keeper, after, inbound: [this.end], outside: [], ...more };
    const done = exchange([swap], flip, this.clock);
    done.catch(() => {});
    await this.clock.pass(0);
    return done;
  }

  /** Everything it keeps, and its version. */
  get state() {
    return [this.keeping().version(), ...this.keeping().words()];
  }
}

test("the new version has the state of the old one, and calls go to it", async () => {
  const stage = await Stage.make();
  await stage.call("one");
  await stage.call("two");
  const [report] = await stage.swap("keeper-2", { outside: ["store", "log"] });
  assert.deepEqual(stage.state, [2, "one", "two"]);
  assert.equal(await stage.call("three"), 3);
  assert.deepEqual(stage.state, [2, "one", "two", "three"]);
  assert.deepEqual(report, {
    part: "keeper",
    rung: "typed hand-over",
    sentences: [
      "`keeper` keeps its state by `test:keeper/handover@1.0.0`.",
      "`last` starts as none.",
      "`note` is lost.",
      "What it keeps in `store` and `log` stays.",
    ],
  });
  await stage.swap("keeper-1");
  assert.deepEqual(stage.state, [1, "one", "two", "three"]);
});

test("a part that holds nothing yet hands that over", async () => {
  const stage = await Stage.make();
  await stage.swap("keeper-2");
  assert.equal(await stage.call("one"), 1);
  await stage.swap("keeper-1");
  assert.deepEqual(stage.state, [1, "one"]);
});

test("without a wait where nothing can wait: no call is held", async () => {
  const stage = await Stage.make();
  stage.keeper = await stage.open("keeper-1", false);
  rewire([{ end: stage.end, to: stage.keeping() }]);
  await stage.call("one");
  const through = [...stage.end.through];
  await stage.swap("keeper-2", { inbound: { [Symbol.iterator]: () => assert.fail("a wire is held") } as never }, false);
  assert.deepEqual(stage.state, [2, "one"]);
  assert.deepEqual([stage.end.through, stage.clock.pending], [through, 0]);
});

test("calls that come while the state is moved wait, and go to the new version in their order", async () => {
  const stage = await Stage.make();
  await stage.call("pause-save");
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.pausing = promise;
  const swapped = stage.swap("keeper-2");
  while (stage.paused.length === 0) await turn();
  assert.deepEqual(stage.paused, ["save"]);
  const others = await Promise.all(Array.from({ length: 3 }, () => component("caller").then((made) => made.open({}, { store: stage.store }))));
  const calls = others.map((other, i) => {
    rewire([{ end: other.ends.get("test:keeper/keeping@1.0.0")!, to: stage.keeping(), through: stage.end.through }]);
    return promising((other.exports["test:keeper/calling@1.0.0"] as { call: unknown }).call)(`call ${i}`);
  });
  calls.push(stage.call("call 3"));
  await turn();
  resolve();
  await swapped;
  assert.deepEqual(await Promise.all(calls), [2, 3, 4, 5]);
  assert.deepEqual(stage.state, [2, "pause-save", "call 0", "call 1", "call 2", "call 3"]);
  assert.deepEqual([stage.end.through.length, stage.clock.pending], [0, 0]);
});

test("a call that waited and comes back to its own caller traps, instead of waiting for itself", async () => {
  const stage = await Stage.make();
  await stage.call("pause-save");
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.pausing = promise;
  const swapped = stage.swap("keeper-2");
  while (stage.paused.length === 0) await turn();
  const message = /cannot enter component instance `caller`: a call is already inside it/;
  const trapped = assert.rejects(stage.call("pause"), { code: "wire/broken", message });
  stage.onPause = async () => void (await stage.call("again"));
  resolve();
  await swapped;
  await trapped;
});

test("a call under way finishes at the old version, and its effect is kept", async () => {
  const stage = await Stage.make();
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.pausing = promise;
  const call = stage.call("pause");
  const swapped = stage.swap("keeper-2");
  await stage.clock.pass(1500);
  resolve();
  await stage.clock.pass(100);
  await swapped;
  assert.equal(await call, 1);
  assert.deepEqual(stage.state, [2, "pause"]);
});

/** What makes a swap fail: what is kept, what it is swapped for, and the message. */
const failing: readonly (readonly [name: string, word: string, next: string, message: string])[] = [
  [
    "that traps in `save`",
    "trap-save",
    "keeper-2",
    "the old version failed while it saved its state: wasm trap: wasm `unreachable` instruction executed (unreachable)",
  ],
  [
    "that traps in `load`",
    "trap-load",
    "keeper-2",
    "the new version failed while it took the state: wasm trap: wasm `unreachable` instruction executed (unreachable)",
  ],
  ["whose state is refused", "refuse", "keeper-2", "the new version refused its state: it holds `refuse`"],
];
for (const mayPause of [true, false]) {
  for (const [name, word, next, message] of failing) {
    test(`a part ${name} stays what it is${mayPause ? ", and calls that waited go on there" : ", at once"}`, async () => {
      const stage = await Stage.make();
      stage.keeper = await stage.open("keeper-1", mayPause);
      rewire([{ end: stage.end, to: stage.keeping() }]);
      await stage.call(word);
      const before = stage.keeper;
      const swapped = stage.swap(next, {}, mayPause).catch((error) => error);
      const call = stage.call("meanwhile").catch(() => "failed");
      const error = await swapped;
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.problems[0]!.place], ["app/swap", ["parts", "keeper"]]);
      assert.ok(error.message.startsWith(`\`keeper\` stays what it is: ${message}`), error.message);
      assert.equal(stage.keeper, before);
      assert.deepEqual([stage.end.through.length, stage.clock.pending], [0, 0]);
      if (name.includes("save")) return;
      assert.equal(await call, 2);
      assert.deepEqual(stage.state, [1, word, "meanwhile"]);
    });
  }
}

test("a part that stays inside a call is not swapped: its callers wait no longer than two seconds", async () => {
  const stage = await Stage.make();
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.pausing = promise;
  const call = stage.call("pause");
  const swapped = stage.swap("keeper-2").catch((error: AppError) => error.message);
  await stage.clock.pass(2100);
  assert.equal(
    await swapped,
    "`keeper` stays what it is: it has been inside a call for 2 s, and has a state only between calls\n  nothing has changed: swap it again when it has less to do",
  );
  resolve();
  assert.equal(await call, 1);
  assert.equal(await stage.call("next"), 2);
});

for (const step of ["save", "load"]) {
  test(`nor is one that takes too long to ${step}`, async () => {
    const stage = await Stage.make();
    await stage.call(`pause-${step}`);
    stage.pausing = new Promise(() => {});
    const swapped = stage.swap("keeper-2").catch((error: AppError) => error.message);
    await stage.clock.pass(2100);
    assert.equal(await swapped, "`keeper` stays what it is: to move its state took longer than 2 s");
    assert.deepEqual([stage.end.through.length, stage.clock.pending], [0, 0]);
  });
}

test("a call that can't wait goes in, and the swap is given up when it came too late for the state", async () => {
  const stage = await Stage.make();
  await stage.call("pause-load");
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.pausing = promise;
  const swapped = stage.swap("keeper-2").catch((error: AppError) => error.message);
  while (stage.paused.length === 0) await turn();
  assert.equal((stage.caller.exports["test:keeper/calling@1.0.0"] as { call(word: string): number }).call("sync"), 2);
  resolve();
  assert.equal(
    await swapped,
    "`keeper` stays what it is: it was called while its state was moved, by a call that can't wait\n  nothing has changed: swap it again when it has less to do",
  );
  assert.deepEqual(stage.state, [1, "pause-load", "sync"]);
});

test("what the flip throws is passed on, and calls go on at the old version", async () => {
  const stage = await Stage.make();
  await stage.call("one");
  const after = await stage.open("keeper-2");
  const swap = { part: "keeper", place: ["parts", "keeper"], before: stage.keeper, after, inbound: [stage.end], outside: [] };
  const flip = () => {
    throw new TypeError("no");
  };
  const exchanged = assert.rejects(exchange([swap], flip, stage.clock), TypeError);
  await stage.clock.pass(0);
  await exchanged;
  assert.equal(await stage.call("two"), 2);
  assert.deepEqual([stage.end.through.length, stage.clock.pending], [0, 0]);
});

const fresh: readonly (readonly [name: string, from: string, to: string, why: string])[] = [
  ["the old version has no hand-over", "forgetful", "keeper-1", "the old version exports no `handover`"],
  ["the new version has none", "keeper-1", "forgetful", "the new version exports no `handover`"],
  [
    "the states have nothing in common",
    "keeper-1",
    "keeper-3",
    "the state that `test:keeper/handover@1.0.0` saves is not one that `test:keeper/handover@1.2.0` can load: `count`: u32 can't become string",
  ],
];
for (const [name, from, to, why] of fresh) {
  test(`a part starts afresh, and says so: ${name}`, async () => {
    const stage = await Stage.make(from);
    await stage.call("one");
    const [report] = await stage.swap(to);
    assert.equal(await stage.call("two"), 1);
    assert.deepEqual(report, { part: "keeper", rung: "fresh", sentences: [`\`keeper\` starts afresh: what it holds in itself is lost (${why}).`] });
  });
}

test("so does one that trapped", async () => {
  const stage = await Stage.make();
  rewire([{ end: stage.end, guard: true }]);
  await stage.call("trap").catch(() => {});
  const [report] = await stage.swap("keeper-2");
  assert.equal(report!.sentences[0], "`keeper` starts afresh: what it holds in itself is lost (it trapped, and can't be asked for it).");
});

test("without a hand-over, calls on record lead to the state", async () => {
  const stage = await Stage.make("forgetful");
  await stage.call("one");
  const run = async ({ exports }: { exports: Record<string, unknown> }) => {
    (exports["test:keeper/keeping@1.0.0"] as Keeping).add("one");
  };
  const [report] = await stage.swap("keeper-1", { replay: { calls: 1, run } });
  assert.deepEqual(report, {
    part: "keeper",
    rung: "replay",
    sentences: ["`keeper` gets to its state by 1 call on record (the old version exports no `handover`)."],
  });
  assert.deepEqual(stage.state, [1, "one"]);
  const diverging = { calls: 1, run: () => Promise.reject(new Error("call 1 gave 2, not 1")) };
  await assert.rejects(stage.swap("forgetful", { replay: diverging }), {
    message: "`keeper` stays what it is: the new version failed at the calls on record: call 1 gave 2, not 1",
  });
  assert.deepEqual(stage.state, [1, "one"]);
});

test("many callers, and forty swaps meanwhile: each call is made once, none is lost, all state is there", async () => {
  const stage = await Stage.make();
  await stage.call("pause-save");
  await stage.call("pause-load");
  const gate = () => new Promise<void>((resolve) => setImmediate(resolve));
  const callers = await Promise.all(
    Array.from({ length: 4 }, async () => (await component("caller")).open({ "test:keeper/keeping@1.0.0": stage.keeping() }, { store: stage.store })),
  );
  const ends = callers.map(({ ends }) => ends.get("test:keeper/keeping@1.0.0")!);
  let swapped = 0;
  const counts: number[] = [];
  const busy = callers.map(async ({ exports }, i) => {
    const call = promising((exports["test:keeper/calling@1.0.0"] as { call: unknown }).call);
    for (let n = 0; swapped < 40; n++) {
      stage.pausing = n % 3 === 0 ? gate() : undefined;
      counts.push((await call(n % 5 === 0 ? "pause" : `${i}:${n}`)) as number);
      if (n % 7 === 0) await gate();
    }
  });
  for (; swapped < 40; swapped++) {
    const after = await stage.open(swapped % 2 === 0 ? "keeper-2" : "keeper-1");
    const flip = () => {
      rewire(ends.map((end) => ({ end, to: stage.keeping(after.instance), through: end.through })));
      stage.keeper = after;
    };
    const real = (ms: number, act: () => void) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    };
    await exchange([{ part: "keeper", place: [], before: stage.keeper, after, inbound: ends, outside: [] }], flip, { after: real });
    for (let turns = 0; turns < 5; turns++) await gate();
  }
  await Promise.all(busy);
  const [, ...words] = stage.state;
  assert.ok(counts.length > 200, `${counts.length} calls`);
  assert.deepEqual(
    counts.toSorted((a, b) => a - b),
    counts.map((_, i) => i + 3),
  );
  assert.equal(words.length, counts.length + 2);
  const named = words.filter((word) => /^\d:\d+$/.test(String(word)));
  assert.equal(new Set(named).size, named.length);
  assert.deepEqual([ends.map((end) => end.through.length), stage.keeping().version()], [[0, 0, 0, 0], 1]);
});
