/** Smaller cases, types and values: each candidate is smaller in one respect. */
import type { ValueType } from "../../packages/engine/src/types/component-types.ts";
import { partsOf } from "../../packages/engine/src/types/type-context.ts";
import { camelCase } from "../values.ts";
import type { Case, Side } from "./case.ts";

type Typed = readonly [type: ValueType, value: unknown];

/** Other seeds to try when what is broken depends on it. */
const SEEDS = 6;

export function* smaller(given: Case, index: number): Generator<Case> {
  if (given.broken === undefined) {
    yield* candidates(given, index);
    return;
  }
  // With another type the same seed breaks something else.
  for (const candidate of candidates(given, index)) for (let i = 0; i <= SEEDS; i++) yield { ...candidate, seed: i === 0 ? given.seed : i };
}

function* candidates(given: Case, index: number): Generator<Case> {
  const args = given.calls[index]!;
  if (given.calls.length > 1) yield { ...given, calls: [args] };
  const { answer } = given;
  if (typeof answer === "object") {
    yield { ...given, answer: undefined };
    yield { ...given, answer: "echo" };
    for (const [type, value] of smallerValues(answer.type, answer.value)) yield { ...given, answer: { type, value } };
  }
  for (const [i] of given.params.entries()) {
    yield { ...given, params: without(given.params, i), calls: given.calls.map((each) => without(each, i)) };
    if (given.calls.length > 1) continue;
    for (const [type, value] of smallerValues(given.params[i]!, args[i])) yield { ...given, params: given.params.with(i, type), calls: [args.with(i, value)] };
  }
  for (const who of ["caller", "callee"] as const) {
    const side = given[who];
    const changes: Partial<Side>[] = [{ encoding: "utf8" }, { address: "i32" }, { inPlace: false }, { lie: undefined }];
    for (const change of changes) yield { ...given, [who]: { ...side, ...change } };
  }
  if (given.async) yield { ...given, async: false };
  if (given.from === "image") yield { ...given, from: "host", broken: given.broken === "caller" ? undefined : given.broken };
}

const without = <T>(all: readonly T[], at: number): T[] => all.filter((_, i) => i !== at);

