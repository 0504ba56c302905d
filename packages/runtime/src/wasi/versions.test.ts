/** Which versions of WASI a component may import: those of one track, older and newer than ours; drafts and candidates by their whole name. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { compile } from "@tenon/engine";
import { run } from "../command/run.ts";
import { config } from "../config/config.ts";
import { log } from "../log/log.ts";
import { CollectingSink } from "../streams/output-sink.ts";
import { wasi } from "./imports.ts";

/** A probe as if its toolchain had known another release: the versions in it are text of the same length. */
async function probeOf(name: "probe" | "probe-p3", from: string, to: string): Promise<Uint8Array<ArrayBuffer>> {
  assert.equal(from.length, to.length);
  const bytes = await readFile(new URL(`../../fixtures/${name}/probe.wasm`, import.meta.url));
  const text = bytes.toString("latin1");
  assert.ok(text.includes(`@${from}`));
  return Uint8Array.from(Buffer.from(text.replaceAll(`@${from}`, `@${to}`), "latin1"));
}

const links: readonly (readonly [name: "probe" | "probe-p3", from: string, to: string])[] = [
  ["probe", "0.2.12", "0.2.13"],
  ["probe", "0.2.12", "0.2.99"],
  ["probe", "0.2.12", "0.2.10"],
  ["probe-p3", "0.3.2", "0.3.0"],
  ["probe-p3", "0.3.2", "0.3.9"],
];
for (const [name, from, to] of links) {
  test(`a component that imports WASI ${to} runs`, async () => {
    const stdout = new CollectingSink();
    const component = await compile(await probeOf(name, from, to));
    assert.ok(component.imports.some((each) => each.name.endsWith(`@${to}`)));
    await run(component, { args: ["probe", "env", "x"], env: { A: "1" }, stdout });
    assert.equal(stdout.text(), "A=1\ncwd=None args=x\n");
  });
}

const refused: readonly (readonly [name: "probe" | "probe-p3", from: string, to: string])[] = [
  ["probe", "0.2.12", "0.4.12"],
  ["probe-p3", "0.3.2", "0.9.2"],
  ["probe-p3", "0.3.2", "1.3.2"],
];
for (const [name, from, to] of refused) {
  test(`one that imports WASI ${to} is told that nobody provides it`, async () => {
    const component = await compile(await probeOf(name, from, to));
    await assert.rejects(component.instantiate(wasi()), { code: "link/missing-import" });
  });
}

const drafts = await readFile(new URL("../../fixtures/drafts/drafts.wasm", import.meta.url));

test("a component of `wasi:config` and `wasi:logging` runs, and learns of a revocation", async () => {
  const entries: unknown[] = [];
  const given = { config: config({ greeting: "Hej" }), log: log((entry) => entries.push(entry)) };
  const { exports } = await (await compile(drafts)).instantiate(wasi(given));
  const { lookUp, count, say } = exports as Record<string, (text?: string) => unknown>;
  assert.deepEqual([lookUp!("greeting"), lookUp!("PATH"), count!()], ["Hej", undefined, 1]);
  say!("no room\x1b[2J");
  assert.deepEqual(entries, [{ level: "warn", context: "drafts", message: "no room\\u{1b}[2J" }]);
  given.config.revoke();
  assert.throws(() => lookUp!("greeting"), { payload: "the configuration has been revoked" });
  assert.equal(count!(), 2 ** 32 - 1);
  given.log.revoke();
  assert.throws(() => say!("x"), { name: "Trap" });
});

test("of drafts the whole name counts", async () => {
  const later = Uint8Array.from(Buffer.from(drafts.toString("latin1").replaceAll("@0.2.0-rc.1", "@0.2.0-rc.2"), "latin1"));
  await assert.rejects((await compile(later)).instantiate(wasi()), { code: "link/missing-import" });
});
