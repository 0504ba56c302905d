/**
 * Runs a recording of a part again, on a fresh instance of the same or of other code: the calls that entered it are made in their order, and
 * those that it makes are answered from the record. It ends at the first call that comes to something else.
 */
import { type Component, type ExternType, type FuncType, type Part, promising, ResultError, Store, type ValueType } from "@tenon/engine";
import { camelCase, printValue } from "@tenon/engine/wave";
import type { Json } from "../document/document.ts";
import { serving } from "../document/names.ts";
import { refusal } from "../document/refusal.ts";
import { RecordedHandles } from "./recorded-handles.ts";
import type { CallLine, EndLine, Recording } from "./recording.ts";
import { fromJson, toJson } from "./value-json.ts";

export interface Replay {
  /** Calls that entered the part and came to what is on record. */
  readonly same: number;
  /** The first that did not. */
  readonly divergence?: Divergence;
}

/** Where the code does something else than is on record. */
export interface Divergence {
  /** Number of the call in the recording. */
  readonly call: number;
  /** `increment("visits", 1)` */
  readonly of: string;
  /** What is on record, and what came instead, in words. */
  readonly recorded: string;
  readonly now: string;
}

/** Thrown within the guest when it calls something else than is on record; the trap that it becomes is not the finding. */
class Diverged extends Error {
  readonly divergence: Divergence;

  constructor(divergence: Divergence) {
    super(`it does something else than is on record: ${divergence.now}`);
    this.divergence = divergence;
  }
}

/** @throws AppError `recording/*` where the recording is not one of a part, or the code has no such exports. */
export async function replay(recording: Recording, component: Component): Promise<Replay> {
  if (recording.header.part === undefined)
    throw refusal(
      "recording/no-part",
      "only what was recorded of a whole part can be run again: this recording is of wires",
      "`tenon record PART` records a part",
    );
  if (recording.dropped > 0) throw refusal("recording/incomplete", `${recording.dropped} calls are missing in the recording: they came too fast`);
  return new Replaying(recording, component).run();
}

type Callable = (...args: unknown[]) => unknown;

class Replaying {
  readonly #component: Component;
  readonly #lines: Recording["lines"];
  readonly #ends = new Map<number, EndLine>();
  readonly #handles = new RecordedHandles();
  /** Calls that the part made, in their order. */
  readonly #outgoing: CallLine[];
  #answered = 0;
  #finding: Divergence | undefined;

  constructor({ lines }: Recording, component: Component) {
    this.#component = component;
    this.#lines = lines;
    for (const line of lines) if ("end" in line) this.#ends.set(line.end, line);
    this.#outgoing = lines.filter((line): line is CallLine => "call" in line && !line.in);
  }

