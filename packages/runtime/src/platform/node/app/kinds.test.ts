/** Capabilities as a document has them, given to a real program: the one of `examples/grants`. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Component, compile, type Imports, promising } from "@tenon/engine";
import type { JsonObject } from "../../../document/document.ts";
import { describeProblem } from "../../../document/problem.ts";
import type { Capability } from "../../../kinds/kind.ts";
import { type TestContext, testContext } from "../../../kinds/test-context.ts";
import { Exit } from "../../../wasi/cli/exit.ts";
import { nodeKinds } from "./kinds.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "tenon-kinds-")));
const kinds = nodeKinds();
after(() => rmSync(root, { recursive: true }));

const folders = (function* () {
  for (let i = 0; ; i++) {
    const folder = join(root, `${i}`);
    mkdirSync(folder);
    yield folder;
  }
})();
const freshContext = (secrets?: ReadonlyMap<string, string>) => testContext(folders.next().value!, secrets);

let program: Promise<Component> | undefined;
const grants = () => (program ??= compile(readFileSync(new URL("../../../../../../examples/grants/grants.wasm", import.meta.url))));

/** Runs the program with these capabilities beside `basics`, and gives what it said. */
async function run(given: Readonly<Record<string, JsonObject>>, args: readonly string[], context: TestContext): Promise<string[]> {
  const importer = context.importer("guest");
  const all = Object.entries({ basics: {}, ...given, environment: { arguments: ["grants", ...args], ...given.environment } });
  const made: Capability[] = [];
  let imports: Imports = {};
  for (const [name, config] of all) {
    const kind = kinds.get(name)!;
    assert.deepEqual(kind.check(config, []).map(describeProblem), []);
    const capability = await kind.make(config, context);
    made.push(capability);
    imports = { ...imports, ...capability.provide(importer) };
  }
  const instance = await (await grants()).instantiate(imports);
  const name = Object.keys(instance.exports).find((each) => each.startsWith("wasi:cli/run@"))!;
  const before = context.lines.length;
  await promising((instance.exports[name] as { run: () => void }).run)().catch((error: Error) => {
    if (Exit.in(error) === undefined) throw error;
  });
  for (const capability of made) await capability.close();
  return context.lines.slice(before).map((line) => line.replace(/^guest: /, ""));
}

const asked = (name: string, config: JsonObject, context: TestContext) =>
  kinds
    .get(name)!
    .asks(config, context)
    .map(({ id, words, own }) => `${own ? "own" : "asks"}: ${words} [${id}]`);
const told = (name: string, config: JsonObject) => kinds.get(name)!.check(config, []).map(describeProblem);

test("all kinds of this machine", () => {
  const names = [
    "basics",
    "clock",
    "config",
    "cron",
    "directory",
    "environment",
    "http-client",
    "keyvalue",
    "log",
    "network",
    "random",
    "terminal",
    "file-watcher",
    "http-server",
  ];
  assert.deepEqual([...kinds.keys()], names);
  for (const kind of kinds.values()) assert.notEqual(kind.about, "");
});

test("directory: a folder that is made, read and written; with quota; read only; and none where it isn't given", async () => {
  const context = freshContext();
  assert.deepEqual(await run({}, ["list", "/"], context), ["/: Capabilities insufficient (os error 76)"]);
  assert.deepEqual(await run({ directory: { path: "./data" } }, ["write", "/a.txt", "Hej"], context), []);
  assert.equal(readFileSync(join(context.folder, "data/a.txt"), "utf8"), "Hej");
  assert.deepEqual(await run({ directory: { path: "./data", rights: "read", as: "/texts" } }, ["read", "/texts/a.txt"], context), ["Hej"]);
  assert.deepEqual(await run({ directory: { path: "./data", rights: "read" } }, ["write", "/a.txt", "no"], context), [
    "/a.txt: Operation not permitted (os error 63)",
  ]);
  assert.deepEqual(await run({ directory: { path: "./data", bytes: 4 } }, ["write", "/a.txt", "12345678"], context), ["/a.txt: Quota exceeded (os error 19)"]);
  assert.deepEqual(await run({ directory: { path: "./data" } }, ["read", "/../../../etc/passwd"], context), [
    "/../../../etc/passwd: Operation not permitted (os error 63)",
  ]);
});

