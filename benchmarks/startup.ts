/** Start: compile and instantiate within a process, and whole processes from nothing to the end. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Engine, engines, type Instantiate } from "./engines.ts";
import { type Command, find, time, type Wasmtime } from "./peers.ts";
import type { Bar, Figure, Options } from "./report.ts";

const component = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const HELLO = component("../examples/hello/hello.rust.wasm");
const PYTHON = component("../examples/python/scoreboard.wasm");

/** Few: each holds memory until the garbage collector comes. */
const INSTANCES = 5;

const compiled: ReadonlyArray<[name: string, path: string]> = [
  ["Rust, 27 KB", component("../examples/rust/scoreboard.wasm")],
  ["QuickJS, 1.1 MB", component("../examples/javascript/scoreboard.wasm")],
];

export function compileAndInstantiate(options: Options): Promise<Figure[]> {
  return compileAndInstantiateFiles(compiled, options);
}

export async function compileAndInstantiateFiles(files: ReadonlyArray<[name: string, path: string]>, options: Options): Promise<Figure[]> {
  const contestants: Array<[string, Engine]> = [];
  for (const name of options.engines) contestants.push([name, await engines[name]()]);
  const figures: Figure[] = [];
  for (const [name, path] of files) {
    const bytes = new Uint8Array(await readFile(path));
    const compile: Record<string, number> = {};
    const instantiate: Record<string, number> = {};
    for (let round = 0; round < options.rounds; round++)
      for (const [engine, { compile: run }] of contestants) {
        let start = performance.now();
        const make: Instantiate = await run(anew(bytes, round));
        keepLeast(compile, engine, performance.now() - start);
        for (let i = 0; i < INSTANCES; i++) {
          start = performance.now();
          await make();
          keepLeast(instantiate, engine, performance.now() - start);
        }
      }
    figures.push({ group: "within a process", name: `compile ${name}`, unit: "ms", values: compile });
    figures.push({ group: "within a process", name: `instantiate ${name}`, unit: "ms", values: instantiate });
  }
  for (const [, engine] of contestants) await engine.close();
  return figures;
}

/** The same component as other bytes, so that nobody can remember it: a custom section with a number at its end. */
function anew(bytes: Uint8Array, round: number): Uint8Array<ArrayBuffer> {
  const other = new Uint8Array(bytes.length + 6);
  other.set(bytes);
  other.set([0, 4, 1, 0x6e, round & 0xff, round >> 8], bytes.length);
  return other;
}

function keepLeast(values: Record<string, number>, name: string, value: number): void {
  values[name] = Math.min(values[name] ?? Infinity, value);
}

/** Whole processes, taking turns. */
export function wholeProcesses(options: Options, tenon: string, wasmtime: Wasmtime | undefined): Figure[] {
  const node = (...args: string[]): Command => ({ program: process.execPath, arguments: args });
  const jco = find("jco");
  const hello: Record<string, Command> = { tenon: node(tenon, "run", HELLO), "node -e 0": node("-e", "0") };
  if (wasmtime !== undefined) {
    hello["wasmtime cold"] = { program: wasmtime.program, arguments: ["run", "-C", "cache=n", HELLO] };
    hello["wasmtime cached"] = { program: wasmtime.program, arguments: ["run", HELLO] };
  }
  if (jco !== undefined) hello["jco run"] = { program: jco, arguments: ["run", HELLO] };
  const values = turns(hello, options.rounds);
  const beyond = values.tenon! - values["node -e 0"]!;
  const bar: Bar = { text: `node + 35 ms (is + ${beyond.toFixed(0)})`, met: beyond <= 35 };
  const figures: Figure[] = [{ group: "whole process", name: "run hello (Rust)", unit: "ms", values, bar }];
  if (existsSync(PYTHON)) figures.push(python(options, node(tenon, "run", "--invoke", 'greet("Ada")', PYTHON), wasmtime));
  return figures;
}

function python(options: Options, tenon: Command, wasmtime: Wasmtime | undefined): Figure {
  const values = turns({ tenon }, options.rounds);
  // seconds for each: twice is enough
  const cold = ["run", "-C", "cache=n", "--invoke", 'greet("Ada")', PYTHON];
  if (wasmtime !== undefined) Object.assign(values, turns({ "wasmtime cold": { program: wasmtime.program, arguments: cold } }, Math.min(options.rounds, 2)));
  return { group: "whole process", name: "greet (Python, 18 MB)", unit: "ms", values, bar: { text: "400 ms", met: values.tenon! <= 400 } };
}

function turns(commands: Readonly<Record<string, Command>>, rounds: number): Record<string, number> {
  const values: Record<string, number> = {};
  for (let i = 0; i < rounds; i++) for (const [name, command] of Object.entries(commands)) keepLeast(values, name, time(command));
  return values;
}
