/**
 * Reads WAVE by the type that is expected: the text alone doesn't say whether `a` is an enum's label, a variant's case or the payload of an
 * option. The values made are those that the engine's exports take.
 */

import { camelCase } from "../abi/label.ts";
import { NUMBER_ARRAYS } from "../abi/number-arrays.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import type { Case, Field, FuncType, ListType, Parameter, ValueType } from "../types/component-types.ts";
import { typeName } from "../types/type-name.ts";
import { WAVE_KEYWORDS } from "./wave-printer.ts";
import { unescapeLines, unescapeString } from "./wave-string.ts";

/** The function's name and where its arguments begin, of `greet("x")`. */
export function parseCallName(text: string): { readonly name: string; readonly offset: number } {
  const match = /^\s*([^\s("']+)\s*(?=\()/.exec(text);
  if (match === null)
    throw new ComponentError(ErrorCode.InvalidWave, `\`${shorten(text)}\` is no call`, { hint: 'write it as `name(argument, ...)`, as in `greet("x")`' });
  return { name: match[1]!, offset: match[0].length };
}

/** The arguments of a call `name(argument, ...)` of a function of `type`. Options at the end may be left out. */
export function parseCall(text: string, { params }: FuncType): unknown[] {
  const reader = new WaveReader(text, parseCallName(text).offset);
  const values = reader.callArguments(params);
  reader.end();
  return values;
}

/** The value of `type` that a WAVE text stands for. */
export function parseValue(text: string, type: ValueType): unknown {
  const reader = new WaveReader(text, 0);
  const value = reader.value(type);
  reader.end();
  return value;
}

type TokenKind = "punctuation" | "number" | "label" | "char" | "string" | "lines" | "end";
interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
}

const BLANK = /(?:[ \t\r\n]+|\/\/[^\n]*)*/y;
const TOKENS: ReadonlyArray<[TokenKind, RegExp]> = [
  ["punctuation", /[{}()[\]:,]/y],
  ["number", /-inf|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y],
  ["label", /%?(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)(?:-(?:[a-z0-9]+|[A-Z0-9]+))*/y],
  ["char", /'(?:[^\\'\n]|\\(?:u\{[^}'\n]*\}|[^\n]))*'/uy],
  ["lines", /"""[\s\S]*?"""/y],
  ["string", /"(?:[^\\"\n]|\\[^\n])*"/y],
];

const INTEGERS: Readonly<Record<string, readonly [bits: number, signed: boolean]>> = {
  u8: [8, false],
  s8: [8, true],
  u16: [16, false],
  s16: [16, true],
  u32: [32, false],
  s32: [32, true],
  u64: [64, false],
  s64: [64, true],
};
class WaveReader {
  readonly #text: string;
  #token: Token;

  constructor(text: string, offset: number) {
    this.#text = text;
    this.#token = this.#read(offset);
  }

  end(): void {
    if (this.#token.kind !== "end") this.#fail(ErrorCode.InvalidWave, "nothing more");
  }

  callArguments(params: readonly Parameter[]): unknown[] {
    const values: unknown[] = [];
    this.#sequence("(", ")", () => {
      const param = params[values.length];
      if (param === undefined) this.#fail(ErrorCode.TypeMismatch, `${params.length} argument${params.length === 1 ? "" : "s"}`);
      values.push(this.value(param.type));
    });
    for (const { name, type } of params.slice(values.length)) {
      if (type.kind !== "option") this.#fail(ErrorCode.TypeMismatch, `argument \`${name}: ${typeName(type)}\``);
      values.push(absent(type));
    }
    return values;
  }

  value(type: ValueType): unknown {
    switch (type.kind) {
      case "bool": {
        const word = this.#keyword("true", "false") ?? this.#mismatch(type);
        return word === "true";
      }
      case "f32":
      case "f64":
        return this.#float(type);
      case "char":
        return this.#char(type);
      case "string":
        return this.#string(type);
      case "list":
        return this.#list(type);
      case "map":
        return new Map(this.#list({ kind: "list", element: { kind: "tuple", types: [type.key, type.value] } }) as [unknown, unknown][]);
      case "tuple":
        return this.#tuple(type.types, type);
      case "record":
        return this.#record(type.fields, type);
      case "flags":
        return this.#flags(type.labels, type);
      case "enum":
        return this.#label(type.labels, (label) => label, type);
      case "variant": {
        const found = this.#label(type.cases, (one) => one.name, type);
        return this.#payload(found);
      }
      case "option":
        return this.#option(type);
      case "result": {
        const tag = this.#keyword("ok", "err");
        if (tag !== undefined) return this.#payload({ name: tag, type: type[tag] });
        return type.ok !== undefined && canBeBare(type.ok) ? { tag: "ok", val: this.value(type.ok) } : this.#mismatch(type);
      }
      case "own":
      case "borrow":
      case "stream":
      case "future":
      case "error-context":
        return this.#fail(ErrorCode.TypeMismatch, `\`${typeName(type)}\`, which can't be written in WAVE`);
      default:
        return this.#integer(type);
    }
  }

  #integer(type: ValueType): number | bigint {
    const [bits, signed] = INTEGERS[type.kind]!;
    const { kind, text } = this.#token;
    if (kind !== "number" || !/^-?\d+$/.test(text)) this.#mismatch(type);
    const value = BigInt(text);
    if ((signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) !== value) this.#mismatch(type);
    this.#next();
    return bits === 64 ? value : Number(value);
  }

  #float(type: ValueType): number {
    const word = this.#keyword("inf", "nan");
    if (word !== undefined) return word === "inf" ? Infinity : NaN;
    if (this.#token.kind !== "number") this.#mismatch(type);
    const { text } = this.#next();
    const value = text === "-inf" ? -Infinity : Number(text);
    return type.kind === "f32" ? Math.fround(value) : value;
  }

  #char(type: ValueType): string {
    if (this.#token.kind !== "char") this.#mismatch(type);
    const { text, start } = this.#token;
    const value = unescapeString(text.slice(1, -1), (at) => this.#failEscape(start + 1 + at));
    if (value === "" || String.fromCodePoint(value.codePointAt(0)!) !== value || !value.isWellFormed()) this.#mismatch(type);
    this.#next();
    return value;
  }

  #string(type: ValueType): string {
    const { kind, text, start } = this.#token;
    if (kind !== "string" && kind !== "lines") this.#mismatch(type);
    const value =
      kind === "string"
        ? unescapeString(text.slice(1, -1), (at) => this.#failEscape(start + 1 + at))
        : unescapeLines(text.slice(3, -3), (at, reason) => this.#failAt(ErrorCode.InvalidWave, start + 3 + at, reason));
    this.#next();
    return value;
  }

  #list(type: ListType): unknown {
    const { element, length } = type;
    const values: unknown[] = [];
    const { start } = this.#token;
    this.#sequence("[", "]", () => values.push(this.value(element)), type);
    if (length !== undefined && values.length !== length) {
      this.#failAt(ErrorCode.TypeMismatch, start, `expected \`${typeName(type)}\`, found ${values.length} elements`);
    }
    return NUMBER_ARRAYS[element.kind]?.from(values as never[]) ?? values;
  }

  #tuple(types: readonly ValueType[], type: ValueType): unknown[] {
    const values: unknown[] = [];
    this.#sequence("(", ")", () => values.push(this.value(types[values.length] ?? this.#mismatch(type, "one more value"))), type);
    if (values.length < types.length) this.#mismatch(type, "too few values before this");
    return values;
  }

  #record(fields: readonly Field[], type: ValueType): object {
    const values = new Map<string, unknown>();
    const { start } = this.#token;
    if (this.#isPunctuation("{") && this.#peek().text === ":") {
      for (const expected of ["{", ":", "}"]) this.#expect(expected);
    } else {
      this.#sequence(
        "{",
        "}",
        () => {
          const { name, type: fieldType } = this.#unique(values, fields, (field) => field.name, type);
          this.#expect(":");
          values.set(name, this.value(fieldType));
        },
        type,
      );
    }
    const record: Record<string, unknown> = {};
    for (const { name, type: fieldType } of fields) {
      if (!values.has(name) && fieldType.kind !== "option") {
        this.#failAt(ErrorCode.TypeMismatch, start, `field \`${name}: ${typeName(fieldType)}\` of \`${typeName(type)}\` is missing`);
      }
      const value = values.has(name) ? values.get(name) : absent(fieldType);
      record[camelCase(name)] = value;
    }
    return record;
  }

  #flags(labels: readonly string[], type: ValueType): object {
    const set = new Map<string, true>();
    this.#sequence(
      "{",
      "}",
      () =>
        void set.set(
          this.#unique(set, labels, (label) => label, type),
          true,
        ),
      type,
    );
    return Object.fromEntries(labels.map((label) => [camelCase(label), set.has(label)]));
  }

  #option(type: ValueType & { kind: "option" }): unknown {
    const tag = this.#keyword("some", "none");
    if (tag === "none") return absent(type);
    if (tag === undefined && !canBeBare(type.some)) this.#mismatch(type);
    if (tag === "some") this.#expect("(");
    const val = this.value(type.some);
    if (tag === "some") this.#expect(")");
    // An option in an option is `{ tag, val }`, since `undefined` can't say which of the two is none.
    return type.some.kind === "option" ? { tag: "some", val } : val;
  }

  #payload({ name: tag, type }: Case): { tag: string; val?: unknown } {
    if (type === undefined) return { tag };
    this.#expect("(");
    const val = this.value(type);
    this.#expect(")");
    return { tag, val };
  }

  /** One of `members` by its label, which must not be a keyword: `%none` is a label. */
  #label<T>(members: readonly T[], nameOf: (member: T) => string, type: ValueType): T {
    const { kind, text } = this.#token;
    const found = members.find((member) => text === `%${nameOf(member)}` || (text === nameOf(member) && !WAVE_KEYWORDS.has(text)));
    if (kind !== "label" || found === undefined) {
      const escaped = members.some((member) => nameOf(member) === text);
      return this.#fail(ErrorCode.TypeMismatch, `\`${typeName(type)}\``, escaped ? `\`${text}\` is a word of WAVE: write \`%${text}\`` : undefined);
    }
    this.#next();
    return found;
  }

  /** The label of a field or flag, where keywords need no `%`. */
  #unique<T>(seen: ReadonlyMap<string, unknown>, members: readonly T[], nameOf: (member: T) => string, type: ValueType): T {
    const { kind, text } = this.#token;
    const name = text.replace(/^%/, "");
    const found = members.find((member) => nameOf(member) === name);
    if (kind !== "label" || found === undefined) return this.#mismatch(type);
    if (seen.has(name)) this.#fail(ErrorCode.InvalidWave, `\`${name}\` only once`);
    this.#next();
    return found;
  }

  #keyword<T extends string>(...words: T[]): T | undefined {
    const word = words.find((one) => this.#token.kind === "label" && one === this.#token.text);
    if (word !== undefined) this.#next();
    return word;
  }

  /** Comma-separated members between brackets; a comma may end them. */
  #sequence(open: string, close: string, member: () => void, type?: ValueType): void {
    if (!this.#isPunctuation(open) && type !== undefined) this.#mismatch(type);
    this.#expect(open);
    while (!this.#isPunctuation(close)) {
      member();
      if (!this.#isPunctuation(",")) break;
      this.#next();
    }
    this.#expect(close);
  }

  #isPunctuation(text: string): boolean {
    return this.#token.kind === "punctuation" && this.#token.text === text;
  }

  #expect(text: string): void {
    if (!this.#isPunctuation(text)) this.#fail(ErrorCode.InvalidWave, `\`${text}\``);
    this.#next();
  }

  #next(): Token {
    const token = this.#token;
    this.#token = this.#peek();
    return token;
  }

  #peek(): Token {
    return this.#read(this.#token.start + this.#token.text.length);
  }

  #read(offset: number): Token {
    BLANK.lastIndex = offset;
    BLANK.exec(this.#text);
    const start = BLANK.lastIndex;
    if (start === this.#text.length) return { kind: "end", text: "", start };
    for (const [kind, pattern] of TOKENS) {
      pattern.lastIndex = start;
      const text = pattern.exec(this.#text)?.[0];
      if (text !== undefined) return { kind, text, start };
    }
    return this.#failAt(ErrorCode.InvalidWave, start, `\`${shorten(this.#text.slice(start))}\` starts no value`);
  }

  #mismatch(type: ValueType, found?: string): never {
    return this.#fail(ErrorCode.TypeMismatch, `\`${typeName(type)}\``, undefined, found);
  }

  #fail(code: ErrorCode, expected: string, hint?: string, found?: string): never {
    const { kind, text, start } = this.#token;
    return this.#failAt(code, start, `expected ${expected}, found ${found ?? (kind === "end" ? "the end" : `\`${shorten(text)}\``)}`, hint);
  }

  #failEscape(offset: number): never {
    return this.#failAt(ErrorCode.InvalidWave, offset, "this is no escape");
  }

  #failAt(code: ErrorCode, offset: number, message: string, hint?: string): never {
    const lines = this.#text.slice(0, offset).split("\n");
    const at = lines.length === 1 ? `character ${offset + 1}` : `line ${lines.length}, character ${lines.at(-1)!.length + 1}`;
    throw new ComponentError(code, `${message} at ${at} of the WAVE text`, hint === undefined ? {} : { hint });
  }
}

/** Whether `some(x)` and `ok(x)` may be written `x`: not when `x` itself could be `none` or `err`. */
function canBeBare(type: ValueType): boolean {
  return type.kind !== "option" && type.kind !== "result";
}

function absent(type: ValueType): unknown {
  return type.kind === "option" && type.some.kind === "option" ? { tag: "none" } : undefined;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}...`;
}
