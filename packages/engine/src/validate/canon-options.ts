/** `canonopt` (Binary.md "Canonical Definitions", CanonicalABI.md "Canonical Options"). */
import type { CanonOptionSyntax } from "../binary/syntax.ts";
import type { CoreSubType, CoreValueType } from "../types/component-types.ts";
import { limitsDifference } from "../types/module-type.ts";
import type { CanonOptions, StringEncoding } from "./definitions.ts";
import type { Scope } from "./scope.ts";

/** Checks the options among themselves and against the core functions that they name. */
export function canonOptions(scope: Scope, syntax: readonly CanonOptionSyntax[]): CanonOptions {
  const { validation } = scope;
  let encoding: StringEncoding | undefined;
  const given = new Map<CanonOptionSyntax["kind"], number>();
  let address: "i32" | "i64" = "i32";
  let coreType: CoreSubType | undefined;
  for (const option of syntax) {
    const { kind } = option;
    if (kind === "utf8" || kind === "utf16" || kind === "latin1+utf16") {
      if (encoding !== undefined) {
        const word = (name: string): string => name.replace("+", "-");
        throw validation.error(`canonical encoding option \`${word(encoding)}\` conflicts with option \`${word(kind)}\``);
      }
      encoding = kind;
      continue;
    }
    if (given.has(kind)) throw validation.error(`canonical option \`${kind}\` is specified more than once`);
    const index = "index" in option ? option.index : 0;
    given.set(kind, index);
    if (kind === "memory") address = memoryAddress(scope, index);
    else if (kind === "async") validation.require("cmAsync", "canonical option `async` requires the component model async feature");
    else if (kind === "gc") validation.require("cmGc", "canonical option `gc` requires the `cm-gc` feature");
    else if (kind === "core-type") {
      validation.require("cmGc", "canonical option `core type` requires the component model gc feature");
      const type = scope.at("core type", index);
      if (type.kind === "module" || type.composite.kind !== "func") throw validation.error("canonical option `core type` must reference a core function type");
      coreType = type;
    }
  }
  const async = given.has("async");
  const gc = given.has("gc");
  const callback = given.get("callback");
  const postReturn = given.get("post-return");
  const realloc = given.get("realloc");
  if (!async && callback !== undefined) throw validation.error("cannot specify callback without async");
  if (async && postReturn !== undefined) throw validation.error("cannot specify post-return function in async");
  if (!gc && coreType !== undefined) throw validation.error("cannot specify `core-type` without `gc`");
  if (realloc !== undefined) {
    if (!given.has("memory")) throw validation.error("canonical option `realloc` requires `memory` to also be specified");
    requireSignature(scope, realloc, "realloc", [address, address, address, address], [address]);
  }
  return { encoding: encoding ?? "utf8", memory: given.get("memory"), address, realloc, postReturn, async, callback, gc, coreType };
}

/** Checks that a core function named by an option has the type that the option asks for. */
export function requireSignature(scope: Scope, index: number, option: string, params: readonly CoreValueType[], results: readonly CoreValueType[]): void {
  const type = scope.at("core func", index);
  if (type.composite.kind === "func" && sameList(type.composite.params, params) && sameList(type.composite.results, results)) return;
  throw scope.validation.error(`canonical option \`${option}\` uses a core function with an incorrect signature`);
}

/** Lists of which one has only numbers. */
function sameList(a: readonly CoreValueType[], b: readonly CoreValueType[]): boolean {
  return a.length === b.length && a.every((type, i) => type === b[i]);
}

/** The address type of a memory that canonical definitions can use: neither shared nor (without the feature) of 64 bits. */
export function memoryAddress(scope: Scope, index: number): "i32" | "i64" {
  const { validation } = scope;
  const { limits } = scope.at("core memory", index);
  if (limits.index === "i64") validation.require("cm64", "64-bit memories require the `cm64` feature to be enabled");
  const difference = limitsDifference(limits, { ...limits, min: 0n, max: undefined, shared: false }, "memory");
  if (difference !== undefined) throw validation.error(difference);
  return limits.index;
}

/** Options of lowerings and built-ins: those that only a lift can have are refused. */
export function checkLowerOptions(scope: Scope, options: CanonOptions): void {
  const { validation } = scope;
  if (options.postReturn !== undefined) throw validation.error("canonical option `post-return` cannot be specified for lowerings");
  if (options.callback !== undefined) throw validation.error("canonical option `callback` cannot be specified for lowerings");
  if (options.gc && options.coreType === undefined) throw validation.error("cannot specify `gc` without also specifying a `core-type` for lowerings");
}

export function requireMemory(scope: Scope, options: CanonOptions): void {
  if (options.memory === undefined) throw scope.validation.error("canonical option `memory` is required");
}

/** `realloc`, and the memory that it works on. */
export function requireRealloc(scope: Scope, options: CanonOptions): void {
  requireMemory(scope, options);
  if (options.realloc === undefined) throw scope.validation.error("canonical option `realloc` is required");
}
