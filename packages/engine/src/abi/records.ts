import type { RecordType, TupleType, ValueType } from "../types/component-types.ts";
import type { Codec, CodecOptions, Part } from "./codec.ts";
import { alignTo, codec, flatten, isProduct } from "./codec.ts";
import { acceptsValue, loadValue, storeValue } from "./dispatch.ts";
import { camelCase } from "./label.ts";

/** Where the fields of a record, or the parameters of a spilled call, lie. */
export interface Layout {
  readonly offsets: readonly number[];
  readonly size: number;
  readonly align: number;
}

export function layOut(fields: readonly Codec[]): Layout {
  const offsets: number[] = [];
  let size = 0;
  let align = 1;
  for (const field of fields) {
    size = alignTo(size, field.align);
    offsets.push(size);
    size += field.size;
    align = Math.max(align, field.align);
  }
  return { offsets, size: alignTo(size, align), align };
}

/** Records are ordinary objects. Labels have no underscore, so no key is `__proto__`; `constructor` or `then` become own fields that are never functions. */
export function recordCodec(type: RecordType, { of }: CodecOptions): Codec {
  const keys = type.fields.map(({ name }) => camelCase(name));
  const fields = type.fields.map((field) => of(field.type));
  return product(type, fields, {
    make: () => ({}),
    keys,
    length: undefined,
    suffix: (i) => `.${keys[i]}`,
  });
}

/** Tuples are arrays of exactly their length. */
export function tupleCodec(type: TupleType, { of }: CodecOptions): Codec {
  const fields = type.types.map(of);
  return product(type, fields, {
    make: () => [],
    keys: fields.map((_, i) => i),
    length: fields.length,
    suffix: (i) => `[${i}]`,
  });
}

interface Shape {
  readonly make: () => object;
  readonly keys: readonly (string | number)[];
  /** Of a tuple. */
  readonly length: number | undefined;
  readonly suffix: (index: number) => string;
}

function product(type: ValueType, fields: readonly Codec[], { make, keys, length, suffix }: Shape): Codec {
  const { offsets, size, align } = layOut(fields);
  const count = fields.length;
  return codec(
    {
      type,
      size,
      align,
      flat: flatten(fields.map(({ flat }) => flat)),
      fields: { codecs: fields, keys, offsets, length },
      accepts: (cx, value) => {
        if (!isProduct(value, length)) return false;
        for (let i = 0; i < count; i++) if (!acceptsValue(fields[i]!, cx, (value as never)[keys[i]!])) return false;
        return true;
      },
      load: (cx, at) => {
        const value = make();
        for (let i = 0; i < count; i++) value[keys[i] as never] = loadValue(fields[i]!, cx, at + offsets[i]!) as never;
        return value;
      },
      store: (cx, value, at) => {
        for (let i = 0; i < count; i++) storeValue(fields[i]!, cx, (value as never)[keys[i]!], at + offsets[i]!);
      },
      liftFlat: (cx) => {
        const value = make();
        for (let i = 0; i < count; i++) value[keys[i] as never] = fields[i]!.liftFlat(cx) as never;
        return value;
      },
      lowerFlat: (cx, value) => {
        for (let i = 0; i < count; i++) fields[i]!.lowerFlat(cx, (value as never)[keys[i]!]);
      },
      parts: (value) => (isProduct(value, length) ? fields.map((field, i): Part => [suffix(i), field, (value as never)[keys[i]!]]) : []),
    },
    fields,
  );
}
