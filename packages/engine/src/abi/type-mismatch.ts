import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { typeName } from "../types/type-name.ts";
import type { Codec } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";

/** The error of a JavaScript value that is not of its type. `place` leads to it: ``argument `items` ``, ``result of `f` ``. */
export function typeMismatch(cx: LiftLowerContext, codec: Codec, value: unknown, place: string): ComponentError {
  for (const [suffix, part, inner] of codec.parts?.(value) ?? []) {
    if (!part.accepts(cx, inner)) return typeMismatch(cx, part, inner, place + suffix);
  }
  return new ComponentError(ErrorCode.TypeMismatch, `${place}: expected ${typeName(codec.type)}, got ${describe(value)}`);
}

const SHOWN = 40;

function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `string ${JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}...` : value)}`;
    case "bigint":
      return `bigint ${value}n`;
    case "number":
    case "boolean":
      return `${typeof value} ${value}`;
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `array of ${value.length}`;
      if ("tag" in value && typeof value.tag === "string") return `object with tag ${JSON.stringify(value.tag)}`;
      return Object.prototype.toString.call(value) === "[object Object]" ? "object" : Object.prototype.toString.call(value).slice(8, -1);
    default:
      return typeof value;
  }
}
