/** Elements of streams and futures on their way: from one component's memory to another's, or from and to JavaScript. */
import type { Buffer } from "../concurrency/buffer.ts";
import { MAX_BUFFER_LENGTH } from "../concurrency/buffer.ts";
import { misuse } from "../concurrency/waitable.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import type { Codec } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import { addressFromCore, type CoreValue } from "./core-value.ts";
import { loadValue, storeValue } from "./dispatch.ts";
import { guestTrap } from "./guest-trap.ts";
import type { Signature } from "./signature.ts";

/** `BufferGuestImpl`. */
export class GuestBuffer implements Buffer {
  readonly cx: LiftLowerContext;
  /** Of the elements, which may be nothing. */
  readonly codec: Codec | undefined;
  /** Of a function with an element as its parameter; for `CopyGuest`. */
  readonly element: Signature | undefined;
  readonly length: number;
  progress = 0;
  /** Of the next element. */
  at: number;

  constructor(cx: LiftLowerContext, codec: Codec | undefined, pointer: CoreValue, length: number, element?: Signature) {
    if (length > MAX_BUFFER_LENGTH) throw misuse("stream read/write count too large");
    this.cx = cx;
    this.codec = codec;
    this.element = element;
    this.length = length;
    this.at = addressFromCore(pointer, cx.wide);
    if (codec === undefined || length === 0) return;
    const { align, size } = codec;
    if (this.at % align !== 0) throw guestTrap(TrapCode.Unaligned, `unaligned pointer: 0x${this.at.toString(16)} is not aligned to ${align}`);
    cx.renew();
    if (!cx.reaches(this.at + length * size))
      throw guestTrap(TrapCode.OutOfBounds, `read/write pointer out of bounds of memory: 0x${this.at.toString(16)} + ${length * size}`);
  }
}

/** Elements that JavaScript has. */
export interface HostSource extends Buffer {
  /** The next `count`: a typed array where the elements are numbers. */
  give(count: number): ArrayLike<unknown>;
}

/** Room for elements in JavaScript. */
export interface HostSink extends Buffer {
  /** A typed array shows memory of a component, as it is now. */
  accept(elements: ArrayLike<unknown>): void;
}

/** Moves elements from one component's memory to another's, by generated wasm; false: it is left to the closures. */
export type CopyGuest = (from: GuestBuffer, to: GuestBuffer, count: number) => boolean;

/** `dst_buffer.write(src_buffer.read(n))`. */
export function copyElements(from: Buffer, to: Buffer, count: number, copyGuest?: CopyGuest): void {
  if (from instanceof GuestBuffer) {
    if (to instanceof GuestBuffer) copyBetween(from, to, count, copyGuest);
    else (to as HostSink).accept(liftElements(from, count));
  } else {
    const elements = (from as HostSource).give(count);
    if (to instanceof GuestBuffer) lowerElements(to, elements);
    else (to as HostSink).accept(elements);
  }
  advance(from, count);
  advance(to, count);
}

function advance(buffer: Buffer, count: number): void {
  buffer.progress += count;
  if (buffer instanceof GuestBuffer && buffer.codec !== undefined) buffer.at += count * buffer.codec.size;
}

function copyBetween(from: GuestBuffer, to: GuestBuffer, count: number, copyGuest?: CopyGuest): void {
  if (from.codec === undefined || to.codec === undefined) return;
  const { size } = from.codec;
  if (isNumber(from.codec)) {
    bytesOf(to, count * size).set(bytesOf(from, count * size));
    return;
  }
  if (from.element !== undefined && to.element !== undefined && copyGuest?.(from, to, count)) return;
  const values: unknown[] = [];
  const { cx } = from;
  cx.begin();
  cx.raw = true;
  for (let i = 0; i < count; i++) values.push(loadValue(from.codec, cx, from.at + i * size));
  cx.raw = false;
  storeAll(to, values, true);
}

/** As JavaScript sees them. */
function liftElements(from: GuestBuffer, count: number): ArrayLike<unknown> {
  const { cx, codec } = from;
  if (codec === undefined) return new Array(count).fill(undefined);
  const View = NUMBER_ARRAYS[codec.type.kind];
  if (View !== undefined) return new View(bytesOf(from, 0).buffer, from.at, count);
  cx.begin();
  const values: unknown[] = [];
  for (let i = 0; i < count; i++) values.push(loadValue(codec, cx, from.at + i * codec.size));
  return values;
}

function lowerElements(to: GuestBuffer, elements: ArrayLike<unknown>): void {
  const { codec } = to;
  if (codec === undefined) return;
  if (isNumber(codec) && ArrayBuffer.isView(elements)) {
    const { buffer, byteOffset, byteLength } = elements as ArrayBufferView;
    bytesOf(to, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
  } else storeAll(to, elements, false);
}

function storeAll({ cx, codec, at }: GuestBuffer, values: ArrayLike<unknown>, raw: boolean): void {
  cx.begin();
  cx.raw = raw;
  try {
    for (let i = 0; i < values.length; i++) storeValue(codec!, cx, values[i], at + i * codec!.size);
  } finally {
    cx.raw = false;
  }
}

/** The next `length` bytes. */
function bytesOf({ cx, at }: GuestBuffer, length: number): Uint8Array {
  if (cx.bytes.length === 0) cx.renew();
  return cx.bytes.subarray(at, at + length);
}

type NumberArray = new (buffer: ArrayBufferLike, at: number, length: number) => ArrayLike<unknown> & ArrayBufferView;

const NUMBER_ARRAYS: Readonly<Record<string, NumberArray>> = {
  u8: Uint8Array,
  s8: Int8Array,
  u16: Uint16Array,
  s16: Int16Array,
  u32: Uint32Array,
  s32: Int32Array,
  u64: BigUint64Array,
  s64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

function isNumber({ type }: Codec): boolean {
  return type.kind in NUMBER_ARRAYS;
}
