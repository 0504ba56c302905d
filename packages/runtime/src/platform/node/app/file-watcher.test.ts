import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type EventProbe, eventProbe } from "../../../../fixtures/events.ts";
import type { JsonObject } from "../../../document/document.ts";
import { describeProblem } from "../../../document/problem.ts";
import type { Capability } from "../../../kinds/kind.ts";
import { type TestContext, testContext } from "../../../kinds/test-context.ts";
import { MAX_TOLD_CHANGES } from "../../../limits.ts";
import { fileWatcherKind } from "./file-watcher.ts";
import { FolderState, TooManyFiles } from "./folder-state.ts";

const HANDLER = "tenon:events/file-handler@0.1.0";
const kind = fileWatcherKind();
const root = realpathSync(mkdtempSync(join(tmpdir(), "tenon-watch-")));
after(() => rmSync(root, { recursive: true }));
const folders = (function* () {
  for (let i = 0; ; i++) {
    mkdirSync(join(root, `${i}`, "notes/sub"), { recursive: true });
    yield join(root, `${i}`);
  }
})();

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

/** All lines until there are so many, sorted. */
async function lines(probe: EventProbe, count: number): Promise<string[]> {
  const told: string[] = [];
  while (told.length < count) {
    await soon();
    if (probe.target(HANDLER).poisonedBy === undefined) told.push(...probe.told());
  }
  return told.sort();
}

interface Watched {
  readonly context: TestContext;
  readonly probe: EventProbe;
  readonly watcher: Capability;
  write(path: string, text?: string): void;
}

