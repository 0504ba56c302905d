/**
 * The text of a document, changed at places of its tree. Comments, order and layout stay: a property that goes takes the comments with it
 * that stand before it and behind it on its line, one that comes is laid out as its neighbours are.
 */
import { createScanner, findNodeAtLocation, type JSONPath, type Node, parseTree } from "jsonc-parser";
import type { Json } from "./document.ts";
import { jsonOf, writeJson } from "./json-text.ts";

/** A property on its way from one place to another. */
export interface Piece {
  readonly key: string;
  /** Comments on lines of their own before it, without indentation. */
  readonly before: readonly string[];
  /** The value's text; its lines after the first are indented as if the property weren't. */
  readonly value: string;
  /** A comment behind it on its line. */
  readonly after: string;
}

/** Where a property stands with all that belongs to it, as offsets. */
interface Extent {
  readonly property: Node;
  /** Begin of the comments before it, or of itself. */
  readonly start: number;
  /** Behind its value, its comma and the comments on the same line. */
  readonly end: number;
  /** Its comma, if it has one. */
  readonly comma: number | undefined;
  /** Where the comments behind it begin. */
  readonly notes: number;
  /** Whether the last of those reaches to the end of its line. */
  readonly toLineEnd: boolean;
}

// Kinds of tokens as the scanner of jsonc-parser numbers them: its declaration has them as an enum that only a compiler can read.
const COMMA = 5;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const LINE_BREAK = 14;
const TRIVIA = 15;

/** A line is no longer than this where a value is written on one line with its key. */
const WIDTH = 120;

export class DocumentText {
  #text: string;
  /** Of the text, once it was asked for. */
  #root: Node | undefined;
  /** Values that are to be replaced in the text: a part that many wires lead to is removed in one go. They don't overlap. */
  #pending: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  readonly #unit: string;
  readonly #eol: string;

  /** `root`: its tree, if there is one. */
  constructor(text: string, root?: Node) {
    this.#text = text;
    this.#root = root;
    this.#unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
    this.#eol = text.includes("\r\n") ? "\r\n" : "\n";
  }

