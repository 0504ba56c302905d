/** What a change of the document does, in sentences: for `--dry-run`, `tenon diff` and the studio. */
import { authorityOf, inWords } from "./authority.ts";
import { outsideOf, wayFor } from "./ladder.ts";
import type { Plan, PlannedPart, PlannedWire } from "./plan.ts";

/** `now` and `then` are plans; `moves`: old path → new path. */
export function effectsOf(now: Plan, then: Plan, moves: ReadonlyMap<string, string> = new Map()): readonly string[] {
  const was = new Map([...now.parts].map(([path, part]) => [moves.get(path) ?? path, part]));
  return [...partEffects(was, then, moves), ...wireEffects(now, then, moves), ...authorityEffects(now, then, moves)];
}

function* partEffects(was: ReadonlyMap<string, PlannedPart>, then: Plan, moves: ReadonlyMap<string, string>): Iterable<string> {
  for (const [from, to] of moves) if (from !== to) yield `\`${from}\` is called \`${to}\``;
  for (const [path, part] of was) if (!then.parts.has(path)) yield `\`${path}\`, ${partInWords(part)}, is removed`;
  for (const [path, part] of then.parts) {
    const before = was.get(path);
    if (before === undefined) yield `\`${path}\`, ${partInWords(part)}, is added`;
    else if (before.kind !== part.kind) yield `\`${path}\` becomes ${partInWords(part)}`;
    else if (before.kind === "component" && part.kind === "component" && before.digest !== part.digest) {
      yield `\`${path}\` runs ${part.part.component} instead of ${before.part.component}`;
      yield* wayFor({ part: path, before: before.component, after: part.component, outside: outsideOf(then, path) }).sentences;
    } else if (before.kind === "capability" && part.kind === "capability" && before.part.definition !== part.part.definition)
      yield `\`${path}\` is ${part.of.name} ${JSON.stringify(part.part.with)} instead of ${before.of.name} ${JSON.stringify(before.part.with)}`;
  }
}

function partInWords(part: PlannedPart): string {
  return part.kind === "component" ? part.part.component : `a ${part.of.name}`;
}

function* wireEffects(now: Plan, then: Plan, moves: ReadonlyMap<string, string>): Iterable<string> {
  const moved = (path: string | undefined) => (path === undefined ? undefined : (moves.get(path) ?? path));
  for (const [path, wires] of then.wires) {
    const before = [...now.wires].find(([old]) => moved(old) === path)?.[1];
    if (before === undefined) continue;
    const led = new Map<string, string[]>();
    const changed: string[] = [];
    for (const wire of wires) {
      const old = before.find((each) => each.import === wire.import);
      const from = `from ${endInWords(wire.to)}`;
      if (old === undefined) led.set(from, [...(led.get(from) ?? []), wire.import]);
      else if (moved(old.to) !== wire.to) {
        const instead = `${from} instead of ${endInWords(moved(old.to))}`;
        led.set(instead, [...(led.get(instead) ?? []), wire.import]);
      } else if (linesOf(old) !== linesOf(wire))
        changed.push(`on the wire from \`${path}\` to \`${wire.import}\` there is ${linesOf(wire) || "nothing"} instead of ${linesOf(old) || "nothing"}`);
    }
    for (const [from, imports] of led) yield `\`${path}\` gets ${someOf(imports)} ${from}`;
    yield* changed;
    const gone = before.filter((old) => !wires.some((each) => each.import === old.import)).map((old) => old.import);
    if (gone.length > 0) yield `\`${path}\` imports ${someOf(gone)} no more`;
  }
}

/** A component in Python imports two dozen interfaces: nobody reads them all. */
function someOf(imports: readonly string[]): string {
  const shown = imports.length > 3 ? imports.slice(0, 2) : imports;
  return inWords([...shown.map((each) => `\`${each}\``), ...(shown === imports ? [] : [`${imports.length - shown.length} more`])]);
}

function endInWords(path: string | undefined): string {
  return path === undefined ? "nowhere" : `\`${path}\``;
}

/** What lies on a wire, and how it fails. */
function linesOf({ through, deadline, onFailure, guard }: PlannedWire): string {
  const words = through.map(({ kind, with: config }) =>
    config === null || JSON.stringify(config) === "{}" ? kind.name : `${kind.name} ${JSON.stringify(config)}`,
  );
  if (deadline !== undefined) words.push(`a deadline of ${deadline} ms`);
  if (onFailure !== undefined) words.push(`${JSON.stringify(onFailure)} on failure`);
  if (guard) words.push("a guard");
  return inWords(words);
}

function* authorityEffects(now: Plan, then: Plan, moves: ReadonlyMap<string, string>): Iterable<string> {
  const before = new Map([...authorityOf(now)].map(([path, asks]) => [moves.get(path) ?? path, asks]));
  const after = authorityOf(then);
  for (const [path, asks] of after) {
    const had = before.get(path);
    const gained = [...asks].filter(([id]) => !had?.has(id)).map(([, { words }]) => words);
    if (gained.length > 0) yield `\`${path}\` would gain: ${inWords(gained)}`;
  }
  for (const [path, asks] of before) {
    const has = after.get(path);
    const lost = [...asks].filter(([id]) => !has?.has(id)).map(([, { words }]) => words);
    if (lost.length > 0) yield `\`${path}\` would lose: ${inWords(lost)}`;
  }
}