async function watched(config: JsonObject = {}): Promise<Watched> {
  const folder = folders.next().value!;
  const context = testContext(folder);
  const write = (path: string, text = "") => writeFileSync(join(folder, "notes", path), text);
  write("before.txt");
  const watcher = await kind.make({ path: "./notes", quiet: "20ms", ...config }, context);
  const probe = await eventProbe();
  watcher.connect!("handler", probe.target(HANDLER));
  // It watches when it tells of a first change.
  for (let i = 0; probe.told().length === 0; i++) {
    write("ready.txt", `${i}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  probe.told();
  return { context, probe, watcher, write };
}

test("file-watcher: files that are added, changed and removed, each once, also in folders that are new", async () => {
  const { context, probe, watcher, write } = await watched();
  write("before.txt", "more");
  write("sub/a.txt");
  mkdirSync(join(context.folder, "notes/new/deep"), { recursive: true });
  write("new/deep/b.txt");
  write("new/deep/b.txt", "again");
  assert.deepEqual(await lines(probe, 3), ["Added new/deep/b.txt", "Added sub/a.txt", "Changed before.txt"]);
  renameSync(join(context.folder, "notes/new"), join(context.folder, "notes/moved"));
  assert.deepEqual(await lines(probe, 2), ["Added moved/deep/b.txt", "Removed new/deep/b.txt"]);
  // Away and there again, within a moment: it is watched still.
  rmSync(join(context.folder, "notes/sub"), { recursive: true });
  mkdirSync(join(context.folder, "notes/sub"));
  assert.deepEqual(await lines(probe, 1), ["Removed sub/a.txt"]);
  write("sub/c.txt");
  assert.deepEqual(await lines(probe, 1), ["Added sub/c.txt"]);
  rmSync(join(context.folder, "notes/moved"), { recursive: true });
  write("moved", "a file by now");
  assert.deepEqual(await lines(probe, 2), ["Added moved", "Removed moved/deep/b.txt"]);
  await watcher.close();
});

test("file-watcher: only names that count; nothing behind links", async () => {
  const { context, probe, watcher, write } = await watched({ only: [".txt"] });
  const outside = folders.next().value!;
  symlinkSync(join(outside, "notes"), join(context.folder, "notes/link.txt"));
  writeFileSync(join(outside, "notes/secret.txt"), "");
  write("a.md");
  write("a.txt");
  assert.deepEqual(await lines(probe, 2), ["Added a.txt", "Added link.txt"]);
  writeFileSync(join(outside, "notes/secret.txt"), "more");
  write("b.txt");
  assert.deepEqual(await lines(probe, 1), ["Added b.txt"]);
  await watcher.close();
});

test("file-watcher: an error is told in words, a trap to the supervisor; for a part that is down changes are kept", async () => {
  const { context, probe, watcher, write } = await watched();
  probe.fail("not today");
  write("a.txt");
  await lines(probe, 1);
  assert.deepEqual(context.lines, ["capability: a change was not handled: not today"]);
  probe.fail(undefined);
  write("b.txt");
  while (probe.failures.length === 0) await soon();
  write("c.txt");
  write("d.txt");
  await new Promise((resolve) => setTimeout(resolve, 200));
  rmSync(join(context.folder, "notes/d.txt"));
  rmSync(join(context.folder, "notes/a.txt"));
  const restarted = await eventProbe();
  watcher.connect!("handler", restarted.target(HANDLER));
  assert.deepEqual(await lines(restarted, 2), ["Added c.txt", "Removed a.txt"]);
  await watcher.close();
});

test("file-watcher: a wire that is cut is told nothing, neither then nor later", async () => {
  const { probe, watcher, write } = await watched();
  watcher.connect!("handler", undefined);
  write("a.txt");
  await new Promise((resolve) => setTimeout(resolve, 100));
  watcher.connect!("handler", probe.target(HANDLER));
  for (let i = 0; ; i++) {
    write("ready.txt", `${i} again`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const told = probe.told();
    assert.ok(!told.includes("Added a.txt"));
    if (told.length > 0) break;
  }
  await watcher.close();
});

test("file-watcher: a folder that goes away is trouble until it is back; then all in it is news", async () => {
  const { context, probe, watcher } = await watched();
  const notes = join(context.folder, "notes");
  renameSync(notes, `${notes}.away`);
  while (watcher.trouble === undefined) await soon();
  assert.equal(watcher.trouble, "the folder `./notes` is gone");
  probe.told();
  renameSync(`${notes}.away`, notes);
  assert.deepEqual(await lines(probe, 1), ["all"]);
  assert.equal(watcher.trouble, undefined);
  rmSync(notes, { recursive: true });
  while (watcher.trouble === undefined) await soon();
  mkdirSync(notes);
  writeFileSync(join(notes, "new.txt"), "");
  assert.ok((await lines(probe, 1)).includes("all"));
  await watcher.close();
});

test("file-watcher: more changes than can be told one by one are told as that", async () => {
  const { probe, watcher, write } = await watched({ quiet: "300ms" });
  for (let i = 0; i <= MAX_TOLD_CHANGES; i++) write(`sub/${i}.txt`);
  assert.deepEqual(await lines(probe, 1), ["all"]);
  await watcher.close();
});

test("a folder with more files than are kept in mind is refused", async () => {
  const folder = folders.next().value!;
  for (const name of ["a", "b", "sub/c"]) writeFileSync(join(folder, "notes", name), "");
  const state = new FolderState(join(folder, "notes"), 5);
  assert.equal((await state.look([""])).length, 3);
  writeFileSync(join(folder, "notes/sub/d"), "");
  await assert.rejects(state.look(["sub"]), TooManyFiles);
  await assert.rejects(new FolderState(join(folder, "notes"), 5).look([""]), TooManyFiles);
});

test("what an app writes about itself is no change of its files", async () => {
  const folder = folders.next().value!;
  mkdirSync(join(folder, ".tenon"));
  writeFileSync(join(folder, ".tenon/journal"), "");
  const state = new FolderState(folder, 9);
  assert.deepEqual(await state.look(["", ".tenon", ".tenon/journal"]), []);
});

test("file-watcher: what it asks for, what it can be wired to, what is wrong", () => {
  const where = testContext(folders.next().value!);
  assert.deepEqual(kind.asks({ path: "./notes" }, where), [{ id: `read ${where.folder}/notes`, words: "reads ./notes", own: true }]);
  assert.deepEqual(kind.asks({ path: ".." }, where), [{ id: `read ${root}`, words: `reads ${root}`, own: false }]);
  assert.deepEqual(kind.imports!({}, ["handler", "x"]), [{ name: "handler", accepts: [HANDLER] }]);
  const told = (config: JsonObject) => kind.check(config, []).map(describeProblem);
  assert.deepEqual(told({}), ['`file-watcher` needs `path`: the folder that is watched, with all below it\n  "with": { "path": "./notes" }']);
  assert.deepEqual(told({ path: ".", only: ".md", quiet: 5 }), [
    '`only` of `file-watcher` is ".md"; expected a list of ends of names\n  "only": [".md",".txt"]',
    '`quiet` of `file-watcher` is 5; expected a time such as "100ms"\n  "quiet": "100ms"',
  ]);
});
