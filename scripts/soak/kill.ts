/**
 * A running app is killed at a random moment while its document changes, and started again, many times. What was acknowledged is on
 * record, one change more at most; the document is that of the last revision or of the one before it, byte for byte; and the app starts.
 *
 * `node scripts/soak/kill.ts --times 200 --seed 1`
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { AppError, type Revision } from "@tenon/runtime/app";
import { connectControl, FileJournal } from "@tenon/runtime/node/app";
import { FIXTURES, KEPT, randomOperations } from "../../packages/runtime/src/app/test-operations.ts";
import { Random } from "./random.ts";

const { values } = parseArgs({ options: { times: { type: "string", default: "200" }, seed: { type: "string", default: "1" } } });
const [times, seed] = [Number(values.times), Number(values.seed)];

/** Milliseconds from when the app runs, or from when its process is made, to its end. */
const MOST_LIFE = 150;
const MOST_STARTING = 600;

const random = new Random(seed);
const folder = mkdtempSync(path.join(tmpdir(), "tenon-kill-"));
const document = path.join(folder, "tenon.jsonc");
for (const name of FIXTURES) copyFileSync(new URL(`../../packages/runtime/fixtures/swap/${name}.wasm`, import.meta.url), path.join(folder, `${name}.wasm`));
writeFileSync(document, KEPT);

let acknowledged: readonly Revision[] = [];
let [cutOff, behind, afterStart] = [0, 0, 0];
try {
  for (let i = 0; i < times; i++) {
    const child = start();
    const output = told(child);
    // A tenth ends while it starts.
    if (random.below(10) === 0) await killAfter(child, random.below(MOST_STARTING));
    else {
      await output.runs;
      const client = await connectControl(document);
      assert.ok(client, `start ${i}: nobody listens`);
      const revisions = await client.revisions();
      check(revisions);
      const changing = change(client, [...revisions]);
      await killAfter(child, random.below(MOST_LIFE));
      acknowledged = await changing;
      afterStart += 1;
      client.close();
    }
    check(new FileJournal(document).revisions);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  `killed ${times} times, ${afterStart} of them while it changed: ${acknowledged.length} revisions, all there; ${cutOff} changes were on record and not yet acknowledged, ${behind} times the document was that before the last revision`,
);

function start(): ChildProcess {
  const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
  return spawn(process.execPath, [main, "run", folder], { stdio: ["ignore", "ignore", "pipe"] });
}

/** `runs` rejects with what the process said, if it ends before that. */
function told(child: ChildProcess): { readonly runs: Promise<void> } {
  const { promise: runs, resolve, reject } = Promise.withResolvers<void>();
  runs.catch(() => {});
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said.includes(" runs, ")) resolve();
  });
  child.once("exit", () => reject(new Error(`it did not start: ${said}`)));
  return { runs };
}

async function killAfter(child: ChildProcess, milliseconds: number): Promise<void> {
  const ended = once(child, "exit");
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  child.kill("SIGKILL");
  await ended;
}

/** Changes the app until it is gone; what it has acknowledged then. */
async function change(client: NonNullable<Awaited<ReturnType<typeof connectControl>>>, revisions: Revision[]): Promise<readonly Revision[]> {
  for (;;) {
    const dice = random.below(8);
    const by = { author: "soak" };
    try {
      if (dice === 0) revisions.push(await client.undo(by));
      else if (dice === 1) revisions.push(await client.redo(by));
      else
        revisions.push(
          await client.apply(
            randomOperations(revisions.at(-1)!.text, (limit) => random.below(limit)),
            by,
          ),
        );
    } catch (error) {
      // Refused; anything else is its end.
      if (!(error instanceof AppError)) return revisions;
    }
  }
}

function check(revisions: readonly Revision[]): void {
  const more = revisions.length - acknowledged.length;
  assert.deepEqual(revisions.slice(0, acknowledged.length), acknowledged, "a revision that was acknowledged is not there");
  // The change that was under way, and that of an app which started with the document of before.
  assert.ok(more >= 0 && more <= 2, `${more} revisions more than were acknowledged`);
  assert.deepEqual(
    revisions.map(({ number }) => number),
    revisions.map((_, i) => i + 1),
  );
  const text = readFileSync(document, "utf8");
  const at = revisions.findLastIndex((revision) => revision.text === text);
  if (revisions.length > 0) assert.ok(at >= revisions.length - 2, `the document is that of revision ${at + 1} of ${revisions.length}`);
  if (revisions.length === 0) assert.equal(text, KEPT);
  if (more > 0) cutOff += 1;
  if (at < revisions.length - 1) behind += 1;
  acknowledged = revisions;
}
