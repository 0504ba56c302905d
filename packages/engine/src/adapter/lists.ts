/** Strings, and lists of any length. */
import * as Op from "../binary/opcodes.ts";
import { MAX_LIST_BYTE_LENGTH } from "../diagnostics/limits.ts";
import { extend, wrap } from "./adapter-module.ts";
import { number, translateElements } from "./aggregates.ts";
import { load, pushFlat } from "./scalars.ts";
import type { Shape } from "./shape.ts";
import { hasShortcut, translateShortString } from "./short-strings.ts";
import type { Destination, Source, Translation } from "./translation.ts";

/** The code of `translateShortString`, as `Shape.cost` counts it. */
const SHORTCUT_COST = 50;

export function translateString(t: Translation, _: Shape, source: Source, destination: Destination): void {
  const { code } = t;
  const { out, from, to } = t.passage;
  pushPair(t, source);
  const [made, length] = [t.local(to.core), t.local(to.core)];
  if (hasShortcut(from, to) && t.spend(SHORTCUT_COST)) {
    const begin = t.local(from.core);
    code.set(length).set(begin);
    translateShortString(t, begin, length, made);
    t.release(from.core, begin);
  } else code.call(out.string(from, to)).set(length).set(made);
  storePair(t, destination, made, length);
}

/** Address and length. */
function pushPair(t: Translation, source: Source): void {
  const { from } = t.passage;
  if (!("offset" in source)) for (const lane of source) pushFlat(t.code, lane, from.core);
  else
    for (const offset of [0, 1]) load(t.code, from.wide ? Op.i64_load : Op.i32_load, from, { ...source, offset: source.offset + offset * (from.wide ? 8 : 4) });
}

/** Stores address and length, and gives back their locals. */
function storePair(t: Translation, destination: Destination, begin: number, length: number): void {
  const { code } = t;
  const { to } = t.passage;
  const pointer = to.wide ? 8 : 4;
  for (const [i, local] of [begin, length].entries()) {
    if (destination === "stack") code.get(local);
    else
      code
        .get(destination.at)
        .get(local)
        .memory(to.wide ? Op.i64_store : Op.i32_store, 0, destination.offset + i * pointer, to.memory);
  }
  t.release(to.core, begin, length);
}

/** `load_list_from_range`, then `store_list_into_range`. */
export function translateList(t: Translation, { parts }: Shape, source: Source, destination: Destination): void {
  const { code } = t;
  const { out, from, to } = t.passage;
  const element = parts[0]!;
  const [there, here] = [from.layouts.of(element.type), to.layouts.of(element.type)];
  const [begin, count] = [t.local(from.core), t.local(from.core)];
  pushPair(t, source);
  code.set(count).set(begin);
  const address = (): void => void extend(code.get(begin), from);
  const bytes = (): void => void number(code.get(count), from, there.size).op(from.wide ? Op.i64_mul : Op.i32_mul);

  // So many that the product does not overflow.
  number(code.get(count), from, Math.floor(MAX_LIST_BYTE_LENGTH / there.size)).op(from.wide ? Op.i64_gt_u : Op.i32_gt_u);
  out.trapIf(code, "listTooLong", () => extend(code.get(count), from));
  if (there.alignment > 1) {
    wrap(code.get(begin), from)
      .i32(there.alignment - 1)
      .op(Op.i32_and);
    out.trapIf(code, "listUnaligned", address, there.alignment);
  }
  out.isOutside(
    code,
    from,
    () => code.get(begin),
    () => {
      bytes();
      extend(code, from);
    },
  );
  out.trapIf(code, "listOutOfBounds", address, () => {
    bytes();
    wrap(code, from);
  });

  const [made, length] = [t.local(to.core), t.local(to.core)];
  code.get(count);
  if (from.wide !== to.wide) code.op(from.wide ? Op.i32_wrap_i64 : Op.i64_extend_i32_u);
  code.set(length);
  out.allocate(code, to, "listBeyondEnd", here.alignment, () => number(code.get(length), to, here.size).op(to.wide ? Op.i64_mul : Op.i32_mul), made);
  if (element.plain) {
    code.get(made).get(begin);
    bytes();
    if (from.wide && !to.wide) code.op(Op.i32_wrap_i64);
    code.op(Op.memory_copy, to.memory, from.memory);
  } else {
    const into = t.local(to.core);
    code.get(made).set(into);
    translateElements(t, element, begin, into, bytes);
    t.release(to.core, into);
  }
  t.release(from.core, begin, count);
  storePair(t, destination, made, length);
}
