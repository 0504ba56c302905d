import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestartDocument } from "../document/document.ts";
import { type Supervised, Supervisor } from "./supervisor.ts";
import { TestClock } from "./test-clock.ts";

/** A supervisor of some parts, and what it has done: `1000 restart a b`. */
class Watch {
  readonly clock = new TestClock();
  readonly done: string[] = [];
  /** Parts that can't be started. */
  readonly failing = new Map<string, Error>();
  readonly supervisor = new Supervisor(
    {
      restart: async (paths) => {
        this.done.push(`${this.clock.now()} restart ${paths.join(" ")}`);
        if (this.failing.has("")) throw this.failing.get("");
        return new Map([...this.failing].filter(([path]) => paths.includes(path)));
      },
      told: (path, { health }) => this.done.push(`${this.clock.now()} ${path} ${health}`),
    },
    this.clock,
  );

  /** `a!`: one-for-all, `a>`: rest-for-one, `a-`: never. */
  constructor(parts: string, restart: Partial<RestartDocument> = {}) {
    this.supervisor.adopt(supervised(parts, restart), new Set());
  }

  async trap(paths: string, passing = 0): Promise<void> {
    for (const path of paths.split(" ")) this.supervisor.poisoned(path, new Error("out of luck"));
    await this.clock.pass(passing);
  }

  get restarts(): string[] {
    return this.done.filter((each) => each.includes("restart "));
  }
}

function supervised(parts: string, restart: Partial<RestartDocument> = {}): Supervised[] {
  const strategies = { "!": "one-for-all", ">": "rest-for-one", "-": "never" } as const;
  return parts.split(" ").map((written) => {
    const [, path, mark] = /^(.*?)([!>-]?)$/.exec(written)!;
    const strategy = strategies[mark as "!"] ?? "one-for-one";
    return { path: path!, app: path!.split("/").slice(0, -1).join("/"), restart: { strategy, most: 5, within: 60_000, ...restart } };
  });
}

const groups: readonly (readonly [name: string, parts: string, trapped: string, restarted: string[]])[] = [
  ["one-for-one: itself", "a b c", "b", ["0 restart b"]],
  ["a group that fell together starts together, in the document's order", "a b c", "c a", ["0 restart a c"]],
  ["one-for-all: every part of its app", "a b! c", "b", ["0 restart a b c"]],
  ["of its app only", "a in/b! in/c", "in/b", ["0 restart in/b in/c"]],
  ["rest-for-one: those after it", "a b> c d", "b", ["0 restart b c d"]],
  ["the first one's strategy counts for each", "a b> c d", "c", ["0 restart c"]],
  ["two strategies add up", "a b> c in/d in/e!", "b in/e", ["0 restart b c in/d in/e"]],
  ["never", "a b- c", "b", []],
  ["never, in a group with others", "a b- c", "a b", ["0 restart a"]],
  ["one that is not known", "a b c", "x", []],
];
for (const [name, parts, trapped, restarted] of groups) {
  test(name, async () => {
    const watch = new Watch(parts);
    await watch.trap(trapped);
    assert.deepEqual(watch.restarts, restarted);
    assert.equal(watch.clock.pending, 0);
  });
}

test("each start in a row waits twice as long, until the part stays down", async () => {
  const watch = new Watch("a");
  for (let i = 0; i < 6; i++) await watch.trap("a", 1000);
  assert.deepEqual(watch.restarts, ["0 restart a", "1100 restart a", "2200 restart a", "3400 restart a", "4800 restart a"]);
  assert.deepEqual(watch.supervisor.healthOf("a"), { health: "down", restarts: 5, trouble: "it trapped 6 times within 1 min, the last time: out of luck" });
  const { length } = watch.done;
  await watch.trap("a", 100_000);
  assert.equal(watch.done.length, length);
});

test("what is long ago does not count, and the wait is never too long", async () => {
  const watch = new Watch("a", { most: 20, within: 500_000 });
  for (let i = 0; i < 20; i++) await watch.trap("a", 30_000);
  const waits = watch.restarts.map((each, i) => Number.parseInt(each, 10) - 30_000 * i);
  assert.deepEqual(
    waits,
    [0, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000],
  );
  await watch.clock.pass(500_000);
  const now = watch.clock.now();
  await watch.trap("a");
  assert.equal(watch.restarts.at(-1), `${now} restart a`);
});

test("health is told, in words", async () => {
  const watch = new Watch("a b! c-");
  watch.supervisor.poisoned("b", new Error("out of luck"));
  await watch.trap("c");
  const order = ["0 b restarting", "0 c down", "0 a restarting", "0 restart a b", "0 a up", "0 b up"];
  assert.deepEqual(watch.done, order);
  assert.deepEqual(watch.supervisor.healthOf("c"), { health: "down", restarts: 0, trouble: "it trapped, and is not to be started again: out of luck" });
  assert.deepEqual(watch.supervisor.healthOf("b"), { health: "up", restarts: 1 });
  await watch.trap("b");
  watch.supervisor.poisoned("b", new Error("out of luck"));
  await watch.clock.pass(0);
  assert.equal(watch.supervisor.healthOf("b").trouble, "it trapped: out of luck");
  assert.equal(watch.supervisor.healthOf("a").trouble, "it starts again with others of its app");
});

