/**
 * A state of one version of a part, made into one of another version: from the two types, before there is a value, it is known what is
 * gained (fields that start with a default), what is lost, and whether it can be done at all. The rules, in full:
 *
 * - fields of records and cases go by their name; a renamed one is a lost one and a gained one, nothing is guessed;
 * - what is gained starts as none, empty, 0, false or the first case, and this is said;
 * - a number may change its type as long as it stays the very same number;
 * - what is wrapped in an option, or comes out of one, is moved; handles, streams and futures never are: they belong to their instance.
 *
 * Values are as `@tenon/engine` has them in JavaScript. What needs no change is passed on as it is, so bytes are not copied.
 */
import { type Field, typeName, type ValueType } from "@tenon/engine";
import { camelCase } from "@tenon/engine/wave";
import { MAX_STATE_NOTES } from "../limits.ts";
import { defaultOf } from "./default-value.ts";
import { exactly, isNumber, NUMBER_ARRAYS } from "./exact-number.ts";

export interface Adaptation {
  /** Sentences: "`tags` starts as an empty list". */
  readonly gained: readonly string[];
  /** Sentences: "`note` is lost". */
  readonly lost: readonly string[];
  /** @throws StateMisfit when this value can't be kept. */
  convert(value: unknown): unknown;
}

/** A state can't become one of the other version; says where and why. */
export class StateMisfit extends Error {
  override readonly name = "StateMisfit";
  readonly #path: string;
  readonly #why: string;

  constructor(why: string, path = "") {
    super(`${named(path)}: ${why}`);
    this.#why = why;
    this.#path = path;
  }

  /** The same, seen from outside of `step`. */
  within(step: string): StateMisfit {
    return new StateMisfit(this.#why, join(step, this.#path));
  }
}

/** @throws StateMisfit when the types have nothing to do with one another. */
export function adaptationBetween(from: ValueType, to: ValueType): Adaptation {
  const notes = { gained: new Notes(), lost: new Notes() };
  const convert = new Adapter(notes.gained, notes.lost).of("", from, to);
  return { gained: notes.gained.all, lost: notes.lost.all, convert: convert ?? ((value) => value) };
}

/** `undefined`: the value stays as it is. */
type Convert = ((value: unknown) => unknown) | undefined;

interface Case {
  readonly name: string;
  readonly type: ValueType | undefined;
}

/** Sentences, up to a limit. */
class Notes {
  readonly all: string[] = [];

  add(note: string): void {
    if (this.all.length < MAX_STATE_NOTES) this.all.push(note);
    else this.all[MAX_STATE_NOTES] = "and more of the kind";
  }
}

class Adapter {
  readonly #gained: Notes;
  readonly #lost: Notes;

  constructor(gained: Notes, lost: Notes) {
    this.#gained = gained;
    this.#lost = lost;
  }

  /** `path` leads to the place of both, for notes. */
  of(path: string, from: ValueType, to: ValueType): Convert {
    if (from.kind === "option") return to.kind === "option" ? this.#options(path, from.some, to.some) : this.#unwrapped(path, from.some, to);
    if (to.kind === "option") {
      // What is no option is never `undefined`, and only an option within an option is tagged.
      const some = this.of(path, from, to.some);
      return to.some.kind === "option" ? (value) => ({ tag: "some", val: some === undefined ? value : some(value) }) : some;
    }
    if (isNumber(from) && isNumber(to)) return from.kind === to.kind ? undefined : exact(to.kind);
    switch (from.kind) {
      case "bool":
      case "string":
        if (to.kind === from.kind) return undefined;
        break;
      case "char":
        if (to.kind === "char" || to.kind === "string") return undefined;
        break;
      case "record":
        if (to.kind === "record") return this.#record(path, from.fields, to.fields);
        break;
      case "tuple":
        if (to.kind === "tuple") return this.#tuple(path, from.types, to.types);
        break;
      case "list":
        if (to.kind === "list") return this.#list(path, from.element, to.element, from.length, to.length);
        break;
      case "map":
        if (to.kind === "map") return this.#map(path, from, to);
        break;
      case "flags":
        if (to.kind === "flags") return this.#flags(path, from.labels, to.labels);
        break;
      case "enum":
        if (to.kind === "enum") return labels(from.labels, to.labels);
        if (to.kind === "variant") return this.#cases(path, from.labels.map(bare), to.cases, (label) => label as string);
        break;
      case "variant":
        if (to.kind === "variant") return this.#cases(path, from.cases, to.cases, tagOf);
        break;
      case "result":
        if (to.kind === "result") return this.#cases(path, sides(from), sides(to), tagOf);
        break;
      case "own":
      case "borrow":
      case "stream":
      case "future":
      case "error-context":
        throw new StateMisfit(`${typeName(from)} belongs to the instance that has it, and can't be handed over`, path);
    }
    throw new StateMisfit(`${typeName(from)} can't become ${typeName(to)}`, path);
  }

