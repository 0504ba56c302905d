/**
 * Parts become a nested app, written in place. Wires between them go inside as they are. A wire that leaves the group leads to `..` inside,
 * and the group gets the wire itself, under the same key; where two parts have the same key for different ends, the second one's is
 * `..#part.key`. A wire that comes into the group leads to the group, which exports what it asks for, under its own name; where two
 * parts are asked for the same, the second one's is `part.name`. Nothing that runs notices.
 */
import type { InterposerDocument, Json, Reference } from "./document.ts";
import { setThrough, wireJson, writeWire } from "./edit-wires.ts";
import type { Editor, Spot } from "./editor.ts";
import { keyFor, pathOf } from "./names.ts";
import { refusal } from "./refusal.ts";

export function group(editor: Editor, paths: readonly string[], name: string): void {
  const spots = paths.map((path) => editor.part(path));
  const [spot] = spots;
  if (spot === undefined) throw refusal("app/no-part", "a group needs a part");
  const stray = spots.find(({ scope }) => scope !== spot.scope);
  if (stray !== undefined) throw refusal("app/no-group", "parts of one group stand in one app, these don't");
  const names = new Set(spots.map((each) => each.name));
  const members = new Set([...spot.app.parts.keys()].filter((each) => names.has(each)));
  if (spot.app.parts.has(name) && !members.has(name)) throw refusal("app/name-taken", `there is a part \`${name}\` already`);
  new Grouping(editor, spot, members, name).do();
}

/** A wire that leaves the group. */
interface Leaving {
  readonly part: string;
  readonly key: string;
  /** What the group is wired to, and what the part is wired to inside: the interposers that go inside. */
  readonly outside: Map<string, Json>;
  readonly inside: readonly Json[];
}

class Grouping {
  readonly #editor: Editor;
  readonly #spot: Spot;
  readonly #members: ReadonlySet<string>;
  readonly #name: string;
  /** What the group is wired to, by key. */
  readonly #border = new Map<string, Map<string, Json>>();
  /** What the group exports. */
  readonly #exports = new Map<string, string>();

  constructor(editor: Editor, spot: Spot, members: ReadonlySet<string>, name: string) {
    this.#editor = editor;
    this.#spot = spot;
    this.#members = members;
    this.#name = name;
  }

