/** `npm run bench`: measures Tenon beside jco, wasmtime (when it is there) and plain Node in one run. README.md says what and how. */
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { apps } from "./apps/apps.ts";
import { visitors } from "./apps/visitors.ts";
import { watched } from "./apps/watched.ts";
import { hostToComponent } from "./boundary/boundary.ts";
import { componentToComponent } from "./composed/composed.ts";
import { allocatorSuites, asyncSuite, encodingSuites, plainSuite, shapeSuites } from "./composed/loops.ts";
import type { EngineName } from "./engines.ts";
import { files as filesOfGuests } from "./files/files.ts";
import { find, tenon, Wasmtime } from "./peers.ts";
import { type Figure, type Options, table, timesBetter } from "./report.ts";
import { serving } from "./serve/serve.ts";
import { compileAndInstantiate, compileAndInstantiateFiles, wholeProcesses } from "./startup.ts";
import { streams } from "./streams/streams.ts";
import { waiting } from "./waiting/waiting.ts";
import { scale, wires } from "./wires/wires.ts";

const GROUPS = [
  "boundary",
  "composed",
  "shapes",
  "encodings",
  "allocators",
  "async",
  "streams",
  "waiting",
  "wires",
  "scale",
  "apps",
  "watched",
  "compile",
  "process",
  "files",
  "serve",
  "visitors",
] as const;
type Group = (typeof GROUPS)[number];

const HELP = `npm run bench -- [options] [component.wasm ...]

  --only GROUP,...   of ${GROUPS.join(" ")}; all by default
  --quick            fewer and shorter rounds: five minutes instead of thirty
  --seconds N        how long each server is under load (60; 5 with --quick)
  --without-jco      leave jco out
  --json             figures as JSON on stdout

With files: compiles and instantiates each, and measures the calls of its \`ops\`, if it exports add, echo, sum and recs.
wasmtime, wrk and jco's command are found on PATH or by the variables WASMTIME, WRK, JCO; TENON names an installed tenon's JavaScript file.
`;

/** The least that host-to-component calls must be faster than jco's. */
const TIMES_JCO: Readonly<Record<string, number>> = { add: 100, "echo 16 B": 15, "recs 100": 2 };

const { values: flags, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    seconds: { type: "string" },
    "without-jco": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const engineNames: readonly EngineName[] = flags["without-jco"] ? ["tenon"] : ["tenon", "jco"];
const options: Options = flags.quick ? { engines: engineNames, rounds: 3, roundMilliseconds: 20 } : { engines: engineNames, rounds: 9, roundMilliseconds: 60 };
/** Where jco isn't measured: it would take longer than all the rest, or can't do it. */
const tenonOnly: Options = { ...options, engines: ["tenon"] };
const seconds = Number(flags.seconds ?? (flags.quick ? 5 : 60));
const wasmtime = Wasmtime.find();
const said: string[] = [];

function note(line: string): void {
  said.push(line);
  if (!flags.json) process.stdout.write(`${line}\n`);
}

function withBars(figures: readonly Figure[]): Figure[] {
  return figures.map((figure) => {
    const times = figure.group.startsWith("host") ? TIMES_JCO[figure.name] : undefined;
    const ratio = timesBetter(figure, "jco");
    return times === undefined || ratio === undefined ? figure : { ...figure, bar: { text: `${times}x jco`, met: ratio >= times } };
  });
}

async function measureFiles(paths: readonly string[]): Promise<Figure[]> {
  const figures = await compileAndInstantiateFiles(
    paths.map((path) => [basename(path), path]),
    options,
  );
  for (const path of paths) {
    const calls = await hostToComponent(options, path);
    figures.push(...calls.map((figure) => ({ ...figure, group: `${figure.group}: ${basename(path)}` })));
  }
  return figures;
}

/** A group that cannot run here says so, and the others go on. */
async function attempt(group: Group, measure: () => Promise<Figure[]> | Figure[]): Promise<Figure[]> {
  try {
    return await measure();
  } catch (error) {
    note(`${group}: not measured: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
    return [];
  }
}

async function measureAll(only: readonly string[]): Promise<Figure[]> {
  const measures: Readonly<Record<Group, () => Promise<Figure[]> | Figure[]>> = {
    boundary: async () => withBars(await hostToComponent(options)),
    composed: () => componentToComponent([plainSuite], options, wasmtime),
    shapes: () => componentToComponent(shapeSuites, tenonOnly, wasmtime),
    encodings: () => componentToComponent(encodingSuites, tenonOnly, wasmtime),
    allocators: () => componentToComponent(allocatorSuites, tenonOnly, wasmtime),
    async: () => componentToComponent([asyncSuite], options, wasmtime),
    streams: () => streams(options, command(), wasmtime),
    waiting,
    wires: () => wires(options, wasmtime),
    scale,
    apps,
    watched,
    compile: () => compileAndInstantiate(options),
    process: () => wholeProcesses(options, command(), wasmtime),
    files: () => filesOfGuests(options, command(), wasmtime),
    // without `wrk` nothing is measured, as was said
    serve: () => (find("wrk") === undefined ? [] : serving(command(), wasmtime, seconds)),
    visitors: () => visitors(command(), wasmtime, seconds),
  };
  const figures: Figure[] = [];
  for (const group of GROUPS) {
    if (!only.includes(group)) continue;
    const measured = await attempt(group, measures[group]);
    figures.push(...measured);
    if (!flags.json && measured.length > 0) process.stdout.write(`\n${table(measured)}`);
  }
  return figures;
}

function refuse(reason: string): never {
  process.stderr.write(`bench: ${reason}\n`);
  process.exit(2);
}

let made: string | undefined;
function command(): string {
  made ??= tenon();
  return made;
}

if (flags.help) {
  process.stdout.write(HELP);
} else {
  note(`Node ${process.version} on ${cpus()[0]?.model ?? "?"}, ${availableParallelism()} processors; best of ${options.rounds} rounds, hosts taking turns.`);
  const absent = ["wasmtime", "wrk", "jco"].filter((name) => find(name) === undefined);
  if (absent.length > 0) note(`Not there, so not compared: ${absent.join(", ")}${absent.includes("jco") ? " (its command; its engine is)" : ""}.`);
  const only = flags.only?.split(",") ?? GROUPS;
  const unknown = only.find((group) => !GROUPS.includes(group as Group));
  if (unknown !== undefined) refuse(`no group \`${unknown}\`; there are ${GROUPS.join(", ")}`);
  const nowhere = files.find((path) => !existsSync(path));
  if (nowhere !== undefined) refuse(`no file ${nowhere}`);
  const figures = files.length > 0 ? await measureFiles(files) : await measureAll(only);
  if (flags.json) process.stdout.write(`${JSON.stringify({ notes: said, figures }, undefined, 2)}\n`);
  else if (files.length > 0) process.stdout.write(`\n${table(figures)}`);
}
