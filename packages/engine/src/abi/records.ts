import type { RecordType, TupleType, ValueType } from "../types/component-types.ts";
import type { Codec, CodecOptions, Part } from "./codec.ts";
import { alignTo, codec, flatten, isObject } from "./codec.ts";
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
    is: isObject,
    suffix: (i) => `.${keys[i]}`,
  });
}

/** Tuples are arrays of exactly their length. */
export function tupleCodec(type: TupleType, { of }: CodecOptions): Codec {
  const fields = type.types.map(of);
  return product(type, fields, {
    make: () => [],
    keys: fields.map((_, i) => i),
    is: (value) => Array.isArray(value) && value.length === fields.length,
    suffix: (i) => `[${i}]`,
  });
}

interface Shape {
  readonly make: () => object;
  readonly keys: readonly (string | number)[];
  readonly is: (value: unknown) => boolean;
  readonly suffix: (index: number) => string;
}

function product(type: ValueType, fields: readonly Codec[], { make, keys, is, suffix }: Shape): Codec {
  const { offsets, size, align } = layOut(fields);
  const count = fields.length;
  // Closures side by side: a look-up less per field than through the codecs.
  const accept = fields.map(({ accepts }) => accepts);
  const loads = fields.map(({ load }) => load);
  const stores = fields.map(({ store }) => store);
  return codec(
    {
      type,
      size,
      align,
      flat: flatten(fields.map(({ flat }) => flat)),
      accepts: (cx, value) => {
        if (!is(value)) return false;
        for (let i = 0; i < count; i++) if (!accept[i]!(cx, (value as never)[keys[i]!])) return false;
        return true;
      },
      load: (cx, at) => {
        const value = make();
        for (let i = 0; i < count; i++) value[keys[i] as never] = loads[i]!(cx, at + offsets[i]!) as never;
        return value;
      },
      store: (cx, value, at) => {
        for (let i = 0; i < count; i++) stores[i]!(cx, (value as never)[keys[i]!], at + offsets[i]!);
      },
      liftFlat: (cx) => {
        const value = make();
        for (let i = 0; i < count; i++) value[keys[i] as never] = fields[i]!.liftFlat(cx) as never;
        return value;
      },
      lowerFlat: (cx, value) => {
        for (let i = 0; i < count; i++) fields[i]!.lowerFlat(cx, (value as never)[keys[i]!]);
      },
      parts: (value) => (is(value) ? fields.map((field, i): Part => [suffix(i), field, (value as never)[keys[i]!]]) : []),
    },
    fields,
  );
}