  #options(path: string, from: ValueType, to: ValueType): Convert {
    const some = this.of(path, from, to);
    const [wasTagged, isTagged] = [from.kind === "option", to.kind === "option"];
    if (some === undefined && wasTagged === isTagged) return undefined;
    return (value) => {
      const none = wasTagged ? tagOf(value) === "none" : value === undefined;
      if (none) return isTagged ? { tag: "none" } : undefined;
      const inner = wasTagged ? (value as { readonly val: unknown }).val : value;
      const converted = some === undefined ? inner : some(inner);
      return isTagged ? { tag: "some", val: converted } : converted;
    };
  }

  /** None becomes the default. */
  #unwrapped(path: string, from: ValueType, to: ValueType): Convert {
    const some = this.of(path, from, to);
    const isNone = from.kind === "option" ? (value: unknown) => tagOf(value) === "none" : (value: unknown) => value === undefined;
    const inner = from.kind === "option" ? (value: unknown) => (value as { readonly val: unknown }).val : (value: unknown) => value;
    const start = defaultOf(to);
    if (start !== undefined) this.#gained.add(`${named(path)} is ${start.words} where it was none`);
    return (value) => {
      if (!isNone(value)) return some === undefined ? inner(value) : some(inner(value));
      if (start === undefined) throw new StateMisfit(`it is none, and ${typeName(to)} has no default`);
      return start.make();
    };
  }

  #record(path: string, from: readonly Field[], to: readonly Field[]): Convert {
    const before = new Map(from.map(({ name, type }) => [name, type]));
    const after = new Set(to.map(({ name }) => name));
    for (const { name } of from) if (!after.has(name)) this.#lost.add(`${named(join(path, name))} is lost`);
    const steps = to.map(({ name, type }): Step => {
      const was = before.get(name);
      const at = join(path, name);
      const key = camelCase(name);
      return was === undefined ? { name, key, start: this.#start(at, type) } : { name, key, convert: this.of(at, was, type) };
    });
    return from.length === to.length && steps.every(isNothing) ? undefined : (value) => fill({}, value as object, steps);
  }

  #tuple(path: string, from: readonly ValueType[], to: readonly ValueType[]): Convert {
    for (let i = to.length; i < from.length; i++) this.#lost.add(`${named(join(path, String(i)))} is lost`);
    const steps = to.map((type, i): Step => {
      const at = join(path, String(i));
      const was = from[i];
      return was === undefined ? { name: String(i), key: i, start: this.#start(at, type) } : { name: String(i), key: i, convert: this.of(at, was, type) };
    });
    return from.length === to.length && steps.every(isNothing) ? undefined : (value) => fill([], value as object, steps);
  }

  /** What a field that was not there before starts as. */
  #start(path: string, type: ValueType): () => unknown {
    const start = defaultOf(type);
    if (start === undefined) throw new StateMisfit(`it is new, and ${typeName(type)} has no default`, path);
    this.#gained.add(`${named(path)} starts as ${start.words}`);
    return start.make;
  }

  #list(path: string, from: ValueType, to: ValueType, was: number | undefined, length: number | undefined): Convert {
    const each = this.of(`${path}[]`, from, to);
    const counted: Convert = length === undefined || length === was ? undefined : (value) => ofLength(value, length);
    const Numbers = NUMBER_ARRAYS.get(to.kind);
    if (each === undefined && Numbers === NUMBER_ARRAYS.get(from.kind)) return counted;
    return (value) => {
      counted?.(value);
      const values = value as ArrayLike<unknown>;
      const all = Numbers === undefined ? new Array<unknown>(values.length) : new Numbers(values.length);
      let i = 0;
      try {
        for (; i < values.length; i++) all[i] = (each === undefined ? values[i] : each(values[i])) as never;
      } catch (error) {
        throw stepped(error, `[${i}]`);
      }
      return all;
    };
  }

  #map(path: string, from: { readonly key: ValueType; readonly value: ValueType }, to: { readonly key: ValueType; readonly value: ValueType }): Convert {
    const key = this.of(`${path}[key]`, from.key, to.key);
    const each = this.of(`${path}[]`, from.value, to.value);
    if (key === undefined && each === undefined) return undefined;
    return (value) => {
      const all = new Map<unknown, unknown>();
      try {
        for (const [k, v] of value as Map<unknown, unknown>) all.set(key === undefined ? k : key(k), each === undefined ? v : each(v));
      } catch (error) {
        throw stepped(error, `[${all.size}]`);
      }
      return all;
    };
  }

  #flags(path: string, from: readonly string[], to: readonly string[]): Convert {
    for (const label of from) if (!to.includes(label)) this.#lost.add(`${named(join(path, label))} is lost`);
    for (const label of to) if (!from.includes(label)) this.#gained.add(`${named(join(path, label))} starts as false`);
    if (from.length === to.length && from.every((label) => to.includes(label))) return undefined;
    const keys = to.map((label) => [camelCase(label), from.includes(label)] as const);
    return (value) => {
      const all: Record<string, boolean> = {};
      for (const [key, was] of keys) all[key] = was && (value as Record<string, boolean>)[key] === true;
      return all;
    };
  }

  /** Cases that are gone matter only to a value that has one of them. */
  #cases(path: string, from: readonly Case[], to: readonly Case[], labelOf: (value: unknown) => string): Convert {
    const known = new Map(to.map((each) => [each.name, each]));
    let changes = labelOf !== tagOf;
    const steps = new Map<string, (payload: unknown) => unknown>();
    for (const { name, type } of from) {
      const next = known.get(name);
      changes ||= next === undefined;
      if (next === undefined) continue;
      const at = join(path, name);
      if (type !== undefined && next.type === undefined) this.#lost.add(`what ${named(at)} holds is lost`);
      const convert = type !== undefined && next.type !== undefined ? this.of(at, type, next.type) : undefined;
      const start = type === undefined && next.type !== undefined ? this.#start(at, next.type) : undefined;
      changes ||= convert !== undefined || (type === undefined) !== (next.type === undefined);
      const payload = start ?? convert ?? ((val: unknown) => val);
      steps.set(name, (val) => (next.type === undefined ? { tag: name } : { tag: name, val: payload(val) }));
    }
    if (!changes) return undefined;
    return (value) => {
      const label = labelOf(value);
      const step = steps.get(label);
      if (step === undefined) throw new StateMisfit(`it is \`${label}\`, which is no case any more`);
      try {
        return step((value as { readonly val?: unknown }).val);
      } catch (error) {
        throw stepped(error, label);
      }
    };
  }
}