test("directory: in memory, and several for one part", async () => {
  const context = freshContext();
  mkdirSync(join(context.folder, "texts"));
  writeFileSync(join(context.folder, "texts/b.txt"), "B");
  const files: JsonObject = JSON.parse('{ "sub/a.txt": "A", "__proto__": "p" }');
  const config = { files, also: [{ path: "./texts", as: "/texts", rights: "read" }] };
  assert.deepEqual(await run({ directory: config }, ["list", "/"], context), ["__proto__", "sub"]);
  assert.deepEqual(await run({ directory: config }, ["read", "/sub/a.txt"], context), ["A"]);
  assert.deepEqual(await run({ directory: config }, ["list", "/texts"], context), ["b.txt"]);
  assert.deepEqual(await run({ directory: config }, ["write", "/texts/b.txt", "no"], context), ["/texts/b.txt: Operation not permitted (os error 63)"]);
  assert.deepEqual(asked("directory", config, context), [`own: reads ./texts [read ${context.folder}/texts]`]);
});

test("directory: what it asks for is where the path really leads; beyond the app's folder nothing is made", async () => {
  const context = freshContext();
  const outside = folders.next().value!;
  symlinkSync(outside, join(context.folder, "link"));
  assert.deepEqual(asked("directory", { path: "./data", rights: "read" }, context), [`own: reads ./data [read ${context.folder}/data]`]);
  assert.deepEqual(asked("directory", { path: "." }, context), [`asks: reads and writes . [write ${context.folder}]`]);
  assert.deepEqual(asked("directory", { path: ".", rights: "read" }, context), [`own: reads . [read ${context.folder}]`]);
  assert.deepEqual(asked("directory", { path: "./.tenon/x" }, context), [`asks: reads and writes ./.tenon/x [write ${context.folder}/.tenon/x]`]);
  assert.deepEqual(asked("directory", { path: ".." }, context), [`asks: reads and writes ${root} [write ${root}]`]);
  assert.deepEqual(asked("directory", { path: "./link/notes", rights: "read" }, context), [`asks: reads ${outside}/notes [read ${outside}/notes]`]);
  assert.deepEqual(asked("directory", { path: "..notes" }, context), [`own: reads and writes ..notes [write ${context.folder}/..notes]`]);
  await assert.rejects(run({ directory: { path: "./link/notes" } }, ["list", "/"], context), { message: `there is no folder \`${outside}/notes\`` });
  assert.equal(existsSync(join(outside, "notes")), false);
  writeFileSync(join(context.folder, "file"), "");
  await assert.rejects(run({ directory: { path: "./file" } }, ["list", "/"], context), { message: `\`${context.folder}/file\` is no folder` });
});

test("a link that leads elsewhere by the time a capability is made is not followed there", async () => {
  const context = freshContext();
  const [folder, outside] = [context.folder, folders.next().value!];
  mkdirSync(join(folder, "data"));
  const turn = (to: string) => {
    rmSync(join(folder, "link"), { force: true });
    symlinkSync(to, join(folder, "link"));
  };
  const configs: [string, JsonObject][] = [
    ["directory", { path: "./link" }],
    ["keyvalue", { backend: "sqlite", path: "./link/a.db" }],
    ["file-watcher", { path: "./link" }],
  ];
  for (const [name, config] of configs) {
    const kind = kinds.get(name)!;
    turn("data");
    const granted = kind.asks(config, context);
    assert.ok(granted.every(({ own }) => own));
    await (await kind.make(config, { ...context, granted })).close();
    turn(outside);
    const message = `\`${config.path}\` leads elsewhere than it did when it was granted`;
    await assert.rejects(kind.make(config, { ...context, granted }), { message });
    const store = await kinds.get("keyvalue")!.make({}, { ...context, granted: [] });
    if (name === "keyvalue") await assert.rejects(store.reconfigure!(config, granted), { message });
    turn("data");
    if (name === "keyvalue") assert.equal(await store.reconfigure!(config, granted), true);
    await store.close();
  }
  assert.deepEqual(readdirSync(outside), []);
});

