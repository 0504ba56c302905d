/**
 * The cases of a part that tests another: each of its functions `test-*`, at its root or in an interface, and its `wasi:cli/run`. A case
 * passes when it returns: an `err` is what it found wrong. Each runs in a world of its own, in memory.
 */
import { type Component, type FuncType, type Part, promising, type ValueType } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import { MAX_TEST_MILLISECONDS } from "../limits.ts";
import { printableLine } from "../log/printable.ts";
import { Exit } from "../wasi/cli/exit.ts";
import { MemoryWorld } from "./memory-world.ts";
import type { Plan, PlannedComponent } from "./plan.ts";
import type { AppPlatform } from "./platform.ts";

/** One case, and how it ended. */
export interface TestReport {
  /** Path of the part that is tested. */
  readonly part: string;
  /** Path of the part that tests it; a recording, as the document names it. */
  readonly test: string;
  /** `test-counts`, `app:counter/checks#test-counts`, `run`. */
  readonly name: string;
  /** `undefined`: it passed. */
  readonly wrong?: string;
  /** What all parts printed and logged meanwhile: `counter: line`. */
  readonly log: readonly string[];
}

/** All cases of one test of a part, one after the other. */
export async function* runCases(plan: Plan, part: PlannedComponent, test: PlannedComponent, platform: AppPlatform): AsyncIterable<TestReport> {
  const cases = casesOf(test.component);
  if (cases.length === 0) yield { part: part.path, test: test.path, name: "", wrong: "it exports no function `test-*`, nor `wasi:cli/run`", log: [] };
  for (const each of cases) yield await runCase(plan, part, test, each, platform);
}

interface Case {
  readonly name: string;
  /** How to it from the exports, as JavaScript names them. */
  readonly keys: readonly string[];
}

/** In the component's order. */
function casesOf({ exports }: Component): Case[] {
  return exports.flatMap(({ name, type }): Case[] => {
    if (type.sort === "func") return isCase(name, type.type) ? [{ name, keys: [camelCase(name)] }] : [];
    if (type.sort !== "instance") return [];
    if (/^wasi:cli\/run@/.test(name)) return [{ name: "run", keys: [name, "run"] }];
    return [...type.type.exports].flatMap(([label, { sort, type }]) =>
      sort === "func" && isCase(label, type as FuncType) ? [{ name: `${name}#${label}`, keys: [name, camelCase(label)] }] : [],
    );
  });
}

function isCase(name: string, { params, result }: FuncType): boolean {
  return name.startsWith("test-") && params.length === 0 && isVerdict(result);
}

function isVerdict(result: ValueType | undefined): boolean {
  return result === undefined || result.kind === "result";
}

async function runCase(
  plan: Plan,
  { path: part }: PlannedComponent,
  { path: test }: PlannedComponent,
  { name, keys }: Case,
  platform: AppPlatform,
): Promise<TestReport> {
  const log: string[] = [];
  const world = new MemoryWorld(plan, (from, { message }) => log.push(`${from}: ${message}`));
  try {
    const wrong = await inTime(
      world.open(test).then((made) => outcome(made, keys)),
      platform,
    );
    return { part, test, name, log, ...(wrong === undefined ? {} : { wrong }) };
  } catch (error) {
    return { part, test, name, log, wrong: error instanceof Error ? error.message : String(error) };
  } finally {
    await world.close();
  }
}

/** What it found wrong; `undefined`: nothing. Rejects with what it traps with. */
async function outcome({ exports }: Part, keys: readonly string[]): Promise<string | undefined> {
  const found = keys.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>>)[key], exports);
  try {
    await promising(found)();
    return undefined;
  } catch (error) {
    const exit = Exit.in(error);
    if (exit !== undefined) return exit.exitCode === 0 ? undefined : exit.message;
    if (!(error instanceof Error) || !Object.hasOwn(error, "payload")) throw error;
    const { payload } = error as Error & { readonly payload: unknown };
    return payload === undefined ? "it returned an error" : printableLine(typeof payload === "string" ? payload : error.message);
  }
}

function inTime<T>(running: Promise<T>, { after }: Pick<AppPlatform, "after">): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = after(MAX_TEST_MILLISECONDS, () => reject(new Error(`it did not end within ${MAX_TEST_MILLISECONDS / 1000} s`)));
    running.then(resolve, reject).finally(forget);
  });
}
