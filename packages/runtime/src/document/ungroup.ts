/**
 * The parts of a nested app that is written in place come to stand beside it, and it is gone: the inverse of `group`. A wire to `..` becomes
 * the wire that the nested app had under that name, with what lies on both; a wire to the nested app becomes one to the part that it
 * exports.
 */
import type { AppDocument, Json, Reference, WireDocument } from "./document.ts";
import { durationOf } from "./duration.ts";
import { referenceText, setThrough, wireJson, writeWire } from "./edit-wires.ts";
import type { Editor, Spot } from "./editor.ts";
import { keyFor, pathOf, serving, withoutVersion } from "./names.ts";
import { refusal } from "./refusal.ts";

export function ungroup(editor: Editor, path: string): void {
  const { name, ...spot } = editor.part(path);
  const part = spot.app.parts.get(name)!;
  if (part.kind !== "app") throw refusal("app/no-group", `\`${path}\` is no nested app`);
  if (typeof part.app === "string") {
    throw refusal("app/other-file", `\`${path}\` is described in ${part.app}: only a nested app that is written in place can be ungrouped`);
  }
  const { app } = part;
  const taken = [...app.parts.keys()].find((each) => each !== name && spot.app.parts.has(each));
  if (taken !== undefined)
    throw refusal("app/name-taken", `\`${path}\` has a part \`${taken}\`, and there is one beside it`, `tenon rename ${path}/${taken} NAME`);
  new Ungrouping(editor, spot, name, app).do();
}

class Ungrouping {
  readonly #editor: Editor;
  readonly #spot: Spot;
  readonly #name: string;
  readonly #app: AppDocument;

  constructor(editor: Editor, spot: Spot, name: string, app: AppDocument) {
    this.#editor = editor;
    this.#spot = spot;
    this.#name = name;
    this.#app = app;
  }