  do(): void {
    const { app, place } = this.#spot;
    const { text } = this.#editor;
    this.#checkNeighbours();
    const leaving = [...this.#members].flatMap((part) => this.#leaving(part));
    for (const { key, outside } of leaving) if (!this.#border.has(key)) this.#border.set(key, outside);
    for (const each of leaving) this.#leave(each);
    for (const [from, wires] of app.wires) {
      if (this.#members.has(from)) continue;
      for (const [key, { to }] of wires) if (to !== null && this.#members.has(to.part)) this.#come(from, key, to);
    }
    for (const [key, { part, export: name }] of app.exports) {
      if (!this.#members.has(part)) continue;
      const offered = this.#offer(part, name ?? key);
      text.set([...place, "exports", key], offered === key ? this.#name : `${this.#name}#${offered}`);
    }
    this.#move();
  }

  /** Tests and interposers are found by their names: they stand in the app of what needs them. */
  #checkNeighbours(): void {
    const { app } = this.#spot;
    const together = (part: string, other: string, how: string): void => {
      if (this.#members.has(part) === this.#members.has(other) || !app.parts.has(other)) return;
      const missing = this.#members.has(part) ? other : part;
      throw refusal("app/no-group", `\`${other}\` ${how} \`${part}\`: they are grouped together or not at all`, `group \`${missing}\`, too`);
    };
    for (const [name, part] of app.parts) if (part.kind === "component") for (const test of part.tests) together(name, test, "tests");
    for (const [from, wires] of app.wires) {
      for (const { to, through } of wires.values()) {
        if (this.#members.has(from) && to !== null && !this.#members.has(to.part)) continue;
        for (const { kind, with: part } of through) if (kind === "part") together(from, String(part), "stands on a wire of");
      }
    }
  }

  #leaving(part: string): Leaving[] {
    const { app, place } = this.#spot;
    const all: Leaving[] = [];
    for (const [key, { to, through }] of app.wires.get(part) ?? []) {
      if (to === null || this.#members.has(to.part)) continue;
      const outside = wireJson(this.#editor.text.value([...place, "wires", part, key])!);
      // Interposers up to the last one that goes inside go inside.
      const isMember = ({ kind, with: name }: InterposerDocument): boolean => kind === "part" && this.#members.has(String(name));
      const split = through.findLastIndex(isMember) + 1;
      const stray = through.slice(0, split).find((each) => each.kind === "part" && !isMember(each));
      if (stray !== undefined) {
        const message = `\`${stray.with}\` stands on the wire \`${part}\` → \`${key}\`, before a part of the group`;
        throw refusal("app/no-group", message, `group \`${stray.with}\`, too`);
      }
      const lines = (outside.get("through") as readonly Json[] | undefined) ?? [];
      setThrough(outside, lines.slice(split));
      all.push({ part, key, outside, inside: lines.slice(0, split) });
    }
    return all;
  }

  /** A wire passes the border under its own key, if that leads each of its imports where they are to go; those that it doesn't have a key each. */
  #leave({ part, key, outside, inside }: Leaving): void {
    const { app, place } = this.#spot;
    const { text } = this.#editor;
    const at = [...place, "wires", part];
    const keys = [...app.wires.get(part)!.keys()];
    const isRight = (name: string): boolean => same(this.#border.get(keyFor(this.#border.keys(), name)!), outside);
    const known = this.#importsOf(part)?.filter((each) => keyFor(keys, each) === key);
    const names = known ?? [key];
    const wrong = names.filter((each) => !isRight(each));
    const other = known === undefined && wrong.length === 0 ? this.#overlapping(key, keys).find((each) => !same(this.#border.get(each), outside)) : undefined;
    if (other !== undefined || (known === undefined && wrong.length > 0 && key.endsWith("*"))) {
      const message = `the group would have two wires for \`${key}\` of \`${part}\`, and it isn't known which of its imports need which`;
      throw refusal("app/no-group", message, `wire the imports of \`${part}\` each by its name`);
    }
    for (const name of wrong) {
      const passing = `${part}.${name}`;
      if (this.#border.has(passing)) throw refusal("app/no-group", `the group would have two wires \`${passing}\``);
      const to = outside.get("to") as string;
      this.#border.set(passing, new Map(outside).set("to", to.includes("#") ? to : `${to}#${name}`));
      writeWire(text, [...at, name], wireOf(`..#${passing}`, inside));
    }
    if (wrong.length < names.length || names.length === 0) writeWire(text, [...at, key], wireOf("..", inside));
    else if (!wrong.includes(key)) text.set([...at, key], undefined);
  }

  /** Keys of the border that have a part of what a key of a wire has, which the wires of its part don't tell apart. */
  #overlapping(key: string, own: readonly string[]): readonly string[] {
    return [...this.#border.keys()].filter((each) => each !== key && keyFor(own, each) === key);
  }

  /** A wire that comes into the group. */
  #come(from: string, key: string, to: Reference): void {
    const { app, place } = this.#spot;
    const at = [...place, "wires", from];
    const { text } = this.#editor;
    const write = (line: string, end: string): void => writeWire(text, [...at, line], wireJson(text.value([...at, key])!).set("to", end));
    const exact = (line: string): void => {
      const offered = this.#offer(to.part, line);
      // The import may have a version, by which no export without one would be found.
      const named = offered === line && !/^[^@]*:[^@]*$/.test(line);
      write(line, named ? this.#name : `${this.#name}#${offered}`);
    };
    if (to.export !== undefined) {
      write(key, `${this.#name}#${this.#offer(to.part, to.export)}`);
      return;
    }
    const keys = [...app.wires.get(from)!.keys()];
    const names = this.#importsOf(from)?.filter((each) => keyFor(keys, each) === key);
    if (names === undefined && key.endsWith("*")) {
      const message = `\`${key}\` of \`${from}\` leads into the group, and it isn't known for which of its imports`;
      throw refusal("app/no-group", message, `wire the imports of \`${from}\` each by its name`);
    }
    if (!key.endsWith("*") && (names === undefined || names.length === 0)) exact(key);
    else {
      const apart = names!.filter((name) => this.#offer(to.part, name) !== name);
      for (const name of apart) exact(name);
      if (apart.length < names!.length || names!.length === 0) write(key, this.#name);
      else if (!apart.includes(key)) text.set([...at, key], undefined);
    }
  }

  /** The name under which the group exports something of a part. */
  #offer(part: string, name: string): string {
    for (const [offered, reference] of [
      [name, part],
      [`${part}.${name}`, `${part}#${name}`],
    ] as const) {
      const present = this.#exports.get(offered);
      if (present !== undefined && present !== reference) continue;
      this.#exports.set(offered, reference);
      return offered;
    }
    throw refusal("app/no-group", `the group would export \`${part}.${name}\` twice`);
  }

  /** Of a component; those of a nested app are keys, which may stand for several. */
  #importsOf(name: string): readonly string[] | undefined {
    const { app, scope } = this.#spot;
    return app.parts.get(name)?.kind === "app" ? undefined : this.#editor.importsOf(pathOf(scope, name));
  }

  #move(): void {
    const { place, scope } = this.#spot;
    const { text } = this.#editor;
    const ordered = [...this.#members];
    for (const name of ordered) this.#editor.moved(this.#spot, name, pathOf(pathOf(scope, this.#name), name));
    this.#editor.moveChecks(this.#spot);
    const order = text.keys([...place, "parts"]);
    const behind = order.slice(order.indexOf(ordered[0]!)).find((name) => !this.#members.has(name));
    const parts = ordered.map((name) => text.take([...place, "parts", name]));
    const wires = ordered.filter((name) => text.has([...place, "wires", name])).map((name) => text.take([...place, "wires", name]));
    text.put([...place, "parts"], { key: this.#name, before: [], value: '{ "app": {} }', after: "" }, behind);
    const inner = [...place, "parts", this.#name, "app"];
    for (const [key, pieces] of [
      ["parts", parts],
      ["wires", wires],
    ] as const) {
      if (pieces.length > 0) text.set([...inner, key], {});
      for (const piece of pieces) text.put([...inner, key], piece);
    }
    for (const [name, reference] of this.#exports) text.set([...inner, "exports", name], reference);
    for (const [key, wire] of this.#border) writeWire(text, [...place, "wires", this.#name, key], wire);
  }
}

function wireOf(to: string, through: readonly Json[]): Map<string, Json> {
  const wire = new Map<string, Json>([["to", to]]);
  setThrough(wire, through);
  return wire;
}

function same(a: ReadonlyMap<string, Json> | undefined, b: ReadonlyMap<string, Json>): boolean {
  return a !== undefined && JSON.stringify([...a]) === JSON.stringify([...b]);
}
