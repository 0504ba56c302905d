/**
 * Freezes an app: its components and the wires between them as one plain component that any runtime runs. What capabilities convey stays
 * open: it is imported, and whoever runs the component gives it. The document goes along, so that the app can be opened again.
 */
import { compose } from "@tenon/engine/compose";
import type { Plan, PlannedComponent, PlannedWire } from "../app/plan.ts";
import { serving } from "../document/names.ts";

/** The custom section that the app travels in. */
export const APP_SECTION = "tenon:app";

export interface FrozenApp {
  /** Absent: it can't be frozen as it is. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /** Why not, each with what to do. */
  readonly obstacles: readonly string[];
  /** What is other than in the app that runs. */
  readonly notes: readonly string[];
}

/** What is in the section. */
export interface CarriedApp {
  /** Absent: it nests apps that are described in files of their own. */
  readonly document?: string;
  /** The parts in the order of their instantiations: their paths, and whether the document names them. Interposers are there once for each wire. */
  readonly parts: readonly { readonly path: string; readonly named: boolean }[];
}

export function composeApp(plan: Plan): FrozenApp {
  const components = [...plan.parts.values()].filter((part) => part.kind === "component");
  const wires = [...plan.wires.values()].flat();
  const obstacles = wires.flatMap((wire) => obstaclesOf(wire, plan));
  const inner = wires.filter((wire) => plan.parts.get(wire.to ?? "")?.kind === "component" && plan.parts.get(wire.from)?.kind === "component");
  const own = [...ownExports(plan)];
  const exports = [...own, ...handled(plan, wires, own, obstacles)];
  if (obstacles.length > 0) return { obstacles, notes: [] };
  const ordered = inOrder(components, inner);
  const isWhole = [...plan.scope.scopes()].every(({ file }) => file === plan.scope.file);
  const carried: CarriedApp = {
    ...(isWhole ? { document: plan.text } : {}),
    parts: ordered.map(({ path, member }) => ({ path, named: path === member.path })),
  };
  const { bytes, obstacles: more } = compose({
    parts: ordered.map(({ path, component }) => ({ name: path, bytes: component.bytes, type: component.type })),
    wires: inner.map(({ from, import: name, to, export: of }) => ({ from, import: name, to: to!, export: of })),
    exports,
    sections: new Map([[APP_SECTION, new TextEncoder().encode(JSON.stringify(carried))]]),
  });
  return { ...(bytes === undefined ? {} : { bytes }), obstacles: more, notes: notesOf(plan, wires) };
}

function obstaclesOf({ from, import: name, to, open, through, deadline, onFailure, guard }: PlannedWire, plan: Plan): string[] {
  const wire = `the wire from \`${from}\` by \`${name}\``;
  const found = through.map(({ kind }) => `${wire}: \`${kind.name}\` is no component; take it off, or put a component in its place`);
  if (deadline !== undefined) found.push(`${wire} has a deadline, which a component can't have`);
  if (onFailure !== undefined) found.push(`${wire} says what it answers when it is broken, which a component can't`);
  if (guard) found.push(`${wire} is guarded, which a component's can't be`);
  if (to === undefined && !open && plan.parts.get(from)?.kind === "component") found.push(`${wire} is cut: lead it somewhere, or to ".." to leave it open`);
  return found;
}

type Export = { readonly name: string; readonly part: string; readonly export: string };

function* ownExports({ scope, parts }: Plan): Iterable<Export> {
  for (const [name, reference] of scope.document.exports) {
    const member = scope.members.get(reference.part);
    const part = member !== undefined && "part" in member ? parts.get(member.path) : undefined;
    if (part?.kind !== "component") continue;
    const found = serving(part.component.type.exports.keys(), reference.export ?? name);
    if (found !== undefined) yield { name, part: part.path, export: found };
  }
}

/** What sources of events call is what the component offers in their place. */
function handled(plan: Plan, wires: readonly PlannedWire[], own: readonly Export[], obstacles: string[]): Export[] {
  const found = new Map(own.map((each) => [each.name, each]));
  for (const { from, to, export: name } of wires) {
    if (plan.parts.get(from)?.kind !== "capability" || to === undefined) continue;
    const before = found.get(name);
    if (before !== undefined && before.part !== to) obstacles.push(`\`${before.part}\` and \`${to}\` both answer \`${name}\`: a component exports it once`);
    if (before === undefined) found.set(name, { name, part: to, export: name });
  }
  return [...found.values()].filter((each) => !own.includes(each));
}

function notesOf(plan: Plan, wires: readonly PlannedWire[]): string[] {
  const notes = new Set<string>();
  for (const { from, to } of wires) {
    const [source, target] = [plan.parts.get(from), plan.parts.get(to ?? "")];
    if (target?.kind === "capability") notes.add(`\`${target.path}\`, a ${target.of.name}, becomes imports: whoever runs the component gives them`);
    if (source?.kind === "capability" && to !== undefined)
      notes.add(`\`${from}\`, a ${source.of.name}, becomes an export: whoever runs the component calls it`);
  }
  return [...notes];
}

/** As `compose` instantiates them: each after those that it imports from. */
function inOrder(components: readonly PlannedComponent[], wires: readonly PlannedWire[]): PlannedComponent[] {
  const ordered = new Set<PlannedComponent>();
  const visiting = new Set<PlannedComponent>();
  const visit = (part: PlannedComponent): void => {
    if (ordered.has(part) || visiting.has(part)) return;
    visiting.add(part);
    for (const { from, to } of wires) if (from === part.path) visit(components.find(({ path }) => path === to)!);
    ordered.add(part);
  };
  for (const part of components) visit(part);
  return [...ordered];
}
