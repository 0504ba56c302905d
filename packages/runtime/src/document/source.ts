/** The text of a document as a tree with places: what is wrong with it is collected here, each with its line. */
import { findNodeAtLocation, getNodePath, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH, MAX_PROBLEMS } from "../limits.ts";
import type { Json, Place } from "./document.ts";
import type { Problem } from "./problem.ts";

/** JSON with objects as maps: keys may be anything. */
export type Value = null | boolean | number | string | readonly Value[] | ReadonlyMap<string, Value>;

export interface Saying {
  /** Asked for only if it is to be told. */
  readonly hint?: string | (() => string | undefined) | undefined;
  readonly at?: "key" | "value";
}

export class Source {
  readonly problems: Problem[] = [];
  /** `undefined`: what is there can't be read as JSON. */
  readonly value: Value | undefined;
  readonly #file: string;
  readonly #text: string;
  readonly root: Node | undefined;
  readonly #lines: number[] = [0];

  constructor(text: string, file: string) {
    this.#file = file;
    this.#text = text;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#lines.push(at + 1);
    if (text.length > MAX_DOCUMENT_BYTES) {
      this.say("document/too-large", [], `a document has at most ${MAX_DOCUMENT_BYTES} characters, this one has ${text.length}`);
      return;
    }
    const depth = depthOf(text);
    if (depth === undefined) {
      this.say("document/empty", [], "the document is empty", { hint: '{ "tenon": 1, "name": "my-app", "parts": {}, "wires": {} }' });
      return;
    }
    if (depth > MAX_DOCUMENT_DEPTH) {
      this.say("document/too-deep", [], `a document is at most ${MAX_DOCUMENT_DEPTH} levels deep, this one ${depth}`);
      return;
    }
    const errors: ParseError[] = [];
    this.root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
    for (const error of errors) this.#saySyntax(error);
    if (this.root === undefined || errors.length > 0) return;
    this.value = this.#valueOf(this.root);
  }

  /** Both from 1, of a key (or, where there is none, of the value). What isn't there is where it would be: at what it would be in. */
  locate(place: Place, what: "key" | "value" = "key"): { readonly line: number; readonly column: number } {
    for (let length = place.length; this.root !== undefined && length >= 0; length--) {
      const node = findNodeAtLocation(this.root, [...place.slice(0, length)]);
      if (node === undefined) continue;
      const key = what === "key" || length < place.length ? node.parent : undefined;
      return this.#at(key?.type === "property" ? key.offset : node.offset);
    }
    return { line: 1, column: 1 };
  }

  say(code: string, place: Place, message: string, { hint, at = "value" }: Saying = {}): void {
    if (this.problems.length > MAX_PROBLEMS) return;
    if (this.problems.length === MAX_PROBLEMS) {
      this.problems.push({ code: "document/too-many", message: `there are more than ${MAX_PROBLEMS} problems`, place: [], file: this.#file });
      return;
    }
    const found = typeof hint === "function" ? hint() : hint;
    this.problems.push({ code, message, place, file: this.#file, ...this.locate(place, at), ...(found === undefined ? {} : { hint: found }) });
  }

  /** The first of a line: what follows it is mostly its echo. */
  #saySyntax({ error, offset, length }: ParseError): void {
    const { line, column } = this.#at(offset);
    if (this.problems.length >= MAX_PROBLEMS || this.problems.some((each) => each.line === line)) return;
    const name = printParseErrorCode(error);
    const word = this.#text.slice(offset, offset + length);
    const message = name === "InvalidSymbol" ? `\`${word}\` means nothing here` : (SYNTAX.get(name) ?? "a value is expected");
    const hint = name === "InvalidSymbol" ? { hint: `keys and texts stand in double quotes: ${JSON.stringify(word)}` } : {};
    this.problems.push({ code: "document/syntax", message, place: [], file: this.#file, line, column, ...hint });
  }

  #at(offset: number): { readonly line: number; readonly column: number } {
    let [low, high] = [0, this.#lines.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lines[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lines[low]! + 1 };
  }

  #valueOf({ type, children = [], value }: Node): Value {
    if (type === "array") return children.map((child) => this.#valueOf(child));
    if (type !== "object") return value as Value;
    const map = new Map<string, Value>();
    for (const child of children) {
      const [key, inner] = child.children as [Node, Node];
      // Of two values for one key a reader sees one, a program the other.
      if (map.has(key.value as string)) this.#sayTwice(key, child.offset);
      map.set(key.value as string, this.#valueOf(inner));
    }
    return map;
  }

  #sayTwice(key: Node, offset: number): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    const problem = { code: "document/duplicate", message: `\`${key.value}\` is there twice`, place: getNodePath(key), file: this.#file };
    this.problems.push({ ...problem, ...this.#at(offset), hint: "keep one of the two" });
  }
}

/** With objects as objects, `__proto__` a key like any other. */
export function plain(value: Value): Json {
  if (isObject(value)) return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
  return Array.isArray(value) ? (value as readonly Value[]).map(plain) : (value as Json);
}

export function isObject(value: Value | undefined): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

export function nounOf(value: Value): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  return typeof value === "boolean" ? `${value}` : `a ${typeof value === "string" ? "text" : "number"}`;
}

/**
 * Brackets that are open at one time, at most, as the parser would have them, which passes over those that close nothing. `undefined`:
 * there is nothing but comments. Runs over the signs itself: it has to be done before the parser, and costs little beside that.
 */
function depthOf(text: string): number | undefined {
  const open: string[] = [];
  let [most, isEmpty] = [0, true];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === " " || sign === "\n" || sign === "\r" || sign === "\t") continue;
    const comment = sign === "/" ? commentEnd(text, at) : undefined;
    if (comment !== undefined) {
      at = comment - 1;
      continue;
    }
    isEmpty = false;
    if (sign === '"') at = textEnd(text, at);
    else if (sign === "{" || sign === "[") most = Math.max(most, open.push(sign === "{" ? "}" : "]"));
    else if (sign === open.at(-1)) open.pop();
  }
  return isEmpty ? undefined : most;
}

/** Behind a comment that begins here; `undefined`: none does, or it has no end. */
function commentEnd(text: string, at: number): number | undefined {
  if (text[at + 1] !== "/" && text[at + 1] !== "*") return undefined;
  if (text[at + 1] === "*") {
    const end = text.indexOf("*/", at + 2);
    return end < 0 ? undefined : end + 2;
  }
  let end = at;
  while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end++;
  return end;
}

/** The quote that ends a text, or the end of its line. */
function textEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const sign = text[end];
    if (sign === '"' || sign === "\n" || sign === "\r") return end;
    if (sign === "\\") end++;
  }
  return text.length;
}

const SYNTAX: ReadonlyMap<string, string> = new Map([
  ["InvalidNumberFormat", "a number that isn't one"],
  ["UnexpectedEndOfNumber", "a number that isn't one"],
  ["PropertyNameExpected", "the name of a key is expected, in double quotes"],
  ["ValueExpected", "a value is expected"],
  ["ColonExpected", "`:` is expected"],
  ["CommaExpected", "`,` is expected"],
  ["CloseBraceExpected", "`}` is expected"],
  ["CloseBracketExpected", "`]` is expected"],
  ["EndOfFileExpected", "something follows the end of the document"],
  ["UnexpectedEndOfComment", "a comment has no end"],
  ["UnexpectedEndOfString", "a text has no end"],
  ["InvalidUnicode", "an escape that isn't one"],
  ["InvalidEscapeCharacter", "an escape that isn't one"],
  ["InvalidCharacter", "a character that can't be in a text: write it as an escape"],
]);
