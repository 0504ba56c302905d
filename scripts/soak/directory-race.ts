/**
 * Two guests in one directory: one exchanges directories and files for links that lead out, and moves directories, while the other opens,
 * reads, writes, creates, removes and renames through `Directory`. What is outside must not be read, listed, or changed, in any try.
 * Before that the same tries are made by path, without `Directory`: if nothing escapes then, the race was none.
 *
 * `node scripts/soak/directory-race.ts --tries 1000000 --seed 1`
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { directory } from "@tenon/runtime/node";
import type { DirectoryHandle, Handle, OpenFlags, Rights } from "../../packages/runtime/src/directory/handle.ts";
import type { AttackerParts } from "./race-attacker.ts";
import { CANARY, INSIDE, makePlace, outsideOf, type Place, SECRET } from "./race-place.ts";
import { Random } from "./random.ts";

const { values } = parseArgs({ options: { tries: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } } });
const tries = Number(values.tries);
const seed = Number(values.seed);

const PATHS = [
  "f",
  "a/f",
  "a/b/f",
  "a/b/c/f",
  "a/b/../f",
  "a/b/c/../../f",
  "a/b/c/../../../f",
  "a/b/c/../../../../outside/f",
  "a.link/f",
  "a/b.link/f",
  "f.link",
];
const DIRECTORIES = [".", "a", "a/b", "a/b/c", "a/b/..", "a/b/c/../..", "a.link", "a/b.link"];
const NEW = ["new", "canary2"];
const ALL: Rights = { read: true, write: true, mutate: true };
const READ: Rights = { read: true, write: false, mutate: false };
const EXISTING: OpenFlags = { create: false, directory: false, exclusive: false, truncate: false };

const random = new Random(seed);
const counts = new Map<string, number>();

type Attempt = (root: DirectoryHandle) => Promise<void>;

const inNew = () => `${random.of(DIRECTORIES)}/${random.of(NEW)}`;
const follow = () => random.below(2) === 0;

const ATTEMPTS: readonly Attempt[] = [
  (root) => withHandle(root.openAt(random.of(PATHS), follow(), EXISTING, READ), look),
  (root) => withHandle(root.openAt(random.of(PATHS), follow(), EXISTING, READ), look),
  (root) => withHandle(root.openAt(random.of(PATHS), follow(), { ...EXISTING, create: true, truncate: follow() }, ALL), write),
  (root) => withHandle(root.openAt(inNew(), follow(), { ...EXISTING, create: true, exclusive: follow() }, ALL), write),
  (root) => withHandle(root.openAt(random.of(DIRECTORIES), follow(), { ...EXISTING, directory: true }, ALL), look),
  // What is entered in one state is used in another.
  (root) =>
    withHandle(root.openAt(random.of(DIRECTORIES), follow(), { ...EXISTING, directory: true }, ALL), async (handle) => {
      if (handle.kind !== "directory") return;
      await withHandle(
        handle.openAt(random.of(["f", "b/f", "../f", "new", CANARY]), follow(), { ...EXISTING, create: follow() }, ALL),
        follow() ? look : write,
      );
    }),
  async (root) => checkSize((await root.statAt(random.of(PATHS), follow())).size),
  async (root) => root.setTimesAt(random.of(PATHS), follow(), "now", 1_000_000_000n),
  async (root) => root.createDirectoryAt(inNew()),
  async (root) => root.removeDirectoryAt(inNew()),
  async (root) => root.unlinkFileAt(inNew()),
  async (root) => root.symlinkAt(random.of(["../outside", "../../outside/b", "f", ".."]), inNew()),
  async (root) => root.linkAt(random.of(PATHS), follow(), root, inNew()),
  async (root) => root.renameAt(inNew(), root, inNew()),
];

async function withHandle(opening: Handle | Promise<Handle>, act: (handle: Handle) => Promise<void>): Promise<void> {
  const handle = await opening;
  try {
    await act(handle);
  } finally {
    handle.close();
  }
}

async function look(handle: Handle): Promise<void> {
  if (handle.kind === "directory") {
    for (const { name } of await handle.list()) assert.notEqual(name, CANARY, "a directory outside was listed");
    return;
  }
  checkSize((await handle.stat()).size);
  checkText(Buffer.from(await handle.read(64n, 0n)).toString());
}

async function write(handle: Handle): Promise<void> {
  if (handle.kind !== "file") return;
  await (follow() ? handle.append(Buffer.from(INSIDE)) : handle.write(Buffer.from(INSIDE), 0n));
  if (follow()) await handle.setSize(BigInt(INSIDE.length));
}

function checkText(text: string): void {
  assert.ok(text === "" || text.startsWith(INSIDE), `a file outside was read: ${text}`);
}

function checkSize(size: bigint): void {
  assert.notEqual(size, BigInt(SECRET.length), "a file outside was looked at");
}

/** How many of the tries escape that go by path alone. */
function escapesByPath(place: Place, count: number): number {
  let escapes = 0;
  for (let i = 0; i < count; i++) {
    try {
      if (readFileSync(join(place.root, random.of(["f", "a/f", "a/b/f", "a/b/c/f"])), "utf8") === SECRET) escapes += 1;
    } catch {
      // In between.
    }
  }
  return escapes;
}

async function race(place: Place): Promise<void> {
  const root = await directory({ path: place.root }).open();
  const before = outsideOf(place);
  for (let i = 1; i <= tries; i++) {
    let outcome = "done";
    try {
      await random.of(ATTEMPTS)(root);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      outcome = (error as { code: string }).code;
    }
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (i % 10_000 === 0 || i === tries) assert.equal(outsideOf(place), before, `what is outside has changed by try ${i}`);
  }
  root.close();
}

const place = makePlace();
const control = new Int32Array(new SharedArrayBuffer(8));
const attacker = new Worker(new URL("./race-attacker.ts", import.meta.url), { workerData: { root: place.root, seed, control } satisfies AttackerParts });
try {
  const byPath = Math.max(10_000, Math.round(tries / 20));
  const escapes = escapesByPath(place, byPath);
  assert.ok(escapes > 0, `none of ${byPath} tries by path escaped: there was no race`);
  const started = performance.now();
  await race(place);
  const microseconds = ((performance.now() - started) * 1000) / tries;
  const outcomes = [...counts].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome} ${count}`);
  console.log(`0 of ${tries} tries through Directory escaped (${microseconds.toFixed(0)} µs each; ${outcomes.join(", ")})`);
  console.log(`${escapes} of ${byPath} tries by path did; ${Atomics.load(control, 1)} exchanges meanwhile`);
} finally {
  Atomics.store(control, 0, 1);
  await new Promise((done) => attacker.once("exit", done));
  rmSync(place.path, { recursive: true, force: true });
}
