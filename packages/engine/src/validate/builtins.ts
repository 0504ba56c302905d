/**
 * The canonical built-ins (CanonicalABI.md "Canonical Definitions"): their gates, their operands' types, and the core function
 * types that they have.
 */
import type { Features } from "../binary/features.ts";
import type { CanonOptionSyntax, CanonSyntax } from "../binary/syntax.ts";
import type { CoreSubType, CoreValueType, FuncType, ResourceType, ValueType } from "../types/component-types.ts";
import { coreExternDifference, VALIDATION_WORDS } from "../types/module-type.ts";
import { canonOptions, checkLowerOptions, memoryAddress, requireMemory, requireRealloc } from "./canon-options.ts";
import { valueTypeOf } from "./defined-types.ts";
import type { CanonOptions, ValidDefinition } from "./definitions.ts";
import { coreTypeOf, lift, lower } from "./lift-lower.ts";
import type { Scope } from "./scope.ts";

type BuiltinSyntax = Exclude<CanonSyntax, { canon: "lift" | "lower" }>;

/** Validates a canonical definition and appends the function that it makes. */
export function canon(scope: Scope, syntax: CanonSyntax): ValidDefinition {
  switch (syntax.canon) {
    case "lift":
      return lift(scope, syntax);
    case "lower":
      return lower(scope, syntax);
    case "resource.new":
    case "resource.drop":
    case "resource.rep": {
      const { offset } = scope.validation;
      const type = scope.resource(syntax.type);
      const [params, results] = resourceSignature(scope, syntax.canon, type, syntax.type);
      scope.push("core func", scope.validation.coreTypes.func(params, results));
      return { kind: syntax.canon, type, offset };
    }
    default:
      return builtin(scope, syntax);
  }
}

function resourceSignature(
  scope: Scope,
  canon: "resource.new" | "resource.drop" | "resource.rep",
  type: ResourceType,
  index: number,
): [CoreValueType[], CoreValueType[]] {
  if (canon === "resource.drop") return [["i32"], []];
  const { rep } = type.identity;
  // Only who defined a resource sees its representation.
  if (rep === undefined || !scope.definedResources.has(type.identity)) throw scope.validation.error(`type ${index} is not a local resource`);
  return canon === "resource.new" ? [[rep], ["i32"]] : [["i32"], [rep]];
}

const GATES: Readonly<Record<string, readonly [feature: keyof Features, reason: string]>> = {
  a: ["cmAsync", "the component model async feature"],
  e: ["cmErrorContext", "the component model error-context feature"],
  t: ["cmThreading", "the component model threading feature"],
  s: ["sharedEverythingThreads", "the shared-everything-threads proposal"],
};

/**
 * Gate, then parameters and results: `i` is `i32`, `l` is `i64`, `p` an address of the memory named. Where there is no signature it
 * depends on the operands.
 */
const BUILTINS: Readonly<Record<string, string>> = {
  "backpressure.inc": "a > ",
  "backpressure.dec": "a > ",
  "task.return": "a",
  "task.cancel": "a > ",
  "context.get": "a",
  "context.set": "a",
  "subtask.cancel": "a i>i",
  "subtask.drop": "a i>",
  "stream.new": "a >l",
  "stream.read": "a ipp>p",
  "stream.write": "a ipp>p",
  "stream.cancel-read": "a i>i",
  "stream.cancel-write": "a i>i",
  "stream.drop-readable": "a i>",
  "stream.drop-writable": "a i>",
  "future.new": "a >l",
  "future.read": "a ip>i",
  "future.write": "a ip>i",
  "future.cancel-read": "a i>i",
  "future.cancel-write": "a i>i",
  "future.drop-readable": "a i>",
  "future.drop-writable": "a i>",
  "error-context.new": "e pp>i",
  "error-context.debug-message": "e ip>",
  "error-context.drop": "e i>",
  "waitable-set.new": "a >i",
  "waitable-set.wait": "a ip>i",
  "waitable-set.poll": "a ip>i",
  "waitable-set.drop": "a i>",
  "waitable.join": "a ii>",
  "thread.index": "t >i",
  "thread.new-indirect": "t",
  "thread.resume-later": "t i>",
  "thread.suspend": "t >i",
  "thread.yield": "a >i",
  "thread.suspend-then-resume": "t i>i",
  "thread.yield-then-resume": "t i>i",
  "thread.suspend-then-promote": "t i>i",
  "thread.yield-then-promote": "t i>i",
  "thread.spawn-ref": "s",
  "thread.spawn-indirect": "s",
  "thread.available-parallelism": "s",
};

