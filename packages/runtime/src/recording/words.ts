/** What is on record and what comes instead, in words: calls and values as WAVE, and where two values differ first. */
import type { FuncType, ValueType } from "@tenon/engine";
import { printValue } from "@tenon/engine/wave";
import type { Json } from "../document/document.ts";
import type { CallLine, EndLine } from "./recording.ts";
import { fromJson } from "./value-json.ts";

/** `tally.add(tally#1, 40)`. Without a type, or one that has other parameters: with its arguments as they are in the file. */
export function callInWords({ function: label, args }: Pick<CallLine, "function" | "args">, type?: FuncType): string {
  const fits = type !== undefined && type.params.length === args.length;
  return `${label.replace(/^\[\w+\]/, "")}(${args.map((each, i) => (fits ? valueInWords(each, type.params[i]!.type) : JSON.stringify(each))).join(", ")})`;
}

export function endInWords(end: EndLine, type: FuncType): string {
  if ("failed" in end) return `it fails: ${end.failed}`;
  if ("broken" in end) return `its wire fails: ${end.broken}`;
  const of = endType(end, type);
  if (of === undefined) return "result" in end ? "it gives nothing" : "it gives err";
  return "result" in end ? `it gives ${valueInWords(end.result, of)}` : `it gives err(${valueInWords(end.error, of)})`;
}

/** Of what is in an end. */
export function endType(end: EndLine, { result }: FuncType): ValueType | undefined {
  if ("result" in end) return result?.kind === "result" ? result.ok : result;
  return "error" in end && result?.kind === "result" ? result.err : undefined;
}

export function endJson(end: EndLine): Json {
  return "result" in end ? end.result : "error" in end ? end.error : null;
}

/** `` `[2].points`: 30 on record, now 31 ``; `undefined` where they differ as a whole. */
export function differenceInWords(recorded: Json, now: Json, type: ValueType): string | undefined {
  const { path, words } = difference(recorded, now, type);
  return path === "" ? undefined : `\`${path.replace(/^\./, "")}\`: ${words}`;
}

/** Of arguments: the path begins with the parameter. */
export function argumentDifference(recorded: readonly Json[], now: readonly Json[], { params }: FuncType): string | undefined {
  const at = params.findIndex((_, i) => !same(recorded[i] ?? null, now[i] ?? null));
  if (at < 0) return undefined;
  const { name, type } = params[at]!;
  const { path, words } = difference(recorded[at] ?? null, now[at] ?? null, type);
  return `\`${name}${path}\`: ${words}`;
}

export function same(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface Difference {
  readonly path: string;
  readonly words: string;
}

function difference(recorded: Json, now: Json, type: ValueType): Difference {
  for (const [path, of, a, b] of partsOf(recorded, now, type)) {
    if (same(a, b)) continue;
    const inner = difference(a, b, of);
    return { path: path + inner.path, words: inner.words };
  }
  return { path: "", words: `${valueInWords(recorded, type)} on record, now ${valueInWords(now, type)}` };
}

type Part = readonly [path: string, type: ValueType, recorded: Json, now: Json];

/** What both have in the same places; none where they differ in more than what is in them. */
function partsOf(recorded: Json, now: Json, type: ValueType): Part[] {
  const [a, b] = [recorded, now] as (readonly Json[])[];
  switch (type.kind) {
    case "record": {
      const [x, y] = [recorded, now] as Readonly<Record<string, Json>>[];
      return type.fields.map(({ name, type: of }) => [`.${name}`, of, x![name] ?? null, y![name] ?? null]);
    }
    case "tuple":
      return type.types.map((of, i) => [`.${i}`, of, a![i] ?? null, b![i] ?? null]);
    case "list":
      if (type.element.kind === "u8" || a!.length !== b!.length) return [];
      return a!.map((each, i) => [`[${i}]`, type.element, each, b![i] ?? null]);
    case "option":
      return a!.length === 1 && b!.length === 1 ? [["", type.some, a![0]!, b![0]!]] : [];
    case "variant":
    case "result": {
      const of = type.kind === "result" ? (a![0] === "ok" ? type.ok : type.err) : type.cases.find(({ name }) => name === a![0])?.type;
      return a![0] === b![0] && of !== undefined ? [[`.${a![0]}`, of, a![1] ?? null, b![1] ?? null]] : [];
    }
    default:
      return [];
  }
}

/** What is on record may be of another type than the code has now: then it is told as it is in the file. */
function valueInWords(json: Json, type: ValueType): string {
  const numbers = { numberOf: () => undefined, handleOf: (number: number) => number };
  try {
    return printValue(fromJson(json, type, numbers), type, (number, of) =>
      of.kind !== "own" && of.kind !== "borrow" ? `<${of.kind}>` : `${of.resource.identity.name}#${number === 0 ? "new" : number}`,
    );
  } catch {
    return JSON.stringify(json);
  }
}
