import type { ResourceIdentity, ValueType } from "../types/component-types.ts";
import type { StringEncoding } from "../validate/definitions.ts";
import { asyncValueCodec, errorContextCodec } from "./async-values.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import { handleCodec } from "./handles.ts";
import { listCodec, mapCodec } from "./lists.ts";
import { recordCodec, tupleCodec } from "./records.ts";
import { enumCodec, flagsCodec, scalarCodec } from "./scalars.ts";
import { stringCodec } from "./strings.ts";
import { optionCodec, resultCodec, variantCodec } from "./variants.ts";

type SlotOf = (resource: ResourceIdentity) => number;
type Codecs = WeakMap<ValueType, Codec>;

/**
 * The codecs of one plan: a type is composed once per encoding and address size, so instances, functions and nested types
 * share closures. Those with resources also hang on the component's own numbering of its resources.
 */
export class TypeCache {
  readonly #plain = new Map<string, Codecs>();
  readonly #bound = new WeakMap<SlotOf, Map<string, Codecs>>();

  /** The function that gives the codec of a type. */
  codecs(encoding: StringEncoding, address: "i32" | "i64", slotOf: SlotOf): (type: ValueType) => Codec {
    const key = encoding + address;
    const plain = codecsOf(this.#plain, key);
    let byKey = this.#bound.get(slotOf);
    if (byKey === undefined) this.#bound.set(slotOf, (byKey = new Map()));
    const bound = codecsOf(byKey, key);
    const of = (type: ValueType): Codec => {
      let found = plain.get(type) ?? bound.get(type);
      if (found === undefined) {
        found = compose(type, options);
        (found.hasResource ? bound : plain).set(type, found);
      }
      return found;
    };
    const options: CodecOptions = { encoding, wide: address === "i64", slotOf, of };
    return of;
  }
}

function codecsOf(map: Map<string, Codecs>, key: string): Codecs {
  let codecs = map.get(key);
  if (codecs === undefined) map.set(key, (codecs = new WeakMap()));
  return codecs;
}

function compose(type: ValueType, options: CodecOptions): Codec {
  switch (type.kind) {
    case "record":
      return recordCodec(type, options);
    case "variant":
      return variantCodec(type, options);
    case "list":
      return listCodec(type, options);
    case "map":
      return mapCodec(type, options);
    case "tuple":
      return tupleCodec(type, options);
    case "flags":
      return flagsCodec(type);
    case "enum":
      return enumCodec(type);
    case "option":
      return optionCodec(type, options);
    case "result":
      return resultCodec(type, options);
    case "own":
    case "borrow":
      return handleCodec(type, options);
    case "string":
      return stringCodec(type, options);
    case "stream":
    case "future":
      return asyncValueCodec(type, options);
    case "error-context":
      return errorContextCodec({ ...type, kind: type.kind });
    default:
      return scalarCodec({ ...type, kind: type.kind });
  }
}
