import { camelCase } from "../abi/label.ts";
import type { ValueType } from "../types/component-types.ts";
import { typeName } from "../types/type-name.ts";
import { escapeString } from "./wave-string.ts";

/** The text of what has none in WAVE: a resource, a stream, a future. */
export type PrintOpaque = (value: unknown, type: ValueType) => string;

/** Labels that WAVE would read as something else: a case of that name is written with `%`. */
export const WAVE_KEYWORDS: ReadonlySet<string> = new Set(["true", "false", "inf", "nan", "some", "none", "ok", "err"]);

/**
 * The WAVE text of a JavaScript value of a type: `{name: "a", tags: ["x"]}`. The value is one that the engine made; a value of another type is
 * printed somehow. Resources, streams and futures have no WAVE text: they print as `<their type>`, or as `opaque` says.
 */
export function printValue(value: unknown, type: ValueType, opaque?: PrintOpaque): string {
  switch (type.kind) {
    case "record":
      return printRecord(value as Record<string, unknown>, type.fields, opaque);
    case "variant": {
      const { tag, val } = value as Tagged;
      return printCase(printLabel(tag), val, type.cases.find((one) => one.name === tag)?.type, opaque);
    }
    case "enum":
      return printLabel(String(value));
    case "option": {
      // An option in an option is `{ tag, val }`, since `undefined` can't say which of the two is none.
      if (type.some.kind === "option") {
        const { tag, val } = value as Tagged;
        return printCase(tag, val, tag === "some" ? type.some : undefined, opaque);
      }
      return value === undefined || value === null ? "none" : printCase("some", value, type.some, opaque);
    }
    case "result": {
      const { tag, val } = value as Tagged;
      return printCase(tag, val, tag === "ok" ? type.ok : type.err, opaque);
    }
    case "flags": {
      const flags = value as Record<string, boolean>;
      return `{${type.labels.filter((label) => flags[camelCase(label)]).join(", ")}}`;
    }
    case "list":
      return `[${Array.from(value as ArrayLike<unknown>, (one) => printValue(one, type.element, opaque)).join(", ")}]`;
    case "map":
      return `[${Array.from(value as Iterable<[unknown, unknown]>, ([key, one]) => `(${printValue(key, type.key, opaque)}, ${printValue(one, type.value, opaque)})`).join(", ")}]`;
    case "tuple":
      return `(${type.types.map((one, i) => printValue((value as unknown[])[i], one, opaque)).join(", ")})`;
    case "string":
      return `"${escapeString(String(value))}"`;
    case "char":
      return `'${escapeString(String(value))}'`;
    case "f32":
    case "f64":
      return printFloat(Number(value), type.kind);
    case "own":
    case "borrow":
    case "stream":
    case "future":
    case "error-context":
      return opaque?.(value, type) ?? `<${typeName(type)}>`;
    default:
      return String(value);
  }
}

interface Tagged {
  readonly tag: string;
  readonly val?: unknown;
}

function printLabel(label: string): string {
  return WAVE_KEYWORDS.has(label) ? `%${label}` : label;
}

function printCase(label: string, payload: unknown, type: ValueType | undefined, opaque: PrintOpaque | undefined): string {
  return type === undefined ? label : `${label}(${printValue(payload, type, opaque)})`;
}

/** Fields that are none are left out; `{:}` is a record without any, since `{}` are flags. */
function printRecord(
  value: Record<string, unknown>,
  fields: readonly { readonly name: string; readonly type: ValueType }[],
  opaque: PrintOpaque | undefined,
): string {
  const shown = fields.flatMap(({ name, type }) => {
    const text = printValue(value[camelCase(name)], type, opaque);
    return type.kind === "option" && text === "none" ? [] : [`${name}: ${text}`];
  });
  return shown.length === 0 ? "{:}" : `{${shown.join(", ")}}`;
}

/** Shortest digits that give the same number, never with an exponent. */
function printFloat(value: number, kind: "f32" | "f64"): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [, first, rest = "", exponent] = /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(shortest(Math.abs(value), kind))!;
  const digits = first! + rest;
  const point = Number(exponent) + 1;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function shortest(value: number, kind: "f32" | "f64"): string {
  if (kind === "f64") return value.toExponential();
  for (let digits = 0; digits < 9; digits += 1) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return value.toExponential();
}
