/**
 * Operations as edits of a document's text: comments, order and layout stay. Each edit is the smallest that does it. A document that is
 * to be edited is parsed before and after: what doesn't come out as a document is an error, and nothing has changed.
 */
import { applyEdits, type FormattingOptions, findNodeAtLocation, type JSONPath, modify, type Node, parseTree } from "jsonc-parser";
import type { Operation } from "../app/operation.ts";
import type { AppDocument, Json, JsonObject, WireDocument } from "./document.ts";
import { keyFor, pathOf } from "./names.ts";
import { nearest } from "./nearest.ts";
import { parseDocument } from "./parse.ts";
import type { AppError } from "./problem.ts";
import { refusal } from "./refusal.ts";

export interface EditedDocument {
  readonly text: string;
  /** Parts whose path has changed: from the old to the new. */
  readonly moves: ReadonlyMap<string, string>;
}

/** @throws AppError `app/*` of an operation that can't be done; the text is as it was. */
export function editDocument(text: string, operations: readonly Operation[]): EditedDocument {
  const moves = new Map<string, string>();
  let edited = text;
  for (const operation of operations) {
    const editor = new Editor(edited);
    editor.do(operation);
    edited = editor.text;
    for (const [from, to] of editor.moves) {
      const first = [...moves].find(([, now]) => now === from)?.[0];
      moves.set(first ?? from, to);
    }
  }
  return { text: edited, moves };
}

/** An app of the document, with the place where it stands. */
interface Spot {
  readonly app: AppDocument;
  readonly place: JSONPath;
  /** Path of the nested app. */
  readonly scope: string;
}

class Editor {
  text: string;
  readonly moves = new Map<string, string>();
  readonly #formatting: FormattingOptions;
  #document: AppDocument;

