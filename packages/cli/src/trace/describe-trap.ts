/** What a user is told of a trap: the reason, the guest's frames with file and line where they are known, component and function. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { coreModules } from "./core-modules.ts";
import { type ExplainedFrame, explain } from "./explain.ts";

/** Frames shown of a deep stack: the innermost ones, where the trap is. */
const MAX_FRAMES = 16;

/** The part of the engine's `Trap` that is told. */
export interface TrapReport extends Error {
  readonly detail?: { readonly part?: string; readonly function?: string; readonly cause?: unknown };
}

export function describeTrap(trap: TrapReport, file: string): string {
  const lines = [`${file} trapped: ${trap.message.replace(/^wasm trap: /, "")}`];
  const frames = guestFrames(trap, file);
  for (const { function: name, line } of frames.slice(0, MAX_FRAMES)) lines.push(`    at ${name}${line === undefined ? "" : ` (${line.file}:${line.line})`}`);
  if (frames.length > MAX_FRAMES) lines.push(`    ... ${frames.length - MAX_FRAMES} more`);
  const { part, function: called } = trap.detail ?? {};
  if (part !== undefined || called !== undefined) {
    lines.push(`    in ${[part && `component \`${part}\``, called && `function \`${called}\``].filter(Boolean).join(", ")}`);
  }
  return lines.map(printable).join("\n");
}

/** Names and files are the guest's words: they may not steer the terminal. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, "\uFFFD");
}

/** A trace that can't be made must not hide the trap. */
function guestFrames({ detail, stack = "" }: TrapReport, file: string): ExplainedFrame[] {
  const innermost = detail?.cause instanceof Error ? (detail.cause.stack ?? stack) : stack;
  try {
    return explain(innermost, coreModules(readFileSync(file)), path.dirname(file));
  } catch {
    return [];
  }
}
