import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type Component, compile } from "@tenon/engine";
import { App, checkApp } from "../app/app.ts";
import { testPlatform } from "../app/test-platform.ts";
import type { Json } from "../document/document.ts";
import { wasi } from "../wasi/imports.ts";
import { composeApp } from "./compose-app.ts";
import { openComposed } from "./open-composed.ts";

const SCORES = "tenon:scoreboard/scores@0.1.0";
const GAME = "tenon:scoreboard/game@0.1.0";

const example = (path: string): Promise<Uint8Array> => readFile(new URL(`../../../../examples/${path}`, import.meta.url));
const files = {
  "caller.wasm": await example("caller/caller.wasm"),
  "rust.wasm": await example("rust/scoreboard.wasm"),
  "kotlin.wasm": await example("kotlin/scoreboard.wasm"),
  "visits.wasm": await example("visitors/rust/visits.wasm"),
  "hello.wasm": await example("http/http-hello.wasm"),
  "grants.wasm": await example("grants/grants.wasm"),
};

const parts = {
  caller: { component: "./caller.wasm" },
  rust: { component: "./rust.wasm" },
  kotlin: { component: "./kotlin.wasm" },
  basics: { capability: "basics" },
};
const board = (more: { readonly [key: string]: Json } = {}): { readonly [key: string]: Json } => ({
  tenon: 1,
  name: "board",
  parts,
  wires: { caller: { [SCORES]: "rust" }, kotlin: { "wasi:*": "basics" } },
  exports: { [GAME]: "caller" },
  ...more,
});

async function frozen(document: Json): Promise<ReturnType<typeof composeApp>> {
  return composeApp(await checkApp(JSON.stringify(document), testPlatform(files)));
}

interface Game {
  play(player: string): string[];
}
const play = async (component: Component): Promise<string[]> => ((await component.instantiate(wasi())).exports[GAME] as Game).play("Ada");

test("a frozen app is one component that does the same", async () => {
  for (const provider of ["rust", "kotlin"]) {
    const document = board({ wires: { caller: { [SCORES]: provider }, kotlin: { "wasi:*": "basics" } } });
    const { bytes, notes } = await frozen(document);
    assert.deepEqual(notes, ["`basics`, a basics, becomes imports: whoever runs the component gives them"]);
    const app = await App.start(JSON.stringify(document), testPlatform(files));
    assert.deepEqual(await play(await compile(bytes!)), (app.exports[GAME] as Game).play("Ada"));
    await app.close();
  }
});

test("opened again it is the app that it was, and its wires can be led elsewhere", async () => {
  const { bytes } = await frozen(board());
  const { document, files: made, obstacles } = openComposed(bytes!, "board");
  assert.deepEqual(obstacles, []);
  const app = await App.start(document, testPlatform(Object.fromEntries(made)));
  assert.equal((app.exports[GAME] as Game).play("Ada")[0], "greet: Hello Ada, this is Rust!");
  await app.apply([{ op: "wire", from: "caller", import: SCORES, to: "kotlin" }], { author: "ann" });
  assert.equal((app.exports[GAME] as Game).play("Ada")[0], "greet: Hello Ada, this is Kotlin!");
  await app.close();
  // What is composed of it is what it was opened from, but for the names of files.
  const again = composeApp(await checkApp(document, testPlatform(Object.fromEntries(made))));
  assert.deepEqual(await play(await compile(again.bytes!)), await play(await compile(bytes!)));
});

test("of a composed component without a document the parts are named by what they are good for", async () => {
  const { bytes } = await frozen({ ...board(), parts: { caller: parts.caller, rust: parts.rust }, wires: { caller: { [SCORES]: "rust" } } });
  // The custom section is the last one.
  const bare = bytes!.slice(0, bytes!.length - sectionLength(bytes!));
  const { document } = openComposed(bare, "board");
  assert.deepEqual(JSON.parse(document), {
    tenon: 1,
    name: "board",
    parts: { scores: { component: "./scores.wasm" }, game: { component: "./game.wasm" } },
    wires: { game: { [SCORES]: "scores" } },
    exports: { [GAME]: "game" },
  });
});

function sectionLength(bytes: Uint8Array): number {
  const name = new TextEncoder().encode("tenon:app");
  for (let at = bytes.length - name.length; ; at--) {
    if (!name.every((byte, i) => bytes[at + i] === byte)) continue;
    // The section's number, its size in two or three bytes, the length of its name.
    const start = bytes.lastIndexOf(0, at - 3);
    return bytes.length - start;
  }
}

test("parts that import the same share one import; what a source of events calls is exported", async () => {
  const document = {
    tenon: 1,
    name: "all",
    parts: {
      visits: { component: "./visits.wasm" },
      hello: { component: "./hello.wasm" },
      grants: { component: "./grants.wasm" },
      store: { capability: "keyvalue" },
      basics: { capability: "basics" },
    },
    wires: { visits: { "wasi:keyvalue/*": "store", "*": "basics" }, hello: { "*": "basics" }, grants: { "*": "basics" } },
    exports: { "wasi:http/incoming-handler@0.2.0": "visits", "wasi:cli/run@0.2.6": "grants" },
  };
  const { bytes } = await frozen(document);
  const component = await compile(bytes!);
  const names = component.imports.map(({ name }) => name);
  assert.equal(new Set(names.map((name) => name.replace(/@.*/, ""))).size, names.length);
  assert.ok(names.includes("wasi:keyvalue/atomics@0.2.0-draft") && names.includes("wasi:http/types@0.2.12"));
  assert.deepEqual(
    component.exports.map(({ name }) => name),
    ["wasi:http/incoming-handler@0.2.0", "wasi:cli/run@0.2.6"],
  );
});