  constructor(text: string) {
    this.text = text;
    this.#document = parseDocument(text, "").document;
    const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
    this.#formatting = {
      insertSpaces: !indent.startsWith("\t"),
      tabSize: indent.startsWith("\t") ? 1 : indent.length,
      eol: text.includes("\r\n") ? "\r\n" : "\n",
    };
  }

  do(operation: Operation): void {
    switch (operation.op) {
      case "add":
        this.#add(operation.name, operation.part);
        return;
      case "remove":
        this.#remove(operation.name);
        return;
      case "rename":
        this.#rename(operation.name, operation.to);
        return;
      case "wire":
        this.#wire(operation);
        return;
      case "cut":
        this.#changeWire(operation.from, operation.import, (wire) => wire.set("to", null));
        return;
      case "unwire": {
        const { place, name } = this.#part(operation.from);
        if (!this.#node([...place, "wires", name, operation.import]))
          throw refusal("app/no-wire", `\`${operation.from}\` has no wire \`${operation.import}\` of its own`);
        this.#set([...place, "wires", name, operation.import], undefined);
        return;
      }
      case "interpose":
        this.#interpose(operation);
        return;
      case "uninterpose":
        this.#uninterpose(operation);
        return;
      case "swap": {
        const { app, place, name } = this.#part(operation.name);
        if (app.parts.get(name)?.kind !== "component")
          throw refusal("app/no-component", `\`${operation.name}\` is no component: \`configure\` changes a capability`);
        this.#set([...place, "parts", name, "component"], operation.component);
        return;
      }
      case "configure": {
        const { app, place, name } = this.#part(operation.name);
        const part = app.parts.get(name)!;
        if (part.kind !== "capability") throw refusal("app/no-capability", `\`${operation.name}\` is no capability: it has no configuration`);
        const config = merged(part.with, operation.with) as JsonObject;
        for (const key of new Set([...Object.keys(part.with), ...Object.keys(config)])) {
          if (JSON.stringify(part.with[key]) !== JSON.stringify(config[key]))
            this.#set([...place, "parts", name, "with", key], Object.hasOwn(config, key) ? config[key] : undefined);
        }
        return;
      }
      case "group":
      case "ungroup":
        throw refusal("app/unsupported", "grouping is not there yet");
      default:
        operation satisfies never;
    }
  }

  #add(path: string, part: JsonObject): void {
    const { app, place } = this.#spot(path.split("/").slice(0, -1), path);
    const name = unescaped(path.split("/").at(-1)!);
    if (app.parts.has(name)) throw refusal("app/name-taken", `there is a part \`${path}\` already`, `\`tenon swap ${path} FILE\` gives it other code`);
    this.#set([...place, "parts", name], part);
  }

  #remove(path: string): void {
    const { app, place, name } = this.#part(path);
    for (const [from, wires] of app.wires) {
      if (from === name) continue;
      for (const [key, { to, through }] of wires) {
        if (to?.part === name) this.#changeWire(this.#pathIn(path, from), key, (wire) => wire.set("to", null));
        const left = through.filter(({ kind, with: of }) => !(kind === "part" && of === name));
        if (left.length < through.length) this.#changeWire(this.#pathIn(path, from), key, (wire) => setThrough(wire, left.map(interposerJson)));
      }
    }
    for (const [key, { part }] of app.exports) if (part === name) this.#set([...place, "exports", key], undefined);
    if (app.wires.has(name)) this.#set([...place, "wires", name], undefined);
    this.#set([...place, "parts", name], undefined);
  }

  #pathIn(path: string, name: string): string {
    const scope = path.split("/").slice(0, -1).join("/");
    return pathOf(scope, name);
  }

  #rename(path: string, to: string): void {
    const { app, place, name } = this.#part(path);
    if (to === name) throw refusal("app/no-change", `\`${path}\` is called that`);
    if (app.parts.has(to)) throw refusal("app/name-taken", `there is a part \`${to}\` already`);
    const renamed = (text: string): string => (text === name ? to : text.startsWith(`${name}#`) ? `${to}${text.slice(name.length)}` : text);
    this.#strings([...place, "wires"], (at, value) => {
      const key = at.at(-1);
      const inThrough = at.length === 4 && at[2] === "through" ? false : at.length === 5 && key === "part";
      if (at.length === 2 || (at.length === 3 && key === "to")) return renamed(value);
      return inThrough ? renamed(value) : value;
    });
    this.#strings([...place, "exports"], (at, value) => (at.length === 1 ? renamed(value) : value));
    this.#strings([...place, "parts"], (at, value) => (at.length === 3 && at[1] === "tests" && value === name ? to : value));
    this.#strings([...place, "needs"], (at, value) => (at.length === 2 && at[1] === "check" && value === name ? to : value));
    if (app.wires.has(name)) this.#renameKey([...place, "wires", name], to);
    this.#renameKey([...place, "parts", name], to);
    this.moves.set(path, this.#pathIn(path, to));
    for (const inner of this.#inner(app, name, path)) this.moves.set(inner, `${this.#pathIn(path, to)}${inner.slice(path.length)}`);
  }

  /** Paths of the parts in a nested app that is written in place. */
  #inner(app: AppDocument, name: string, path: string): string[] {
    const part = app.parts.get(name);
    if (part?.kind !== "app" || typeof part.app === "string") return [];
    const { app: nested } = part;
    return [...nested.parts.keys()].flatMap((each) => [pathOf(path, each), ...this.#inner(nested, each, pathOf(path, each))]);
  }

  #wire({ from, import: key, to, deadline, onFailure }: Extract<Operation, { op: "wire" }>): void {
    const { app } = this.#part(from);
    const target = to.split("#", 1)[0]!;
    if (target !== ".." && !app.parts.has(target)) throw noPart(target, app);
    this.#changeWire(from, key, (wire) => {
      wire.set("to", to);
      if (deadline !== undefined) wire.set("deadline", deadline);
      if (onFailure !== undefined) wire.set("onFailure", onFailure);
    });
  }

  #interpose({ from, import: key, interposer, at }: Extract<Operation, { op: "interpose" }>): void {
    this.#changeWire(
      from,
      key,
      (wire) => {
        const through = [...((wire.get("through") as Json[] | undefined) ?? [])];
        if (at !== undefined && (at < 0 || at > through.length))
          throw refusal("app/no-place", `there are ${through.length} interposers on the wire: places go from 0 to ${through.length}, not ${at}`);
        through.splice(at ?? through.length, 0, typeof interposer === "string" ? interposer : interposerJson(interposer));
        wire.set("through", through);
      },
      true,
    );
  }

  #uninterpose({ from, import: key, interposer }: Extract<Operation, { op: "uninterpose" }>): void {
    this.#changeWire(
      from,
      key,
      (wire) => {
        const through = [...((wire.get("through") as Json[] | undefined) ?? [])];
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

  /**
   * Edits a wire's value, which has its short form where that does. A key without a line of its own, that a wildcard has, gets one that begins
   * as the wildcard's. `must`: there has to be a wire.
   */
  #changeWire(from: string, key: string, change: (wire: Map<string, Json>) => void, must = false): void {
    const { app, place, name } = this.#part(from);
    const wires = app.wires.get(name) ?? new Map<string, WireDocument>();
    const known = keyFor(wires.keys(), key);
    if (known === undefined && must) {
      const near = nearest(key, wires.keys());
      throw refusal("app/no-wire", `\`${from}\` has no wire \`${key}\``, near === undefined ? undefined : `did you mean \`${near}\`?`);
    }
    const wire = known === undefined ? new Map<string, Json>() : wireJson(wires.get(known)!, this.#value([...place, "wires", name, known]));
    change(wire);
    // The key that means the same import keeps its spelling.
    const line = known !== undefined && !known.endsWith("*") ? known : key;
    const at = [...place, "wires", name, line];
    const value = wire.size === 1 ? wire.get("to")! : (Object.fromEntries(wire) as Json);
    const present = this.#value(at);
    if (typeof present === "object" && present !== null && typeof value === "object" && value !== null) {
      for (const field of new Set([...Object.keys(present), ...wire.keys()])) {
        if (JSON.stringify((present as JsonObject)[field]) !== JSON.stringify(wire.get(field))) this.#set([...at, field], wire.get(field));
      }
    } else this.#set(at, value);
  }

  // ---- places

  #part(path: string): Spot & { readonly name: string } {
    const segments = path.split("/");
    const spot = this.#spot(segments.slice(0, -1), path);
    const name = unescaped(segments.at(-1)!);
    if (!spot.app.parts.has(name)) throw noPart(path, spot.app);
    return { ...spot, name };
  }

  #spot(segments: readonly string[], path: string): Spot {
    let [app, place, scope] = [this.#document, [] as JSONPath, ""];
    for (const segment of segments) {
      const name = unescaped(segment);
      const part = app.parts.get(name);
      if (part === undefined) throw noPart(path, app);
      if (part.kind !== "app") throw refusal("app/no-part", `there is no part \`${path}\`: \`${name}\` is no app`);
      if (typeof part.app === "string") throw refusal("app/other-file", `\`${path}\` is described in ${part.app}: that file is to be edited`);
      [app, place, scope] = [part.app, [...place, "parts", name, "app"], pathOf(scope, name)];
    }
    return { app, place, scope };
  }

  // ---- text

  #node(at: JSONPath): Node | undefined {
    const root = parseTree(this.text);
    return root && findNodeAtLocation(root, at);
  }

  #value(at: JSONPath): Json | undefined {
    const node = this.#node(at);
    return node && jsonOf(node);
  }

  #set(at: JSONPath, value: unknown): void {
    this.text = applyEdits(this.text, modify(this.text, at, value, { formattingOptions: this.#formatting }));
  }

  #renameKey(at: JSONPath, to: string): void {
    const key = this.#node(at)!.parent!.children![0]!;
    this.text = this.text.slice(0, key.offset) + JSON.stringify(to) + this.text.slice(key.offset + key.length);
  }

  /** Replaces texts below a place; `at` is the place from there. */
  #strings(below: JSONPath, replaced: (at: JSONPath, value: string) => string): void {
    const top = this.#node(below);
    if (top === undefined) return;
    const edits: { readonly offset: number; readonly length: number; readonly content: string }[] = [];
    const visit = (node: Node, at: JSONPath): void => {
      for (const [i, child] of (node.children ?? []).entries()) {
        if (node.type === "object") visit(child.children![1]!, [...at, child.children![0]!.value as string]);
        else if (node.type === "array") visit(child, [...at, i]);
      }
      if (node.type !== "string") return;
      const value = replaced(at, node.value as string);
      if (value !== node.value) edits.push({ offset: node.offset, length: node.length, content: JSON.stringify(value) });
    };
    visit(top, []);
    this.text = applyEdits(this.text, edits);
  }
}

