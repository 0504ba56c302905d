/**
 * Who needs what of an app, and whether it holds. What checks a need has cases, as a test has (`case.ts`), and each runs in a world of its
 * own, in memory. It is a part of the app, wired as the document says, or a component's file: that one stands where a user does, outside,
 * and gets what the app exports.
 */
import { parseTree } from "jsonc-parser";
import type { JsonObject, NeedDocument } from "../document/document.ts";
import { jsonOf } from "../document/json-text.ts";
import { nearest } from "../document/nearest.ts";
import { AppError, type Problem } from "../document/problem.ts";
import { refusal } from "../document/refusal.ts";
import { runCases, type TestReport } from "./case.ts";
import { Components } from "./components.ts";
import { type Plan, type PlannedComponent, planApp } from "./plan.ts";
import type { AppPlatform } from "./platform.ts";

export interface NeedReport {
  readonly who: string;
  readonly want: string;
  /** `undefined`: nothing checks it. */
  readonly holds?: boolean;
  /** What its check found; none without one. */
  readonly cases: readonly TestReport[];
}

/** @throws AppError when the document has mistakes, or a check is none. */
export async function checkNeeds(text: string, platform: AppPlatform): Promise<readonly NeedReport[]> {
  const components = new Components(platform);
  const plan = await planApp(text, platform, components);
  const problems: Problem[] = [];
  const checks: [NeedDocument, Found | undefined][] = [];
  for (const [i, need] of plan.scope.document.needs.entries()) {
    try {
      checks.push([need, need.check === undefined ? undefined : await find(need.check, { plan, text, platform, components })]);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const why = error.problems.map(({ message }) => message).join("; ");
      const message = `what \`${need.who}\` needs can't be checked by \`${need.check}\`: ${why}`;
      problems.push(plan.scope.problem("app/bad-check", ["needs", i, "check"], message, { hint: error.problems[0]?.hint, at: "value" }));
    }
  }
  if (problems.length > 0) throw new AppError(problems);
  const reports: NeedReport[] = [];
  for (const [{ who, want }, found] of checks) {
    const cases: TestReport[] = [];
    if (found !== undefined) for await (const each of runCases(found.plan, found.part, found.part, platform)) cases.push(each);
    const holds = found === undefined ? {} : { holds: cases.every(({ wrong }) => wrong === undefined) };
    reports.push({ who, want, ...holds, cases });
  }
  return reports;
}

interface Found {
  readonly plan: Plan;
  readonly part: PlannedComponent;
}

interface Sought {
  readonly plan: Plan;
  readonly text: string;
  readonly platform: AppPlatform;
  readonly components: Components;
}

async function find(check: string, { plan, text, platform, components }: Sought): Promise<Found> {
  const part = plan.parts.get(check);
  if (part?.kind === "component") return { plan, part };
  if (part !== undefined) throw refusal("app/no-part", "it is no component");
  if (!check.endsWith(".wasm")) {
    const near = nearest(check, plan.parts.keys());
    throw refusal("app/no-part", "there is no such part", near === undefined ? undefined : `did you mean \`${near}\`?`);
  }
  const around = await planApp(outsideOf(text, check), platform, components);
  return { plan: around, part: around.parts.get("check") as PlannedComponent };
}

/** A document of the app as it is from outside: a part, and beside it the check. */
function outsideOf(text: string, check: string): string {
  const { tenon, $schema: _, ...app } = jsonOf(parseTree(text)!) as JsonObject;
  const parts = { app: { app }, check: { component: check }, basics: { capability: "basics" } };
  return JSON.stringify({ tenon, name: "check", parts, wires: { check: { "wasi:*": "basics", "*": "app" } } });
}
