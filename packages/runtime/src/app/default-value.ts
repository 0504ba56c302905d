/** What a field starts as that a state did not have before. */
import type { ValueType } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import { MAX_DEFAULT_VALUES } from "../limits.ts";
import { NUMBER_ARRAYS } from "./exact-number.ts";

export interface DefaultValue {
  /** For people: "an empty list". */
  readonly words: string;
  make(): unknown;
  /** How many values it is made of; absent: one. */
  readonly count?: number;
}

/** `undefined`: the type has none: it has a character or a handle in it, or too much of anything. */
export function defaultOf(type: ValueType): DefaultValue | undefined {
  switch (type.kind) {
    case "option":
      return { words: "none", make: type.some.kind === "option" ? () => ({ tag: "none" }) : () => undefined };
    case "string":
      return { words: "an empty text", make: () => "" };
    case "bool":
      return { words: "false", make: () => false };
    case "u64":
    case "s64":
      return { words: "0", make: () => 0n };
    case "u8":
    case "s8":
    case "u16":
    case "s16":
    case "u32":
    case "s32":
    case "f32":
    case "f64":
      return { words: "0", make: () => 0 };
    case "list":
      return ofList(type.element, type.length);
    case "map":
      return { words: "an empty map", make: () => new Map() };
    case "flags":
      return { words: "no flag", make: () => Object.fromEntries(type.labels.map((label) => [camelCase(label), false])) };
    case "record": {
      const keys = type.fields.map(({ name }) => camelCase(name));
      const fields = all(type.fields.map((field) => field.type));
      return fields && { ...fields, words: "a record of defaults", make: () => Object.fromEntries(fields.make().map((value, i) => [keys[i]!, value])) };
    }
    case "tuple": {
      const types = all(type.types);
      return types && { ...types, words: "a tuple of defaults" };
    }
    case "enum":
      return { words: `\`${type.labels[0]!}\`, the first case`, make: () => type.labels[0]! };
    case "variant":
      return ofCase(type.cases[0]!.name, type.cases[0]!.type);
    case "result":
      return ofCase("ok", type.ok);
    default:
      return undefined;
  }
}

function ofList(element: ValueType, length: number | undefined): DefaultValue | undefined {
  const Numbers = NUMBER_ARRAYS.get(element.kind);
  const each = length === undefined ? undefined : defaultOf(element);
  if (length === undefined) return { words: "an empty list", make: () => (Numbers === undefined ? [] : new Numbers(0)) };
  if (each === undefined) return undefined;
  const count = length * (each.count ?? 1);
  if (count > MAX_DEFAULT_VALUES) return undefined;
  return { words: `${length} times ${each.words}`, count, make: () => (Numbers === undefined ? Array.from({ length }, each.make) : new Numbers(length)) };
}

function ofCase(tag: string, type: ValueType | undefined): DefaultValue | undefined {
  const payload = type === undefined ? undefined : defaultOf(type);
  if (type !== undefined && payload === undefined) return undefined;
  return {
    words: `\`${tag}\`, the first case`,
    count: payload?.count ?? 1,
    make: payload === undefined ? () => ({ tag }) : () => ({ tag, val: payload.make() }),
  };
}

function all(types: readonly ValueType[]): { readonly count: number; make(): unknown[] } | undefined {
  const each: DefaultValue[] = [];
  let count = 0;
  for (const type of types) {
    const one = defaultOf(type);
    if (one === undefined) return undefined;
    each.push(one);
    count += one.count ?? 1;
  }
  return count > MAX_DEFAULT_VALUES ? undefined : { count, make: () => each.map((one) => one.make()) };
}
