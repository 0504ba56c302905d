/**
 * Notes down calls on wires, and writes them out many at a time. What a call carries becomes text at once, since whoever gets it may change it;
 * the text is written when a little time has passed, or when there is much of it.
 */
import { type FuncType, type Interposer, type ValueType, WireFailure } from "@tenon/engine";
import type { Tap, TappedWire } from "../app/recorder.ts";
import { HandleNumbers } from "../interposers/handle-numbers.ts";
import { MAX_RECORDED_PENDING, MAX_RECORDING_BYTES } from "../limits.ts";
import type { RecordingHeader, WireLine } from "./recording.ts";
import { hiding } from "./secrets.ts";
import { type Handles, toJson } from "./value-json.ts";

export interface RecorderOptions {
  readonly header: RecordingHeader;
  /** Gets whole lines. What it throws ends the recording, and nothing else. */
  readonly write: (text: string) => void;
  /** Calls `act` after so many milliseconds. */
  readonly after: (milliseconds: number, act: () => void) => () => void;
  /** Which wires; default: those that enter or leave the header's part. */
  readonly matches?: Tap["matches"];
  /** Texts that are told as `<secret>`. */
  readonly secrets?: () => ReadonlySet<string>;
}

const FLUSH_AFTER = 20;

export class Recorder {
  readonly tap: Tap;
  readonly #options: RecorderOptions;
  readonly #given: Handles;
  readonly #made: Handles;
  #text = "";
  /** In characters, each of which has three bytes at most. */
  #room: number = MAX_RECORDING_BYTES / 3;
  #wires = 0;
  #calls = 0;
  #dropped = 0;
  #failure: unknown;
  #forget: (() => void) | undefined;

  constructor(options: RecorderOptions) {
    const { header, secrets } = options;
    const { part } = header;
    this.#options = options;
    const numbers = new HandleNumbers();
    const told = secrets === undefined ? {} : { hiding: hiding(secrets) };
    this.#given = { ...told, numberOf: (handle) => numbers.of(handle, false), handleOf: () => undefined };
    this.#made = { ...told, numberOf: (handle, { kind }) => numbers.of(handle, kind === "own"), handleOf: () => undefined };
    this.tap = {
      matches: options.matches ?? (({ from, to }) => from === part || to === part),
      make: (wire) => this.#interposer(wire, part === undefined || wire.to === part),
      // What a part is asked is what arrives there; what it asks is what leaves it.
      isLast: ({ to }) => to === part,
    };
    this.#write(`${JSON.stringify(header)}\n`);
  }

  /** How many calls were noted so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Why it could not be written; nothing more is noted since. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Writes what is noted. */
  flush(): void {
    this.#forget?.();
    this.#forget = undefined;
    const text = this.#dropped === 0 ? this.#text : `${this.#text}${JSON.stringify({ dropped: this.#dropped })}\n`;
    this.#text = "";
    this.#dropped = 0;
    if (text !== "") this.#write(text);
  }

  #write(text: string): void {
    if (this.#failure !== undefined) return;
    try {
      this.#options.write(text);
    } catch (error) {
      this.#failure = error;
    }
  }

  #interposer({ from, import: name, to, export: entered, onFailure, functions }: TappedWire, isIn: boolean): Interposer {
    const wire = ++this.#wires;
    const line: WireLine = { wire, in: isIn, from, import: name, to, export: entered, ...(onFailure === undefined ? {} : { "on-failure": onFailure }) };
    // Made before the wire is laid: it may come to nothing, but no call is before it.
    this.#note(JSON.stringify(line));
    return ({ function: label, args, next }) => {
      const type = functions.get(label);
      const given = type === undefined ? undefined : this.#argsOf(args, type);
      if (type === undefined || given === undefined || this.#room <= 0) {
        this.#dropped += 1;
        return next(...args);
      }
      const call = ++this.#calls;
      this.#note(`{"call":${call},"wire":${wire},"function":${JSON.stringify(label)},"args":${given}}`);
      return this.#followed(call, type, next, args);
    };
  }

  #followed(call: number, type: FuncType, next: (...args: unknown[]) => unknown, args: readonly unknown[]): unknown {
    let result: unknown;
    try {
      result = next(...args);
    } catch (error) {
      this.#failed(call, type, error);
      throw error;
    }
    if (!(result instanceof Promise)) {
      this.#returned(call, type, result);
      return result;
    }
    return result.then(
      (value: unknown) => {
        this.#returned(call, type, value);
        return value;
      },
      (error: unknown) => {
        this.#failed(call, type, error);
        throw error;
      },
    );
  }

  #returned(call: number, { result }: FuncType, value: unknown): void {
    const of = result?.kind === "result" ? result.ok : result;
    const text = of === undefined ? "null" : this.#textOf(value, of);
    this.#note(text === undefined ? failedLine(call, "what it gives is not of its type") : `{"end":${call},"result":${text}}`);
  }

  #failed(call: number, { result }: FuncType, error: unknown): void {
    const meant = typeof error === "object" && error !== null && Object.hasOwn(error, "payload") && result?.kind === "result";
    if (meant) {
      const text = result.err === undefined ? "null" : this.#textOf((error as { readonly payload: unknown }).payload, result.err);
      if (text !== undefined) {
        this.#note(`{"end":${call},"error":${text}}`);
        return;
      }
    }
    const message = error instanceof Error ? error.message : String(error);
    const told = this.#made.hiding?.text(message) ?? message;
    this.#note(error instanceof WireFailure ? JSON.stringify({ end: call, broken: told }) : failedLine(call, told));
  }

  #argsOf(args: readonly unknown[], { params }: FuncType): string | undefined {
    try {
      return JSON.stringify(params.map(({ type }, i) => toJson(args[i], type, this.#given)));
    } catch {
      return undefined;
    }
  }

  /** `undefined`: what is written in JavaScript gave something else, at which the call is about to fail. */
  #textOf(value: unknown, type: ValueType): string | undefined {
    try {
      return JSON.stringify(toJson(value, type, this.#made));
    } catch {
      return undefined;
    }
  }

  #note(line: string): void {
    this.#room -= line.length + 1;
    this.#text += `${line}\n`;
    if (this.#text.length > MAX_RECORDED_PENDING) this.flush();
    else this.#forget ??= this.#options.after(FLUSH_AFTER, () => this.flush());
  }
}

function failedLine(end: number, failed: string): string {
  return JSON.stringify({ end, failed });
}