function wireJson({ to }: WireDocument, written: Json | undefined): Map<string, Json> {
  if (typeof written === "object" && written !== null && !Array.isArray(written)) return new Map(Object.entries(written as JsonObject));
  return new Map([["to", to === null ? null : to.export === undefined ? to.part : `${to.part}#${to.export}`]]);
}

function setThrough(wire: Map<string, Json>, through: readonly Json[]): void {
  if (through.length > 0) wire.set("through", through);
  else wire.delete("through");
}

function interposerJson({ kind, with: config }: { readonly kind: string; readonly with: Json }): Json {
  return JSON.stringify(config) === "{}" ? kind : { [kind]: config };
}

/** JSON merge patch, RFC 7396. */
function merged(value: Json | undefined, patch: Json): Json {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const result = new Map(Object.entries(typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}));
  for (const [key, each] of Object.entries(patch as JsonObject)) {
    if (each === null) result.delete(key);
    else result.set(key, merged(result.get(key), each));
  }
  return Object.fromEntries(result);
}

function jsonOf(node: Node): Json {
  if (node.type === "object") return Object.fromEntries((node.children ?? []).map(({ children }) => [children![0]!.value as string, jsonOf(children![1]!)]));
  if (node.type === "array") return (node.children ?? []).map(jsonOf);
  return node.value as Json;
}

function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}

function noPart(path: string, { parts }: AppDocument): AppError {
  const near = nearest(path, parts.keys());
  return refusal("app/no-part", `there is no part \`${path}\``, near === undefined ? undefined : `did you mean \`${near}\`?`);
}
