import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_LIST_BYTE_LENGTH } from "../diagnostics/limits.ts";
import type { ListType, MapType, ValueType } from "../types/component-types.ts";
import type { Codec, CodecOptions, Fields, Part } from "./codec.ts";
import { codec, flatten, isProduct, MAX_FLAT_PARAMS } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import { addressFromCore, loadAddress, storeAddress } from "./core-value.ts";
import { acceptsValue, loadValue, storeValue } from "./dispatch.ts";
import { guestTrap } from "./guest-trap.ts";
import { NUMBER_ARRAYS, type NumberArrayClass } from "./number-arrays.ts";
import { tupleCodec } from "./records.ts";

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** What a list needs of its elements, besides the codec. */
interface Elements {
  readonly element: Codec;
  /** Loads `count` elements from a range that was checked. */
  readonly load: (cx: LiftLowerContext, at: number, count: number) => unknown;
  /** Stores `count` elements into such a range. */
  readonly store: (cx: LiftLowerContext, value: ArrayLike<unknown>, at: number, count: number) => void;
  readonly accepts: (cx: LiftLowerContext, value: unknown) => boolean;
}

export function listCodec(type: ListType, { of, wide }: CodecOptions): Codec {
  const element = of(type.element);
  const Class = NUMBER_ARRAYS[type.element.kind];
  const elements = Class === undefined ? elementwise(element) : ofNumbers(element, Class);
  return type.length === undefined ? list(type, elements, wide) : fixedLength(type, type.length, elements);
}