function builtin(scope: Scope, syntax: BuiltinSyntax): ValidDefinition {
  const { validation } = scope;
  const { canon } = syntax;
  const [gate, signature] = BUILTINS[canon]!.split(" ") as [string, string | undefined];
  const [feature, reason] = GATES[gate]!;
  validation.require(feature, `\`${canon}\` requires ${reason}`);
  const type = "type" in syntax && typeof syntax.type === "number" && /^(stream|future)/.test(canon) ? elementHolder(scope, canon, syntax.type) : undefined;
  const options = "options" in syntax ? optionsOf(scope, canon, syntax.options, type) : undefined;
  const memory = "memory" in syntax ? syntax.memory : undefined;
  const async = options?.async ?? ("async" in syntax && syntax.async);
  if (syntax.canon.includes(".cancel") && async) {
    validation.require("cmMoreAsyncBuiltins", `async \`${canon}\` requires the component model more async builtins feature`);
  }
  const address = memory !== undefined ? memoryAddress(scope, memory) : (options?.address ?? "i32");
  let coreType: CoreSubType;
  if (signature === undefined) coreType = special(scope, syntax, options);
  else {
    const [params, results] = signatureOf(signature, address);
    coreType = declaredCoreType(scope, options, params, results);
  }
  scope.push("core func", coreType);
  return {
    kind: "canon-builtin",
    canon,
    coreType,
    type: canon === "task.return" && "result" in syntax && syntax.result !== undefined ? valueTypeOf(scope, syntax.result) : type,
    options,
    async,
    cancellable: "cancellable" in syntax && syntax.cancellable,
    index: "slot" in syntax ? syntax.slot : "table" in syntax ? syntax.table : memory,
    valueType: canon === "context.get" || canon === "context.set" ? scope.contextType : undefined,
    offset: validation.offset,
  };
}

function signatureOf(text: string, address: "i32" | "i64"): [params: CoreValueType[], results: CoreValueType[]] {
  const types = (letters: string): CoreValueType[] => [...letters].map((letter) => (letter === "i" ? "i32" : letter === "l" ? "i64" : address));
  const [params, results] = text.split(">") as [string, string];
  return [types(params), types(results)];
}

/** Built-ins that have options may declare their core type, which must then be theirs. */
function declaredCoreType(scope: Scope, options: CanonOptions | undefined, params: CoreValueType[], results: CoreValueType[]): CoreSubType {
  const { coreTypes } = scope.validation;
  const type = coreTypes.func(params, results);
  const declared = options?.coreType;
  if (declared === undefined) return type;
  const difference = coreExternDifference({ sort: "func", type }, { sort: "func", type: declared }, VALIDATION_WORDS);
  if (difference !== undefined) throw scope.validation.error(`declared core type does not match the actual lowering: ${difference}`);
  return declared;
}

/** The stream or future type that a built-in is for. */
function elementHolder(scope: Scope, canon: string, index: number): ValueType & { kind: "stream" | "future" } {
  const kind = canon.slice(0, 6);
  const type = scope.valueType(index);
  if (type.kind !== kind || (type.kind !== "stream" && type.kind !== "future")) throw scope.validation.error(`\`${canon}\` requires a ${kind} type`);
  return type;
}

function optionsOf(
  scope: Scope,
  canon: string,
  syntax: readonly CanonOptionSyntax[],
  type: (ValueType & { kind: "stream" | "future" }) | undefined,
): CanonOptions {
  const { validation } = scope;
  const options = canonOptions(scope, syntax);
  if (type !== undefined) {
    if (!options.async) validation.require("cmMoreAsyncBuiltins", `synchronous \`${canon}\` requires the component model more async builtins feature`);
    if (type.element !== undefined) {
      requireMemory(scope, options);
      if (canon.endsWith(".read") && validation.types.facts(type.element).hasPointer) requireRealloc(scope, options);
    }
  } else {
    if (canon === "task.return") {
      if (options.realloc !== undefined) throw validation.error("cannot specify `realloc` option on `task.return`");
      if (options.postReturn !== undefined) throw validation.error("cannot specify `post-return` option on `task.return`");
    } else {
      requireMemory(scope, options);
      if (canon === "error-context.debug-message") requireRealloc(scope, options);
    }
    if (canon !== "task.return" && options.async) throw validation.error(`cannot specify \`async\` option on \`${canon}\``);
  }
  checkLowerOptions(scope, options);
  if (canon === "task.return" && options.async) throw validation.error("cannot specify `async` option on `task.return`");
  return options;
}

