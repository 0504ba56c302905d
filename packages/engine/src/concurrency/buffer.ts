import type { ValueType } from "../types/component-types.ts";

/** `Buffer.MAX_LENGTH`. */
export const MAX_BUFFER_LENGTH = 2 ** 28 - 1;

/** `Buffer` of definitions.py: room for elements, or elements, in a component's memory or in JavaScript. */
export interface Buffer {
  readonly length: number;
  progress: number;
}

export function remain({ length, progress }: Buffer): number {
  return length - progress;
}

/** Moves `count` elements, which both have left, and counts them as progress. */
export type CopyElements = (from: Buffer, to: Buffer, count: number) => void;

/** What the ends of a stream or future agree on. */
export interface ElementType {
  readonly type: ValueType | undefined;
  readonly copy: CopyElements;
}

const NUMBERS: ReadonlySet<string> = new Set(["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"]);

/** `none_or_number_type`. */
export function noneOrNumberType(type: ValueType | undefined): boolean {
  return type === undefined || NUMBERS.has(type.kind);
}
