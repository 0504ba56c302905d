/** How values travel as core parameters and results (CanonicalABI.md "Flattening"). */
import type { CoreNumberType, FuncType, ValueType } from "./component-types.ts";
import { partsOf } from "./type-context.ts";

export const MAX_FLAT_PARAMS = 16;
export const MAX_FLAT_ASYNC_PARAMS = 4;
const MAX_FLAT_RESULTS = 1;

export interface FlatContext {
  /** Of the memory named by the canonical options. */
  readonly address: "i32" | "i64";
  readonly direction: "lift" | "lower";
  readonly async: boolean;
  readonly callback: boolean;
}

export interface FlatSignature {
  readonly params: readonly CoreNumberType[];
  readonly results: readonly CoreNumberType[];
  /** The parameters, or the result, go through memory. */
  readonly paramsSpilled: boolean;
  readonly resultSpilled: boolean;
}

const NUMBERS: Readonly<Record<string, readonly CoreNumberType[]>> = { s64: ["i64"], u64: ["i64"], f32: ["f32"], f64: ["f64"] };
const I32: readonly CoreNumberType[] = ["i32"];

/** Flat types of value types, each found once. */
export class Flattening {
  readonly #address: "i32" | "i64";
  readonly #known = new Map<ValueType, readonly CoreNumberType[] | undefined>();

  constructor(address: "i32" | "i64") {
    this.#address = address;
  }

  /** `flatten_type`; `undefined` when there are more than `MAX_FLAT_PARAMS`: such values always go through memory. */
  of(type: ValueType): readonly CoreNumberType[] | undefined {
    if (this.#known.has(type)) return this.#known.get(type);
    const flat = this.#flatten(type);
    this.#known.set(type, flat);
    return flat;
  }

  /** Types one after the other. */
  all(types: Iterable<ValueType>, max: number = MAX_FLAT_PARAMS): CoreNumberType[] | undefined {
    const flat: CoreNumberType[] = [];
    for (const type of types) {
      const more = this.of(type);
      if (more === undefined || flat.length + more.length > max) return undefined;
      flat.push(...more);
    }
    return flat;
  }

  #flatten(type: ValueType): readonly CoreNumberType[] | undefined {
    switch (type.kind) {
      case "string":
      case "map":
        return [this.#address, this.#address];
      case "list":
        if (type.length === undefined) return [this.#address, this.#address];
        return type.length > MAX_FLAT_PARAMS ? undefined : this.all(Array<ValueType>(type.length).fill(type.element));
      case "record":
      case "tuple":
        return this.all(partsOf(type) as readonly ValueType[]);
      case "variant":
      case "option":
      case "result":
        return this.#variant(partsOf(type));
      default:
        return NUMBERS[type.kind] ?? I32;
    }
  }

  #variant(payloads: readonly (ValueType | undefined)[]): readonly CoreNumberType[] | undefined {
    const flat: CoreNumberType[] = ["i32"];
    for (const payload of payloads) {
      const more = payload === undefined ? [] : this.of(payload);
      if (more === undefined || more.length >= MAX_FLAT_PARAMS) return undefined;
      more.forEach((core, i) => {
        flat[i + 1] = join(flat[i + 1] ?? core, core);
      });
    }
    return flat;
  }

  /** `flatten_functype`. */
  signature(type: FuncType, { address, direction, async, callback }: FlatContext): FlatSignature {
    const lower = direction === "lower";
    const flatParams = this.all(
      type.params.map((p) => p.type),
      lower && async ? MAX_FLAT_ASYNC_PARAMS : MAX_FLAT_PARAMS,
    );
    const params: CoreNumberType[] = flatParams ?? [address];
    const paramsSpilled = flatParams === undefined;
    const { result } = type;
    const flatResult = result === undefined ? [] : this.of(result);
    // The result of an async lift goes to `task.return`, whose parameter it is.
    const max = !async ? MAX_FLAT_RESULTS : lower ? 0 : MAX_FLAT_PARAMS;
    const resultSpilled = flatResult === undefined || flatResult.length > max;
    let results: readonly CoreNumberType[] = resultSpilled ? [address] : flatResult;
    if (lower && resultSpilled) {
      params.push(address);
      results = [];
    }
    if (async) results = lower || callback ? I32 : [];
    return { params, results, paramsSpilled, resultSpilled };
  }
}

function join(a: CoreNumberType, b: CoreNumberType): CoreNumberType {
  if (a === b) return a;
  return (a === "i32" && b === "f32") || (a === "f32" && b === "i32") ? "i32" : "i64";
}
