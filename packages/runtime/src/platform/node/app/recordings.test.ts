/** The counter of `examples/visitors`, recorded while browsers come, and run again: requests, bodies, buckets are all calls on its wires. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { compile } from "@tenon/engine";
import { App } from "../../../app/app.ts";
import { standardInterposers } from "../../../interposers/standard.ts";
import { isCall, readRecording } from "../../../recording/recording.ts";
import { replay } from "../../../recording/replay.ts";
import { nodeKinds } from "./kinds.ts";
import { nodePlatform } from "./node-platform.ts";
import { Recordings } from "./recordings.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-recordings-"));
after(() => rmSync(folder, { recursive: true }));

const visitors = (path: string): string => fileURLToPath(new URL(`../../../../../../examples/visitors/${path}`, import.meta.url));
const component = (language: string) => compile(new Uint8Array(readFileSync(visitors(`${language}/visits.wasm`))));

const document = (component: string): string =>
  JSON.stringify({
    tenon: 1,
    name: "visitors",
    parts: {
      counter: { component },
      store: { capability: "keyvalue", with: { backend: "memory" } },
      site: { capability: "http-server", with: { port: 0 } },
      basics: { capability: "basics" },
    },
    wires: { counter: { "wasi:keyvalue/*": "store", "wasi:*": "basics" }, site: { handler: "counter" } },
  });

async function start(component: string): Promise<{ readonly app: App; readonly recordings: Recordings; readonly address: string }> {
  const journal = { revisions: [], append: async () => {}, retract: async () => {} };
  const platform = nodePlatform(visitors("tenon.jsonc"), { kinds: nodeKinds(), interposers: standardInterposers, journal, grants: { allows: () => false } });
  const app = await App.start(document(component), platform);
  const [line] = app.log.lines("site").filter(({ message }) => message.includes("http://"));
  return { app, recordings: new Recordings(app, platform), address: /http:\/\/[^\s/]+/.exec(line!.message)![0] };
}

for (const language of ["rust", "c", "javascript"]) {
  test(`a counter in ${language} comes to the same again`, async () => {
    const { app, recordings, address } = await start(`./${language}/visits.wasm`);
    const file = join(folder, `${language}.tenonrec`);
    await recordings.begin("counter", file);
    const said: string[] = [];
    for (const path of ["/", "/a", "/", "/?x=1"]) said.push(await (await fetch(`${address}${path}`)).text());
    await Promise.all(["/", "/b", "/"].map((path) => fetch(`${address}${path}`).then((answer) => answer.text())));
    const calls = await recordings.end(file);
    await app.close();
    const recording = readRecording(readFileSync(file), file);
    assert.equal(recording.lines.filter(isCall).length, calls);
    assert.deepEqual(await replay(recording, await component(language)), { same: 7 });
  });
}

test("a handler of WASI 0.3, whose bodies are streams, is recorded and not run again", async () => {
  const wasm = fileURLToPath(new URL("../../../../fixtures/handler-p3/handler.wasm", import.meta.url));
  const { app, recordings, address } = await start("../../packages/runtime/fixtures/handler-p3/handler.wasm");
  const file = join(folder, "p3.tenonrec");
  await recordings.begin("counter", file);
  await (await fetch(`${address}/`)).text();
  assert.ok((await recordings.end(file)) > 1);
  await app.close();
  await assert.rejects(replay(readRecording(readFileSync(file), file), await compile(new Uint8Array(readFileSync(wasm)))), {
    name: "AppError",
    message: /^`[^`]+` hands over a stream or a future: what goes through those is not on record$/,
  });
});

test("a file that is there is not overwritten; nothing is recorded twice to one", async () => {
  const { app, recordings } = await start("./rust/visits.wasm");
  const file = join(folder, "once.tenonrec");
  await recordings.begin("counter", file);
  await assert.rejects(recordings.begin("counter", file), { name: "AppError", message: `${file} is there already\n  \`--to FILE\` names another` });
  await assert.rejects(recordings.begin("count", join(folder, "none.tenonrec")), { name: "AppError", message: "there is no component `count` to record" });
  assert.ok(!existsSync(join(folder, "none.tenonrec")));
  await recordings.close();
  await assert.rejects(recordings.end(file), { name: "AppError", message: `nothing is recorded to ${file}` });
  await app.close();
});
