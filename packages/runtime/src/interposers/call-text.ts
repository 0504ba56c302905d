/** Calls as lines of text: WAVE for values, `tally#1` for the first resource of that type that passed. */
import type { FuncType, ValueType } from "@tenon/engine";
import { printValue } from "@tenon/engine/wave";
import { MAX_LOGGED_VALUE } from "../limits.ts";
import { hiding, withoutSecrets } from "../recording/secrets.ts";
import type { Hiding } from "../recording/value-json.ts";
import { HandleNumbers } from "./handle-numbers.ts";

/** A call that has ended. */
export interface EndedCall {
  readonly function: string;
  readonly args: readonly unknown[];
  readonly outcome: "returned" | "failed";
  /** The result; what was thrown. */
  readonly value: unknown;
  /** Milliseconds. */
  readonly took: number;
}

export class CallText {
  readonly #functions: ReadonlyMap<string, FuncType>;
  readonly #hidden: ReadonlySet<string>;
  readonly #secrets: ReadonlySet<string>;
  readonly #hiding: Hiding;
  readonly #numbers = new HandleNumbers();

  /** `hidden`: parameters whose values are not told. */
  constructor(functions: ReadonlyMap<string, FuncType>, hidden: readonly string[], secrets: ReadonlySet<string>) {
    this.#functions = functions;
    this.#hidden = new Set(hidden);
    this.#secrets = secrets;
    this.#hiding = hiding(() => secrets);
  }

  /** `increment("visits", 1) = 2 (31 µs)` */
  line({ function: label, args, outcome, value, took }: EndedCall): string {
    const type = this.#functions.get(label);
    const given = (type?.params ?? []).map(({ name, type }, i) => (this.#hidden.has(name) ? `${name}: ...` : this.#text(args[i], type)));
    const self = label.startsWith("[method]") ? given.shift() : undefined;
    const name = label.replace(/^\[\w+\]/, "").replace(/^[^.]*(?=\.)/, (resource) => self ?? resource);
    return `${name}(${given.join(", ")})${this.#outcome(type, outcome, value)} (${Math.round(took * 1000)} µs)`;
  }

  #outcome(type: FuncType | undefined, outcome: EndedCall["outcome"], value: unknown): string {
    const result = type?.result;
    if (outcome === "returned") {
      if (result === undefined) return "";
      // A result whose error is thrown is its value alone.
      const text = result.kind === "result" ? (result.ok === undefined ? "ok" : this.#text(value, result.ok, true)) : this.#text(value, result, true);
      return ` = ${text}`;
    }
    const payload =
      typeof value === "object" && value !== null && Object.hasOwn(value, "payload") ? (value as { readonly payload: unknown }).payload : undefined;
    if (payload !== undefined && result?.kind === "result" && result.err !== undefined) return ` = err(${this.#text(payload, result.err, true)})`;
    return ` failed: ${this.#hiding.text(value instanceof Error ? value.message : String(value))}`;
  }

  /** `made`: what is handed over in it was made by the call. */
  #text(value: unknown, type: ValueType, made = false): string {
    let text: string;
    try {
      text = printValue(this.#secrets.size === 0 ? value : withoutSecrets(value, type, this.#hiding), type, (handle, of) =>
        this.#opaque(handle, of, made && of.kind === "own"),
      );
    } catch {
      text = "?";
    }
    return text.length > MAX_LOGGED_VALUE ? `${text.slice(0, MAX_LOGGED_VALUE)}...` : text;
  }

  #opaque(value: unknown, type: ValueType, made: boolean): string {
    if (type.kind !== "own" && type.kind !== "borrow") return `<${type.kind}>`;
    const name = type.resource.identity.name ?? "resource";
    const number = this.#numbers.of(value, made);
    if (number === undefined) return `<${name}>`;
    return `${name}#${number}`;
  }
}