  async run(): Promise<Replay> {
    const part = await this.#component.open(this.#imports(), { store: new Store() });
    const underWay = new Map<number, Promise<Divergence | undefined>>();
    let same = 0;
    for (const line of this.#lines) {
      if ("call" in line) {
        if (line.in && this.#ends.has(line.call)) underWay.set(line.call, this.#make(line, part));
        continue;
      }
      const divergence = this.#finding ?? (await underWay.get(line.end)) ?? this.#finding;
      if (divergence !== undefined) return { same, divergence };
      if (underWay.has(line.end)) same += 1;
    }
    part[Symbol.dispose]();
    return { same };
  }

  /** One call that entered the part, made again. */
  async #make(line: CallLine, part: Part): Promise<Divergence | undefined> {
    const { export: name, function: label } = line;
    const found = serving(Object.keys(part.exports), name ?? label);
    const type = found === undefined ? undefined : functionOf(this.#component.type.exports.get(found)!, label);
    if (type === undefined) return this.#divergence(line, undefined, "there is no such function");
    const recorded = this.#ends.get(line.call)!;
    const args = type.params.map(({ type: of }, i) => fromJson(line.args[i] ?? null, of, this.#handles));
    let now: EndLine;
    try {
      const value = await this.#call(part.exports[found!], label, args);
      const of = resultOf(type);
      // Handles that come out get the numbers that they have on record.
      if (of !== undefined && "result" in recorded) this.#handles.learn(value, recorded.result, of);
      now = { end: line.call, result: of === undefined ? null : toJson(value, of, this.#handles) };
    } catch (error) {
      if (this.#finding !== undefined) return this.#finding;
      now = failureOf(line.call, type, error, this.#handles);
    }
    return sameEnd(recorded, now) ? undefined : this.#divergence(line, recorded, this.#endInWords(now, type), type);
  }

  #call(exported: unknown, label: string, args: readonly unknown[]): unknown {
    const [, kind, resource, member] = /^(?:\[(\w+)\]([^.]+)\.?)?(.*)$/.exec(label)!;
    if (typeof exported === "function" && kind === undefined) return promising(exported)(...args);
    const members = exported as Readonly<Record<string, unknown>>;
    if (kind === undefined) return promising(members[camelCase(member!)])(...args);
    const Class = members[pascalCase(resource!)] as (new (...args: unknown[]) => Record<string, unknown>) & Readonly<Record<string, unknown>>;
    if (kind === "constructor") return new Class(...args);
    if (kind === "static") return promising(Class[camelCase(member!)])(...args);
    const [self, ...rest] = args as [Record<string, unknown>, ...unknown[]];
    return promising(self[camelCase(member!)]).call(self, ...rest);
  }

  /** What the part imports, as functions and classes that answer from the record. */
  #imports(): Readonly<Record<string, unknown>> {
    const imports: Record<string, unknown> = Object.create(null);
    for (const { name, type } of this.#component.imports) {
      if (type.sort === "func") imports[name] = this.#answering(name, name, type.type);
      else if (type.sort === "instance") imports[name] = this.#interface(name, type);
    }
    return imports;
  }

  #interface(name: string, { type }: ExternType & { readonly sort: "instance" }): object {
    const provided: Record<string, unknown> = Object.create(null);
    for (const [label, { sort, type: of }] of type.exports) {
      if (sort === "type" && of.kind === "resource")
        provided[pascalCase(label)] = this.#handles.classFor(of.identity.name ?? label, [...type.exports], (each, its) => this.#answering(name, each, its));
      else if (sort === "func" && !label.startsWith("[")) provided[camelCase(label)] = this.#answering(name, label, of);
    }
    return provided;
  }

  /** The next call on record has to be this one. */
  #answering(name: string, label: string, type: FuncType): Callable {
    return (...args) => {
      const line = this.#outgoing[this.#answered];
      const given = type.params.map(({ type: of }, i) => toJson(args[i], of, this.#handles));
      const now = `it calls ${callInWords(label, type, args, this.#handles)}`;
      if (line === undefined || serving([line.import], name) === undefined || line.function !== label) throw this.#diverge(line, type, now);
      if (JSON.stringify(line.args) !== JSON.stringify(given)) throw this.#diverge(line, type, now);
      this.#answered += 1;
      const end = this.#ends.get(line.call);
      if (end === undefined || "failed" in end) throw new Error(end === undefined ? "the recording ends within this call" : end.failed);
      const of = resultOf(type);
      if ("result" in end) return of === undefined ? undefined : fromJson(end.result, of, this.#handles);
      throw new ResultError(type.result?.kind === "result" && type.result.err !== undefined ? fromJson(end.error, type.result.err, this.#handles) : undefined);
    };
  }

  #diverge(line: CallLine | undefined, type: FuncType, now: string): Diverged {
    const recorded =
      line === undefined ? "it calls nothing more" : `it calls ${recordedCall(line, line.args.length === type.params.length ? type : undefined)}`;
    const incoming = this.#lines.findLast((each) => "call" in each && each.in && each.call < (line?.call ?? Number.POSITIVE_INFINITY)) as CallLine | undefined;
    this.#finding ??= { call: incoming?.call ?? 0, of: incoming === undefined ? "its start" : recordedCall(incoming), recorded, now };
    return new Diverged(this.#finding);
  }

  #divergence(line: CallLine, recorded: EndLine | undefined, now: string, type?: FuncType): Divergence {
    return {
      call: line.call,
      of: recordedCall(line, type),
      recorded: recorded === undefined || type === undefined ? "it is called" : this.#endInWords(recorded, type),
      now,
    };
  }

  #endInWords(end: EndLine, type: FuncType): string {
    if ("failed" in end) return `it fails: ${end.failed}`;
    const [json, of] = "result" in end ? [end.result, resultOf(type)] : [end.error, type.result?.kind === "result" ? type.result.err : undefined];
    const text = of === undefined ? "" : jsonInWords(json, of);
    return "result" in end ? `it gives ${text === "" ? "nothing" : text}` : `it gives err(${text})`;
  }
}

function functionOf(type: ExternType, label: string): FuncType | undefined {
  if (type.sort === "func") return type.type;
  const found = type.sort === "instance" ? type.type.exports.get(label) : undefined;
  return found?.sort === "func" ? found.type : undefined;
}

/** What a function gives when it does not fail. */
function resultOf({ result }: FuncType): ValueType | undefined {
  return result?.kind === "result" ? result.ok : result;
}

function failureOf(call: number, { result }: FuncType, error: unknown, handles: RecordedHandles): EndLine {
  const meant = typeof error === "object" && error !== null && Object.hasOwn(error, "payload") && result?.kind === "result";
  if (!meant) return { end: call, failed: error instanceof Error ? error.message : String(error) };
  return { end: call, error: result.err === undefined ? null : toJson((error as { readonly payload: unknown }).payload, result.err, handles) };
}

/** Of traps the fact counts, not the words: those name instances. */
function sameEnd(a: EndLine, b: EndLine): boolean {
  if ("failed" in a || "failed" in b) return "failed" in a && "failed" in b;
  return JSON.stringify({ ...a, end: 0 }) === JSON.stringify({ ...b, end: 0 });
}

function callInWords(label: string, { params }: FuncType, args: readonly unknown[], handles: RecordedHandles): string {
  return `${bare(label)}(${params.map(({ type }, i) => printValue(args[i], type, (handle, of) => handles.name(handle, of))).join(", ")})`;
}

function recordedCall({ function: label, args }: CallLine, type?: FuncType): string {
  const words = type === undefined ? args.map((each) => JSON.stringify(each)) : type.params.map(({ type: of }, i) => jsonInWords(args[i] ?? null, of));
  return `${bare(label)}(${words.join(", ")})`;
}

function jsonInWords(json: Json, type: ValueType): string {
  const numbers = { numberOf: () => undefined, handleOf: (number: number) => number };
  return printValue(fromJson(json, type, numbers), type, (number, of) =>
    of.kind === "own" || of.kind === "borrow" ? `${of.resource.identity.name}#${number}` : `<${of.kind}>`,
  );
}

function bare(label: string): string {
  return label.replace(/^\[\w+\]/, "");
}

function pascalCase(label: string): string {
  const camel = camelCase(label);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}
