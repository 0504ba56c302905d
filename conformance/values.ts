/** The suites' tagged values as the engine's JavaScript values, and back: a comparison. */

export interface TaggedValue {
  readonly type: string;
  readonly value?: unknown;
}

/** `my-field` as the engine spells it for JavaScript. */
export function camelCase(name: string): string {
  return name
    .split("-")
    .map((word, index) => (index === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()))
    .join("");
}

/** Floats are written as their bits in decimal; core ones may be a class of NaNs instead. */
function floatOf(type: "f32" | "f64", bits: unknown): number {
  const view = new DataView(new ArrayBuffer(8));
  if (typeof bits === "string" && bits.startsWith("nan")) return Number.NaN;
  if (type === "f32") {
    view.setInt32(0, Number(BigInt.asIntN(32, BigInt(String(bits)))));
    return view.getFloat32(0);
  }
  view.setBigInt64(0, BigInt.asIntN(64, BigInt(String(bits))));
  return view.getFloat64(0);
}

type Payload = TaggedValue | null | undefined;
const list = (value: unknown): readonly TaggedValue[] => value as readonly TaggedValue[];
const fields = (value: unknown): ReadonlyArray<readonly [string, TaggedValue]> => value as ReadonlyArray<readonly [string, TaggedValue]>;
const variantCase = (value: unknown): { case: string; payload?: Payload } => value as { case: string; payload?: Payload };
function resultCase(value: unknown): { tag: "ok" | "err"; payload: Payload } {
  const result = value as { Ok?: Payload; Err?: Payload };
  return "Ok" in result ? { tag: "ok", payload: result.Ok } : { tag: "err", payload: result.Err };
}

/** The value that the engine's API takes for a tagged one. */
export function toJs({ type, value }: TaggedValue): unknown {
  switch (type) {
    case "bool":
    case "char":
    case "string":
    case "enum":
      return value;
    case "u8":
    case "s8":
    case "u16":
    case "s16":
    case "u32":
    case "s32":
    case "i32":
      return Number(value);
    case "u64":
    case "s64":
    case "i64":
      return BigInt(value as string);
    case "f32":
    case "f64":
      return floatOf(type, value);
    case "list": {
      const items = list(value);
      return items.length > 0 && items.every((item) => item.type === "u8") ? Uint8Array.from(items, (item) => Number(item.value)) : items.map(toJs);
    }
    case "tuple":
      return list(value).map(toJs);
    case "record":
      return Object.fromEntries(fields(value).map(([name, field]) => [camelCase(name), toJs(field)]));
    case "variant": {
      const { case: tag, payload } = variantCase(value);
      return payload ? { tag, val: toJs(payload) } : { tag };
    }
    case "option":
      return value == null ? undefined : toJs(value as TaggedValue);
    case "result": {
      const { tag, payload } = resultCase(value);
      return { tag, val: payload ? toJs(payload) : undefined };
    }
    case "flags":
      return Object.fromEntries((value as readonly string[]).map((name) => [camelCase(name), true]));
  }
  throw new Error(`the suite has a value of unknown type ${type}`);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const matchesPayload = (payload: Payload, actual: unknown): boolean => (payload ? matches(payload, actual) : actual === undefined);

/** Whether the engine's value is the wanted one. */
export function matches({ type, value }: TaggedValue, actual: unknown): boolean {
  switch (type) {
    case "list":
    case "tuple": {
      const items = list(value);
      return (
        (Array.isArray(actual) || ArrayBuffer.isView(actual)) &&
        (actual as unknown[]).length === items.length &&
        items.every((item, index) => matches(item, (actual as unknown[])[index]))
      );
    }
    case "record":
      return isObject(actual) && fields(value).every(([name, field]) => matches(field, actual[camelCase(name)]));
    case "variant": {
      const { case: tag, payload } = variantCase(value);
      return isObject(actual) && actual.tag === tag && matchesPayload(payload, actual.val);
    }
    case "option":
      // An option within an option is { tag, val }, for `undefined` can't tell them apart.
      if (isObject(actual) && actual.tag === "some") return value != null && matches(value as TaggedValue, actual.val);
      if (isObject(actual) && actual.tag === "none") return value == null;
      return value == null ? actual === undefined : matches(value as TaggedValue, actual);
    case "result": {
      const { tag, payload } = resultCase(value);
      return isObject(actual) && actual.tag === tag && matchesPayload(payload, actual.val);
    }
    case "flags": {
      if (!isObject(actual)) return false;
      const wanted = new Set((value as readonly string[]).map(camelCase));
      const set = Object.keys(actual).filter((name) => actual[name] === true);
      return set.length === wanted.size && set.every((name) => wanted.has(name));
    }
  }
  return Object.is(actual, toJs({ type, value }));
}

/** What a function returned, against the wanted results; a function without results returns `undefined`. */
export function matchesResults(wanted: readonly TaggedValue[], actual: unknown): boolean {
  if (wanted.length === 0) return actual === undefined;
  return wanted.length === 1 && matchesTopLevel(wanted[0]!, actual);
}

/** A function's `result` arrives as its `ok` value; its `err` is thrown, which the runner turns into `{ tag: "err" }`. */
function matchesTopLevel(wanted: TaggedValue, actual: unknown): boolean {
  if (wanted.type !== "result") return matches(wanted, actual);
  const { tag, payload } = resultCase(wanted.value);
  return tag === "ok" ? matchesPayload(payload, actual) : matches(wanted, actual);
}
