/** Which running part a part of another plan is, and whether it goes on as it is. */
import type { Plan, PlannedPart } from "./plan.ts";
import type { Running } from "./running.ts";

/** Whether a part goes on as it is. */
export function isSame(running: Running, planned: PlannedPart): boolean {
  if (running.kind === "component") return planned.kind === "component" && running.planned.digest === planned.digest;
  return (
    planned.kind === "capability" &&
    running.planned.of === planned.of &&
    running.planned.part.definition === planned.part.definition &&
    running.withheld.length === 0
  );
}

/** Which running part each part of a plan is: by its path, as moved; else by what it is, where only one comes into question. */
export function matched(plan: Plan, running: ReadonlyMap<string, Running>, moves: ReadonlyMap<string, string>): Map<string, Running> {
  const found = new Map<string, Running>();
  const left: Running[] = [];
  for (const [old, part] of running) {
    const path = moves.get(old) ?? old;
    if (plan.parts.get(path)?.kind === part.kind) found.set(path, part);
    else left.push(part);
  }
  const like = ({ kind, part, member }: PlannedPart): string => `${kind} ${part.definition} ${member.scope.file}`;
  const gone = Map.groupBy(left, ({ planned }) => like(planned));
  const come = Map.groupBy(
    [...plan.parts.values()].filter(({ path }) => !found.has(path)),
    like,
  );
  for (const [what, planned] of come) {
    const candidates = gone.get(what);
    if (planned.length === 1 && candidates?.length === 1) found.set(planned[0]!.path, candidates[0]!);
  }
  return found;
}
