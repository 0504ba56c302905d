/** The tables of a run: files and commands by folder, `async/` folders and drift files apart, then what is wrong. */
import type { CommandResult } from "./execute.ts";
import type { Comparison } from "./known-failures.ts";
import type { FileResult } from "./node-runner.ts";
import { fileId, folderOf, isAsync } from "./suite-file.ts";

export interface Count {
  readonly files: number;
  readonly filesPassing: number;
  readonly pass: number;
  readonly fail: number;
  readonly skip: number;
}

export interface Summary {
  /** The files that count, outside `async/` folders. */
  readonly sync: Count;
  readonly async: Count;
  /** Files on which suites and tools disagree. */
  readonly drift: Count;
  readonly byFolder: Readonly<Record<string, Count>>;
  readonly byCommand: Readonly<Record<string, Count>>;
  readonly skipped: Readonly<Record<string, number>>;
}

const passes = ({ commands }: FileResult): boolean => commands.every(({ status }) => status !== "fail");

function count(results: readonly FileResult[], ofCommand: (command: CommandResult) => boolean = () => true): Count {
  const statuses = { pass: 0, fail: 0, skip: 0 };
  for (const { commands } of results) for (const command of commands) if (ofCommand(command)) statuses[command.status]++;
  return { files: results.length, filesPassing: results.filter(passes).length, ...statuses };
}

export function summarize(results: readonly FileResult[]): Summary {
  const counted = results.filter(({ file }) => !file.drift);
  const byFolder = Map.groupBy(counted, ({ file }) => `${file.suite}/${folderOf(file)}`);
  const types = new Set(counted.flatMap(({ commands }) => commands.map(({ type }) => type)));
  const skipped: Record<string, number> = {};
  for (const { commands } of counted) {
    for (const { status, reason } of commands) if (status === "skip") skipped[reason!] = (skipped[reason!] ?? 0) + 1;
  }
  return {
    sync: count(counted.filter(({ file }) => !isAsync(file))),
    async: count(counted.filter(({ file }) => isAsync(file))),
    drift: count(results.filter(({ file }) => file.drift)),
    byFolder: Object.fromEntries([...byFolder].map(([folder, group]) => [folder, count(group)])),
    byCommand: Object.fromEntries([...types].map((type) => [type, countCommands(counted, type)])),
    skipped,
  };
}

/** Commands of one type; `files` are those that have any. */
function countCommands(results: readonly FileResult[], type: string): Count {
  const only = results.map((result) => ({ ...result, commands: result.commands.filter((command) => command.type === type) }));
  return count(only.filter(({ commands }) => commands.length > 0));
}

const row = (name: string, { files, filesPassing, pass, fail, skip }: Count): string =>
  `${name.padEnd(44)} ${`${filesPassing}/${files}`.padStart(9)} ${String(pass).padStart(8)} ${String(fail).padStart(6)} ${String(skip).padStart(6)}`;

export function tables(summary: Summary): string {
  const folders = Object.entries(summary.byFolder);
  const part = (name: string): boolean => name.split("/").includes("async");
  const lines = [`${"folder".padEnd(44)} ${"files".padStart(9)} ${"pass".padStart(8)} ${"fail".padStart(6)} ${"skip".padStart(6)}`];
  for (const [name, counts] of folders) if (!part(name)) lines.push(row(name, counts));
  lines.push(row("together", summary.sync), "");
  if (summary.async.files > 0) {
    for (const [name, counts] of folders) if (part(name)) lines.push(row(name, counts));
    lines.push(row("async folders together", summary.async), "");
  }
  if (summary.drift.files > 0) lines.push(row("drift (does not count)", summary.drift), "");
  for (const [name, counts] of Object.entries(summary.byCommand)) lines.push(row(name, counts));
  for (const [reason, times] of Object.entries(summary.skipped)) lines.push(`skipped: ${times} commands, ${reason}`);
  return lines.join("\n");
}

/** One line per failing command: where, what was wanted, what came. */
export function failures(results: readonly FileResult[], only?: ReadonlySet<string>): string {
  const lines: string[] = [];
  for (const { file, commands } of results) {
    for (const { line, type, status, reason, wanted, got } of commands) {
      const place = `${fileId(file)}:${line}`;
      if (status !== "fail" || (only !== undefined && !only.has(place))) continue;
      lines.push(`${place} ${type}: ${reason}`);
      if (wanted !== undefined) lines.push(`    wanted ${wanted}`);
      if (got !== undefined) lines.push(`    got    ${got}`);
    }
  }
  return lines.join("\n");
}

export function verdictLine({ unlisted, stale }: Comparison, known: number): string {
  const lines = stale.map((place) => `${place} passes, but is listed in known-failures.json`);
  lines.push(`${unlisted.length} failures that are not listed, ${known} listed, ${stale.length} listed that pass`);
  return lines.join("\n");
}