const cannot: ReadonlyArray<[what: string, document: Json, obstacles: readonly string[]]> = [
  [
    "interposers, deadlines, answers for failures and guards",
    board({ wires: { caller: { [SCORES]: { to: "rust", through: ["log"], deadline: "1s", onFailure: "x", guard: true } }, kotlin: { "*": "basics" } } }),
    [
      `the wire from \`caller\` by \`${SCORES}\`: \`log\` is no component; take it off, or put a component in its place`,
      `the wire from \`caller\` by \`${SCORES}\` has a deadline, which a component can't have`,
      `the wire from \`caller\` by \`${SCORES}\` says what it answers when it is broken, which a component can't`,
      `the wire from \`caller\` by \`${SCORES}\` is guarded, which a component's can't be`,
    ],
  ],
  [
    "a wire that is cut",
    board({ wires: { caller: { [SCORES]: null }, kotlin: { "*": "basics" } } }),
    [`the wire from \`caller\` by \`${SCORES}\` is cut: lead it somewhere, or to ".." to leave it open`],
  ],
];
for (const [what, document, obstacles] of cannot) {
  test(`${what} can't be frozen`, async () => {
    assert.deepEqual(await frozen(document), { obstacles, notes: [] });
  });
}

/** The same component with something else in its custom section. */
function carrying(bytes: Uint8Array, carried: Json): Uint8Array {
  const bare = bytes.slice(0, bytes.length - sectionLength(bytes));
  const name = new TextEncoder().encode("tenon:app");
  const contents = new TextEncoder().encode(JSON.stringify(carried));
  const length = 1 + name.length + contents.length;
  return Uint8Array.from([...bare, 0, (length & 0x7f) | 0x80, length >> 7, name.length, ...name, ...contents]);
}

const two = { ...board(), parts: { caller: parts.caller, rust: parts.rust }, wires: { caller: { [SCORES]: "rust" } } };
const named = [
  { path: "rust", named: true },
  { path: "caller", named: true },
];
const brought: ReadonlyArray<[what: string, carried: Json]> = [
  ["no document", { document: "{", parts: named }],
  ["a list", { document: "[]", parts: named }],
  ["parts that are not there", { document: JSON.stringify({ ...two, parts: { ...two.parts, other: { component: "/etc/passwd" } } }), parts: named }],
  ["another app's document", { document: JSON.stringify({ ...two, parts: { ...two.parts, other: { app: "../other.jsonc" } } }), parts: named }],
  ["too few parts", { document: JSON.stringify(two), parts: named.slice(1) }],
  ["two parts of one name", { document: JSON.stringify(two), parts: [named[0]!, named[0]!] }],
  ["something else", 5],
];
for (const [what, carried] of brought) {
  test(`what comes along is believed only as far as it fits: ${what}`, async () => {
    const { bytes } = await frozen(two);
    const { document, files: made, obstacles } = openComposed(carrying(bytes!, carried), "board");
    assert.deepEqual(obstacles, []);
    assert.equal(made.size, 2);
    const app = await App.start(document, testPlatform(Object.fromEntries(made)));
    assert.equal((app.exports[GAME] as Game).play("Ada")[0], "greet: Hello Ada, this is Rust!");
    await app.close();
  });
}

test("names of parts may hold anything: each has a file of its own", async () => {
  const names = ["a b", "a-b", "A-B", "🦀", "⚙️", "constructor", "__proto__", "..", "x@y", "..//.."].filter((name) => name !== "..");
  const text = JSON.stringify({ tenon: 1, name: "odd", parts: {}, wires: {} }).replace(
    '"parts":{}',
    `"parts":{${names.map((name) => `${JSON.stringify(name)}:{"component":"./rust.wasm"}`).join()}}`,
  );
  const { bytes } = composeApp(await checkApp(text, testPlatform(files)));
  const { document, files: made } = openComposed(bytes!, "odd");
  assert.equal(made.size, names.length);
  assert.ok(
    [...made.keys()].every((file) => /^\w[\w.-]*\.wasm$/.test(file)),
    [...made.keys()].join(),
  );
  assert.equal(new Set([...made.keys()].map((file) => file.toLowerCase())).size, names.length);
  assert.equal(Object.hasOwn(Object, "x:y/constructor"), false);
  const plan = await checkApp(document, testPlatform(Object.fromEntries(made)));
  assert.equal(plan.parts.size, names.length);
});

test("a component with code of its own is not opened", () => {
  const why = "it has code of its own: a component can be opened that is made of components and nothing else";
  assert.deepEqual(openComposed(files["rust.wasm"], "x").obstacles, [why]);
});
