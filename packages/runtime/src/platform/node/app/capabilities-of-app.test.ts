/** Capabilities in an app that runs: changed, undone, and there again after a restart. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { KeyValueProbe } from "../../../../fixtures/keyvalue.ts";
import type { Operation } from "../../../app/operation.ts";
import { type RunningApp, runApp } from "./run-app.ts";

const ME = { author: "ann" };
const FIRST = "tenon:keyvalue-probe/first";

const COUNTING = {
  tenon: 1,
  name: "counting",
  parts: { counter: { component: "./keyvalue.wasm" }, store: { capability: "keyvalue" } },
  wires: { counter: { "wasi:keyvalue/*": "store" } },
  exports: { [FIRST]: "counter" },
};

const EVENTS = {
  tenon: 1,
  name: "events",
  parts: {
    diary: { component: "./events.wasm" },
    seconds: { capability: "cron", with: { at: "* * * * * *" } },
    notes: { capability: "file-watcher", with: { path: "./notes", quiet: "20ms" } },
  },
  wires: { seconds: { handler: "diary" }, notes: { handler: "diary" } },
  exports: { told: "diary", fail: "diary" },
};

const SITE = {
  tenon: 1,
  name: "site",
  parts: {
    first: { component: "./probe.wasm" },
    second: { component: "./probe.wasm" },
    site: { capability: "http-server", with: { port: 0 } },
    basics: { capability: "basics" },
  },
  wires: { site: { "handler /count": "first", handler: "second" }, first: { "wasi:*": "basics" }, second: { "wasi:*": "basics" } },
};

function place(t: TestContext, document: object, fixture: string): { readonly folder: string; run(): Promise<RunningApp> } {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-app-"));
  const file = path.join(folder, "tenon.jsonc");
  mkdirSync(path.join(folder, "notes"));
  copyFileSync(new URL(`../../../../fixtures/${fixture}/${fixture}.wasm`, import.meta.url), path.join(folder, `${fixture}.wasm`));
  writeFileSync(file, JSON.stringify(document, undefined, 2));
  const running: RunningApp[] = [];
  t.after(async () => {
    for (const each of running) await each.end();
    rmSync(folder, { recursive: true });
  });
  return {
    folder,
    async run() {
      running.push(await runApp(file, ME));
      return running.at(-1)!;
    },
  };
}

const configure = (config: Record<string, string | null>): Operation[] => [{ op: "configure", name: "store", with: config }];
const counter = ({ app }: RunningApp) => app.exports[FIRST] as unknown as KeyValueProbe;
const trouble = ({ app }: RunningApp) => app.status().parts.find((part) => part.path === "store")!.trouble;
const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

test("the store of an app that runs is moved to a file and back, with an open bucket; the file is there after a restart", async (t) => {
  const { run } = place(t, COUNTING, "keyvalue");
  const first = await run();
  const store = counter(first);
  store.open("default");
  assert.equal(store.increment("n", 41n), 41n);
  await first.app.apply(configure({ backend: "sqlite", path: "./data/n.db" }), ME);
  assert.equal(store.increment("n", 1n), 42n);
  await first.app.undo(ME);
  assert.equal(store.increment("n", 1n), 43n);
  await first.app.redo(ME);
  await first.end();

  const second = await run();
  const again = counter(second);
  again.open("default");
  assert.equal(again.increment("n", 0n), 42n);
});

test("a store that can't be had is refused, and the app goes on with the one it has", async (t) => {
  const { folder, run } = place(t, COUNTING, "keyvalue");
  const running = await run();
  const store = counter(running);
  store.open("default");
  store.increment("n", 7n);
  const { text } = running.app;
  writeFileSync(path.join(folder, "notes/text.db"), "visitors: 7\n".repeat(20));
  const refused: readonly [Record<string, string | null>, RegExp][] = [
    [{ backend: "sqlite", path: "./notes/text.db" }, /`store` could not be made: `\.\/notes\/text\.db` is no SQLite database/],
    [{ backend: "sqlite", path: "./notes" }, /`store` could not be made: `\.\/notes` is no file/],
    [{ backend: "redis" }, /`backend` of `keyvalue` is "redis"; expected "memory" or "sqlite"/],
    [{ pth: "./a.db" }, /`keyvalue` has no option "pth"/],
  ];
  for (const [config, message] of refused) {
    await assert.rejects(running.app.apply(configure(config), ME), message);
    assert.deepEqual([running.app.text, running.app.revision, trouble(running)], [text, 1, undefined]);
    assert.equal(store.increment("n", 0n), 7n);
  }
});

test("a store whose file goes away is told by the status; the part gets an error and lives on", async (t) => {
  const { folder, run } = place(t, COUNTING, "keyvalue");
  const running = await run();
  await running.app.apply(configure({ backend: "sqlite", path: "./n.db" }), ME);
  const store = counter(running);
  store.open("default");
  store.increment("n", 7n);
  rmSync(path.join(folder, "n.db"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.throws(
    () => store.increment("n", 1n),
    (error: Error & { payload?: unknown }) => error.payload === "the file `./n.db` is gone",
  );
  assert.equal(trouble(running), "the file `./n.db` is gone");
  const lines: string[] = [];
  running.app.log.follow(({ message }) => void lines.push(message));
  await running.app.apply(configure({ backend: "memory", path: null }), ME);
  assert.deepEqual([store.increment("n", 1n), trouble(running), lines], [1n, undefined, ["nothing was carried over to memory: the file `./n.db` is gone"]]);
});

test("a part is called by a schedule and by files that change; a cut ends that, an undo of it brings it back", async (t) => {
  const { folder, run } = place(t, EVENTS, "events");
  const { app } = await run();
  const told = () => (app.exports as unknown as { told(): string[] }).told();
  const next = async (pattern: RegExp) => {
    for (;;) {
      const line = told().find((each) => pattern.test(each));
      if (line !== undefined) return line;
      await soon();
    }
  };
  await next(/^due \d+000 missed 0$/);
  writeFileSync(path.join(folder, "notes/a.txt"), "");
  await next(/^Added a\.txt$/);
  await app.apply([{ op: "cut", from: "notes", import: "handler" }], ME);
  writeFileSync(path.join(folder, "notes/b.txt"), "");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await app.undo(ME);
  await new Promise((resolve) => setTimeout(resolve, 200));
  writeFileSync(path.join(folder, "notes/c.txt"), "");
  assert.equal(await next(/^Added/), "Added c.txt");
  // It is started again after a trap, and called again.
  (app.exports as unknown as { fail(words: undefined): void }).fail(undefined);
  while (app.status().parts.find((part) => part.path === "diary")!.restarts === 0) await soon();
  await next(/^due/);
});

test("a schedule makes up for what it missed while the app did not run", async (t) => {
  const { run } = place(t, EVENTS, "events");
  const first = await run();
  const told = ({ app }: RunningApp) => (app.exports as unknown as { told(): string[] }).told();
  while (told(first).length === 0) await soon();
  await first.end();
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const second = await run();
  let lines: string[] = [];
  while (lines.length === 0) {
    await soon();
    lines = told(second);
  }
  assert.match(lines[0]!, /^due \d+000 missed [1-9]/);
});

test("a path whose wire is cut is refused; when the wire is gone, the path is that of a shorter one", async (t) => {
  const { run } = place(t, SITE, "probe");
  const { app } = await run();
  const [, at] = /(http:\S+)\//.exec(app.log.lines().find(({ message }) => message.startsWith("listening"))!.message)!;
  const get = async () => (await fetch(`${at}/count`)).text();
  assert.deepEqual([await get(), await get()], ["0", "1"]);
  await app.apply([{ op: "cut", from: "site", import: "handler /count" }], ME);
  assert.equal(await get(), "503 Service Unavailable\n");
  await app.become(JSON.stringify({ ...SITE, wires: { ...SITE.wires, site: { handler: "second" } } }), ME);
  assert.deepEqual([await get(), await get()], ["0", "1"]);
  await app.undo(ME);
  await app.undo(ME);
  assert.equal(await get(), "2");
});
