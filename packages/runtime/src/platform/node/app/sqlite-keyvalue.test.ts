import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { U64 } from "../../../keyvalue/counter.ts";
import { backendSuite } from "../../../keyvalue/test-backend-suite.ts";
import { SqliteKeyValue } from "./sqlite-keyvalue.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-sqlite-"));
after(() => rmSync(folder, { recursive: true }));
const numbers = (function* () {
  for (let i = 0; ; i++) yield i;
})();
const fresh = () => join(folder, `${numbers.next().value}`, "store.db");

backendSuite("SQLite", () => new SqliteKeyValue({ path: fresh(), name: "./store.db" }));

const bytes = (text: string) => new TextEncoder().encode(text);
const failing = (message: string) => ({ name: "StoreError", message });
const open = (path: string, more: { bytes?: number } = {}) => new SqliteKeyValue({ path, name: "./store.db", ...more });

test("what was written is there when the file is opened again; its folder is made", () => {
  const path = fresh();
  const store = open(path);
  store.set("b", "a", bytes("1"));
  store.close();
  assert.throws(() => store.get("b", "a"), failing("the store `./store.db` has been closed"));
  const again = open(path);
  assert.deepEqual([again.get("b", "a"), again.trouble], [bytes("1"), undefined]);
  again.close();
});

test("a file that another process has locked: an error in words after a wait, then at once, until it is free", () => {
  const path = fresh();
  const store = open(path);
  store.set("b", "n", bytes("1"));
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const locked = failing("`./store.db` is locked by another process");
  const writes = [
    () => store.set("b", "n", bytes("9")),
    () => store.increment("b", "n", 1n, U64),
    () => store.setMany("b", [["n", bytes("9")]]),
    () => store.delete("b", "n"),
  ];
  for (const write of writes) {
    assert.throws(write, locked);
    assert.equal(store.trouble, "`./store.db` is locked by another process");
  }
  // Who only reads is not kept from it.
  assert.deepEqual(store.get("b", "n"), bytes("1"));
  other.exec("COMMIT");
  assert.equal(store.increment("b", "n", 1n, U64), 2n);
  assert.equal(store.trouble, undefined);
  other.close();
  store.close();
});

test("a file that is locked when the app starts is no reason not to start", () => {
  const path = fresh();
  open(path).close();
  const other = new DatabaseSync(path);
  other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE t (x); DROP TABLE t");
  const store = open(path);
  assert.equal(store.trouble, "`./store.db` is locked by another process");
  assert.throws(() => store.get("b", "n"), failing("`./store.db` is locked by another process"));
  other.close();
  assert.equal(store.increment("b", "n", 1n, U64), 1n);
  assert.equal(store.trouble, undefined);
  store.close();
});

test("a file that goes away is missed, not made anew; it works again when it is back, and when another is put there", () => {
  const path = fresh();
  const store = open(path);
  store.set("b", "n", bytes("41"));
  store.close();
  const [kept, other] = [open(path), open(`${path}.other`)];
  other.set("b", "n", bytes("7"));
  other.close();
  rename(path, `${path}.away`);
  for (let i = 0; i < 2; i++) assert.throws(() => kept.increment("b", "n", 1n, U64), failing("the file `./store.db` is gone"));
  assert.deepEqual([kept.trouble, existsSync(path)], ["the file `./store.db` is gone", false]);
  rename(`${path}.away`, path);
  assert.equal(kept.increment("b", "n", 1n, U64), 42n);
  assert.equal(kept.trouble, undefined);
  rename(`${path}.other`, path);
  assert.equal(kept.increment("b", "n", 1n, U64), 8n);
  kept.close();
});

test("a store that is full refuses what makes it larger, whole, and can be read and emptied", () => {
  const store = open(fresh(), { bytes: 64 * 1024 });
  const full = "the store `./store.db` is full: it holds at most 65536 bytes, or its disk no more";
  store.set("b", "n", bytes("1"));
  assert.throws(() => store.set("b", "a", new Uint8Array(100_000)), failing(full));
  assert.throws(
    () =>
      store.setMany(
        "b",
        [...Array(10).keys()].map((i) => [`${i}`, new Uint8Array(10_000)]),
      ),
    failing(full),
  );
  assert.deepEqual([store.keys("b", 0n, 10).keys, store.trouble], [["n"], full]);
  assert.equal(store.increment("b", "n", 1n, U64), 2n);
  assert.equal(store.trouble, undefined);
  for (let i = 0; i < 100; i++) {
    store.set("b", "a", new Uint8Array(20_000));
    store.delete("b", "a");
  }
  store.close();
});

