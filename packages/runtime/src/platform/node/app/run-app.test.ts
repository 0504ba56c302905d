import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { Operation } from "../../../app/operation.ts";
import { connectControl } from "./control/client.ts";
import { FileGrants } from "./grants.ts";
import { RestingApp } from "./resting-app.ts";
import { type RunningApp, runApp } from "./run-app.ts";

const ME = { author: "ann" };
const CALLING = "test:keeper/calling@1.0.0";

const DOCUMENT = `{
  "tenon": 1, "name": "kept",
  "parts": {
    "caller": { "component": "./caller.wasm" },
    "keeper": { "component": "./keeper.wasm" }
  },
  // who keeps
  "wires": { "caller": { "test:keeper/*": "keeper" }, "keeper": { "*": null } },
  "exports": { "${CALLING}": "caller" }
}
`;

class Place {
  readonly folder = mkdtempSync(path.join(tmpdir(), "tenon-run-"));
  readonly document = path.join(this.folder, "tenon.jsonc");
  readonly #running: RunningApp[] = [];

  constructor(t: TestContext) {
    this.copy("caller", "caller.wasm");
    this.copy("keeper-1", "keeper.wasm");
    this.copy("keeper-2", "other.wasm");
    writeFileSync(this.document, DOCUMENT);
    t.after(async () => {
      for (const running of this.#running) await running.end();
      rmSync(this.folder, { recursive: true });
    });
  }

  copy(fixture: string, name: string): void {
    copyFileSync(new URL(`../../../../fixtures/swap/${fixture}.wasm`, import.meta.url), path.join(this.folder, name));
  }

  get text(): string {
    return readFileSync(this.document, "utf8");
  }

  get grants(): FileGrants {
    return new FileGrants(this.document, path.join(this.folder, "settings", "grants.json"));
  }

  async run(watch = false): Promise<RunningApp> {
    const running = await runApp(this.document, { ...ME, watch, grants: this.grants });
    this.#running.push(running);
    return running;
  }
}

const SWAP: readonly Operation[] = [{ op: "swap", name: "keeper", component: "./other.wasm" }];

const version = ({ app }: RunningApp): number => (app.exports[CALLING] as { ask(): number }).ask();

/** The app's next line that says something of this. */
function logged({ app }: RunningApp, text: string): Promise<string> {
  const alive = setInterval(() => {}, 1000);
  return new Promise((resolve) => {
    const forget = app.log.follow(({ message }) => {
      if (!message.includes(text)) return;
      forget();
      clearInterval(alive);
      resolve(message);
    });
  });
}

test("an app is changed through its socket, by one who knows how it is; it comes back as it was left", async (t) => {
  const place = new Place(t);
  const running = await place.run();
  const [ann, bob] = [(await connectControl(place.document))!, (await connectControl(place.document))!];
  const { revision: base } = await ann.status();
  assert.equal((await bob.apply(SWAP, { author: "bob", base })).number, 2);
  assert.equal(version(running), 2);
  await assert.rejects(ann.apply(SWAP, { ...ME, base }), {
    code: "app/old-base",
    message: "the app has changed since revision 1: it is at 2 now\n  2: swap keeper for ./other.wasm (bob)",
  });
  ann.close();
  await bob.stop();
  await running.ended;
  assert.equal(await connectControl(place.document), undefined);

  const again = await place.run();
  assert.equal(version(again), 2);
  assert.deepEqual(
    again.app.revisions.map(({ number, author }) => [number, author]),
    [[1, "ann"], [2, "bob"]], // biome-ignore format: a table
  );
  await again.app.undo(ME);
  assert.equal(place.text, DOCUMENT);
});

test("an app runs once, and its document is not changed beside it", async (t) => {
  const place = new Place(t);
  const running = await place.run();
  const runsAlready = { code: "app/runs-already" };
  await assert.rejects(place.run(), runsAlready);
  const resting = new RestingApp(place.document);
  await assert.rejects(resting.apply(SWAP, ME), runsAlready);
  await running.end();
  await assert.rejects(new RestingApp(place.document).apply([{ op: "swap", name: "keeper", component: "./nothing.wasm" }], ME), { code: "app/bad-component" });
  await resting.apply(SWAP, ME);
  assert.equal(version(await place.run()), 2);
});

test("a change of a document that another has changed meanwhile is refused", async (t) => {
  const place = new Place(t);
  const [first, second] = [new RestingApp(place.document), new RestingApp(place.document)];
  await first.apply(SWAP, ME);
  await assert.rejects(second.undo(ME), { code: "app/old-base", message: "the document has been changed meanwhile: look again" });
});

test("an edit of the document is taken up, or refused with reasons and kept", async (t) => {
  const place = new Place(t);
  const running = await place.run();
  const taken = logged(running, "tenon.jsonc");
  writeFileSync(place.document, DOCUMENT.replace("./keeper.wasm", "./other.wasm"));
  assert.equal(await taken, "tenon.jsonc: the change on disk is taken up");
  assert.equal(version(running), 2);

  const refused = logged(running, "tenon.jsonc");
  writeFileSync(place.document, "my edit");
  assert.match(await refused, /^tenon\.jsonc: the change on disk is not taken up: .*tenon\.jsonc:1:1: /);
  assert.equal(running.app.status().refused !== undefined, true);
  assert.equal(version(running), 2);

  await running.app.undo(ME);
  assert.equal(place.text, DOCUMENT);
  assert.equal(readFileSync(`${place.document}.edited`, "utf8"), "my edit");
});

test("parts are swapped when their files change, if that is wanted", async (t) => {
  const place = new Place(t);
  const running = await place.run(true);
  const broken = logged(running, "keeper.wasm");
  writeFileSync(path.join(place.folder, "keeper.wasm"), "half of a compo");
  assert.match(await broken, /^keeper\.wasm: the change on disk is not taken up: /);
  assert.equal(version(running), 1);
  const taken = logged(running, "keeper.wasm");
  place.copy("keeper-2", "keeper.wasm");
  assert.equal(await taken, "keeper.wasm: the change on disk is taken up");
  assert.equal(version(running), 2);
});

test("an app keeps what it is granted when its owner changes it, not when its file has changed meanwhile", async (t) => {
  const place = new Place(t);
  const elsewhere = realpathSync(mkdtempSync(path.join(tmpdir(), "tenon-elsewhere-")));
  t.after(() => rmSync(elsewhere, { recursive: true }));
  writeFileSync(
    place.document,
    DOCUMENT.replace('"parts": {', `"parts": { "notes": { "capability": "directory", "with": { "path": ${JSON.stringify(elsewhere)} } },`),
  );
  const notes = ({ app }: RunningApp): string => {
    const { health, trouble } = app.status().parts.find((part) => part.kind === "capability")!;
    return trouble ?? health;
  };
  const without = await place.run();
  const words = `reads and writes ${elsewhere}`;
  assert.equal(notes(without), `not granted: ${words}`);
  await without.end();

  const { asks, identity } = await new RestingApp(place.document).asks();
  place.grants.add(asks.map(({ part, ask }) => ({ part, ask: ask.id })), identity); // biome-ignore format: one line
  const granted = await place.run();
  assert.equal(notes(granted), "up");
  await granted.app.apply([...SWAP, { op: "rename", name: "notes", to: "diary" }], ME);
  await granted.end();
  await new RestingApp(place.document, place.grants).apply([{ op: "rename", name: "keeper", to: "other" }], ME);
  const changed = await place.run();
  assert.equal(notes(changed), "up");
  await changed.end();
  place.copy("keeper-3", "other.wasm");
  const edited = await place.run();
  assert.equal(notes(edited), `not granted: ${words}`);
});

for (const [whose, isOwn, after] of [["its owner's own", true, "up"], ["from somebody else", false, "broken"]] as const) {
  test(`an app that is ${whose} is edited on disk while it runs: what it was granted is ${after} after it`, async (t) => {
    const place = new Place(t);
    writeFileSync(place.document, DOCUMENT.replace('"parts": {', '"parts": { "notes": { "capability": "directory", "with": { "path": "/" } },'));
    const { asks, identity } = await new RestingApp(place.document, place.grants).asks();
    if (isOwn) place.grants.own(identity);
    place.grants.add(asks.map(({ part, ask }) => ({ part, ask: ask.id })), identity); // biome-ignore format: one line
    const running = await place.run();
    const health = (): string => running.app.status().parts.find(({ kind }) => kind === "capability")!.health;
    assert.equal(health(), "up");
    const edit = running.app.text.replace('"keeper": { "*"', '"spare": { "*": null }, "keeper": { "*"').replace('"keeper": { "component"', '"spare": { "component": "./other.wasm" }, "keeper": { "component"');
    await running.app.become(edit, ME);
    assert.equal(health(), after);
  });
} // biome-ignore format: a table