  do(): void {
    const { app } = this.#spot;
    for (const [part, wires] of this.#app.wires) this.#lead(part, wires);
    for (const [from, wires] of app.wires) {
      if (from === this.#name) continue;
      for (const [key, { to }] of wires) if (to?.part === this.#name) this.#enter(from, key, to, [...wires.keys()]);
    }
    for (const [key, reference] of app.exports) {
      if (reference.part !== this.#name) continue;
      const { part, export: name } = this.#exported(reference.export ?? key);
      this.#editor.text.set([...this.#spot.place, "exports", key], name === key ? part : `${part}#${name}`);
    }
    this.#move();
  }

  /** Wires of a part to what is around the nested app. */
  #lead(part: string, wires: ReadonlyMap<string, WireDocument>): void {
    const { app, place } = this.#spot;
    const { text } = this.#editor;
    const at = [...place, "parts", this.#name, "app", "wires", part];
    const outer = app.wires.get(this.#name) ?? new Map<string, WireDocument>();
    const imports = this.#importsOf(pathOf(pathOf(this.#spot.scope, this.#name), part), this.#app.parts.get(part)?.kind);
    const own = [...wires.keys()];
    for (const [key, { to }] of wires) {
      if (to?.part !== "..") continue;
      const inside = wireJson(text.value([...at, key])!);
      const lines = new Map<string, string>();
      const around = keyFor(outer.keys(), to.export ?? key);
      if (around !== undefined) lines.set(key, around);
      // Keys of the nested app that have a part of what the wildcard has.
      if (to.export === undefined) {
        for (const each of outer.keys()) {
          if (each === key || each === around || keyFor(own, each) !== key) continue;
          const used = imports?.some((name) => keyFor(own, name) === key && keyFor(outer.keys(), name) === each) ?? true;
          if (used) lines.set(each, each);
        }
      }
      if (!lines.has(key)) text.set([...at, key], undefined);
      for (const [line, from] of lines) {
        const outside = wireJson(text.value([...place, "wires", this.#name, from])!);
        writeWire(text, [...at, line], joined(inside, outside, referenceAt(outer.get(from)!.to, to.export, line)));
      }
    }
  }

  /** A wire to the nested app. */
  #enter(from: string, key: string, to: Reference, own: readonly string[]): void {
    const { place, app, scope } = this.#spot;
    const { text } = this.#editor;
    const at = [...place, "wires", from];
    const wire = wireJson(text.value([...at, key])!);
    const write = (line: string, { part, export: name }: Required<Reference>): void =>
      writeWire(text, [...at, line], new Map(wire).set("to", name === line || withoutVersion(name) === line ? part : `${part}#${name}`));
    const { exports } = this.#app;
    const alone = exports.has(key) && [...exports.keys()].every((each) => each === key || withoutVersion(each) !== key);
    if (to.export !== undefined || alone) return void write(key, this.#exported(to.export ?? key));
    const imports = this.#importsOf(pathOf(scope, from), app.parts.get(from)?.kind)?.filter((each) => serving(exports.keys(), each) !== undefined);
    const names = (imports ?? [...exports.keys()]).filter((each) => keyFor(own, each) === key);
    const ends = new Map(names.map((each) => [each, this.#exported(each)]));
    const parts = new Set([...ends.values()].map(({ part }) => part));
    if (names.length === 0 && !key.endsWith("*")) return void write(key, this.#exported(key));
    const plain = [...ends].every(([name, end]) => end.export === name || serving([end.export], name) !== undefined);
    if (parts.size === 1 && plain) return void text.set([...at, key, ...(text.has([...at, key, "to"]) ? ["to"] : [])], [...parts][0]!);
    text.set([...at, key], undefined);
    for (const [name, end] of ends) write(name, end);
  }

  /** What the nested app exports under a name. */
  #exported(wanted: string): Required<Reference> {
    const { exports } = this.#app;
    const name = serving(exports.keys(), wanted);
    if (name === undefined) throw refusal("app/no-export", `the app \`${this.#name}\` exports no \`${wanted}\``);
    const { part, export: inner } = exports.get(name)!;
    return { part, export: inner ?? name };
  }

  #importsOf(path: string, kind: string | undefined): readonly string[] | undefined {
    return kind === "app" ? undefined : this.#editor.importsOf(path);
  }

  #move(): void {
    const { place, scope } = this.#spot;
    const { text } = this.#editor;
    const path = pathOf(scope, this.#name);
    const inner: Spot = { app: this.#app, place: [...place, "parts", this.#name, "app"], scope: path };
    for (const part of this.#app.parts.keys()) this.#editor.moved(inner, part, pathOf(scope, part));
    this.#editor.moveChecks(this.#spot);
    const pieces = (key: string) => text.keys([...inner.place, key]).map((name) => text.take([...inner.place, key, name]));
    const [parts, wires, people, words] = [pieces("parts"), pieces("wires"), pieces("people"), pieces("words")];
    const needs = text.value([...inner.place, "needs"]);
    if (Array.isArray(needs)) text.set([...place, "needs"], [...((text.value([...place, "needs"]) as Json[] | undefined) ?? []), ...needs]);
    text.set([...place, "wires", this.#name], undefined);
    const order = text.keys([...place, "parts"]);
    const behind = order[order.indexOf(this.#name) + 1];
    text.set([...place, "parts", this.#name], undefined);
    for (const piece of parts) text.put([...place, "parts"], piece, behind);
    for (const [key, all] of Object.entries({ wires, people, words })) {
      const left = all.filter((piece) => !text.has([...place, key, piece.key]));
      if (left.length > 0 && !text.has([...place, key])) text.set([...place, key], {});
      for (const piece of left) text.put([...place, key], piece);
    }
  }
}

/** Two wires in a row as one. */
function joined(inside: ReadonlyMap<string, Json>, outside: ReadonlyMap<string, Json>, to: string | null): Map<string, Json> {
  const wire = new Map([...outside, ...inside]).set("to", to);
  const [first, second] = [inside, outside].map((each) => (each.get("through") as readonly Json[] | undefined) ?? []);
  setThrough(wire, [...first!, ...second!]);
  const deadlines = [inside, outside].map((each) => each.get("deadline")).filter((each) => each !== undefined);
  const least = deadlines.toSorted((a, b) => durationOf(a as string)! - durationOf(b as string)!)[0];
  if (least !== undefined) wire.set("deadline", least);
  if (outside.get("guard") === true) wire.set("guard", true);
  return wire;
}

/** Where a wire leads that passed the border: `passed` is the name it had there, if not its own. */
function referenceAt(to: Reference | null, passed: string | undefined, key: string): string | null {
  if (to === null) return null;
  const wanted = to.export ?? passed;
  return referenceText({ part: to.part, ...(wanted === undefined || (passed !== undefined && wanted === key) ? {} : { export: wanted }) });
}
