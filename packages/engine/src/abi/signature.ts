/**
 * The Canonical ABI's lifting and lowering (CanonicalABI.md, "Lifting and Lowering Values"): values between core wasm
 * memory and JavaScript.
 *
 * In: component function types and canonical options, at plan time. Out: a `Signature`, whose codecs are closures composed
 * once per type and shared by all instances; what belongs to an instance comes in a `LiftLowerContext` at call time. There is no
 * generated JavaScript: measured, it would gain nothing.
 *
 * Streams and futures pass as what lies between their ends (`concurrency/shared.ts`); JavaScript sees a `ReadableStream` or a promise.
 */
import type { FuncType, ResourceIdentity } from "../types/component-types.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import type { Codec } from "./codec.ts";
import { flatten } from "./codec.ts";
import type { TypeCache } from "./compose.ts";
import type { CoreSignature } from "./core-value.ts";
import type { Layout } from "./records.ts";
import { layOut } from "./records.ts";

export interface SignatureOptions {
  readonly encoding: StringEncoding;
  readonly address: "i32" | "i64";
  readonly async: boolean;
  /** Of a lifted function: with `async`, it has a callback. */
  readonly lifted?: "sync" | "callback" | "stackful";
}

/** A function type under canonical options, ready to be called through; made at plan time. */
export interface Signature {
  readonly type: FuncType;
  readonly options: SignatureOptions;
  /** Where the resource of an identity stands among those of an instance. */
  readonly slotOf: (resource: ResourceIdentity) => number;
  readonly params: readonly Codec[];
  readonly result: Codec | undefined;
  /** `flatten_functype`: of the core function that is lifted, and of the one that lowering makes. */
  readonly lifted: CoreSignature;
  readonly lowered: CoreSignature;
  /** More than `MAX_FLAT_PARAMS` (`MAX_FLAT_ASYNC_PARAMS`): parameters travel through memory, laid out so. */
  readonly spilledParams: Layout | undefined;
  /** More than one flat result (or any, lowered with `async`): it travels through memory. */
  readonly spilledResult: boolean;
  /** Needs the memory, realloc or handles; otherwise one core value per parameter and result says all. */
  readonly scalar: boolean;
  readonly hasBorrow: boolean;
  /** Streams, futures or error contexts pass. */
  readonly hasAsyncValue: boolean;
  /** The result type is `result`: JavaScript gets the value of `ok`, and `err` thrown. */
  readonly throws: { readonly ok: Codec | undefined; readonly err: Codec | undefined } | undefined;
}

const MAX_FLAT_ASYNC_PARAMS = 4;

export function signature(type: FuncType, options: SignatureOptions, slotOf: (resource: ResourceIdentity) => number, cache: TypeCache): Signature {
  const of = cache.codecs(options.encoding, options.address, slotOf);
  const params = type.params.map((param) => of(param.type));
  const result = type.result === undefined ? undefined : of(type.result);
  const all = result === undefined ? params : [...params, result];
  const { address, async, lifted = "sync" } = options;
  const flatParams = flatten(params.map(({ flat }) => flat));
  const flatResults = result === undefined ? [] : result.flat;
  const spillsParams = flatParams === undefined || (async && flatParams.length > MAX_FLAT_ASYNC_PARAMS);
  const spillsResult = flatResults === undefined || flatResults.length > (async ? 0 : 1);
  const coreParams = spillsParams ? [address] : flatParams;
  const coreResults = spillsResult ? [address] : flatResults;
  const lowered = spillsResult ? { params: [...coreParams, address], results: [] } : { params: coreParams, results: coreResults };
  return {
    type,
    options,
    slotOf,
    params,
    result,
    lifted: { params: coreParams, results: lifted === "sync" ? coreResults : lifted === "callback" ? ["i32"] : [] },
    lowered: async ? { params: lowered.params, results: ["i32"] } : lowered,
    spilledParams: spillsParams ? layOut(params) : undefined,
    spilledResult: spillsResult,
    scalar: flatParams !== undefined && !async && all.every(({ scalar }) => scalar),
    hasBorrow: all.some(({ hasBorrow }) => hasBorrow),
    hasAsyncValue: all.some(({ hasAsyncValue }) => hasAsyncValue),
    throws:
      type.result?.kind !== "result"
        ? undefined
        : { ok: type.result.ok === undefined ? undefined : of(type.result.ok), err: type.result.err === undefined ? undefined : of(type.result.err) },
  };
}

export { TypeCache } from "./compose.ts";