/** Core types that depend on operands. */
function special(scope: Scope, syntax: BuiltinSyntax, options: CanonOptions | undefined): CoreSubType {
  const { validation } = scope;
  const { coreTypes } = validation;
  switch (syntax.canon) {
    case "task.return": {
      const params = syntax.result === undefined ? [] : [{ name: "v", type: valueTypeOf(scope, syntax.result) }];
      const type: FuncType = { kind: "func", async: false, params, result: undefined };
      return coreTypeOf(scope, type, options!, "lower");
    }
    case "context.get":
    case "context.set": {
      const { canon, type, slot } = syntax;
      if (type !== "i32" && type !== "i64") throw validation.error(`\`${canon}\` only supports \`i32\` or \`i64\``);
      if (type === "i64") validation.require("cm64", `64-bit \`${canon}\` requires the component model 64-bit feature`);
      scope.contextType ??= type;
      if (scope.contextType !== type) throw validation.error(`\`${canon}\` type must match previous context type`);
      if (slot > 0) validation.require("cmThreading", `\`${canon}\` immediate must be zero: ${slot}`);
      if (slot > 1) throw validation.error(`\`${canon}\` immediate must be zero or one: ${slot}`);
      return canon === "context.get" ? coreTypes.func([], [type]) : coreTypes.func([type], []);
    }
    case "thread.new-indirect": {
      const parameter = threadStart(scope, syntax.type, "start", false);
      const index = threadTable(scope, syntax.table, false);
      return coreTypes.func([index, parameter], ["i32"]);
    }
    case "thread.spawn-ref": {
      const parameter = threadStart(scope, syntax.type, "spawn", true);
      return coreTypes.func([{ nullable: true, heap: scope.coreType(syntax.type) }, parameter], ["i32"], true);
    }
    case "thread.spawn-indirect": {
      const parameter = threadStart(scope, syntax.type, "spawn", true);
      const index = threadTable(scope, syntax.table, true);
      return coreTypes.func([index, parameter], ["i32"], true);
    }
    default:
      return coreTypes.func([], ["i32"], true);
  }
}

/** The closure parameter of a thread's function. */
function threadStart(scope: Scope, index: number, noun: "start" | "spawn", shared: boolean): CoreValueType {
  const { validation } = scope;
  const type = scope.at("core type", index);
  if (type.kind === "module") throw validation.error("expected a core function type");
  if (shared && !type.shared) throw validation.error("spawn type must be shared");
  const { composite } = type;
  if (composite.kind !== "func") throw validation.error(`${noun} type must be a function`);
  const [parameter] = composite.params;
  if (composite.params.length !== 1 || (parameter !== "i32" && !(parameter === "i64" && validation.features.cm64))) {
    throw validation.error(`${noun} function must take a single \`i32\` argument (currently)`);
  }
  if (composite.results.length > 0) throw validation.error(`${noun} function must not return any values`);
  return parameter;
}

/** The index type of a table of functions. */
function threadTable(scope: Scope, index: number, shared: boolean): "i32" | "i64" {
  const { validation } = scope;
  const table = scope.at("core table", index);
  const addressed = validation.features.cm64 ? table.limits.index : "i32";
  const expected = {
    sort: "table",
    element: { nullable: true, heap: shared ? "shared func" : "func" },
    limits: { min: 0n, max: undefined, index: addressed, shared },
  } as const;
  const difference = coreExternDifference(table, expected, VALIDATION_WORDS);
  if (difference !== undefined)
    throw validation.error(`table is not a 32-bit ${shared ? "shared table of (ref null (shared func))" : "table of (ref null (func))"}: ${difference}`);
  return addressed;
}
