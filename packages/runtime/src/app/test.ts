/**
 * The tests that parts carry: parts that import what the tested one exports (`case.ts`), and recordings, files that begin with `./`. Each
 * case runs in a world of its own, in memory (`memory-world.ts`): none sees what another one left, none touches the machine.
 */
import { nearest } from "../document/nearest.ts";
import { AppError, type Problem } from "../document/problem.ts";
import { type Recording, readRecording } from "../recording/recording.ts";
import { replay } from "../recording/replay.ts";
import { runCases, type TestReport } from "./case.ts";
import { Components } from "./components.ts";
import { type Plan, type PlannedComponent, planApp } from "./plan.ts";
import type { AppPlatform } from "./platform.ts";

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
  const checks: Check[] = [];
  for (const part of chosen) checks.push(...(await testsOf(plan, part as PlannedComponent, platform, problems)));
  if (problems.length > 0) throw new AppError(problems);
  for (const check of checks) for await (const report of check()) told(report);
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
    for (const check of await testsOf(plan, part, platform, problems)) {
      for await (const { test, name: which, wrong } of check()) {
        if (wrong === undefined) continue;
        const message = `\`${path}\` stays what it is: its test \`${test}\` failed with the new code${which === "" ? "" : `, in \`${which}\``}: ${wrong}`;
        problems.push(scope.problem("app/test-failed", ["parts", name, "component"], message));
      }
    }
  }
  if (problems.length > 0) throw new AppError(problems);
}

/** What a part is tested by. */
type Check = () => AsyncIterable<TestReport>;

async function testsOf(plan: Plan, part: PlannedComponent, platform: AppPlatform, problems: Problem[]): Promise<readonly Check[]> {
  const { scope, name } = part.member;
  const checks: Check[] = [];
  for (const [i, each] of part.part.tests.entries()) {
    const member = scope.members.get(each);
    const found = member !== undefined && "part" in member ? plan.parts.get(member.path) : undefined;
    const place = ["parts", name, "tests", i];
    if (found?.kind === "component") checks.push(() => runCases(plan, part, found, platform));
    else if (isFile(each)) {
      try {
        const recording = readRecording(await platform.read(platform.resolve(each, scope.file)), each);
        checks.push(() => runRecording(part, each, recording));
      } catch (error) {
        const message = `\`${name}\` is tested by the recording \`${each}\`: ${error instanceof Error ? error.message : error}`;
        problems.push(scope.problem("app/bad-test", place, message, { at: "value" }));
      }
    } else {
      const others = [...scope.members.values()].flatMap((other) => ("part" in other && other.name !== name ? other.path : []));
      const message = `\`${name}\` is tested by \`${each}\`, and there is no such component`;
      problems.push(scope.problem("app/no-part", place, message, { ...meant(each, plan, others), at: "value" }));
    }
  }
  return checks;
}

/** Names of parts may have slashes in them, but seldom begin like a path. */
function isFile(written: string): boolean {
  return /^\.{0,2}\//.test(written);
}

/** A recording is a test: what was asked of the part is asked again, and has to come to the same. */
async function* runRecording({ path, component }: PlannedComponent, file: string, recording: Recording): AsyncIterable<TestReport> {
  const report = { part: path, test: file, name: "", log: [] };
  try {
    const { divergence } = await replay(recording, component);
    if (divergence === undefined) yield report;
    else yield { ...report, wrong: `call ${divergence.call}, \`${divergence.of}\`: on record ${divergence.recorded}, now ${divergence.now}` };
  } catch (error) {
    yield { ...report, wrong: error instanceof Error ? error.message : String(error) };
  }
}

/** Which component was meant, if one of `paths` comes near. */
function meant(written: string, plan: Plan, paths: readonly string[]): { hint?: string } {
  const near = nearest(
    written,
    paths.filter((path) => plan.parts.get(path)?.kind === "component"),
  );
  return near === undefined ? {} : { hint: `did you mean \`${near}\`?` };
}
