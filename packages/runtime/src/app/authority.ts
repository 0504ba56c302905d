/** What an app asks of the machine, and who gets it. */
import type { Ask } from "../kinds/kind.ts";
import type { Plan } from "./plan.ts";

/** What each part gets by its wires, by the part's path; of components on wires, what they get for others too. */
export function authorityOf(plan: Plan): ReadonlyMap<string, ReadonlyMap<string, Ask>> {
  const all = new Map<string, Map<string, Ask>>();
  for (const [path, wires] of plan.wires) {
    const own = new Map<string, Ask>();
    for (const { to } of wires) {
      const target = to === undefined ? undefined : plan.parts.get(to);
      if (target?.kind === "capability") for (const ask of target.asks) own.set(ask.id, ask);
    }
    const part = plan.parts.get(path);
    // A source of events gives to whom it calls.
    if (part?.kind === "capability") {
      for (const { to } of wires) {
        if (to === undefined) continue;
        const of = all.get(to) ?? new Map<string, Ask>();
        for (const ask of part.asks) of.set(ask.id, ask);
        all.set(to, of);
      }
      continue;
    }
    const before = all.get(path);
    if (before !== undefined) for (const [id, ask] of before) own.set(id, ask);
    all.set(path, own);
  }
  return all;
}

/** `a, b and c` */
export function inWords(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