test("directory: what is wrong", () => {
  assert.deepEqual(told("directory", {}), ['`directory` needs `path`, or `files` for a folder in memory\n  "path": "./data"']);
  assert.deepEqual(told("directory", { path: "a", files: {} }), [
    '`directory` has `path` and `files`: it is either a folder of this machine or one in memory\n  "path": "./data"',
  ]);
  assert.deepEqual(told("directory", { path: "a", rights: "all" }), ['`rights` of `directory` is "all"; expected "read" or "write"\n  "rights": "read"']);
  assert.deepEqual(told("directory", { files: { a: 1 } }), [
    '`files` of `directory` is {"a":1}; expected an object of texts by path\n  "files": {"notes/first.txt":"Hej"}',
  ]);
  assert.deepEqual(told("directory", { path: "a", also: ["b"] }), [
    'each of `also` is an object with options of `directory`\n  { "path": "./texts", "as": "/texts" }',
  ]);
  assert.deepEqual(told("directory", { path: "a", also: [{ path: "b" }] }), ['two folders of one `directory` are seen as "/"\n  "as": "/other"']);
  assert.deepEqual(told("directory", { path: "a", also: [{ as: "/b", also: [] }] }), [
    '`directory` has no option "also": it has `path`, `files`, `as`, `rights`, `bytes`, `handles`',
    '`directory` needs `path`, or `files` for a folder in memory\n  "path": "./data"',
  ]);
});

test("environment: variables, arguments and secrets, which are asked for", async () => {
  const context = freshContext(new Map([["TOKEN", "s3cret"]]));
  const config = { variables: { GREETING: "Hej", KEY: { env: "TOKEN" } }, arguments: ["program", { env: "TOKEN" }], directory: "/work" };
  assert.deepEqual(asked("environment", config, context), ["asks: knows the value of TOKEN of the environment [env TOKEN]"]);
  const capability = await kinds.get("environment")!.make(config, context);
  const imports = capability.provide(context.importer("a")) as Record<string, Record<string, () => unknown>>;
  const environment = imports["wasi:cli/environment@0.2.12"]!;
  assert.deepEqual(
    [environment.getEnvironment!(), environment.getArguments!(), environment.initialCwd!()],
    [
      [
        ["GREETING", "Hej"],
        ["KEY", "s3cret"],
      ],
      ["program", "s3cret"],
      "/work",
    ],
  );
  await capability.close();
  assert.throws(() => environment.getEnvironment!(), /has been revoked/);
  await assert.rejects(kinds.get("environment")!.make({ variables: { A: { env: "NONE" } } }, context), {
    message: "the environment has no NONE: set it where the app is run",
  });
  const expected =
    'expected an object of texts, or `{ "env": "NAME" }` for what the environment of the host has under that name\n  "variables": {"GREETING":"Hej","TOKEN":{"env":"TOKEN"}}';
  const cases: JsonObject[string][] = [{ A: 1 }, { A: { env: "B", more: 1 } }, { A: { env: "" } }, ["a"]];
  for (const variables of cases)
    assert.deepEqual(told("environment", { variables }), [`\`variables\` of \`environment\` is ${JSON.stringify(variables)}; ${expected}`]);
});

test("config: values by name", async () => {
  const context = freshContext(new Map([["TOKEN", "s3cret"]]));
  const config = { values: { greeting: "Hej", key: { env: "TOKEN" } } };
  assert.deepEqual(asked("config", config, context), ["asks: knows the value of TOKEN of the environment [env TOKEN]"]);
  const capability = await kinds.get("config")!.make(config, context);
  const store = (capability.provide(context.importer("a")) as Record<string, Record<string, (key: string) => unknown>>)["wasi:config/store@0.2.0-rc.1"]!;
  assert.deepEqual([store.get!("greeting"), store.get!("key"), store.get!("toString")], ["Hej", "s3cret", undefined]);
  await capability.close();
  assert.throws(() => store.get!("greeting"));
});

