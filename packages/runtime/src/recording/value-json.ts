/**
 * Component values as JSON, and back, by their types: whole numbers of 64 bits as text, bytes as base64, floats that JSON lacks by their names,
 * a variant as `[case]` or `[case, payload]`, an option as `[]` or `[value]`, a resource as `{ "#": number }`. Streams and futures are not
 * carried: they are `null`.
 */
import type { Field, FuncType, ValueType } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import type { Json } from "../document/document.ts";

/** What stands for a resource: its number, and the other way. */
export interface Handles {
  numberOf(handle: unknown, type: ValueType): number | undefined;
  handleOf(number: number, type: ValueType): unknown;
  /** What texts are told as; absent: as they are. */
  readonly hiding?: Hiding;
}

/** Texts and bytes without what is secret. */
export interface Hiding {
  text(value: string): string;
  bytes(value: Uint8Array): Uint8Array;
}

interface Tagged {
  readonly tag: string;
  readonly val?: unknown;
}

/** A copy: the value may be changed afterwards. @throws where the value is not of the type */
export function toJson(value: unknown, type: ValueType, handles: Handles): Json {
  const inner = (each: unknown, of: ValueType): Json => toJson(each, of, handles);
  switch (type.kind) {
    case "record":
      return Object.fromEntries(type.fields.map(({ name, type: of }) => [name, inner((value as Fields)[camelCase(name)], of)]));
    case "variant":
    case "result": {
      const { tag, val } = value as Tagged;
      const of = caseType(type, tag);
      return of === undefined ? [tag] : [tag, inner(val, of)];
    }
    case "option": {
      if (type.some.kind === "option") return (value as Tagged).tag === "none" ? [] : [inner((value as Tagged).val, type.some)];
      return value === undefined || value === null ? [] : [inner(value, type.some)];
    }
    case "tuple":
      return type.types.map((of, i) => inner((value as readonly unknown[])[i], of));
    case "list":
      return type.element.kind === "u8" ? bytesToJson(value, handles) : Array.from(value as ArrayLike<unknown>, (each) => inner(each, type.element));
    case "map":
      return Array.from(value as Iterable<[unknown, unknown]>, ([key, each]) => [inner(key, type.key), inner(each, type.value)]);
    case "flags":
      return type.labels.filter((label) => (value as Fields)[camelCase(label)]);
    case "s64":
    case "u64":
      return String(value);
    case "f32":
    case "f64":
      return Number.isFinite(value) && !Object.is(value, -0) ? (value as number) : Object.is(value, -0) ? "-0" : String(value);
    case "own":
    case "borrow":
      return { "#": handles.numberOf(value, type) ?? 0 };
    case "stream":
    case "future":
    case "error-context":
      return null;
    case "string":
      return handles.hiding === undefined ? (value as string) : handles.hiding.text(value as string);
    default:
      return value as Json;
  }
}

function bytesToJson(value: unknown, { hiding }: Handles): string {
  // What is written in JavaScript may give any list of numbers.
  const bytes = value instanceof Uint8Array ? value : Uint8Array.from(value as ArrayLike<number>);
  return (hiding === undefined ? bytes : hiding.bytes(bytes)).toBase64();
}

type Fields = Readonly<Record<string, unknown>>;

export function fromJson(json: Json, type: ValueType, handles: Handles): unknown {
  const inner = (each: Json | undefined, of: ValueType): unknown => fromJson(each ?? null, of, handles);
  const list = json as readonly Json[];
  switch (type.kind) {
    case "record":
      return Object.fromEntries(type.fields.map(({ name, type: of }: Field) => [camelCase(name), inner((json as Readonly<Record<string, Json>>)[name], of)]));
    case "variant":
    case "result": {
      const [tag, val] = list as [string, Json?];
      const of = caseType(type, tag);
      return of === undefined ? { tag } : { tag, val: inner(val, of) };
    }
    case "option": {
      if (type.some.kind === "option") return list.length === 0 ? { tag: "none" } : { tag: "some", val: inner(list[0], type.some) };
      return list.length === 0 ? undefined : inner(list[0], type.some);
    }
    case "tuple":
      return type.types.map((of, i) => inner(list[i], of));
    case "list":
      return type.element.kind === "u8" ? Uint8Array.fromBase64(json as string) : list.map((each) => inner(each, type.element));
    case "map":
      return new Map(list.map((pair) => [inner((pair as readonly Json[])[0], type.key), inner((pair as readonly Json[])[1], type.value)]));
    case "flags":
      return Object.fromEntries(type.labels.map((label) => [camelCase(label), list.includes(label)]));
    case "s64":
    case "u64":
      return BigInt(json as string);
    case "f32":
    case "f64":
      return Number(json);
    case "own":
    case "borrow":
      return handles.handleOf((json as { readonly "#": number })["#"], type);
    case "stream":
    case "future":
    case "error-context":
      return undefined;
    default:
      return json;
  }
}

function caseType(type: ValueType & { readonly kind: "variant" | "result" }, tag: string): ValueType | undefined {
  if (type.kind === "result") return tag === "ok" ? type.ok : type.err;
  return type.cases.find(({ name }) => name === tag)?.type;
}

/** Whether resources are in values of a type. */
export function hasHandles(type: ValueType): boolean {
  return type.kind === "own" || type.kind === "borrow" || partsOf(type).some(hasHandles);
}

/** Whether what a function is given or gives is handed over beside the call. */
export function hasStreams({ params, result }: FuncType): boolean {
  const has = (type: ValueType): boolean => type.kind === "stream" || type.kind === "future" || partsOf(type).some(has);
  return params.some(({ type }) => has(type)) || (result !== undefined && has(result));
}

function partsOf(type: ValueType): readonly ValueType[] {
  const some = (...types: readonly (ValueType | undefined)[]): ValueType[] => types.filter((each) => each !== undefined);
  switch (type.kind) {
    case "record":
      return type.fields.map(({ type: of }) => of);
    case "variant":
      return some(...type.cases.map(({ type: of }) => of));
    case "result":
      return some(type.ok, type.err);
    case "option":
      return [type.some];
    case "tuple":
      return type.types;
    case "list":
      return [type.element];
    case "map":
      return [type.key, type.value];
    default:
      return [];
  }
}
