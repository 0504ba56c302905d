/**
 * The tests that parts carry. A test is a part that imports what the tested one exports; each of its functions `test-*`, at its root or in
 * an interface, is one case, and so is its `wasi:cli/run`. A case passes when it returns: an `err` is what it found wrong. Each runs in
 * a world of its own, in memory (`memory-world.ts`), so no case sees what another one left, and none touches the machine.
 */
import { type Component, type FuncType, type Part, promising, type ValueType } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import { nearest } from "../document/nearest.ts";
import { AppError, type Problem } from "../document/problem.ts";
import { MAX_TEST_MILLISECONDS } from "../limits.ts";
import { Exit } from "../wasi/cli/exit.ts";
import { Components } from "./components.ts";
import { MemoryWorld } from "./memory-world.ts";
import { type Plan, type PlannedComponent, planApp } from "./plan.ts";
import type { AppPlatform } from "./platform.ts";

/** One case, and how it ended. */
export interface TestReport {
  /** Path of the part that is tested. */
  readonly part: string;
  /** Path of the part that tests it. */
  readonly test: string;
  /** `test-counts`, `app:counter/checks#test-counts`, `run`. */
  readonly name: string;
  /** `undefined`: it passed. */
  readonly wrong?: string;
  /** What all parts printed and logged meanwhile: `counter: line`. */
  readonly log: readonly string[];
}

/**
 * Runs the tests of an app's parts, or of some of them, by their paths; each report is told when it is there. Nothing of the app need run.
 *
 * @throws AppError when the document has mistakes, a test is no part, or a part to be tested is not there.
 */
export async function testApp(text: string, platform: AppPlatform, told: (report: TestReport) => void, only?: readonly string[]): Promise<void> {
  const plan = await planApp(text, platform, new Components(platform));
  const problems: Problem[] = [];
  const chosen = [...plan.parts.values()].filter((part) => part.kind === "component" && (only === undefined || only.includes(part.path)));
  for (const path of only ?? []) {
    if (chosen.some((part) => part.path === path)) continue;
    const hint = meant(path, plan, [...plan.parts.keys()]);
    problems.push({ code: "app/no-part", message: `there is no component \`${path}\` to test`, place: [], ...hint });
  }
  const pairs = chosen.flatMap((part) => testsOf(plan, part as PlannedComponent, problems));
  if (problems.length > 0) throw new AppError(problems);
  for (const pair of pairs) for await (const report of run(plan, pair, platform)) told(report);
}

/**
 * Runs the tests of parts that are about to be swapped, with their new code.
 *
 * @throws AppError `app/test-failed` when one finds something wrong
 */
export async function testSwapped(plan: Plan, platform: AppPlatform, paths: readonly string[]): Promise<void> {
  const problems: Problem[] = [];
  for (const path of paths) {
    const part = plan.parts.get(path) as PlannedComponent;
    const { scope, name } = part.member;
    for (const pair of testsOf(plan, part, problems)) {
      for await (const { test, name: which, wrong } of run(plan, pair, platform)) {
        if (wrong === undefined) continue;
        const message = `\`${path}\` stays what it is: its test \`${test}\` failed with the new code${which === "" ? "" : `, in \`${which}\``}: ${wrong}`;
        problems.push(scope.problem("app/test-failed", ["parts", name, "component"], message));
      }
    }
  }
  if (problems.length > 0) throw new AppError(problems);
}

/** The cases of one test of a part, one after the other. */
async function* run(plan: Plan, [part, test]: readonly [PlannedComponent, PlannedComponent], platform: AppPlatform): AsyncIterable<TestReport> {
  const cases = casesOf(test.component);
  if (cases.length === 0) yield { part: part.path, test: test.path, name: "", wrong: "it exports no function `test-*`, nor `wasi:cli/run`", log: [] };
  for (const each of cases) yield await runCase(plan, part, test, each, platform);
}

function testsOf(plan: Plan, part: PlannedComponent, problems: Problem[]): [PlannedComponent, PlannedComponent][] {
  const { scope, name } = part.member;
  return part.part.tests.flatMap((each, i): [PlannedComponent, PlannedComponent][] => {
    const member = scope.members.get(each);
    const found = member !== undefined && "part" in member ? plan.parts.get(member.path) : undefined;
    if (found?.kind === "component") return [[part, found]];
    const others = [...scope.members.values()].flatMap((other) => ("part" in other && other.name !== name ? other.path : []));
    const message = `\`${name}\` is tested by \`${each}\`, and there is no such component`;
    problems.push(scope.problem("app/no-part", ["parts", name, "tests", i], message, { ...meant(each, plan, others), at: "value" }));
    return [];
  });
}

/** Which component was meant, if one of `paths` comes near. */
function meant(written: string, plan: Plan, paths: readonly string[]): { hint?: string } {
  const near = nearest(
    written,
    paths.filter((path) => plan.parts.get(path)?.kind === "component"),
  );
  return near === undefined ? {} : { hint: `did you mean \`${near}\`?` };
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
    return payload === undefined ? "it returned an error" : typeof payload === "string" ? payload : error.message;
  }
}

function inTime<T>(running: Promise<T>, { after }: Pick<AppPlatform, "after">): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = after(MAX_TEST_MILLISECONDS, () => reject(new Error(`it did not end within ${MAX_TEST_MILLISECONDS / 1000} s`)));
    running.then(resolve, reject).finally(forget);
  });
}
