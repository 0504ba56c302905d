/**
 * What watching a wire of an app costs: an echo of 16 bytes from part to part, with nothing on the wire, with a log, and recorded to a file.
 * Prints, as JSON, nanoseconds per call; `within` is what the call itself takes longer, `all` with what is done afterwards to put calls into
 * words and to write them.
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, type AppPlatform, type Operation, recordPart, standardInterposers } from "@tenon/runtime/app";
import { nodeKinds, nodePlatform } from "@tenon/runtime/node/app";

interface PerCall {
  readonly within: number;
  readonly all: number;
}

export interface InterposedFigures {
  readonly before: PerCall;
  readonly log: PerCall;
  readonly record: PerCall;
  /** With neither on it any more. */
  readonly after: PerCall;
}

const DOCUMENT = fileURLToPath(new URL("../guest/tenon.jsonc", import.meta.url));
const OPS = "tenon:bench/ops@0.1.0";
const PARTS = { caller: { component: "./caller.wasm" }, callee: { component: "./callee.wasm" } };
const TEXT = JSON.stringify({ tenon: 1, name: "bench", parts: PARTS, wires: { caller: { [OPS]: "callee" } }, exports: { "run-echo": "caller" } });

const CALLS = 5000;
const ROUNDS = 60;
const ME = { author: "benchmark" };

/** What is to be done later is done when it is told to. */
const later = new Set<() => void>();

function platform(): AppPlatform {
  const journal = { revisions: [], append: async () => {}, retract: async () => {} };
  const node = nodePlatform(DOCUMENT, { kinds: nodeKinds(), interposers: standardInterposers, journal, grants: { allows: () => false } });
  return Object.assign(Object.create(node) as AppPlatform, {
    after(_: number, act: () => void) {
      later.add(act);
      return () => void later.delete(act);
    },
  });
}

/** The shortest of many rounds. */
function perCall(app: App): PerCall {
  const run = app.exports["run-echo"] as (times: number, length: number) => unknown;
  let [within, all] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    run(CALLS, 16);
    const called = performance.now();
    for (const act of later) act();
    later.clear();
    within = Math.min(within, called - start);
    all = Math.min(all, performance.now() - start);
  }
  return { within: (within * 1e6) / CALLS, all: (all * 1e6) / CALLS };
}

async function measure(): Promise<InterposedFigures> {
  const here = platform();
  const app = await App.start(TEXT, here);
  const change = (operation: Operation) => app.apply([operation], ME);
  const before = perCall(app);
  await change({ op: "interpose", from: "caller", import: OPS, interposer: "log" });
  const log = perCall(app);
  await change({ op: "uninterpose", from: "caller", import: OPS, interposer: "log" });
  const folder = mkdtempSync(join(tmpdir(), "tenon-record-"));
  try {
    const recording = await recordPart(app, "callee", (text) => appendFileSync(join(folder, "calls.tenonrec"), text), here);
    const record = perCall(app);
    await recording.end();
    return { before, log, record, after: perCall(app) };
  } finally {
    rmSync(folder, { recursive: true });
    await app.close();
  }
}

process.stdout.write(`${JSON.stringify(await measure())}\n`);
