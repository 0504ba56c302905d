/** Just enough of the binary format (Binary.md) to write hostile components by hand. Everything is an array of bytes. */

export type Bytes = readonly number[];

const PREAMBLE: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

export const Section = { Module: 1, CoreInstance: 2, CoreType: 3, Component: 4, Instance: 5, Alias: 6, Type: 7, Canon: 8, Import: 10, Export: 11 } as const;

export function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest > 0x7f;
    bytes.push((rest % 128) | (more ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
}

/** A type index where a value type may stand: signed, for primitives are the negative numbers. */
export function typeIndex(value: number): number[] {
  const bytes = leb(value);
  const last = bytes.length - 1;
  if (bytes[last]! < 0x40) return bytes;
  return [...bytes.slice(0, last), bytes[last]! | 0x80, 0x00];
}

export function text(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  return [...leb(bytes.length), ...bytes];
}

/** The name of an import or export: a plain one, without attributes. */
export const externName = (name: string): number[] => [0x00, ...text(name)];

/** Joins what may be too long for spreading into a call. */
export function concat(parts: readonly Bytes[]): number[] {
  const joined: number[] = [];
  for (const part of parts) for (const byte of part) joined.push(byte);
  return joined;
}

export const vec = (items: readonly Bytes[]): number[] => concat([leb(items.length), ...items]);

export const section = (id: number, items: readonly Bytes[]): number[] => sized(id, vec(items));

/** A section whose contents are no vector: a core module, a component. */
export const sized = (id: number, contents: Bytes): number[] => concat([[id], leb(contents.length), contents]);

export const component = (...sections: readonly Bytes[]): number[] => concat([PREAMBLE, ...sections]);

export const EMPTY_COMPONENT: Bytes = PREAMBLE;

export const EMPTY_CORE_MODULE: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** `generate(0)`, `generate(1)`, ... until `size` bytes are full. */
export function fill(size: number, generate: (index: number) => Bytes): Bytes[] {
  const items: Bytes[] = [];
  for (let length = 0; length < size; ) {
    const item = generate(items.length);
    items.push(item);
    length += item.length;
  }
  return items;
}