/** Maps are lists of pairs; in JavaScript a `Map`, and an array of pairs is taken as well. */
export function mapCodec(type: MapType, options: CodecOptions): Codec {
  const pairs = list(type, elementwise(tupleCodec({ kind: "tuple", types: [type.key, type.value] }, options)), options.wide);
  const entries = (value: unknown): unknown => (value instanceof Map ? [...value] : value);
  // Between components the pairs stay as they are: the same key twice is the guest's affair.
  const map = (cx: LiftLowerContext, value: unknown): unknown => (cx.raw ? value : new Map(value as [unknown, unknown][]));
  return {
    ...pairs,
    accepts: (cx, value) => pairs.accepts(cx, entries(value)),
    load: (cx, at) => map(cx, pairs.load(cx, at)),
    store: (cx, value, at) => pairs.store(cx, entries(value), at),
    liftFlat: (cx) => map(cx, pairs.liftFlat(cx)),
    lowerFlat: (cx, value) => pairs.lowerFlat(cx, entries(value)),
    parts: (value) => pairs.parts!(entries(value)),
  };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function elementwise(element: Codec): Elements {
  const { size } = element;
  return {
    element,
    load: (cx, at, count) => {
      // An object in JavaScript takes more than its few bytes in memory.
      cx.spend(count * (size + 16));
      const values: unknown[] = [];
      for (let i = 0; i < count; i++) values.push(loadValue(element, cx, at + i * size));
      return values;
    },
    store:
      element.fields === undefined
        ? (cx, value, at, count) => {
            for (let i = 0; i < count; i++) storeValue(element, cx, value[i], at + i * size);
          }
        : byFields(element.fields, size),
    accepts: (cx, value) => isList(value) && (element.fields === undefined ? acceptsAll(element, cx, value) : acceptsFields(element.fields, cx, value)),
  };
}

function acceptsAll(element: Codec, cx: LiftLowerContext, values: ArrayLike<unknown>): boolean {
  for (let i = 0; i < values.length; i++) if (!acceptsValue(element, cx, values[i])) return false;
  return true;
}

/** So many fields are kept between check and store; more would hold on to what the caller has long forgotten. */
const MAX_STAGED = 1024;

/** Field by field, so that what a field needs is looked up once. Reading costs most, so what is read is kept for storing. */
function acceptsFields({ codecs, keys, length }: Fields, cx: LiftLowerContext, values: ArrayLike<unknown>): boolean {
  const count = values.length;
  for (let i = 0; i < count; i++) if (!isProduct(values[i], length)) return false;
  const staged: unknown[] | undefined = count * keys.length > MAX_STAGED ? undefined : new Array(count * keys.length);
  for (let f = 0; f < keys.length; f++) {
    const codec = codecs[f]!;
    const key = keys[f]!;
    for (let i = 0; i < count; i++) {
      const value = (values[i] as never)[key];
      if (!acceptsValue(codec, cx, value)) return false;
      if (staged !== undefined) staged[f * count + i] = value;
    }
  }
  cx.staged = staged;
  cx.stagedOf = staged && values;
  return true;
}

/** Element by element, as the allocations of the specification are ordered. */
function byFields({ codecs, keys, offsets }: Fields, size: number): Elements["store"] {
  const fields = keys.length;
  return (cx, values, begin, count) => {
    const staged = cx.stagedOf === values ? cx.staged : undefined;
    cx.stagedOf = cx.staged = undefined;
    for (let i = 0; i < count; i++) {
      const at = begin + i * size;
      for (let f = 0; f < fields; f++) {
        const value = staged === undefined ? (values[i] as never)[keys[f]!] : staged[f * count + i];
        storeValue(codecs[f]!, cx, value, at + offsets[f]!);
      }
    }
  };
}

function ofNumbers(element: Codec, Class: NumberArrayClass): Elements {
  const { size } = element;
  const each = elementwise(element);
  return {
    element,
    load: (cx, at, count) => {
      cx.spend(count * size);
      if (LITTLE_ENDIAN) {
        const copy = cx.bytes.slice(at, at + count * size);
        return size === 1 && Class === Uint8Array ? copy : new Class(copy.buffer);
      }
      const values = new Class(count);
      for (let i = 0; i < count; i++) values[i] = loadValue(element, cx, at + i * size) as never;
      return values;
    },
    store: (cx, value, at, count) => {
      if (LITTLE_ENDIAN && value instanceof Class) cx.bytes.set(new Uint8Array(value.buffer, value.byteOffset, count * size), at);
      else each.store(cx, value, at, count);
    },
    accepts: (cx, value) => value instanceof Class || each.accepts(cx, value),
  };
}

function list(type: ValueType, { element, load, store, accepts }: Elements, wide: boolean): Codec {
  const pointer = wide ? 8 : 4;
  const { size, align } = element;
  const core = wide ? "i64" : "i32";

  /** `load_list_from_range`. */
  const loadRange = (cx: LiftLowerContext, begin: number, count: number): unknown => {
    const bytes = count * size;
    if (bytes > MAX_LIST_BYTE_LENGTH) throw guestTrap(TrapCode.TooLong, `list content out-of-bounds: ${count} elements are more than the Canonical ABI allows`);
    if ((begin & (align - 1)) !== 0) throw guestTrap(TrapCode.Unaligned, `unaligned pointer: list pointer 0x${begin.toString(16)} not aligned to ${align}`);
    if (!cx.reaches(begin + bytes))
      throw guestTrap(
        TrapCode.OutOfBounds,
        `${cx.raw ? "list content out-of-bounds" : "list pointer/length out of bounds of memory"}: 0x${begin.toString(16)} + ${bytes}`,
      );
    return load(cx, begin, count);
  };
  /** `store_list_into_range`: returns the address, leaves the length in `cx.length`. */
  const storeRange = (cx: LiftLowerContext, value: unknown): number => {
    const values = value as ArrayLike<unknown>;
    const count = values.length;
    const begin = cx.reallocate(0, 0, align, count * size, "list");
    store(cx, values, begin, count);
    cx.length = count;
    cx.tagged = false;
    return begin;
  };

  return codec(
    {
      type,
      size: 2 * pointer,
      align: pointer,
      flat: [core, core],
      accepts: (cx, value) => accepts(cx, value) && (value as ArrayLike<unknown>).length * size <= MAX_LIST_BYTE_LENGTH,
      load: (cx, at) => loadRange(cx, loadAddress(cx.view, at, wide), loadAddress(cx.view, at + pointer, wide)),
      store: (cx, value, at) => {
        const begin = storeRange(cx, value);
        storeAddress(cx.view, at, begin, wide);
        storeAddress(cx.view, at + pointer, cx.length, wide);
      },
      liftFlat: (cx) => {
        const begin = addressFromCore(cx.flat[cx.at++]!, wide);
        return loadRange(cx, begin, addressFromCore(cx.flat[cx.at++]!, wide));
      },
      lowerFlat: (cx, value) => cx.pushRange(storeRange(cx, value)),
      parts: (value) => partsOf(element, value),
    },
    [element],
  );
}

function fixedLength(type: ValueType, count: number, { element, load, store, accepts }: Elements): Codec {
  const { size, align, flat } = element;
  return codec(
    {
      type,
      size: count * size,
      align,
      flat: count > MAX_FLAT_PARAMS ? undefined : flatten(new Array<typeof flat>(count).fill(flat)),
      accepts: (cx, value) => accepts(cx, value) && (value as ArrayLike<unknown>).length === count,
      load: (cx, at) => load(cx, at, count),
      store: (cx, value, at) => store(cx, value as ArrayLike<unknown>, at, count),
      liftFlat: (cx) => {
        const values: unknown[] = [];
        for (let i = 0; i < count; i++) values.push(element.liftFlat(cx));
        const Class = NUMBER_ARRAYS[element.type.kind];
        return Class === undefined ? values : (Class as unknown as { from(values: unknown[]): unknown }).from(values);
      },
      lowerFlat: (cx, value) => {
        for (let i = 0; i < count; i++) element.lowerFlat(cx, (value as ArrayLike<unknown>)[i]);
      },
      parts: (value) => (isList(value) && value.length === count ? partsOf(element, value) : []),
    },
    [element],
  );
}

function partsOf(element: Codec, value: unknown): readonly Part[] {
  return isList(value) ? Array.from(value, (one, i): Part => [`[${i}]`, element, one]) : [];
}
