/**
 * Each async file under many seeds, which make the scheduler choose at random among what the specification leaves open. What a seed must
 * not change is a verdict; and nothing may be left when a file's instances are disposed of.
 */
import { compareWithKnown, readKnownFailures } from "./known-failures.ts";
import { type FileResult, type NodeRun, runAll } from "./node-runner.ts";
import { fileId, isAsync } from "./suite-file.ts";

/** Lines that hold for some of the orders that the specification allows. They may go either way. */
const ANY_ORDER: readonly { readonly file: string; readonly lines: readonly number[] | "all"; readonly reason: string }[] = [
  {
    file: "component-model/async/async-calls-sync",
    lines: [250, 251],
    reason: "wants the third call to start before the fourth when the first two end, and Store.tick may resume either one first",
  },
  {
    file: "component-model/async/big-interleaving-test",
    lines: "all",
    reason: "wants `await` to return at once, and Thread.wait_until may wait although the event is there",
  },
];

export interface SeedRun extends NodeRun {
  readonly first: number;
  readonly count: number;
}

export interface SeedReport {
  readonly file: string;
  readonly runs: number;
  /** How many of the runs differ in what their seeds chose. */
  readonly schedules: number;
  /** What is wrong: of which seed, and where. */
  readonly findings: readonly string[];
}

/** Runs the files that have tasks without a seed, and then under each. */
export async function runSeeds({ files, first, count, ...settings }: SeedRun): Promise<SeedReport[]> {
  const chosen = files.filter((file) => isAsync(file) && !file.validateOnly);
  const seeds = Array.from({ length: count }, (_, index) => first + index);
  const requests = chosen.map((file) => [
    { file, collect: true },
    ...seeds.map((seed) => ({ file, seed })),
    // The last one twice: what it chose must be the same.
    { file, seed: seeds.at(-1)!, collect: true },
  ]);
  return (await runAll({ ...settings, requests })).map(report);
}

/** The first run is without a seed, the last two are under the same one. */
export function report(runs: readonly FileResult[]): SeedReport {
  const [plain, ...seeded] = runs as readonly [FileResult, ...FileResult[]];
  const file = fileId(plain.file);
  const unlisted = compareWithKnown([plain], readKnownFailures("node")).unlisted.map((place) => `${place} fails without a seed`);
  const findings = [...unlisted, ...leftOf(plain), ...seeded.flatMap((run) => [...differences(plain, run), ...leftOf(run)])];
  const [once, again] = seeded.slice(-2) as [FileResult, FileResult];
  if (once.ending?.schedule !== again.ending?.schedule) findings.push(`${file}: two runs under seed ${again.seed} are not the same`);
  const [before, after] = [plain.ending?.held, again.ending?.held];
  if (before !== undefined && after !== undefined && after > before) findings.push(`${file}: ${after - before} bytes of control memory are left`);
  return { file, runs: seeded.length - 1, schedules: new Set(seeded.map(({ ending }) => ending?.schedule)).size, findings };
}

/** The first line whose verdict is another one than without a seed: others may follow from it. */
function differences(plain: FileResult, { commands, seed }: FileResult): string[] {
  const file = fileId(plain.file);
  const exempt = ANY_ORDER.find((entry) => entry.file === file)?.lines ?? [];
  const mayDiffer = (line: number) => exempt === "all" || exempt.includes(line);
  const [first, ...others] = commands.filter(({ status, line }, index) => status !== plain.commands[index]?.status && !mayDiffer(line));
  if (first === undefined) return [];
  const { line, type, status, reason, wanted, got } = first;
  const why = [status, reason, wanted && `wanted ${wanted}`, got && `got ${got}`].filter(Boolean).join(", ");
  return [`${file}:${line} ${type} under seed ${seed}: ${why}${others.length > 0 ? ` (and ${others.length} more lines)` : ""}`];
}

function leftOf({ file, seed, ending }: FileResult): string[] {
  if (ending === undefined || ending.left.length === 0) return [];
  return [`${fileId(file)}${seed === undefined ? "" : ` under seed ${seed}`} leaves ${ending.left.join(", ")}`];
}

export function seedTable(reports: readonly SeedReport[]): string {
  const lines = [`${"file".padEnd(60)} ${"seeds".padStart(6)} schedules`];
  for (const { file, runs, schedules } of reports) lines.push(`${file.padEnd(60)} ${String(runs).padStart(6)} ${String(schedules).padStart(9)}`);
  for (const { file, lines: at, reason } of ANY_ORDER) {
    if (reports.some((report) => report.file === file)) lines.push(`in any order: ${file}${at === "all" ? "" : `:${at.join(",")}`}: ${reason}`);
  }
  return lines.join("\n");
}
