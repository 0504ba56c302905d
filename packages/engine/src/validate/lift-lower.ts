/** `canon lift` and `canon lower` (CanonicalABI.md "canon lift", "canon lower"), and the core types that functions have by either. */

import type { CanonSyntax } from "../binary/syntax.ts";
import type { CoreFuncType, CoreSubType, CoreValueType, FuncType } from "../types/component-types.ts";
import { coreTypeName, coreValueName, sameCoreType, sameCoreValueType } from "../types/core-subtype.ts";
import { canonOptions, checkLowerOptions, requireMemory, requireRealloc, requireSignature } from "./canon-options.ts";
import type { CanonOptions, ValidDefinition } from "./definitions.ts";
import { gcCoreType } from "./gc-abi.ts";
import type { Scope } from "./scope.ts";
import { coreList } from "./validation.ts";

export function lift(scope: Scope, { coreFunc, options: syntax, type: index }: CanonSyntax & { canon: "lift" }): ValidDefinition {
  const { validation } = scope;
  const type = scope.funcType(index);
  const core = scope.at("core func", coreFunc);
  let options = canonOptions(scope, syntax);
  const { results, params } = functionOf(core);
  if (options.postReturn !== undefined) {
    const { composite } = scope.at("core func", options.postReturn);
    if (composite.kind !== "func" || !sameTypes(composite.params, results) || composite.results.length > 0) {
      throw validation.error("canonical option `post-return` uses a core function with an incorrect signature");
    }
  }
  if (options.async) {
    if (options.callback === undefined) validation.require("cmAsyncStackful", "requires the component model async stackful feature");
    else requireSignature(scope, options.callback, "callback", ["i32", "i32", "i32"], ["i32"]);
  }
  if (options.coreType !== undefined) throw validation.error("canonical option `core-type` is not allowed in `canon lift`");
  options = { ...options, coreType: core };
  checkAsync(scope, options, type);
  const lowered = coreTypeOf(scope, type, options, "lift");
  if (!sameCoreType(lowered, core)) {
    const expected = functionOf(lowered);
    const list = (types: readonly CoreValueType[]): string => coreList(types, coreValueName);
    const differ = (noun: string, a: readonly CoreValueType[], b: readonly CoreValueType[]): void => {
      if (!sameTypes(a, b))
        throw validation.error(`lowered ${noun} types \`${list(a)}\` do not match ${noun} types \`${list(b)}\` of core function ${coreFunc}`);
    };
    differ("parameter", expected.params, params);
    differ("result", expected.results, results);
    throw validation.error(`lowered function type \`${coreTypeName(lowered)}\` does not match type \`${coreTypeName(core)}\` of core function ${coreFunc}`);
  }
  scope.push("func", type);
  return { kind: "lift", coreFunc, options, type, offset: validation.offset };
}

export function lower(scope: Scope, { func, options: syntax }: CanonSyntax & { canon: "lower" }): ValidDefinition {
  const { validation } = scope;
  const type = scope.at("func", func);
  const options = canonOptions(scope, syntax);
  checkLowerOptions(scope, options);
  checkAsync(scope, options, type);
  scope.push("core func", coreTypeOf(scope, type, options, "lower"));
  return { kind: "lower", func, options, type, offset: validation.offset };
}

function checkAsync(scope: Scope, options: CanonOptions, type: FuncType): void {
  if (options.async && !type.async) throw scope.validation.error("the `async` canonical option requires an async function type");
}

function functionOf({ composite }: CoreSubType): CoreFuncType {
  return composite.kind === "func" ? composite : { kind: "func", params: [], results: [] };
}

function sameTypes(a: readonly CoreValueType[], b: readonly CoreValueType[]): boolean {
  return a.length === b.length && a.every((type, i) => sameCoreValueType(type, b[i]!));
}

/** The core type of a function lifted or lowered with these options, which must have what its values need. */
export function coreTypeOf(scope: Scope, type: FuncType, options: CanonOptions, direction: "lift" | "lower"): CoreSubType {
  const { validation } = scope;
  if (options.gc) return gcCoreType(scope, type, options);
  const { address, async, callback } = options;
  const lowering = direction === "lower";
  const { types } = validation;
  types.spend(type.params.length);
  const signature = validation.flat[address].signature(type, { address, direction, async, callback: callback !== undefined });
  // Strings and lists come out of memory, and get there by `realloc`: the caller's on the way in, the callee's on the way out.
  const pointerIn = type.params.some((param) => types.facts(param.type).hasPointer);
  const pointerOut = type.result !== undefined && types.facts(type.result).hasPointer;
  if (pointerIn || signature.paramsSpilled) (lowering ? requireMemory : requireRealloc)(scope, options);
  if (pointerOut && lowering) requireRealloc(scope, options);
  if (pointerOut || signature.resultSpilled) requireMemory(scope, options);
  return validation.coreTypes.func(signature.params, signature.results);
}
