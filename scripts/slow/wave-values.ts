/** Random values as WAVE text, by type: the same call can then be given to us and to wasmtime. */
import fc from "fast-check";
import type { FuncType, ValueType } from "../../packages/engine/src/index.ts";
import { printValue } from "../../packages/engine/src/text/wave.ts";
import { WAVE_KEYWORDS } from "../../packages/engine/src/text/wave-printer.ts";
import { partsOf } from "../../packages/engine/src/types/type-context.ts";

/** Handles, streams and futures have no text. */
const TEXTLESS: readonly ValueType["kind"][] = ["own", "borrow", "stream", "future", "error-context"];

/** Whether a call of `type` and its result can be written down. */
export function hasText({ params, result }: FuncType): boolean {
  const isText = (type: ValueType | undefined): boolean => type === undefined || (!TEXTLESS.includes(type.kind) && partsOf(type).every(isText));
  return params.every(({ type }) => isText(type)) && isText(result);
}

/** Arguments: `1, {name: "a"}`. */
export function argumentTexts({ params }: FuncType): fc.Arbitrary<string> {
  return joined(params.map(({ type }) => valueText(type)));
}

const joined = (texts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...texts).map((all) => all.join(", "));
const label = (name: string): string => (WAVE_KEYWORDS.has(name) ? `%${name}` : name);
const payload = (name: string, type: ValueType | undefined): fc.Arbitrary<string> =>
  type === undefined ? fc.constant(name) : valueText(type).map((text) => `${name}(${text})`);

function valueText(type: ValueType): fc.Arbitrary<string> {
  switch (type.kind) {
    case "record":
      return joined(type.fields.map(({ name, type }) => valueText(type).map((text) => `${label(name)}: ${text}`))).map((text) => `{${text}}`);
    case "tuple":
      return joined(type.types.map(valueText)).map((text) => `(${text})`);
    case "list": {
      const { element, length } = type;
      const size = length === undefined ? { maxLength: 5 } : { minLength: length, maxLength: length };
      return fc.array(valueText(element), size).map((all) => `[${all.join(", ")}]`);
    }
    case "variant":
      return fc.oneof(...type.cases.map(({ name, type }) => payload(label(name), type)));
    case "enum":
      return fc.constantFrom(...type.labels.map(label));
    case "option":
      return fc.oneof(fc.constant("none"), payload("some", type.some));
    case "result":
      return fc.oneof(payload("ok", type.ok), payload("err", type.err));
    case "flags":
      return fc.subarray(type.labels.map(label)).map((all) => `{${all.join(", ")}}`);
    default:
      return scalar(type).map((value) => printValue(value, type));
  }
}

function scalar({ kind }: ValueType): fc.Arbitrary<unknown> {
  const bits = Number(kind.slice(1));
  switch (kind) {
    case "bool":
      return fc.boolean();
    case "f32":
      return fc.float();
    case "f64":
      return fc.double();
    case "char":
      return fc.string({ unit: "binary", minLength: 1, maxLength: 1 });
    case "string":
      return fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));
    case "u8":
    case "u16":
    case "u32":
    case "u64":
      return fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
    case "s8":
    case "s16":
    case "s32":
    case "s64":
      return fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n });
    default:
      throw new Error(`${kind} has no text`);
  }
}