function* smallerValues(type: ValueType, value: unknown): Generator<Typed> {
  const simple: Typed = [{ kind: "bool" }, false];
  switch (type.kind) {
    case "bool":
      if (value) yield [type, false];
      return;
    case "string": {
      yield simple;
      const text = [...(value as string)];
      for (const half of [text.slice(0, text.length >> 1), text.slice(text.length >> 1)]) yield [type, half.join("")];
      for (const i of text.keys()) yield [type, without(text, i).join("")];
      for (const [i, char] of text.entries()) if (char !== "a") yield [type, text.with(i, "a").join("")];
      return;
    }
    case "list": {
      const values = Array.from(value as ArrayLike<unknown>);
      yield simple;
      for (const each of values) yield [type.element, each];
      const { length, ...open } = type;
      if (length !== undefined) yield [open, values];
      const some = (kept: unknown[]): Typed => [length === undefined ? type : { ...type, length: Math.max(1, kept.length) }, kept];
      if (values.length > 2) yield* [some(values.slice(0, values.length >> 1)), some(values.slice(values.length >> 1))];
      if (length === undefined || values.length > 1) for (const i of values.keys()) yield some(without(values, i));
      for (const [i, each] of values.entries()) {
        for (const [element, smallerValue] of smallerValues(type.element, each)) {
          if (values.length === 1) yield [{ ...type, element }, [smallerValue]];
          else if (element === type.element) yield [type, values.with(i, smallerValue)];
        }
      }
      return;
    }
    case "map": {
      const entries = [...(value as Map<unknown, unknown>)];
      yield [{ kind: "list", element: { kind: "tuple", types: [type.key, type.value] } }, entries];
      for (const i of entries.keys()) yield [type, new Map(without(entries, i))];
      for (const [key, each] of entries) yield* [[type.key, key] as const, [type.value, each] as const];
      return;
    }
    case "record":
    case "tuple": {
      const fields = type.kind === "tuple" ? type.types.map((type, i) => ({ name: String(i), type })) : type.fields;
      const values = type.kind === "tuple" ? (value as unknown[]) : fields.map(({ name }) => (value as Record<string, unknown>)[camelCase(name)]);
      const made = (types: readonly ValueType[], values: readonly unknown[], names = fields): Typed =>
        type.kind === "tuple"
          ? [{ kind: "tuple", types }, values]
          : [
              { kind: "record", fields: types.map((type, i) => ({ name: names[i]!.name, type })) },
              Object.fromEntries(values.map((each, i) => [camelCase(names[i]!.name), each])),
            ];
      const types = fields.map(({ type }) => type);
      for (const [i, { type }] of fields.entries()) yield [type, values[i]];
      if (type.kind === "record") yield [{ kind: "tuple", types }, values];
      if (fields.length > 1) for (const i of fields.keys()) yield made(without(types, i), without(values, i), without(fields, i));
      for (const i of fields.keys())
        for (const [part, partValue] of smallerValues(types[i]!, values[i])) yield made(types.with(i, part), values.with(i, partValue));
      return;
    }
    case "variant": {
      const { tag, val } = value as { tag: string; val?: unknown };
      const payload = type.cases.find(({ name }) => name === tag)!.type;
      if (payload !== undefined) yield [payload, val];
      const others = type.cases.filter(({ name }) => name !== tag);
      if (others.length > 0) yield [{ ...type, cases: type.cases.filter(({ name }) => name === tag) }, value];
      if (others.length > 1) for (const other of others) yield [{ ...type, cases: without(type.cases, type.cases.indexOf(other)) }, value];
      const withCase = (from: string, to: ValueType | undefined): ValueType => ({
        ...type,
        cases: type.cases.map(({ name, type }) => ({ name, type: name === from ? to : type })),
      });
      for (const other of others) if (other.type !== undefined) yield [withCase(other.name, undefined), value];
      if (payload === undefined) return;
      for (const [part, partValue] of smallerValues(payload, val)) yield [withCase(tag, part), { tag, val: partValue }];
      return;
    }
    case "option": {
      const nested = type.some.kind === "option";
      const inner = nested ? (value as { val?: unknown }).val : value;
      if (nested ? (value as { tag: string }).tag === "none" : value === undefined) {
        if (partsOf(type.some).length > 0) yield [{ kind: "option", some: { kind: "bool" } }, undefined];
        return;
      }
      yield [type.some, inner];
      for (const [some, part] of smallerValues(type.some, inner)) yield [{ kind: "option", some }, some.kind === "option" ? { tag: "some", val: part } : part];
      return;
    }
    case "result": {
      const { tag, val } = value as { tag: "ok" | "err"; val?: unknown };
      const payload = type[tag];
      yield [{ ...type, [tag === "ok" ? "err" : "ok"]: undefined }, value];
      if (payload === undefined) return;
      yield [payload, val];
      for (const [part, partValue] of smallerValues(payload, val))
        yield [
          { ...type, [tag]: part },
          { tag, val: partValue },
        ];
      return;
    }
    case "flags": {
      yield simple;
      const set = value as Record<string, boolean>;
      for (const label of type.labels) {
        if (type.labels.length > 1) yield [{ ...type, labels: type.labels.filter((each) => each !== label) }, set];
        if (set[camelCase(label)]) yield [type, { ...set, [camelCase(label)]: false }];
      }
      return;
    }
    case "enum":
      yield simple;
      if (type.labels.length > 1) yield [{ ...type, labels: [value as string] }, value];
      return;
    case "char":
      yield simple;
      if (value !== "a") yield [type, "a"];
      return;
    case "u64":
    case "s64":
      yield simple;
      for (const less of [0n, 1n, (value as bigint) / 2n]) if (less !== value) yield [type, less];
      return;
    default:
      yield simple;
      for (const less of [0, 1, Math.trunc((value as number) / 2)]) if (!Object.is(less, value)) yield [type, less];
  }
}

/** More for what is harder to understand. */
export function cost({ params, calls, answer, caller, callee, from, async }: Case): number {
  const sides = [caller, callee].map(
    ({ encoding, address, inPlace, lie }) => (encoding === "utf8" ? 0 : 2) + (address === "i32" ? 0 : 2) + (inPlace ? 1 : 0) + (lie === undefined ? 0 : 3),
  );
  const values = calls.flatMap((args) => params.map((type, i) => costOf(type, args[i])));
  const answered = typeof answer === "object" ? 20 + costOf(answer.type, answer.value) : answer === "echo" ? 5 : 0;
  return sum([...sides, ...values, answered, 20 * calls.length, from === "host" ? 0 : 1, async ? 1 : 0]);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function costOf(type: ValueType, value: unknown): number {
  const text = JSON.stringify(value, (_, each) => (typeof each === "bigint" ? String(each) : each instanceof Map ? [...each] : each)) ?? "";
  return 10 * typeCost(type) + text.length + text.replaceAll(/[ -~]/g, "").length;
}

const typeCost = (type: ValueType | undefined): number =>
  type === undefined
    ? 0
    : 1 +
      (type.kind === "bool" ? 0 : 1) +
      ("labels" in type ? type.labels.length : 0) +
      ("cases" in type ? type.cases.length : 0) +
      ("fields" in type ? type.fields.length : 0) +
      ("length" in type && type.length !== undefined ? 1 : 0) +
      sum(partsOf(type).map(typeCost));