/** One field: from what was there, or from nothing. */
interface Step {
  readonly name: string;
  readonly key: string | number;
  readonly convert?: Convert;
  readonly start?: () => unknown;
}

const isNothing = ({ convert, start }: Step): boolean => convert === undefined && start === undefined;

function fill(to: object, from: object, steps: readonly Step[]): object {
  let at = "";
  try {
    for (const { name, key, convert, start } of steps) {
      at = name;
      const value = start === undefined ? from[key as never] : start();
      to[key as never] = (convert === undefined ? value : convert(value)) as never;
    }
  } catch (error) {
    throw stepped(error, at);
  }
  return to;
}

function exact(kind: string): Convert {
  const become = exactly(kind);
  return (value) => {
    const same = become(value as number | bigint);
    if (same === undefined) throw new StateMisfit(`${Object.is(value, -0) ? "-0" : value} is no ${kind}`);
    return same;
  };
}

function labels(from: readonly string[], to: readonly string[]): Convert {
  const known = new Set(to);
  if (from.every((label) => known.has(label))) return undefined;
  return (value) => {
    if (known.has(value as string)) return value;
    throw new StateMisfit(`it is \`${value}\`, which is no case any more`);
  };
}

function ofLength(value: unknown, length: number): unknown {
  const found = (value as ArrayLike<unknown>).length;
  if (found === length) return value;
  throw new StateMisfit(`it has ${found} elements, and ${length} are wanted`);
}

const tagOf = (value: unknown): string => (value as { readonly tag: string }).tag;
const bare = (name: string): Case => ({ name, type: undefined });
const sides = ({ ok, err }: { readonly ok: ValueType | undefined; readonly err: ValueType | undefined }): readonly Case[] => [
  { name: "ok", type: ok },
  { name: "err", type: err },
];

const stepped = (error: unknown, step: string): unknown => (error instanceof StateMisfit ? error.within(step) : error);
const join = (path: string, step: string): string => (path === "" || step === "" || step.startsWith("[") ? path + step : `${path}.${step}`);
const named = (path: string): string => (path === "" ? "the state" : `\`${path}\``);
