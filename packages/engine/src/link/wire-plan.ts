import type { ImportPlan, LowerPlan, Plan } from "../plan/plan.ts";
import { parsePlainName } from "./js-name.ts";

/** A place where a component lowers one of its imports: what an open end re-points. */
export interface WirePlan {
  /** Index among the plan's trampolines. */
  readonly trampoline: number;
  readonly lower: LowerPlan;
  /** The function imported. */
  readonly leaf: ImportPlan;
  /** The entry of the part's table that its function is set to. */
  readonly at: number;
  /** The entry that the import jumps to: `at`, or that of a function which finds the handle first, where it lies in memory. */
  readonly entry: number;
  /** Of a method: the resource's slot, and the place among that resource's methods. */
  readonly method: { readonly resource: number; readonly at: number } | undefined;
}

/** `spills`: whether the parameters are passed in memory. */
export function wiresOf(plan: Plan, spills: (lower: LowerPlan) => boolean): WirePlan[] {
  const leaves = new Map<number, ImportPlan>();
  for (const leaf of plan.imports) if (leaf.type.sort === "func") leaves.set(leaf.slot, leaf);
  const methods = new Map<number, number>();
  const wires: WirePlan[] = [];
  let entries = 0;
  for (const [trampoline, lower] of plan.trampolines.entries()) {
    if (lower.kind !== "lower" || "lift" in lower.func) continue;
    const leaf = leaves.get(lower.func.import);
    if (leaf === undefined) continue;
    const method = methodOf(lower, leaf, methods);
    const at = entries++;
    wires.push({ trampoline, lower, leaf, at, entry: method !== undefined && spills(lower) ? entries++ : at, method });
  }
  return wires;
}

function methodOf({ type, scope }: LowerPlan, { path }: ImportPlan, methods: Map<number, number>): WirePlan["method"] {
  const self = type.params[0]?.type;
  if (parsePlainName(path.at(-1)!).annotation !== "method" || self?.kind !== "borrow") return undefined;
  const resource = scope.get(self.resource.identity)!;
  const at = methods.get(resource) ?? 0;
  methods.set(resource, at + 1);
  return { resource, at };
}
