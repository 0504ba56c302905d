import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { keyvalueProbe } from "../../../../fixtures/keyvalue.ts";
import type { JsonObject } from "../../../document/document.ts";
import { describeProblem } from "../../../document/problem.ts";
import { keyvalueKind } from "../../../kinds/keyvalue.ts";
import { testContext } from "../../../kinds/test-context.ts";
import { nodeFiles } from "./files.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "tenon-keyvalue-")));
after(() => rmSync(root, { recursive: true }));
const kind = keyvalueKind({ files: nodeFiles });
const sqlite = (path: string, more: JsonObject = {}): JsonObject => ({ backend: "sqlite", path, ...more });
const bytes = (text: string) => new TextEncoder().encode(text);
const folders = (function* () {
  for (let i = 0; ; i++) {
    const folder = join(root, `${i}`);
    mkdirSync(folder);
    yield folder;
  }
})();
const freshContext = () => testContext(folders.next().value!);

const wrong: readonly [config: JsonObject, told: string][] = [
  [{ backend: "redis" }, '`backend` of `keyvalue` is "redis"; expected "memory" or "sqlite"\n  "backend": "memory"'],
  [{ backend: "sqlite" }, '`keyvalue` on SQLite needs `path`: the file\n  "path": "./data/store.db"'],
  [{ path: "./a.db" }, '`path` of `keyvalue` is for SQLite, and this store is in memory\n  "backend": "sqlite"'],
  [sqlite(""), '`path` of `keyvalue` is ""; expected a path, from the document\'s folder\n  "path": "./data/store.db"'],
];
for (const [config, told] of wrong) {
  test(`keyvalue: ${JSON.stringify(config)}`, () => {
    assert.deepEqual(kind.check(config, []).map(describeProblem), [told]);
  });
}

test("what is asked for: a file of the app's folder is its own, one beyond is not, whatever the path looks like", () => {
  const folder = folders.next().value!;
  const where = testContext(folder);
  mkdirSync(join(folder, "data"));
  symlinkSync("..", join(folder, "up"));
  symlinkSync(join(folder, "data"), join(folder, "in"));
  symlinkSync(join(root, "made-later.db"), join(folder, "dangling.db"));
  symlinkSync("circle.db", join(folder, "circle.db"));
  const asked = (path: string) => kind.asks(sqlite(path), where).map(({ id, words, own }) => [id, words, own]);
  assert.deepEqual(asked("./data/a.db"), [[`write ${folder}/data/a.db`, "reads and writes ./data/a.db", true]]);
  assert.deepEqual(asked("./not/yet/a.db"), [[`write ${folder}/not/yet/a.db`, "reads and writes ./not/yet/a.db", true]]);
  assert.deepEqual(asked("./in/a.db"), [[`write ${folder}/data/a.db`, "reads and writes ./in/a.db", true]]);
  for (const beyond of ["../a.db", "./data/../../a.db", "./up/a.db", join(root, "a.db")])
    assert.deepEqual(asked(beyond), [[`write ${root}/a.db`, `reads and writes ${root}/a.db`, false]]);
  assert.deepEqual(asked("./dangling.db"), [[`write ${root}/made-later.db`, `reads and writes ${root}/made-later.db`, false]]);
  assert.equal(asked(`${folder}-too/a.db`)[0]![2], false);
  assert.deepEqual(asked("./circle.db"), [[`write ${folder}/circle.db`, `reads and writes ${folder}/circle.db`, false]]);
  assert.deepEqual(kind.asks({}, where), []);
});

