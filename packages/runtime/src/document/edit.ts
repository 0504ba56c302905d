/**
 * Operations as edits of a document's text: comments, order and layout stay. Each edit is the smallest that does it; what can't be done is
 * an error, and nothing has changed.
 */
import type { Operation } from "../app/operation.ts";
import type { Json, JsonObject } from "./document.ts";
import { cut, forgetEnd, interpose, uninterpose, unwire, wire } from "./edit-wires.ts";
import { Editor, type ImportsOf, nameOf } from "./editor.ts";
import { group } from "./group.ts";
import { pathOf } from "./names.ts";
import { type ParsedDocument, parseDocument } from "./parse.ts";
import { refusal } from "./refusal.ts";
import { ungroup } from "./ungroup.ts";

export interface EditedDocument {
  readonly text: string;
  /** Parts whose path has changed: from the old to the new. */
  readonly moves: ReadonlyMap<string, string>;
}

/** What is known of a document that is to be edited, as it was before all operations. */
export interface KnownOfDocument {
  /** What wildcards stand for: `group` may need it. */
  readonly importsOf?: ImportsOf;
  /** It was read already: a large one takes longer to read than to edit. */
  readonly parsed?: ParsedDocument;
}

/**
 * Edits the text of a document.
 *
 * @throws AppError `app/*` of an operation that can't be done; `document/*` of a document that isn't one.
 */
export function editDocument(text: string, operations: readonly Operation[], known: KnownOfDocument = {}): EditedDocument {
  const moves = new Map<string, string>();
  let edited = text;
  for (const operation of operations) {
    const origins = new Map([...moves].map(([from, to]) => [to, from]));
    const parsed = edited === text && known.parsed !== undefined ? known.parsed : parseDocument(edited, "");
    const editor = new Editor(edited, parsed, (path) => known.importsOf?.(origins.get(path) ?? path));
    perform(editor, operation);
    edited = editor.text.text;
    for (const [from, to] of editor.moves) moves.set(origins.get(from) ?? from, to);
  }
  for (const [from, to] of moves) if (from === to) moves.delete(from);
  return { text: edited, moves };
}

function perform(editor: Editor, operation: Operation): void {
  switch (operation.op) {
    case "add":
      add(editor, operation.name, operation.part);
      return;
    case "remove":
      remove(editor, operation.name);
      return;
    case "rename":
      rename(editor, operation.name, operation.to);
      return;
    case "wire":
      wire(editor, operation);
      return;
    case "cut":
      cut(editor, operation);
      return;
    case "unwire":
      unwire(editor, operation);
      return;
    case "interpose":
      interpose(editor, operation);
      return;
    case "uninterpose":
      uninterpose(editor, operation);
      return;
    case "swap":
      swap(editor, operation.name, operation.component);
      return;
    case "test":
      addTest(editor, operation.name, operation.test);
      return;
    case "configure":
      configure(editor, operation.name, operation.with);
      return;
    case "group":
      group(editor, operation.parts, operation.name);
      return;
    case "ungroup":
      ungroup(editor, operation.name);
      return;
    default:
      operation satisfies never;
  }
}

function add(editor: Editor, path: string, part: JsonObject): void {
  const { app, place } = editor.around(path);
  const name = nameOf(path);
  if (app.parts.has(name)) throw refusal("app/name-taken", `there is a part \`${path}\` already`, `\`tenon swap ${path} FILE\` gives it other code`);
  editor.text.set([...place, "parts", name], part);
}

function remove(editor: Editor, path: string): void {
  const { app, place, name } = editor.part(path);
  const { text } = editor;
  for (const [from, wires] of app.wires) {
    if (from === name) continue;
    for (const [key, wire] of wires) forgetEnd(editor, [...place, "wires", from, key], wire, name);
  }
  for (const [key, { part }] of app.exports) if (part === name) text.set([...place, "exports", key], undefined);
  for (const [each, part] of app.parts) {
    if (part.kind !== "component" || !part.tests.includes(name)) continue;
    const left = part.tests.filter((test) => test !== name);
    text.set([...place, "parts", each, "tests"], left.length === 0 ? undefined : left);
  }
  for (const [i, { check }] of app.needs.entries()) if (check === name) text.set([...place, "needs", i, "check"], undefined);
  text.set([...place, "wires", name], undefined);
  text.set([...place, "parts", name], undefined);
}

function rename(editor: Editor, path: string, to: string): void {
  const spot = editor.part(path);
  const { app, place, name, scope } = spot;
  const { text } = editor;
  if (to === name) throw refusal("app/no-change", `\`${path}\` is called that`);
  if (app.parts.has(to)) throw refusal("app/name-taken", `there is a part \`${to}\` already`);
  const renamed = (end: string): string => (end === name ? to : end.startsWith(`${name}#`) ? `${to}${end.slice(name.length)}` : end);
  text.replaceStrings([...place, "wires"], (at, value) => {
    if (at.length === 2 || (at.length === 3 && at[2] === "to")) return renamed(value);
    return at.length === 5 && at[2] === "through" && at[4] === "part" && value === name ? to : value;
  });
  text.replaceStrings([...place, "exports"], (_, value) => renamed(value));
  text.replaceStrings([...place, "parts"], (at, value) => (at.length === 3 && at[1] === "tests" && value === name ? to : value));
  editor.moved(spot, name, pathOf(scope, to));
  editor.moveChecks(spot);
  if (text.has([...place, "wires", name])) text.renameKey([...place, "wires", name], to);
  text.renameKey([...place, "parts", name], to);
}

function swap(editor: Editor, path: string, component: string): void {
  const { app, place, name } = editor.part(path);
  if (app.parts.get(name)?.kind !== "component") throw refusal("app/no-component", `\`${path}\` is no component: \`configure\` changes a capability`);
  editor.text.set([...place, "parts", name, "component"], component);
}

function addTest(editor: Editor, path: string, test: string): void {
  const { app, place, name } = editor.part(path);
  const part = app.parts.get(name)!;
  if (part.kind !== "component") throw refusal("app/no-component", `\`${path}\` is no component: it has no tests`);
  if (part.tests.includes(test)) throw refusal("app/no-change", `\`${test}\` is a test of \`${path}\` already`);
  editor.text.set([...place, "parts", name, "tests"], [...part.tests, test]);
}

function configure(editor: Editor, path: string, patch: JsonObject): void {
  const { app, place, name } = editor.part(path);
  const part = app.parts.get(name)!;
  if (part.kind !== "capability") throw refusal("app/no-capability", `\`${path}\` is no capability: it has no configuration`);
  mergeInto(editor, [...place, "parts", name, "with"], patch);
}

/** JSON merge patch, RFC 7396, value by value: what it doesn't name keeps its comments. */
function mergeInto(editor: Editor, at: readonly (string | number)[], patch: JsonObject): void {
  const { text } = editor;
  for (const [key, each] of Object.entries(patch)) {
    const place = [...at, key];
    const present = text.value(place);
    if (isObject(each) && isObject(present)) mergeInto(editor, place, each);
    else text.set(place, each === null ? undefined : withoutNulls(each));
  }
}

function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value;
  const left = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(left.map(([key, each]) => [key, withoutNulls(each)]));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
