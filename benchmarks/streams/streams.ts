/** `stream<u8>`: from component to component, through a guest from JavaScript to JavaScript, and from a command's stdin to its stdout. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { componentToComponent } from "../composed/composed.ts";
import { streamSuite } from "../composed/loops.ts";
import type { EngineName } from "../engines.ts";
import { type Command, peakMegabytes, printed, timeWith, type Wasmtime } from "../peers.ts";
import { type Bar, best, type Figure, type Options } from "../report.ts";
import type { Carried } from "./carry.ts";

const PIECE = 65536;
/** 100 MB. */
const PIECES = 1600;
/** jco takes seconds for as many. */
const PIECES_OF_JCO = 100;
/** In one process. */
const TIMES = 3;
/** What shows that memory doesn't grow with what is carried. */
const [FEW, MANY] = [64, 6400];
const MOST_MORE = 100;

const OF_WASMTIME = 0.5;
const TIMES_JCO = 10;

const COMMAND = fileURLToPath(new URL("../guest/command.wasm", import.meta.url));

export async function streams(options: Options, tenon: string, wasmtime: Wasmtime | undefined): Promise<Figure[]> {
  const between = await componentToComponent([streamSuite], options, wasmtime);
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  try {
    const commands = new Commands(folder, tenon, wasmtime);
    const piped = commands.rates(options.rounds);
    return [...between.map(rates), ...carried(options, piped[0]!.values.wasmtime), ...piped, ...memory(), ...(await commands.memory())];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const rate = (pieces: number, milliseconds: number): number => (pieces * PIECE) / 1e3 / milliseconds;

function withBar(figure: Figure): Figure {
  const { tenon, wasmtime, jco } = figure.values;
  const parts: Array<[times: number, host: string, is: number]> = [];
  if (wasmtime !== undefined) parts.push([OF_WASMTIME, "wasmtime", tenon! / wasmtime]);
  if (jco !== undefined) parts.push([TIMES_JCO, "jco", tenon! / jco]);
  if (parts.length === 0) return figure;
  const bar: Bar = {
    text: parts.map(([times, host]) => `≥ ${times}x ${host}`).join(", "),
    met: parts.every(([times, , is]) => is >= times),
  };
  return { ...figure, bar };
}

/** Of the time that a turn of the loop takes. */
function rates(figure: Figure): Figure {
  const values = Object.fromEntries(Object.entries(figure.values).map(([host, ns]) => [host, rate(1, ns / 1e6)]));
  return withBar({ ...figure, unit: "MB/s", values });
}

type How = "chunks" | "lent" | "between";

function carry(engine: EngineName, how: How, pieces: number, times: number): Carried {
  return printed<Carried>(new URL("carry.ts", import.meta.url), engine, how, String(pieces), String(times));
}

/** Hosts take turns, each time in a new process. wasmtime has no JavaScript: its figure is that of the command. */
function carried({ engines, rounds }: Options, wasmtime: number | undefined): Figure[] {
  const values: Record<string, number> = {};
  let lent = 0;
  for (let i = 0; i < Math.min(rounds, 3); i++) {
    for (const engine of engines) {
      const pieces = engine === "jco" ? PIECES_OF_JCO : PIECES;
      values[engine] = Math.max(values[engine] ?? 0, rate(pieces, carry(engine, "chunks", pieces, TIMES).milliseconds));
    }
    lent = Math.max(lent, rate(PIECES, carry("tenon", "lent", PIECES, TIMES).milliseconds));
  }
  const group = "stream<u8>, 100 MB, JavaScript → guest → JavaScript";
  const native: Record<string, number> = wasmtime === undefined ? {} : { wasmtime };
  return [
    withBar({ group, name: "chunks", unit: "MB/s", values: { ...values, ...native } }),
    withBar({ group, name: "own buffers", unit: "MB/s", values: { ...values, tenon: lent, ...native } }),
  ];
}

function bounded(name: string, few: number, many: number, others: Record<string, number> = {}): Figure {
  const bar = { text: `≤ ${few.toFixed(0)} MB, which 4 MB take, + ${MOST_MORE}`, met: many <= few + MOST_MORE };
  return { group: "resident memory at most, 400 MB carried", name, unit: "MB", values: { tenon: many, ...others }, bar };
}

function memory(): Figure[] {
  const ways = { chunks: "JavaScript → guest → JavaScript, chunks", lent: "the same, own buffers", between: "component → component" } as const;
  return (["chunks", "lent", "between"] as const).map((how) => bounded(ways[how], carry("tenon", how, FEW, 1).peak, carry("tenon", how, MANY, 1).peak));
}

/** Whole processes: a command that copies its stdin to its stdout. */
class Commands {
  readonly #folder: string;
  readonly #hosts: Readonly<Record<string, Command>>;

  constructor(folder: string, tenon: string, wasmtime: Wasmtime | undefined) {
    this.#folder = folder;
    const hosts: Record<string, Command> = { tenon: { program: process.execPath, arguments: [tenon, "run", COMMAND] } };
    if (wasmtime !== undefined) hosts.wasmtime = { program: wasmtime.program, arguments: ["run", "-Sp3", COMMAND] };
    this.#hosts = hosts;
  }

  /** The whole process, less one whose input is empty. */
  rates(rounds: number): Figure[] {
    const [nothing, all] = [this.#file(0), this.#file(PIECES)];
    // there is no `sh` to join them elsewhere
    const ways = process.platform === "win32" ? [false] : [false, true];
    return ways.map((pipes) => {
      const least: Record<string, [idle: number, full: number]> = {};
      best(rounds, () => {
        for (const [host, command] of Object.entries(this.#hosts)) {
          const [idle, full] = least[host] ?? [Infinity, Infinity];
          least[host] = [Math.min(idle, timeWith(command, nothing, pipes)), Math.min(full, timeWith(command, all, pipes))];
        }
        return 0;
      });
      const values = Object.fromEntries(Object.entries(least).map(([host, [idle, full]]) => [host, rate(PIECES, full - idle)]));
      return withBar({ group: "stream<u8>, 100 MB, stdin → guest → stdout", name: pipes ? "pipes" : "from a file to nowhere", unit: "MB/s", values });
    });
  }

  async memory(): Promise<Figure[]> {
    const [few, many] = [this.#file(FEW), this.#file(MANY)];
    const at: Record<string, number> = {};
    for (const [host, command] of Object.entries(this.#hosts)) at[host] = (await peakMegabytes(command, many)) ?? Number.NaN;
    const before = await peakMegabytes(this.#hosts.tenon!, few);
    const { tenon, ...others } = at;
    return before === undefined || Number.isNaN(tenon) ? [] : [bounded("tenon run, stdin → guest → stdout", before, tenon!, others)];
  }

  /** So many pieces of zeroes. */
  #file(pieces: number): string {
    const path = join(this.#folder, `${pieces}`);
    const file = openSync(path, "w");
    ftruncateSync(file, pieces * PIECE);
    closeSync(file);
    return path;
  }
}
