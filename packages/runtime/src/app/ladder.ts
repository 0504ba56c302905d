/**
 * By which way a part's state gets over a swap: the highest rung of the ladder that there is, found from types alone and said before
 * anything is done. What a part keeps in a capability stays whatever is done here: it is not the part's.
 */
import type { Component, Instance } from "@tenon/engine";
import { type Handover, handoverBetween } from "./handover.ts";
import type { Plan } from "./plan.ts";

/** Kinds of capabilities that keep what a part puts there. */
const KEEPING: ReadonlySet<string> = new Set(["keyvalue", "directory"]);

/** `typed hand-over`: what `save` gives is loaded; `replay`: calls on record are made again; `fresh`: it starts with nothing. */
export type Rung = "typed hand-over" | "replay" | "fresh";

/** Calls on record, from the part's start, that lead to its state. */
export interface StateReplay {
  readonly calls: number;
  /** Makes them, with outgoing calls answered from the record. Rejects when the new version diverges, saying where. */
  run(instance: Instance): Promise<void>;
}

export interface Way {
  readonly rung: Rung;
  /** What happens to the state, for who decides. */
  readonly sentences: readonly string[];
  readonly handover?: Handover;
}

export interface Swapped {
  readonly part: string;
  readonly before: Pick<Component, "exports">;
  readonly after: Pick<Component, "exports">;
  /** Parts that the part keeps things in: capabilities it is wired to. */
  readonly outside: readonly string[];
  readonly replay?: StateReplay;
  /** It trapped: nobody can ask it for its state. */
  readonly isDown?: boolean;
}

export function wayFor({ part, before, after, outside, replay, isDown = false }: Swapped): Way {
  const found = isDown ? "it trapped, and can't be asked for it" : handoverBetween(before, after);
  const stays = outside.length === 0 ? [] : [`What it keeps in ${listed(outside.map((each) => `\`${each}\``))} stays.`];
  if (typeof found !== "string") {
    const { gained, lost } = found.adaptation;
    const notes = [...gained, ...lost].map((note) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`);
    return { rung: "typed hand-over", handover: found, sentences: [`\`${part}\` keeps its state by \`${found.from}\`.`, ...notes, ...stays] };
  }
  if (replay !== undefined) {
    return { rung: "replay", sentences: [`\`${part}\` gets to its state by ${plural(replay.calls, "call")} on record (${found}).`, ...stays] };
  }
  return { rung: "fresh", sentences: [`\`${part}\` starts afresh: what it holds in itself is lost (${found}).`, ...stays] };
}

/** The capabilities that a part keeps things in, by their paths. */
export function outsideOf(plan: Plan, path: string): readonly string[] {
  const outside = new Set<string>();
  for (const { to } of plan.wires.get(path) ?? []) {
    const part = to === undefined ? undefined : plan.parts.get(to);
    if (part?.kind === "capability" && KEEPING.has(part.of.name)) outside.add(part.path);
  }
  return [...outside];
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