test("http-client: to allowed hosts only, by allowed methods", async () => {
  const server = createServer((_, response) => response.end("from the server\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const context = freshContext();
  const url = `http://127.0.0.1:${port}/`;
  try {
    assert.match((await run({}, ["fetch", url], context)).join(), /HttpRequestDenied|denied/i);
    assert.deepEqual(await run({ "http-client": { allow: [`127.0.0.1:${port}`] } }, ["fetch", url], context), ["200 from the server"]);
    assert.match((await run({ "http-client": { allow: ["other.example"] } }, ["fetch", url], context)).join(), /denied/i);
    assert.match((await run({ "http-client": { allow: [`127.0.0.1:${port}`], methods: ["POST"] } }, ["fetch", url], context)).join(), /denied/i);
    assert.match((await run({ "http-client": { allow: [`127.0.0.1:${port}`], requests: 0 } }, ["fetch", url], context)).join(), /denied/i);
  } finally {
    server.close();
  }
  assert.deepEqual(asked("http-client", { allow: ["https://api.example", "127.0.0.1:80"] }, context), [
    "asks: sends requests to https://api.example [request https://api.example]",
    "asks: sends requests to 127.0.0.1:80 [request 127.0.0.1:80]",
  ]);
  assert.deepEqual(told("http-client", {}), ['`http-client` needs `allow`: to which hosts requests may go\n  "with": { "allow": ["https://api.example"] }']);
  assert.deepEqual(told("http-client", { allow: ["a b"] }), ["`allow` of `http-client`: the rule `a b` can't be read: `a b` is neither a name nor an address"]);
});

test("network: where it is allowed, which is asked for; listening on this machine alone is the app's own", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const at = `127.0.0.1:${port}`;
  const context = freshContext();
  try {
    assert.deepEqual(await run({}, ["connect", at], context), [`${at}: access-denied`]);
    assert.deepEqual(await run({ network: { connect: [at] } }, ["connect", at], context), [`connected to ${at}`]);
    assert.deepEqual(await run({ network: { connect: [`127.0.0.1:${port + 1}`] } }, ["connect", at], context), [`${at}: access-denied`]);
    // A network in memory is another network: nobody listens there.
    assert.deepEqual(await run({ network: { memory: true, connect: [at] } }, ["connect", at], context), [`${at}: connection-refused`]);
    assert.deepEqual(await run({ network: { lookup: ["localhost"] } }, ["look-up", "localhost"], context), ["localhost has an address"]);
  } finally {
    server.close();
  }
  assert.deepEqual(
    asked(
      "network",
      { connect: ["db.example:5432"], lookup: ["*.example"], listen: ["127.0.0.1:80", "localhost:*", "[::1]:80", "*:80", "0.0.0.0:80", "10.0.0.1:80"] },
      context,
    ),
    [
      "asks: connects to db.example:5432 [connect db.example:5432]",
      "own: listens on 127.0.0.1:80 [listen 127.0.0.1:80]",
      "own: listens on localhost:* [listen localhost:*]",
      "own: listens on [::1]:80 [listen [::1]:80]",
      "asks: listens on *:80 [listen *:80]",
      "asks: listens on 0.0.0.0:80 [listen 0.0.0.0:80]",
      "asks: listens on 10.0.0.1:80 [listen 10.0.0.1:80]",
      "asks: looks up *.example [lookup *.example]",
    ],
  );
  assert.deepEqual(asked("network", { memory: true, connect: ["a.example:1"] }, context), []);
  assert.deepEqual(told("network", { connect: ["a.example"], listen: ["a.example:80"] }), [
    "`connect` of `network`: the rule `a.example` can't be read: has no port: write `host:port`, or `host:*` for every port",
    "`listen` of `network`: the rule `a.example:80` can't be used for listening: write a local address, `localhost` or `*`",
  ]);
});
