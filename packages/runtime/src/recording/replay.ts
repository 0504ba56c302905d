/**
 * Runs a recording of a part again, on a fresh instance of the same or of other code: the calls that entered it are made in their order, and
 * those that it makes are answered from the record, where the record has the answer. It ends at the first call that comes to something else.
 */
import { type Component, type ExternType, type FuncType, type Part, promising, ResultError, rewire, Store, WireFailure } from "@tenon/engine";
import { camelCase, pascalCase } from "@tenon/engine/wave";
import { exportedBy } from "../app/exported.ts";
import { fromJson as failureOf } from "../app/laying.ts";
import { serving } from "../document/names.ts";
import { refusal } from "../document/refusal.ts";
import { RecordedHandles } from "./recorded-handles.ts";
import { type CallLine, type EndLine, isCall, type Recording, type WireLine } from "./recording.ts";
import { fromJson, hasStreams, toJson } from "./value-json.ts";
import { argumentDifference, callInWords, differenceInWords, endInWords, endJson, endType, same } from "./words.ts";

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
  /** Where in a value: `` `[2].points`: 30 on record, now 31 ``. */
  readonly difference?: string;
}

/** @throws AppError `recording/*` where the recording is not one of a part, or can't be run again. */
export async function replay(recording: Recording, component: Component): Promise<Replay> {
  if (recording.header.part === undefined)
    throw refusal(
      "recording/no-part",
      "only what was recorded of a whole part can be run again: this recording is of wires",
      "`tenon record PART` records a part",
    );
  if (recording.dropped > 0) throw refusal("recording/incomplete", `${recording.dropped} calls are missing in the recording`);
  // It would pass as a test of whatever it is run on.
  if (!recording.lines.some((line) => isCall(line) && line.in)) throw refusal("recording/empty", "no call that enters the part is on record");
  return new Replaying(recording, component).run();
}

/** Nothing but the record wakes the part: what has not come after so many turns does not come. */
const PATIENCE = 10_000;

type Callable = (...args: unknown[]) => unknown;

/** A call that the part made, and where its line is. */
interface Outgoing {
  readonly line: CallLine;
  readonly at: number;
  /** The last call that entered the part before it. */
  readonly begunBy: number;
}

class Replaying {
  readonly #component: Component;
  readonly #lines: Recording["lines"];
  readonly #ends = new Map<number, { readonly line: EndLine; readonly at: number }>();
  readonly #handles = new RecordedHandles();
  readonly #outgoing: readonly Outgoing[];
  /** How many there are up to the one of a line. */
  readonly #places = new Map<number, number>();
  /** By import, as the record has laid it so far. */
  readonly #wires = new Map<string, WireLine>();
  /** Calls into the part that were made again: what each came to, as soon as it has. */
  readonly #running = new Map<number, { end: EndLine | undefined }>();
  /** Answers that the part waits for. */
  readonly #held = new Map<number, () => void>();
  #part: Part | undefined;
  /** How many of the outgoing calls the part has made. */
  #made = 0;
  /** Line of the last call that was made again. */
  #begun = -1;
  #finding: Divergence | undefined;

  constructor({ lines }: Recording, component: Component) {
    this.#component = component;
    this.#lines = lines;
    let begunBy = -1;
    const outgoing: Outgoing[] = [];
    for (const [at, line] of lines.entries()) {
      if ("end" in line) this.#ends.set(line.end, { line, at });
      else if (isCall(line) && line.in) begunBy = at;
      else if (isCall(line)) this.#places.set(at, outgoing.push({ line, at, begunBy }));
    }
    this.#outgoing = outgoing;
  }

