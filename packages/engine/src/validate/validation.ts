import type { Features } from "../binary/features.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_MESSAGE_LENGTH, MAX_VALUE_BYTES } from "../diagnostics/limits.ts";
import type { CoreValueType, ValueType } from "../types/component-types.ts";
import { CoreTypeTable } from "../types/core-type-table.ts";
import { Flattening } from "../types/flatten.ts";
import { NameProblem } from "../types/names.ts";
import { Layouts } from "../types/size.ts";
import { TypeDifference } from "../types/subtype.ts";
import { TypeContext } from "../types/type-context.ts";

/** What one validation shares: where it is, what is switched on, and what is known of types so far. */
export class Validation {
  readonly bytes: Uint8Array;
  readonly features: Features;
  /** Of the definition or declarator at hand. */
  offset = 0;
  /** Names the definition at hand, for people. */
  path: () => string = () => "component";
  readonly types = new TypeContext((message, code) => this.fail(message, code));
  readonly coreTypes = new CoreTypeTable();
  readonly flat = { i32: new Flattening("i32"), i64: new Flattening("i64") };
  readonly #layouts = new Layouts("i64");

  constructor(bytes: Uint8Array, features: Features) {
    this.bytes = bytes;
    this.features = features;
  }

  error(message: string, code: string = ErrorCode.Invalid): ComponentError {
    return new ComponentError(code, message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}...` : message, {
      offset: this.offset,
      path: this.path(),
    });
  }

  fail(message: string, code?: string): never {
    throw this.error(message, code);
  }

  require(feature: keyof Features, message: string): void {
    if (!this.features[feature]) this.fail(message, ErrorCode.FeatureDisabled);
  }

  requireValues(): void {
    this.require("cmValues", "support for component model `value`s is not enabled");
  }

  /** Runs a check that throws reasons without place, and puts `context` before them. */
  explain<T>(context: () => string, check: () => T): T {
    try {
      return check();
    } catch (error) {
      if (error instanceof NameProblem || error instanceof TypeDifference) this.fail(`${context()}: ${error.message}`);
      throw error;
    }
  }

  checkValueSize(type: ValueType): void {
    if (this.#layouts.of(type).size > MAX_VALUE_BYTES) this.fail("type exceeds maximum byte size", ErrorCode.TooMany);
  }
}

/** Core types as wasmparser writes lists of them: `[I32, I64]`. */
export function coreList(types: readonly CoreValueType[], name: (type: CoreValueType) => string): string {
  return `[${types.map((type) => (typeof type === "string" ? type.toUpperCase() : name(type))).join(", ")}]`;
}
