/** Operations on wires. */
import type { Operation } from "../app/operation.ts";
import type { Json, JsonObject, Reference, WireDocument } from "./document.ts";
import { type Editor, nameOf, noPart, type Spot } from "./editor.ts";
import { keyFor, withoutVersion } from "./names.ts";
import { nearest } from "./nearest.ts";
import type { AppError } from "./problem.ts";
import { refusal } from "./refusal.ts";

type Of<Name extends Operation["op"]> = Extract<Operation, { op: Name }>;

export function wire(editor: Editor, { from, import: key, to, deadline, onFailure }: Of<"wire">): void {
  const spot = editor.part(from);
  const target = to.split("#", 1)[0]!;
  if (target !== ".." && !spot.app.parts.has(target)) throw noEnd(target, spot);
  changeWire(editor, from, key, (wire) => {
    wire.set("to", to);
    if (deadline !== undefined) wire.set("deadline", deadline);
    if (onFailure !== undefined) wire.set("onFailure", onFailure);
  });
}

/** Who names a part within a nested app means something that has to pass the border of that. */
function noEnd(target: string, spot: Spot): AppError {
  const [outer, ...inner] = target.split("/");
  if (inner.length === 0 || spot.app.parts.get(nameOf(outer!))?.kind !== "app") return noPart(target, { ...spot, scope: "" });
  const app = nameOf(outer!);
  const hint = `wires lead to what the app \`${app}\` exports: \`${app}\` or \`${app}#export\``;
  return refusal("app/no-part", `there is no part \`${target}\` to lead a wire to from outside`, hint);
}

export function cut(editor: Editor, { from, import: key }: Of<"cut">): void {
  changeWire(editor, from, key, (wire) => wire.set("to", null));
}

export function unwire(editor: Editor, { from, import: key }: Of<"unwire">): void {
  const { app, place, name } = editor.part(from);
  const wires = app.wires.get(name) ?? new Map<string, WireDocument>();
  const line = lineOf(wires.keys(), key);
  if (line === undefined) {
    const covering = keyFor(wires.keys(), key);
    const hint = covering === undefined ? meant(key, wires.keys()) : `\`${covering}\` has it: \`cut\` cuts it alone`;
    throw refusal("app/no-wire", `\`${from}\` has no wire \`${key}\` of its own`, hint);
  }
  editor.text.set([...place, "wires", name, line], undefined);
}

export function interpose(editor: Editor, { from, import: key, interposer, at }: Of<"interpose">): void {
  changeWire(
    editor,
    from,
    key,
    (wire) => {
      const through = throughOf(wire);
      if (at !== undefined && !(Number.isInteger(at) && at >= 0 && at <= through.length))
        throw refusal("app/no-place", `there are ${through.length} interposers on the wire: places go from 0 to ${through.length}, not ${at}`);
      through.splice(at ?? through.length, 0, typeof interposer === "string" ? interposer : interposerJson(interposer));
      wire.set("through", through);
    },
    true,
  );
}

export function uninterpose(editor: Editor, { from, import: key, interposer }: Of<"uninterpose">): void {
  changeWire(
    editor,
    from,
    key,
    (wire) => {
      const through = throughOf(wire);
      const kinds = through.map((each) => (typeof each === "string" ? each : Object.keys(each as JsonObject)[0]!));
      const at = typeof interposer === "number" ? interposer : kinds.indexOf(interposer);
      if (through[at] === undefined) {
        const there = kinds.map((each) => `\`${each}\``).join(", ") || "nothing";
        throw refusal("app/no-interposer", `there is no \`${interposer}\` on the wire \`${from}\` → \`${key}\`: there is ${there}`);
      }
      through.splice(at, 1);
      setThrough(wire, through);
    },
    true,
  );
}

/** The part is there no more: wires that led to it are cut, where it stood on a wire there is nothing. */
export function forgetEnd({ text }: Editor, at: readonly (string | number)[], { to, through }: WireDocument, name: string): void {
  const stays = (_: unknown, i: number): boolean => !(through[i]!.kind === "part" && through[i]!.with === name);
  if (to?.part !== name && through.every(stays)) return;
  const wire = wireJson(text.value([...at])!);
  if (to?.part === name) wire.set("to", null);
  if (wire.has("through")) setThrough(wire, throughOf(wire).filter(stays));
  writeWire(text, at, wire);
}

/**
 * Edits a wire's value. An import without a line of its own, that a wildcard has, gets one that begins as the wildcard's. `must`: there has
 * to be a wire.
 */
function changeWire(editor: Editor, from: string, key: string, change: (wire: Map<string, Json>) => void, must = false): void {
  const { app, place, name } = editor.part(from);
  const wires = app.wires.get(name) ?? new Map<string, WireDocument>();
  const line = lineOf(wires.keys(), key);
  const known = line ?? keyFor(wires.keys(), key);
  if (known === undefined && must) throw refusal("app/no-wire", `\`${from}\` has no wire \`${key}\``, meant(key, wires.keys()));
  const wire = known === undefined ? new Map<string, Json>() : wireJson(editor.text.value([...place, "wires", name, known])!);
  change(wire);
  writeWire(editor.text, [...place, "wires", name, line ?? key], wire);
}

/** The key that has an import for itself, in whatever spelling: with its version, or without. */
function lineOf(keys: Iterable<string>, key: string): string | undefined {
  const all = [...keys];
  if (all.includes(key)) return key;
  const bare = all.find((each) => each === withoutVersion(key));
  if (bare !== undefined) return bare;
  const versions = all.filter((each) => withoutVersion(each) === key);
  return versions.length === 1 ? versions[0] : undefined;
}

/** Field by field where both are objects, so that comments within stay; in short form where that does. */
export function writeWire(text: Editor["text"], at: readonly (string | number)[], wire: ReadonlyMap<string, Json>): void {
  const place = [...at];
  const present = text.value(place);
  if (wire.size === 1) text.set(place, wire.get("to")!);
  else if (typeof present !== "object" || present === null) text.set(place, Object.fromEntries(wire));
  else for (const field of new Set([...Object.keys(present), ...wire.keys()])) text.set([...place, field], wire.get(field));
}

/** A wire as the document has it, in its long form. */
export function wireJson(written: Json): Map<string, Json> {
  return new Map(typeof written === "object" && written !== null ? Object.entries(written) : [["to", written]]);
}

export function referenceText({ part, export: name }: Reference): string {
  return name === undefined ? part : `${part}#${name}`;
}

function throughOf(wire: ReadonlyMap<string, Json>): Json[] {
  return [...((wire.get("through") as readonly Json[] | undefined) ?? [])];
}

export function setThrough(wire: Map<string, Json>, through: readonly Json[]): void {
  if (through.length > 0) wire.set("through", through);
  else wire.delete("through");
}

function interposerJson({ kind, with: config }: { readonly kind: string; readonly with: Json }): Json {
  return JSON.stringify(config) === "{}" ? kind : Object.fromEntries([[kind, config]]);
}

function meant(key: string, among: Iterable<string>): string | undefined {
  const near = nearest(key, among);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}