  async run(): Promise<Replay> {
    let count = 0;
    this.#refuseStreams();
    try {
      for (const [at, line] of this.#lines.entries()) {
        if (isCall(line)) await (line.in ? this.#begin(line, at) : this.#expect(line, at));
        else if ("end" in line) count += await this.#end(line);
        else if (!line.in) this.#lay(line);
        if (this.#finding !== undefined) return { same: count, divergence: this.#finding };
      }
      return { same: count };
    } finally {
      this.#part?.[Symbol.dispose]();
    }
  }

  #refuseStreams(): void {
    const all = [...this.#component.imports, ...this.#component.exports];
    for (const line of this.#lines) {
      if (!isCall(line)) continue;
      const found = all.find(({ name }) => serving([line.in ? line.export : line.import], name) !== undefined);
      const type = found && functionOf(found.type, line.function);
      if (type !== undefined && hasStreams(type))
        throw refusal("recording/stream", `\`${line.function}\` hands over a stream or a future: what goes through those is not on record`);
    }
  }

  /** Led as on record: a wire that led nowhere failed, with what it had for that. */
  #lay(wire: WireLine): void {
    this.#wires.set(wire.import, wire);
    if (this.#part !== undefined) this.#layEnd(this.#part, wire);
  }

  #layEnd({ ends }: Part, wire: WireLine): void {
    const name = serving([...ends.keys()], wire.import);
    const end = name === undefined ? undefined : ends.get(name);
    if (end !== undefined) rewire([{ end, through: [({ args, next }) => next(...args)], onFailure: failureOf(wire["on-failure"] ?? null) }]);
  }

  /** One that trapped was started again, if calls of it come to anything. */
  async #living(line: CallLine, at: number): Promise<Part> {
    const recorded = this.#ends.get(line.call);
    const isDown = recorded !== undefined && "failed" in recorded.line && recorded.at === at + 1;
    if (this.#part === undefined || (this.#part.poisonedBy !== undefined && !isDown)) {
      const part = await this.#component.open(this.#imports(), { store: new Store() });
      for (const wire of this.#wires.values()) this.#layEnd(part, wire);
      this.#part = part;
    }
    return this.#part;
  }

  /** Makes a call again that entered the part; what it comes to is looked at where the record has its end. */
  async #begin(line: CallLine, at: number): Promise<void> {
    this.#begun = at;
    const { exports } = await this.#living(line, at);
    const type = this.#exported(line);
    if (type === undefined) {
      this.#finding ??= { call: line.call, of: callInWords(line), recorded: "it is called", now: "there is no such function" };
      return;
    }
    const running: { end: EndLine | undefined } = { end: undefined };
    this.#running.set(line.call, running);
    const end = (ended: EndLine): void => {
      running.end = ended;
    };
    const recorded = this.#ends.get(line.call)?.line;
    const came = (value: unknown, key: "result" | "error"): EndLine => {
      const of = endType({ end: 0, [key]: null } as EndLine, type);
      // Handles that come out get the numbers that they have on record.
      if (of !== undefined && recorded !== undefined && key in recorded) this.#handles.learn(value, endJson(recorded), of, true);
      return { end: line.call, [key]: of === undefined ? null : toJson(value, of, this.#handles) } as EndLine;
    };
    const args = type.params.map(({ type: of }, i) => fromJson(line.args[i] ?? null, of, this.#handles));
    calling(exportedBy(exports, line.export), line.function, args)
      .then((value) => end(came(value, "result")))
      .catch((error: unknown) => {
        if (isMeant(error) && type.result?.kind === "result") end(came(error.payload, "error"));
        else end({ end: line.call, failed: error instanceof Error ? error.message : String(error) });
      });
  }

  /** The part makes this call, if it has not already. */
  async #expect(line: CallLine, at: number): Promise<void> {
    if (await this.#comes(() => this.#made >= this.#places.get(at)!)) return;
    const asked = this.#askedBefore(at);
    const end = asked && this.#running.get(asked.call)?.end;
    const type = asked && this.#exported(asked);
    this.#finding ??= {
      call: asked?.call ?? 0,
      of: asked === undefined ? "its start" : callInWords(asked, type),
      recorded: `it calls ${callInWords(line, this.#imported(line))}`,
      now: end === undefined || type === undefined ? "it waits for something that is not on record" : endInWords(end, type),
    };
  }

  /** How many calls came to what is on record: one, or none. */
  async #end(recorded: EndLine): Promise<number> {
    this.#held.get(recorded.end)?.();
    const running = this.#running.get(recorded.end);
    if (running === undefined) return 0;
    const hasEnded = await this.#comes(() => running.end !== undefined);
    if (this.#finding !== undefined) return 0;
    const now = running.end;
    if (hasEnded && now !== undefined && isSameEnd(recorded, now)) return 1;
    const line = this.#lines.find((each) => isCall(each) && each.call === recorded.end) as CallLine;
    const type = this.#exported(line)!;
    const of = now !== undefined && Object.keys(now)[1] === Object.keys(recorded)[1] ? endType(recorded, type) : undefined;
    const difference = of === undefined ? undefined : differenceInWords(endJson(recorded), endJson(now!), of);
    this.#finding ??= {
      call: line.call,
      of: callInWords(line, type),
      recorded: endInWords(recorded, type),
      now: now === undefined ? "it waits for something that is not on record" : endInWords(now, type),
      ...(difference === undefined ? {} : { difference }),
    };
    return 0;
  }

  async #comes(isThere: () => boolean): Promise<boolean> {
    for (let turn = 0; turn < PATIENCE && !isThere() && this.#finding === undefined; turn++) await undefined;
    return isThere();
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
      const next = this.#outgoing[this.#made];
      const line = next !== undefined && next.begunBy <= this.#begun ? next.line : undefined;
      const isIt = line !== undefined && serving([line.import], name) !== undefined && line.function === label;
      if (isIt) for (const [i, { type: of }] of type.params.entries()) this.#handles.learn(args[i], line.args[i] ?? null, of, false);
      const given = type.params.map(({ type: of }, i) => toJson(args[i], of, this.#handles));
      if (isIt && same(line.args, given)) {
        this.#made += 1;
        return this.#answer(next!, type);
      }
      const wire = [...this.#wires.values()].find(({ import: its }) => serving([its], name) !== undefined);
      if (wire?.to === null) throw new WireFailure("it leads nowhere");
      const asked = this.#askedBefore(next?.at ?? this.#lines.length);
      // Cut off within a call: what it would have called is not known.
      if (next === undefined && asked !== undefined && !this.#ends.has(asked.call)) throw new Error("the recording ends within this call");
      const difference = isIt ? argumentDifference(line.args, given, type) : undefined;
      const last = this.#askedBefore(this.#begun + 1);
      this.#finding ??= {
        call: last?.call ?? 0,
        of: last === undefined ? "its start" : callInWords(last, this.#exported(last)),
        recorded: line === undefined ? "it calls nothing more" : `it calls ${callInWords(line, this.#imported(line))}`,
        now: `it calls ${callInWords({ function: label, args: given }, type)}`,
        ...(difference === undefined ? {} : { difference }),
      };
      throw new Error(`it does something else than is on record: ${this.#finding.now}`);
    };
  }

  /** At once where nothing lies between the call and its end, else when the record comes to its end. */
  #answer({ line, at }: Outgoing, type: FuncType): unknown {
    const end = this.#ends.get(line.call);
    if (end === undefined) throw new Error("the recording ends within this call");
    if (end.at === at + 1) return this.#answerOf(end.line, type);
    return new Promise((resolve, reject) => {
      this.#held.set(line.call, () => {
        try {
          resolve(this.#answerOf(end.line, type));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #answerOf(end: EndLine, type: FuncType): unknown {
    if ("failed" in end) throw new Error(end.failed);
    if ("broken" in end) throw new WireFailure(end.broken);
    const of = endType(end, type);
    const value = of === undefined ? undefined : fromJson(endJson(end), of, this.#handles);
    if ("error" in end) throw new ResultError(value);
    return value;
  }

  /** The last call that entered the part before a line. */
  #askedBefore(at: number): CallLine | undefined {
    return this.#lines.slice(0, at).findLast((each): each is CallLine => isCall(each) && each.in);
  }

  #exported({ export: entered, function: label }: CallLine): FuncType | undefined {
    const found = this.#component.exports.find(({ name }) => serving([name], entered) !== undefined);
    return found && functionOf(found.type, label);
  }

  #imported({ import: left, function: label }: CallLine): FuncType | undefined {
    const found = this.#component.imports.find(({ name }) => serving([left], name) !== undefined);
    return found && functionOf(found.type, label);
  }
}

async function calling(exported: unknown, label: string, args: readonly unknown[]): Promise<unknown> {
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

function functionOf(type: ExternType, label: string): FuncType | undefined {
  if (type.sort === "func") return type.type;
  const found = type.sort === "instance" ? type.type.exports.get(label) : undefined;
  return found?.sort === "func" ? found.type : undefined;
}

function isMeant(error: unknown): error is { readonly payload: unknown } {
  return typeof error === "object" && error !== null && Object.hasOwn(error, "payload");
}

/** Of traps the fact counts, not the words: those name instances. */
function isSameEnd(a: EndLine, b: EndLine): boolean {
  if ("failed" in a || "failed" in b) return "failed" in a && "failed" in b;
  return Object.keys(a)[1] === Object.keys(b)[1] && same(endJson(a), endJson(b));
}
