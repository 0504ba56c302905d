/**
 * The types of a joint as its adapter sees them: caller's and callee's walked in step, since they are equal but for the resources that their
 * handles mean; kinds that lie in memory alike are one (a record is a tuple, a map a list of pairs, an option a variant), equal ones are one
 * object, so a tower of types that share their parts is as small as its definition.
 */
import { invariant } from "../diagnostics/invariant.ts";
import type { PrimitiveKind, ResourceIdentity, TupleType, ValueType } from "../types/component-types.ts";
import { Layouts } from "../types/size.ts";
import { partsOf } from "../types/type-context.ts";

/** `end`: of a stream or future, or an error context. */
export type ShapeKind = Exclude<PrimitiveKind, "error-context"> | "flags" | "enum" | "variant" | "tuple" | "list" | "array" | "own" | "borrow" | "end";

export interface Shape {
  /** By order of appearance among the shapes of one `Shapes`. */
  readonly id: number;
  readonly kind: ShapeKind;
  /** One of the types that have this shape, for layout and flattening. */
  readonly type: ValueType;
  /** Fields, payloads, the element. */
  readonly parts: readonly (Shape | undefined)[];
  /** Labels of flags, cases, or elements of an array, which is a list of fixed length; of a handle or end, the number of its types. */
  readonly count: number;
  /** Any bytes are a value, none is padding: it is copied as it is. */
  readonly plain: boolean;
  /** How much code it takes to move one, roughly in instructions. */
  readonly cost: number;
  readonly hasBorrow: boolean;
}

type Node = Pick<Shape, "kind" | "parts" | "count">;

/** Gives numbers to what the types on both sides mean there. */
export interface Numbering {
  resource(caller: ResourceIdentity, callee: ResourceIdentity): number;
  end(caller: ValueType, callee: ValueType): number;
}

/** Bytes of plain values do not depend on the width of addresses. */
const BYTES = new Layouts("i32");
const NUMBERS = new Set<string>(["s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64"]);

export class Shapes {
  /** What makes each shape what it is, in the order of their ids: together they say it of all. */
  readonly keys: string[] = [];
  readonly #byKey = new Map<string, Shape>();

  /** The shapes of one joint's types. A walker remembers what it met, since the same type may mean other resources elsewhere. */
  walker(numbering: Numbering): (caller: ValueType, callee: ValueType) => Shape {
    const known = new Map<ValueType, Map<ValueType, Shape>>();
    const walk = (caller: ValueType, callee: ValueType): Shape => {
      let byCallee = known.get(caller);
      if (byCallee === undefined) known.set(caller, (byCallee = new Map()));
      let shape = byCallee.get(callee);
      if (shape === undefined) byCallee.set(callee, (shape = this.#intern(caller, node(caller, callee, walk, numbering))));
      return shape;
    };
    return walk;
  }

  #intern(type: ValueType, { kind, parts, count }: Node): Shape {
    const key = `${kind}${count || ""}(${parts.map((part) => part?.id ?? "").join()})`;
    let shape = this.#byKey.get(key);
    if (shape === undefined) {
      const id = this.keys.push(key) - 1;
      const plain = isPlain(kind, parts, count, type);
      const hasBorrow = kind === "borrow" || parts.some((part) => part?.hasBorrow);
      shape = { id, kind, type, parts, count, plain, cost: plain ? 2 : costOf(kind, parts), hasBorrow };
      this.#byKey.set(key, shape);
    }
    return shape;
  }
}

function node(caller: ValueType, callee: ValueType, walk: (caller: ValueType, callee: ValueType) => Shape, numbering: Numbering): Node {
  invariant(caller.kind === callee.kind, "a wire joins functions of one type");
  const parts = (): (Shape | undefined)[] => {
    const others = partsOf(callee);
    return partsOf(caller).map((part, i) => part && walk(part, others[i]!));
  };
  switch (caller.kind) {
    case "record":
    case "tuple":
      return { kind: "tuple", parts: parts(), count: 0 };
    case "variant":
    case "option":
    case "result": {
      const payloads = caller.kind === "option" ? [undefined, ...parts()] : parts();
      if (payloads.some((part) => part !== undefined)) return { kind: "variant", parts: payloads, count: payloads.length };
      return { kind: "enum", parts: [], count: payloads.length };
    }
    case "enum":
    case "flags":
      return { kind: caller.kind, parts: [], count: caller.labels.length };
    case "list":
      return { kind: caller.length === undefined ? "list" : "array", parts: parts(), count: caller.length ?? 0 };
    case "map":
      return { kind: "list", parts: [walk(pairOf(caller), pairOf(callee as typeof caller))], count: 0 };
    case "own":
    case "borrow":
      return { kind: caller.kind, parts: [], count: numbering.resource(caller.resource.identity, (callee as typeof caller).resource.identity) };
    case "stream":
    case "future":
    case "error-context":
      return { kind: "end", parts: [], count: numbering.end(caller, callee) };
    default:
      return { kind: caller.kind, parts: [], count: 0 };
  }
}

const pairOf = ({ key, value }: ValueType & { readonly kind: "map" }): TupleType => ({ kind: "tuple", types: [key, value] });

function isPlain(kind: ShapeKind, parts: readonly (Shape | undefined)[], count: number, type: ValueType): boolean {
  switch (kind) {
    case "flags":
      return count === 8 || count === 16 || count === 32;
    case "array":
      return parts[0]!.plain;
    case "tuple":
      return parts.every((part) => part!.plain) && parts.reduce((sum, part) => sum + BYTES.of(part!.type).size, 0) === BYTES.of(type).size;
    default:
      return NUMBERS.has(kind);
  }
}

function costOf(kind: ShapeKind, parts: readonly (Shape | undefined)[]): number {
  const own = { list: 40, array: 15, string: 8, variant: 10 }[kind as string] ?? 4;
  // Cases with equal payloads share their code.
  return [...(kind === "variant" ? new Set(parts) : parts)].reduce((sum, part) => sum + (part?.cost ?? 0), own);
}
