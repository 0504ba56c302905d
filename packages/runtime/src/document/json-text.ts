import type { Node } from "jsonc-parser";
import type { Json } from "./document.ts";

interface Layout {
  /** One step of indentation. */
  readonly unit: string;
  readonly eol: string;
  /** Characters of a line at most, where a value could also be written on several. */
  readonly width: number;
}

/** A value as people write it: on one line where it fits, else one line for each of its own. */
export function writeJson(value: Json, layout: Layout, { indent, column }: { readonly indent: string; readonly column: number }): string {
  const line = onOneLine(value);
  if (value === null || typeof value !== "object" || column + line.length <= layout.width) return line;
  const inner = indent + layout.unit;
  const [open, close, texts] = Array.isArray(value)
    ? ["[", "]", (value as readonly Json[]).map((each) => writeJson(each, layout, { indent: inner, column: inner.length }))]
    : [
        "{",
        "}",
        Object.entries(value).map(([key, each]) => {
          const name = `${JSON.stringify(key)}: `;
          return name + writeJson(each, layout, { indent: inner, column: inner.length + name.length });
        }),
      ];
  return `${open}${texts.map((each) => layout.eol + inner + each).join(",")}${layout.eol}${indent}${close}`;
}

function onOneLine(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(onOneLine).join(", ")}]`;
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${onOneLine(each)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** What a node of the tree means; `__proto__` is a key like any other. */
export function jsonOf(node: Node): Json {
  if (node.type === "object") return Object.fromEntries((node.children ?? []).map(({ children }) => [children![0]!.value as string, jsonOf(children![1]!)]));
  if (node.type === "array") return (node.children ?? []).map(jsonOf);
  return node.value as Json;
}
