/** Files, and lines to standard output: a command of WASI 0.2 that does one thing very often, as a whole process. */
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, timeWith, type Wasmtime } from "../peers.ts";
import type { Bar, Figure, Options } from "../report.ts";

const COMMAND = fileURLToPath(new URL("guest/files.wasm", import.meta.url));

const LENGTH = 100_000_000;
const LINES = 100_000;
const OPENINGS = 20_000;

/** At most, of wasmtime's time. */
const TIMES_WASMTIME = 3;
/** For one opening and closing. */
const MICROSECONDS = 15;

/** What the guest is told to do, and the same with nothing to do. */
const work: ReadonlyArray<[name: string, much: string, nothing: string]> = [
  ["read 100 MB in 4 KiB calls", "read 4096 large", "read 4096 empty"],
  ["the same through a stream", "stream 4096 large", "stream 4096 empty"],
  ["read 100 MB in 64 KiB calls", "read 65536 large", "read 65536 empty"],
  ["the same through a stream", "stream 65536 large", "stream 65536 empty"],
  ["100,000 lines to standard output", `lines ${LINES}`, "lines 0"],
];
const OPENING = [`open ${OPENINGS} a/b/c/small`, "open 0 a/b/c/small"] as const;

export function files({ rounds }: Options, tenon: string, wasmtime: Wasmtime | undefined): Figure[] {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  try {
    prepare(folder);
    const hosts: Record<string, readonly string[]> = { tenon: [process.execPath, tenon] };
    if (wasmtime !== undefined) hosts.wasmtime = [wasmtime.program];
    const figures = work.flatMap(([name, much, nothing]) => {
      const { whole, beyond } = turns(hosts, folder, { much, nothing, rounds });
      return [
        withBar({ group: "whole process, with files", name, unit: "ms", values: whole }),
        withBar({ group: "the same, less one with nothing to do", name, unit: "ms", values: beyond }),
      ];
    });
    return [...figures, opening(hosts, folder, rounds)].sort((a, b) => ORDER.indexOf(a.group) - ORDER.indexOf(b.group));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ORDER = ["whole process, with files", "the same, less one with nothing to do", "open and close a file four deep"];

function prepare(folder: string): void {
  const large = openSync(join(folder, "large"), "w");
  ftruncateSync(large, LENGTH);
  closeSync(large);
  writeFileSync(join(folder, "empty"), "");
  mkdirSync(join(folder, "a/b/c"), { recursive: true });
  writeFileSync(join(folder, "a/b/c/small"), "small");
}

interface Work {
  readonly much: string;
  readonly nothing: string;
  readonly rounds: number;
}

/** The least times, by host. */
function turns(hosts: Readonly<Record<string, readonly string[]>>, folder: string, { much, nothing, rounds }: Work) {
  const whole: Record<string, number> = {};
  const idle: Record<string, number> = {};
  for (let i = 0; i < rounds; i++)
    for (const [host, [program, ...first]] of Object.entries(hosts)) {
      const command = (what: string): Command => ({ program: program!, arguments: [...first, "run", "--dir", `${folder}::/`, COMMAND, ...what.split(" ")] });
      whole[host] = Math.min(whole[host] ?? Infinity, timeWith(command(much), join(folder, "empty"), false));
      idle[host] = Math.min(idle[host] ?? Infinity, timeWith(command(nothing), join(folder, "empty"), false));
    }
  return { whole, beyond: Object.fromEntries(Object.entries(whole).map(([host, time]) => [host, time - idle[host]!])) };
}

function opening(hosts: Readonly<Record<string, readonly string[]>>, folder: string, rounds: number): Figure {
  const [much, nothing] = OPENING;
  const { beyond } = turns(hosts, folder, { much, nothing, rounds });
  const values = Object.fromEntries(Object.entries(beyond).map(([host, milliseconds]) => [host, (milliseconds * 1e6) / OPENINGS]));
  const bar: Bar = { text: `≤ ${MICROSECONDS} µs`, met: values.tenon! <= MICROSECONDS * 1000 };
  return { group: ORDER[2]!, name: "a/b/c/small", unit: "ns", values, bar };
}

function withBar(figure: Figure): Figure {
  const { tenon, wasmtime } = figure.values;
  if (wasmtime === undefined) return figure;
  return { ...figure, bar: { text: `≤ ${TIMES_WASMTIME}x wasmtime`, met: tenon! <= TIMES_WASMTIME * wasmtime } };
}