/** What happens to a file is noticed a moment later. */
function rename(from: string, to: string): void {
  renameSync(from, to);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

const unusable: readonly [what: string, make: (path: string) => void, words: string][] = [
  ["a file that is no database", (path) => writeFileSync(path, "visitors = 41\n".repeat(100)), "`./store.db` is no SQLite database"],
  ["a file that is too short for a database", (path) => writeFileSync(path, "SQLite format 3\0"), "`./store.db` is no SQLite database"],
  ["a folder", (path) => mkdirSync(path), "`./store.db` is no file"],
  ["a database of another program", (path) => new DatabaseSync(path).exec("CREATE TABLE bookmarks (url)"), "`./store.db` is a database of another program"],
  [
    "a database that another program has marked as its own",
    (path) => new DatabaseSync(path).exec("PRAGMA application_id = 7"),
    "`./store.db` is a database of another program",
  ],
];
for (const [what, make, words] of unusable) {
  test(`${what} is refused in words, and not written to`, () => {
    const path = fresh();
    mkdirSync(dirname(path));
    make(path);
    const before = statSync(path).isFile() ? readFileSync(path) : undefined;
    assert.throws(() => open(path), failing(words));
    if (before !== undefined) assert.deepEqual(readFileSync(path), before);
  });

  test(`${what}, put in the place of a store in use, is an error of each use until the store is back`, () => {
    const path = fresh();
    const store = open(path);
    store.set("b", "n", bytes("1"));
    store.close();
    const kept = open(path);
    rename(path, `${path}.away`);
    make(path);
    assert.throws(() => kept.increment("b", "n", 1n, U64), failing(words));
    assert.equal(kept.trouble, words);
    rmSync(path, { recursive: true });
    rename(`${path}.away`, path);
    assert.equal(kept.increment("b", "n", 1n, U64), 2n);
    kept.close();
  });
}

test("writes that were still in the log are there when the file is put back, whatever lay in its place", () => {
  const path = fresh();
  const kept = open(path);
  kept.increment("b", "n", 41n, U64);
  rename(path, `${path}.away`);
  writeFileSync(path, "no database at all");
  assert.throws(() => kept.get("b", "n"), failing("`./store.db` is no SQLite database"));
  rename(`${path}.away`, path);
  assert.equal(kept.increment("b", "n", 1n, U64), 42n);
  kept.close();
});

test("a folder that can't be made is told", () => {
  const path = fresh();
  mkdirSync(dirname(path));
  writeFileSync(path, "");
  assert.throws(() => open(join(path, "store.db")), failing("`./store.db` can't be made: EEXIST"));
});

const incrementing = (path: string, count: number) =>
  spawn(process.execPath, [fileURLToPath(new URL("test-incrementing.ts", import.meta.url)), path, `${count}`], { stdio: ["ignore", "pipe", "inherit"] });
const told = async (child: ReturnType<typeof incrementing>) => {
  let out = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  await once(child, "close");
  return out.split("\n").slice(0, -1).map(Number);
};

test("increments from two processes and this one: each sum once, none lost", async () => {
  const path = fresh();
  const store = open(path);
  const others = [incrementing(path, 1000), incrementing(path, 1000)].map(told);
  const own: number[] = [];
  for (let i = 0; i < 1000; i++) {
    own.push(Number(store.increment("b", "n", 1n, U64)));
    if (i % 10 === 0) await new Promise(setImmediate);
  }
  const sums = [...own, ...(await Promise.all(others)).flat()].sort((a, b) => a - b);
  assert.deepEqual(
    sums,
    Array.from({ length: 3000 }, (_, i) => i + 1),
  );
  store.close();
});

test("a process that is killed loses nothing that it was told of", async () => {
  const path = fresh();
  for (let round = 0; round < 3; round++) {
    const before = existsSync(path) ? Number(new TextDecoder().decode(open(path).get("b", "n"))) : 0;
    const child = incrementing(path, 1_000_000);
    const sums = told(child);
    await once(child.stdout!, "data");
    await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    const last = (await sums).at(-1)!;
    const store = open(path);
    const now = Number(new TextDecoder().decode(store.get("b", "n")));
    assert.ok(last > before && (now === last || now === last + 1), `${now} after ${last}`);
    store.close();
  }
});
