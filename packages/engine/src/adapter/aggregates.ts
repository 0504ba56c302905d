/** Records, tuples and lists of fixed length. */
import * as Op from "../binary/opcodes.ts";
import type { CodeWriter } from "../binary/writer.ts";
import type { ValueType } from "../types/component-types.ts";
import { alignTo } from "../types/size.ts";
import type { Side } from "./adapter-module.ts";
import type { Shape } from "./shape.ts";
import type { Destination, Place, Source, Translation } from "./translation.ts";

/** More plain bytes than this are copied by `memory.copy`, which is a call for most engines. */
const MAX_COPIED_IN_WORDS = 64;

export function translateTuple(t: Translation, { parts }: Shape, source: Source, destination: Destination): void {
  translateFields(t, parts as readonly Shape[], source, destination);
}

/** Fields one after the other: a record's, or the parameters of a call. */
export function translateFields(t: Translation, fields: readonly Shape[], source: Source, destination: Destination): void {
  const { from, to } = t.passage;
  if (!("offset" in source) || destination === "stack") {
    const sources = sourcesOf(t, fields, source);
    const places = destination === "stack" ? undefined : placesOf(fields, to, destination);
    for (const [i, field] of fields.entries()) t.value(field, sources[i]!, places?.[i] ?? "stack");
    return;
  }
  const [begins, ends] = [placesOf(fields, from, source), placesOf(fields, to, destination)];
  for (let i = 0; i < fields.length; ) {
    // Plain neighbours are copied together, as long as no padding lies between.
    let bytes = 0;
    const [begin, end] = [begins[i]!, ends[i]!];
    while (i < fields.length && fields[i]!.plain && begins[i]!.offset === begin.offset + bytes && ends[i]!.offset === end.offset + bytes) {
      bytes += from.layouts.of(fields[i]!.type).size;
      i++;
    }
    if (bytes > 0) copyBytes(t, begin, end, bytes);
    else {
      t.value(fields[i]!, begin, end);
      i++;
    }
  }
}

function sourcesOf(t: Translation, fields: readonly Shape[], source: Source): readonly Source[] {
  const { from } = t.passage;
  if ("offset" in source) return placesOf(fields, from, source);
  let lane = 0;
  return fields.map(({ type }) => source.slice(lane, (lane += from.flattening.of(type)!.length)));
}

function placesOf(fields: readonly Shape[], { layouts }: Side, { at, offset }: Place): readonly Place[] {
  let end = 0;
  return fields.map(({ type }) => {
    const { size, alignment } = layouts.of(type);
    const begin = alignTo(end, alignment);
    end = begin + size;
    return { at, offset: offset + begin };
  });
}

/** A constant number of bytes. */
function copyBytes(t: Translation, source: Place, destination: Place, bytes: number): void {
  const { code } = t;
  const { from, to } = t.passage;
  if (bytes > MAX_COPIED_IN_WORDS) {
    t.address(to, destination);
    t.address(from, source);
    if (from.wide && to.wide) code.i64(BigInt(bytes));
    else code.i32(bytes);
    code.op(Op.memory_copy, to.memory, from.memory);
    return;
  }
  let done = 0;
  for (const [size, load, store] of [
    [8, Op.i64_load, Op.i64_store],
    [4, Op.i32_load, Op.i32_store],
    [2, Op.i32_load16_u, Op.i32_store16],
    [1, Op.i32_load8_u, Op.i32_store8],
  ] as const) {
    for (; bytes - done >= size; done += size) {
      code
        .get(destination.at)
        .get(source.at)
        .memory(load, 0, source.offset + done, from.memory);
      code.memory(store, 0, destination.offset + done, to.memory);
    }
  }
}

/** A list of fixed length: flat, it has few elements; in memory a loop goes over them. */
export function translateArray(t: Translation, { parts, count, type, plain }: Shape, source: Source, destination: Destination): void {
  const element = parts[0]!;
  if (!("offset" in source) || destination === "stack") {
    translateFields(t, Array<Shape>(count).fill(element), source, destination);
    return;
  }
  const { code } = t;
  const { from, to } = t.passage;
  if (plain) {
    copyBytes(t, source, destination, from.layouts.of(type).size);
    return;
  }
  const [begin, end] = [t.local(from.core), t.local(to.core)];
  t.address(from, source);
  code.set(begin);
  t.address(to, destination);
  code.set(end);
  translateElements(t, element, begin, end, () => number(code, from, from.layouts.of(type).size));
  t.release(from.core, begin);
  t.release(to.core, end);
}

/** A loop over elements at the addresses in two locals, which it changes. `bytes` writes those that the source has, of its address type. */
export function translateElements(t: Translation, element: Shape, begin: number, into: number, bytes: () => void): void {
  const { code } = t;
  const { from, to } = t.passage;
  const end = t.local(from.core);
  code.get(begin);
  bytes();
  code.op(from.wide ? Op.i64_add : Op.i32_add).set(end);
  code.begin(Op.block).begin(Op.loop);
  code
    .get(begin)
    .get(end)
    .op(from.wide ? Op.i64_eq : Op.i32_eq)
    .op(Op.br_if, 1);
  t.value(element, { at: begin, offset: 0 }, { at: into, offset: 0 });
  for (const [side, local] of [
    [from, begin],
    [to, into],
  ] as const) {
    number(code.get(local), side, sizeOf(element.type, side));
    code.op(side.wide ? Op.i64_add : Op.i32_add).set(local);
  }
  code.op(Op.br, 0).end().end();
  t.release(from.core, end);
}

function sizeOf(type: ValueType, { layouts }: Side): number {
  return layouts.of(type).size;
}

/** A number of the side's address type. */
export function number(code: CodeWriter, { wide }: Side, value: number): CodeWriter {
  return wide ? code.i64(BigInt(value)) : code.i32(value);
}