test("from memory to a file and back while buckets are open: the pairs come along, and the log says so", async () => {
  const context = freshContext();
  const store = await kind.make({}, context);
  const { first } = await keyvalueProbe(store.provide(context.importer("a")));
  first.open("default");
  first.increment("n", 41n);
  first.set("other", bytes("x"));
  assert.equal(await store.reconfigure!(sqlite("./data/visits.db")), true);
  assert.equal(first.increment("n", 1n), 42n);
  assert.ok(existsSync(join(context.folder, "data/visits.db")));
  assert.equal(await store.reconfigure!({ backend: "memory" }), true);
  assert.deepEqual([first.increment("n", 1n), first.keys()], [43n, [1, ["n", "other"]]]);
  // There again, the file has pairs of its own.
  assert.equal(await store.reconfigure!(sqlite("./data/visits.db")), true);
  assert.equal(first.increment("n", 0n), 42n);
  assert.deepEqual(context.lines, [
    "capability: 2 pairs were carried over from memory to ./data/visits.db",
    "capability: 2 pairs were carried over from ./data/visits.db to memory",
    "capability: ./data/visits.db has pairs already and is used as it is; those of memory were not carried over",
  ]);
  await store.close();
});

test("many pairs and large ones are carried over whole, in their order", async () => {
  const context = freshContext();
  const store = await kind.make({}, context);
  const { second } = await keyvalueProbe(store.provide(context.importer("a")));
  const keys = Array.from({ length: 2500 }, (_, i) => `${i}`);
  for (const bucket of ["a", "b"]) {
    second.open(bucket);
    second.setMany(keys.map((key) => [key, bytes(`${bucket}${key}`)]));
    second.set("large", new Uint8Array(9_000_000).fill(7));
  }
  await store.reconfigure!(sqlite("./a.db"));
  for (const bucket of ["a", "b"]) {
    second.open(bucket);
    assert.deepEqual(second.keys(), [1, [...keys, "large"]]);
    assert.deepEqual(second.get("2499"), bytes(`${bucket}2499`));
    assert.deepEqual(second.get("large"), new Uint8Array(9_000_000).fill(7));
  }
  assert.deepEqual(context.lines, ["capability: 5002 pairs were carried over from memory to ./a.db"]);
  await store.close();
});

test("a store that can't be moved to stays where it is, with its pairs, and the other is left empty", async () => {
  const context = freshContext();
  const store = await kind.make({}, context);
  const { first } = await keyvalueProbe(store.provide(context.importer("a")));
  first.open("small");
  first.set("fits", bytes("1"));
  first.open("default");
  for (let i = 0; i < 10; i++) first.set(`${i}`, new Uint8Array(50_000));
  writeFileSync(join(context.folder, "text.db"), "visitors: 41\n".repeat(10));
  await assert.rejects(store.reconfigure!(sqlite("./text.db")), { message: "`./text.db` is no SQLite database" });
  const small = sqlite("./small.db", { bytes: 200_000 });
  const full =
    "the pairs of `memory` could not be carried over to `./small.db`: the store `./small.db` is full: it holds at most 200000 bytes, or its disk no more";
  for (let i = 0; i < 2; i++) await assert.rejects(store.reconfigure!(small), { message: full });
  assert.deepEqual([first.keys()[1].length, store.trouble, context.lines], [10, undefined, []]);
  assert.equal(readFileSync(join(context.folder, "text.db"), "utf8"), "visitors: 41\n".repeat(10));
  first.deleteMany(["2", "3", "4", "5", "6", "7", "8", "9"]);
  await store.reconfigure!(small);
  assert.deepEqual(first.keys(), [1, ["0", "1"]]);
  await store.reconfigure!(sqlite("./small.db", { bytes: 1_000_000 }));
  first.set("more", new Uint8Array(500_000));
  await store.close();
});

test("a file that goes away is an error of its users and trouble for the status, until it is back", async () => {
  const context = freshContext();
  const store = await kind.make(sqlite("./a.db"), context);
  const { first } = await keyvalueProbe(store.provide(context.importer("a")));
  first.open("default");
  first.set("a", bytes("1"));
  rmSync(join(context.folder, "a.db"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.throws(
    () => first.get("a"),
    (error: Error & { payload?: unknown }) => error.payload === "the file `./a.db` is gone",
  );
  assert.equal(store.trouble, "the file `./a.db` is gone");
  writeFileSync(join(context.folder, "a.db"), "");
  assert.equal(first.get("a"), undefined);
  assert.equal(store.trouble, undefined);
  await store.close();
});