  get text(): string {
    if (this.#pending.length > 0) {
      const edits = this.#pending.sort((a, b) => a.from - b.from);
      this.#pending = [];
      const kept = edits.map(({ from, text }, i) => this.#text.slice(edits[i - 1]?.to ?? 0, from) + text);
      this.#text = kept.join("") + this.#text.slice(edits.at(-1)!.to);
      this.#root = undefined;
    }
    return this.#text;
  }

  has(at: JSONPath): boolean {
    return this.#node(at) !== undefined;
  }

  value(at: JSONPath): Json | undefined {
    const node = this.#node(at);
    return node && jsonOf(node);
  }

  /** Keys of an object, in their order. */
  keys(at: JSONPath): readonly string[] {
    return (this.#node(at)?.children ?? []).map(({ children }) => children![0]!.value as string);
  }

  /** Gives a place a value; objects on the way to it are made. `undefined` takes the property away. */
  set(at: JSONPath, value: Json | undefined): void {
    const node = this.#node(at);
    if (value === undefined) {
      if (node !== undefined) this.take(at);
      return;
    }
    if (node !== undefined) {
      if (JSON.stringify(jsonOf(node)) === JSON.stringify(value)) return;
      const { line, column } = lineAt(this.#text, node.offset);
      this.#pending.push({ from: node.offset, to: node.offset + node.length, text: this.#write(value, /^[ \t]*/.exec(line)![0], column) });
      return;
    }
    const parent = at.slice(0, -1);
    const key = at.at(-1) as string;
    if (this.#node(parent) === undefined) this.set(parent, Object.fromEntries([[key, value]]));
    else this.put(parent, { key, before: [], value: this.#write(value, "", key.length), after: "" });
  }

  /** Calls the property by another name. */
  renameKey(at: JSONPath, to: string): void {
    const key = this.#node(at)!.parent!.children![0]!;
    this.#replace(key.offset, key.offset + key.length, JSON.stringify(to));
  }

  /** Replaces texts below a place; `at` is the place from there. */
  replaceStrings(below: JSONPath, replaced: (at: JSONPath, value: string) => string): void {
    const top = this.#node(below);
    const edits: { readonly node: Node; readonly value: string }[] = [];
    const visit = (node: Node, at: JSONPath): void => {
      for (const [i, child] of (node.children ?? []).entries()) {
        if (node.type === "object") visit(child.children![1]!, [...at, child.children![0]!.value as string]);
        else visit(child, [...at, i]);
      }
      if (node.type !== "string") return;
      const value = replaced(at, node.value as string);
      if (value !== node.value) edits.push({ node, value });
    };
    if (top !== undefined) visit(top, []);
    for (const { node, value } of edits.reverse()) this.#replace(node.offset, node.offset + node.length, JSON.stringify(value));
  }

  /** Takes a property out of its object. */
  take(at: JSONPath): Piece {
    // Offsets are those of the text as it is.
    void this.text;
    const property = this.#node(at)!.parent!;
    const { children: siblings = [], offset: open, length } = property.parent!;
    const index = siblings.indexOf(property);
    const { start, end, comma, notes } = this.#extent(siblings, index, open);
    const previous = index > 0 ? this.#extent(siblings, index - 1, open) : undefined;
    const next = index + 1 < siblings.length ? this.#extent(siblings, index + 1, open) : undefined;
    // The comma may stand between the comments.
    const after = comma === undefined || comma < notes ? this.text.slice(notes, end) : this.text.slice(notes, comma) + this.text.slice(comma + 1, end);
    const piece = this.#piece(property, start, after);
    const [lineStart, lineEnd] = [this.#indentStart(start), this.#blankEnd(end)];
    const ownLines = lineStart !== undefined && lineEnd !== undefined && (previous === undefined || previous.end < lineStart);
    const close = open + length - 1;
    const only = previous === undefined && next === undefined && this.text.slice(open + 1, start).trim() === "" && this.text.slice(end, close).trim() === "";
    if (only) this.#replace(open + 1, close, "");
    else if (ownLines) this.#replace(lineStart, lineEnd, "");
    else if (next !== undefined) this.#replace(start, next.start, "");
    else this.#replace(previous?.end ?? open + 1, end, previous?.toLineEnd === true ? this.#eol : "");
    // What is the last now needs no comma, unless the last had one.
    if (next === undefined && comma === undefined && previous?.comma !== undefined) this.#replace(previous.comma, previous.comma + 1, "");
    return piece;
  }

  /** Puts a property into an object, at its end or before another. */
  put(into: JSONPath, { key, before, value, after }: Piece, behind?: string): void {
    void this.text;
    const object = this.#node(into)!;
    const { children: siblings = [], offset: open, length } = object;
    const name = JSON.stringify(key);
    const next = siblings.findIndex(({ children }) => children![0]!.value === behind);
    const neighbour = siblings.length === 0 ? undefined : this.#extent(siblings, next < 0 ? siblings.length - 1 : next, open);
    const simple = before.length === 0 && after === "" && !value.includes("\n");
    if (neighbour === undefined) {
      const outer = /^[ \t]*/.exec(lineAt(this.text, open).line)![0];
      const lines = this.#lines({ key, before, value, after }, outer + this.#unit, "");
      const inner = this.text.slice(open + 1, open + length - 1).trimEnd();
      this.#replace(open + 1, open + length - 1, `${inner}${this.#eol}${lines}${this.#eol}${outer}`);
      return;
    }
    const lineStart = this.#indentStart(neighbour.start);
    if (lineStart === undefined || (siblings.length === 1 && !this.text.slice(open, neighbour.start).includes("\n"))) {
      const { line } = lineAt(this.text, neighbour.start);
      if (simple && line.length + name.length + value.length + 4 <= WIDTH) {
        if (next >= 0) this.#replace(neighbour.property.offset, neighbour.property.offset, `${name}: ${value}, `);
        else this.#appendInline(neighbour, `${name}: ${value}`);
        return;
      }
      // One line no more: each property gets its own.
      const outer = /^[ \t]*/.exec(lineAt(this.text, open).line)![0];
      const breaks = [...siblings.map((_, i) => this.#extent(siblings, i, open).start), open + length - 1];
      for (const [i, offset] of [...breaks.entries()].reverse()) {
        const indent = i === breaks.length - 1 ? outer : outer + this.#unit;
        const from = offset - /[ \t]*$/.exec(this.text.slice(0, offset))![0].length;
        if (!this.text.slice(0, from).endsWith("\n")) this.#replace(from, offset, this.#eol + indent);
      }
      this.put(into, { key, before, value, after }, behind);
      return;
    }
    const indent = this.text.slice(lineStart, neighbour.start);
    if (next >= 0) this.#replace(lineStart, lineStart, this.#lines({ key, before, value, after }, indent, ",") + this.#eol);
    else this.#append(neighbour, this.#eol + this.#lines({ key, before, value, after }, indent, neighbour.comma === undefined ? "" : ","));
  }

  /** Behind the last property, with the comma that it needs. */
  #append({ property, end, comma }: Extent, text: string): void {
    this.#replace(end, end, text);
    const behind = property.offset + property.length;
    if (comma === undefined) this.#replace(behind, behind, ",");
  }

  /** On its line, before the comments on that. */
  #appendInline({ property, comma }: Extent, text: string): void {
    const behind = comma === undefined ? property.offset + property.length : comma + 1;
    this.#replace(behind, behind, comma === undefined ? `, ${text}` : ` ${text}`);
  }

  #lines({ key, before, value, after }: Piece, indent: string, comma: string): string {
    const body = `${JSON.stringify(key)}: ${value.replaceAll(/\n(?=[^\r\n])/g, `\n${indent}`)}${comma}${after === "" ? "" : ` ${after}`}`;
    return [...before, body].map((line) => (line === "" ? "" : indent + line)).join(this.#eol);
  }

  #piece(property: Node, start: number, notes: string): Piece {
    const [key, value] = property.children!;
    const indent = /^[ \t]*/.exec(lineAt(this.text, property.offset).line)![0];
    const deindented = (text: string) => text.split("\n").map((line, i) => (i > 0 && line.startsWith(indent) ? line.slice(indent.length) : line));
    const comments = this.text.slice(start, property.offset).trimEnd();
    return {
      key: key!.value as string,
      before: comments === "" ? [] : deindented(comments).map((line) => line.replace(/\r$/, "")),
      value: deindented(this.text.slice(value!.offset, value!.offset + value!.length)).join("\n"),
      after: notes.trim(),
    };
  }

  /** `open`: the brace of the object. */
  #extent(siblings: readonly Node[], index: number, open: number): Extent {
    const property = siblings[index]!;
    const before = index === 0 ? open + 1 : siblings[index - 1]!.offset + siblings[index - 1]!.length;
    const behind = property.offset + property.length;
    return { property, start: this.#commentsStart(before, property.offset), ...this.#behind(behind) };
  }

  /** Where the comments begin that stand directly before an offset: those on the line of what is before them belong to that. */
  #commentsStart(from: number, offset: number): number {
    const scanner = createScanner(this.text.slice(from, offset));
    let [start, breaks] = [offset, 0];
    for (let token = scanner.scan() as number, left = false; isBetween(token); token = scanner.scan()) {
      if (token === COMMA) start = offset;
      else if (token === LINE_BREAK) {
        left = true;
        breaks += scanner.getTokenValue().split("\n").length - 1;
        if (breaks > 1) start = offset;
      } else if (token === LINE_COMMENT || token === BLOCK_COMMENT) {
        if (left && start === offset) start = from + scanner.getTokenOffset();
        breaks = 0;
      }
    }
    return start;
  }

  /** The comma behind a property, and the comments on its line. */
  #behind(from: number): Pick<Extent, "end" | "comma" | "notes" | "toLineEnd"> {
    const scanner = createScanner(this.text);
    scanner.setPosition(from);
    let [end, notes, comma, toLineEnd] = [from, from, undefined as number | undefined, false];
    for (let token = scanner.scan() as number; isBetween(token); token = scanner.scan()) {
      const [offset, length] = [scanner.getTokenOffset(), scanner.getTokenLength()];
      if (token === LINE_BREAK) break;
      if (token === COMMA) {
        if (comma !== undefined) break;
        comma = offset;
        if (notes === end) notes = offset + length;
        end = offset + length;
      } else if (token !== TRIVIA) {
        end = offset + length;
        toLineEnd = token === LINE_COMMENT;
      }
    }
    if (comma !== undefined) return { end, comma, notes, toLineEnd };
    // A comma may stand on a later line.
    scanner.setPosition(end);
    let token = scanner.scan() as number;
    while (token !== COMMA && isBetween(token)) token = scanner.scan();
    if (token !== COMMA) return { end, comma, notes, toLineEnd };
    const at = scanner.getTokenOffset();
    return { end: at + 1, comma: at, notes: at + 1, toLineEnd: false };
  }

  /** Begin of the line, if there is nothing but space before the offset. */
  #indentStart(offset: number): number | undefined {
    const start = this.text.lastIndexOf("\n", offset - 1) + 1;
    return start > 0 && this.text.slice(start, offset).trim() === "" ? start : undefined;
  }

  /** Behind the end of the line, if there is nothing but space behind the offset. */
  #blankEnd(offset: number): number | undefined {
    const end = this.text.indexOf("\n", offset);
    return end >= 0 && this.text.slice(offset, end).trim() === "" ? end + 1 : undefined;
  }

  #write(value: Json, indent: string, column: number): string {
    return writeJson(value, { unit: this.#unit, eol: this.#eol, width: WIDTH }, { indent, column });
  }

  #node(at: JSONPath): Node | undefined {
    this.#root ??= parseTree(this.text);
    const node = this.#root && findNodeAtLocation(this.#root, at);
    if (this.#pending.length === 0) return node;
    const isOld = node === undefined || this.#pending.some(({ from, to }) => from < node.offset + node.length && node.offset < to);
    if (!isOld) return node;
    this.#root = parseTree(this.text);
    return this.#root && findNodeAtLocation(this.#root, at);
  }

  #replace(from: number, to: number, text: string): void {
    this.#text = this.text.slice(0, from) + text + this.text.slice(to);
    this.#root = undefined;
  }
}

/** What stands between two properties. */
function isBetween(token: number): boolean {
  return token === COMMA || (token >= LINE_COMMENT && token <= TRIVIA);
}

function lineAt(text: string, offset: number): { readonly line: string; readonly column: number } {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return { line: text.slice(start, end < 0 ? undefined : end), column: offset - start };
}
