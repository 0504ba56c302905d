/** Operations as they come from outside of the process: what is none is told, before anything is done. */
import type { Json, JsonObject } from "../document/document.ts";
import { refusal } from "../document/refusal.ts";
import type { Change, Operation } from "./operation.ts";

interface Field {
  readonly expected: string;
  readonly accepts: (value: Json) => boolean;
  readonly optional?: true;
}

type FieldsOf<O> = Readonly<Record<Exclude<keyof O, "op">, Field>>;

const text: Field = { expected: "a text", accepts: (value) => typeof value === "string" };
const json: Field = { expected: "JSON", accepts: () => true };
const object: Field = { expected: "an object", accepts: isObject };
const count: Field = { expected: "a whole number from 0", accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 0 };
const texts: Field = { expected: "a list of texts", accepts: (value) => Array.isArray(value) && value.every((each) => typeof each === "string") };
const interposer: Field = {
  expected: "a text, or an object with `kind` and `with`",
  accepts: (value) => typeof value === "string" || (isObject(value) && typeof value.kind === "string" && Object.hasOwn(value, "with")),
};
const textOrCount: Field = { expected: "a text, or a whole number from 0", accepts: (value) => text.accepts(value) || count.accepts(value) };
const wire = { from: text, import: text };

const FIELDS: { readonly [Op in Operation["op"]]: FieldsOf<Extract<Operation, { op: Op }>> } = {
  add: { name: text, part: object },
  remove: { name: text },
  rename: { name: text, to: text },
  wire: { ...wire, to: text, deadline: optional(text), onFailure: optional(json) },
  cut: wire,
  unwire: wire,
  interpose: { ...wire, interposer, at: optional(count) },
  uninterpose: { ...wire, interposer: textOrCount },
  swap: { name: text, component: text },
  test: { name: text, test: text },
  configure: { name: text, with: object },
  group: { parts: texts, name: text },
  ungroup: { name: text },
};

export const OPERATION_NAMES: readonly string[] = Object.keys(FIELDS);

const CHANGE: FieldsOf<Change> = {
  author: text,
  reason: optional(text),
  base: optional(count),
  grant: optional({ expected: "true or false", accepts: (value) => typeof value === "boolean" }),
  wake: optional({ expected: "true or false", accepts: (value) => typeof value === "boolean" }),
};

/** @throws AppError `app/bad-operation` */
export function readOperations(value: Json): readonly Operation[] {
  if (!Array.isArray(value)) throw refusal("app/bad-operation", `operations are a list, not ${shown(value)}`);
  for (const [i, each] of value.entries()) {
    if (!isObject(each)) throw refusal("app/bad-operation", `operation ${i} is no object, but ${shown(each)}`);
    const { op, ...rest } = each;
    if (typeof op !== "string" || !Object.hasOwn(FIELDS, op))
      throw refusal("app/bad-operation", `operation ${i}: there is no \`op\` ${shown(op)}`, `there are ${OPERATION_NAMES.join(", ")}`);
    checkFields(`operation ${i}, \`${op}\``, rest, FIELDS[op as Operation["op"]]);
  }
  return value as unknown as readonly Operation[];
}

/** @throws AppError `app/bad-operation` */
export function readChange(value: Json): Change {
  if (!isObject(value)) throw refusal("app/bad-operation", `who changes an app, and why, is an object, not ${shown(value)}`);
  checkFields("the change", value, CHANGE);
  return value as unknown as Change;
}

/** @throws AppError `app/bad-operation` */
export function readText(value: Json): string {
  if (typeof value !== "string") throw refusal("app/bad-operation", `a part is named by a text, not by ${shown(value)}`);
  return value;
}

function checkFields(what: string, value: JsonObject, fields: Readonly<Record<string, Field>>): void {
  for (const [name, { expected, accepts, optional }] of Object.entries(fields)) {
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (found === undefined && optional === true) continue;
    if (found === undefined) throw refusal("app/bad-operation", `${what} needs \`${name}\`: ${expected}`);
    if (!accepts(found)) throw refusal("app/bad-operation", `${what}: \`${name}\` is ${expected}, not ${shown(found)}`);
  }
  const extra = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
  if (extra !== undefined) throw refusal("app/bad-operation", `${what} has no \`${extra}\``, `it has ${Object.keys(fields).join(", ")}`);
}

function optional(field: Field): Field {
  return { ...field, optional: true };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const MOST_SHOWN = 100;

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  return `\`${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}\``;
}
