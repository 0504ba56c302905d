/** Notes down calls on wires, and writes them out many at a time. A call itself only keeps its values; text is made of them afterwards. */
import type { FuncType, Interposer, ValueType } from "@tenon/engine";
import type { Tap, TappedWire } from "../app/recorder.ts";
import { HandleNumbers } from "../interposers/handle-numbers.ts";
import { MAX_RECORDED_PENDING } from "../limits.ts";
import type { CallLine, EndLine, RecordingHeader } from "./recording.ts";
import { toJson } from "./value-json.ts";

export interface RecorderOptions {
  readonly header: RecordingHeader;
  /** Gets whole lines. */
  readonly write: (text: string) => void;
  /** Calls `act` after so many milliseconds. */
  readonly after: (milliseconds: number, act: () => void) => () => void;
  /** Which wires; default: those that enter or leave the header's part. */
  readonly matches?: Tap["matches"];
}

type Note = () => object;

const FLUSH_AFTER = 20;

export class Recorder {
  readonly tap: Tap;
  readonly #options: RecorderOptions;
  readonly #handles = new HandleNumbers();
  #notes: Note[] = [];
  #calls = 0;
  #dropped = 0;
  #forget: (() => void) | undefined;

  constructor(options: RecorderOptions) {
    const { header, write } = options;
    const { part } = header;
    this.#options = options;
    this.tap = {
      matches: options.matches ?? (({ from, to }) => from === part || to === part),
      make: (wire) => this.#interposer(wire, part === undefined || wire.to === part),
    };
    write(`${JSON.stringify(header)}\n`);
  }

  /** How many calls were noted so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Writes what is noted. */
  flush(): void {
    this.#forget?.();
    this.#forget = undefined;
    const notes = this.#notes;
    this.#notes = [];
    let text = "";
    for (const note of notes) text += `${JSON.stringify(note())}\n`;
    if (this.#dropped > 0) text += `${JSON.stringify({ dropped: this.#dropped })}\n`;
    this.#dropped = 0;
    if (text !== "") this.#options.write(text);
  }

  #interposer({ from, import: name, to, export: entered, functions }: TappedWire, isIn: boolean): Interposer {
    const place = { in: isIn, from, import: name, to, ...(isIn && entered !== undefined ? { export: entered } : {}) };
    return ({ function: label, args, next }) => {
      const type = functions.get(label);
      if (type === undefined || this.#notes.length >= MAX_RECORDED_PENDING) {
        this.#dropped += 1;
        return next(...args);
      }
      const call = ++this.#calls;
      // A handle's number is taken while it is there.
      const numbers = this.#numbersOf(args, type);
      this.#note(() => ({ call, ...place, function: label, args: type.params.map(({ type: of }, i) => this.#json(args[i], of, numbers)) }) satisfies CallLine);
      return this.#followed(call, type, () => next(...args));
    };
  }

  #followed(call: number, type: FuncType, go: () => unknown): unknown {
    const returned = (value: unknown): unknown => {
      const of = type.result?.kind === "result" ? type.result.ok : type.result;
      const numbers = of === undefined ? NO_NUMBERS : this.#number(value, of, true, new Map());
      this.#note(() => ({ end: call, result: of === undefined ? null : this.#json(value, of, numbers) }) satisfies EndLine);
      return value;
    };
    const failed = (error: unknown): never => {
      this.#note(() => this.#failure(call, type, error));
      throw error;
    };
    let result: unknown;
    try {
      result = go();
    } catch (error) {
      return failed(error);
    }
    return result instanceof Promise ? result.then(returned, failed) : returned(result);
  }

  #failure(call: number, { result }: FuncType, error: unknown): EndLine {
    const meant = typeof error === "object" && error !== null && Object.hasOwn(error, "payload");
    if (!meant || result?.kind !== "result") return { end: call, failed: error instanceof Error ? error.message : String(error) };
    const { payload } = error as { readonly payload: unknown };
    return { end: call, error: result.err === undefined ? null : this.#json(payload, result.err, this.#number(payload, result.err, true, new Map())) };
  }

  #numbersOf(args: readonly unknown[], { params }: FuncType): ReadonlyMap<unknown, number> {
    let numbers: Map<unknown, number> | undefined;
    for (const [i, { type }] of params.entries()) if (hasHandles(type)) numbers = this.#number(args[i], type, false, numbers ?? new Map());
    return numbers ?? NO_NUMBERS;
  }

  /** Numbers of all handles in a value. */
  #number(value: unknown, type: ValueType, made: boolean, into: Map<unknown, number>): Map<unknown, number> {
    if (!hasHandles(type)) return into;
    toJson(value, type, {
      numberOf: (handle, of) => {
        const number = this.#handles.of(handle, made && of.kind === "own") ?? 0;
        into.set(handle, number);
        return number;
      },
      handleOf: () => undefined,
    });
    return into;
  }

  #json(value: unknown, type: ValueType, numbers: ReadonlyMap<unknown, number>): ReturnType<typeof toJson> {
    return toJson(value, type, { numberOf: (handle) => numbers.get(handle), handleOf: () => undefined });
  }

  #note(note: Note): void {
    this.#notes.push(note);
    this.#forget ??= this.#options.after(FLUSH_AFTER, () => this.flush());
  }
}

const NO_NUMBERS: ReadonlyMap<unknown, number> = new Map();

const withHandles = new WeakMap<ValueType, boolean>();

/** Whether resources are in values of a type. */
function hasHandles(type: ValueType): boolean {
  let known = withHandles.get(type);
  if (known === undefined) {
    known = partsOf(type).some((each) => each.kind === "own" || each.kind === "borrow" || hasHandles(each)) || type.kind === "own" || type.kind === "borrow";
    withHandles.set(type, known);
  }
  return known;
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
