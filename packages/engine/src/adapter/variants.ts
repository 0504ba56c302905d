/** Variants, options and results. */
import * as Op from "../binary/opcodes.ts";
import { alignTo } from "../types/size.ts";
import type { Side } from "./adapter-module.ts";
import { checkCase, coerce, discriminantAccess, discriminantSize, load, pushFlat } from "./scalars.ts";
import type { Shape } from "./shape.ts";
import type { Destination, Lane, Place, Source, Translation } from "./translation.ts";

export function translateVariant(t: Translation, shape: Shape, source: Source, destination: Destination): void {
  const { code } = t;
  const { from, to } = t.passage;
  const { count } = shape;
  const [loadCase, storeCase] = discriminantAccess(count);
  const selected = t.local("i32");
  if ("offset" in source) load(code, loadCase, from, source);
  else pushFlat(code, source[0]!, "i32");
  code.tee(selected);
  checkCase(t, selected, count, !("offset" in source));
  if (destination !== "stack") code.get(destination.at).get(selected).memory(storeCase, 0, destination.offset, to.memory);
  const lanes: Lane[] =
    destination === "stack"
      ? to.flattening
          .of(shape.type)!
          .slice(1)
          .map((type) => ({ type, local: t.local(type) }))
      : [];
  const begin = "offset" in source ? payloadPlace(shape, from, source) : undefined;
  const into = destination === "stack" ? destination : payloadPlace(shape, to, destination);
  selectPayload(t, shape, selected, (payload) => {
    // Other payloads may have more lanes.
    if (payload !== undefined) t.value(payload, begin ?? (source as readonly Lane[]).slice(1, 1 + from.flattening.of(payload.type)!.length), into);
    if (destination === "stack") setLanes(t, payload, lanes);
  });
  if (destination === "stack") code.get(selected);
  for (const { type, local } of lanes) {
    code.get(local);
    t.release(type, local);
  }
  t.release("i32", selected);
}

/** Writes code for each payload, that which the case in a local has is run; cases whose payloads are alike share it. */
function selectPayload(t: Translation, { parts }: Shape, selected: number, write: (payload: Shape | undefined) => void): void {
  const { code } = t;
  const payloads = [...new Set(parts)];
  if (payloads.length === 1) {
    write(payloads[0]);
    return;
  }
  if (parts.length === 2) {
    code.get(selected).begin(Op.if);
    write(parts[1]);
    code.op(Op.else);
    write(parts[0]);
    code.end();
    return;
  }
  for (let i = 0; i <= payloads.length; i++) code.begin(Op.block);
  const order = new Map(payloads.map((payload, i) => [payload, i]));
  // The number was checked: the last case is as good a default as any.
  const labels = parts.map((part) => order.get(part)!);
  code.get(selected).op(Op.br_table, labels.length - 1, ...labels);
  for (const [i, payload] of payloads.entries()) {
    code.end();
    write(payload);
    code.op(Op.br, payloads.length - 1 - i);
  }
  code.end();
}

/** Takes the flat values of a payload from the stack; lanes that it does not need are zero. */
function setLanes(t: Translation, payload: Shape | undefined, lanes: readonly Lane[]): void {
  const { code } = t;
  const flat = payload === undefined ? [] : t.passage.to.flattening.of(payload.type)!;
  for (let i = flat.length - 1; i >= 0; i--) {
    coerce(code, flat[i]!, lanes[i]!.type);
    code.set(lanes[i]!.local);
  }
  for (const { type, local } of lanes.slice(flat.length)) {
    const wide = type === "i64" || type === "f64";
    if (wide) code.i64(0n);
    else code.i32(0);
    coerce(code, wide ? "i64" : "i32", type);
    code.set(local);
  }
}

function payloadPlace({ parts, count }: Shape, { layouts }: Side, { at, offset }: Place): Place {
  const alignment = Math.max(1, ...new Set(parts.map((part) => (part === undefined ? 1 : layouts.of(part.type).alignment))));
  return { at, offset: offset + alignTo(discriminantSize(count), alignment) };
}