test("a part that is down is left alone when others of its app start again", async () => {
  const watch = new Watch("a- b!");
  await watch.trap("a");
  await watch.trap("b");
  assert.deepEqual(watch.restarts, ["0 restart b"]);
});

test("one that can't be started counts as trapped, the others of its group do not", async () => {
  const watch = new Watch("a b!", { most: 3 });
  watch.failing.set("a", new Error("no such file"));
  await watch.trap("b", 10_000);
  assert.deepEqual(watch.restarts, ["0 restart a b", "0 restart a", "100 restart a", "300 restart a"]);
  assert.deepEqual(watch.supervisor.healthOf("a"), { health: "down", restarts: 0, trouble: "it trapped 4 times within 1 min, the last time: no such file" });
  assert.deepEqual(watch.supervisor.healthOf("b"), { health: "up", restarts: 1 });
  watch.failing.clear();
  await watch.supervisor.start("a");
  assert.deepEqual(watch.supervisor.healthOf("a"), { health: "up", restarts: 1 });
});

test("where starting itself fails, each of the group counts as trapped", async () => {
  const watch = new Watch("a b!", { most: 1 });
  watch.failing.set("", new Error("the app is closing"));
  await watch.trap("b", 1000);
  assert.equal(watch.supervisor.healthOf("b").trouble, "it trapped 2 times within 1 min, the last time: the app is closing");
  assert.equal(watch.supervisor.healthOf("a").trouble, "it trapped 2 times within 1 min, the last time: the app is closing");
});

test("a part that falls again while it starts is up only after the next start", async () => {
  const watch = new Watch("a b!");
  await watch.trap("b");
  const { done } = watch;
  await watch.trap("b", 50);
  await watch.trap("a", 40);
  assert.equal(watch.supervisor.healthOf("a").health, "up");
  await watch.clock.pass(1000);
  assert.deepEqual(watch.restarts, ["0 restart a b", "50 restart a", "100 restart b"]);
  assert.equal(done.at(-1), "100 b up");
});

test("what falls again before its start is done is up only after another", async () => {
  const starts: (() => void)[] = [];
  const told: string[] = [];
  const clock = new TestClock();
  const restart = async () => {
    await new Promise<void>((resolve) => starts.push(resolve));
    return new Map();
  };
  const supervisor = new Supervisor({ restart, told: (path, { health }) => told.push(`${path} ${health}`) }, clock);
  supervisor.adopt(supervised("a"), new Set());
  for (let i = 0; i < 2; i++) {
    supervisor.poisoned("a", new Error("out of luck"));
    await clock.pass(100);
  }
  starts[0]!();
  await clock.pass(0);
  assert.deepEqual(told, ["a restarting", "a restarting"]);
  starts[1]!();
  await clock.pass(0);
  assert.deepEqual([told.at(-1), supervisor.healthOf("a").restarts], ["a up", 1]);
});

test("a part that is taken away in the turn in which it trapped is forgotten", async () => {
  const watch = new Watch("a b");
  watch.supervisor.poisoned("a", new Error("out of luck"));
  watch.supervisor.adopt(supervised("b"), new Set());
  await watch.clock.pass(1000);
  assert.deepEqual(watch.done, []);
});

test("a change forgets the past of what it made anew, and follows what it renamed", async () => {
  const watch = new Watch("a b", { most: 1 });
  await watch.trap("a b");
  await watch.trap("a b");
  assert.deepEqual([watch.supervisor.healthOf("a").health, watch.supervisor.healthOf("b").health], ["down", "down"]);
  watch.supervisor.adopt(supervised("a c", { most: 1 }), new Set(["a"]), new Map([["b", "c"]]));
  assert.deepEqual(watch.supervisor.healthOf("a"), { health: "up", restarts: 0 });
  assert.deepEqual(watch.supervisor.healthOf("c").health, "down");
  await watch.trap("a c");
  assert.equal(watch.restarts.at(-1), "0 restart a");
});

test("a part that was changed or taken away while it waits is not started", async () => {
  const watch = new Watch("a b");
  await watch.trap("a b");
  await watch.trap("a b", 50);
  watch.supervisor.adopt(supervised("b"), new Set(["b"]));
  await watch.clock.pass(1000);
  assert.deepEqual(watch.restarts, ["0 restart a b"]);
});

test("closed, it starts nothing", async () => {
  const watch = new Watch("a");
  await watch.trap("a");
  await watch.trap("a", 50);
  watch.supervisor.close();
  await watch.trap("a", 1000);
  assert.deepEqual(watch.restarts, ["0 restart a"]);
  assert.equal(watch.clock.pending, 0);
});
