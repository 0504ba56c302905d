/**
 * Moves one value: `lift` from the source, then `lower` to the destination, in one pass. Each construct has its emitter in a file of this
 * folder; they call one another through `Translation.value`.
 */
import * as Op from "../binary/opcodes.ts";
import { type CodeWriter, Type } from "../binary/writer.ts";
import type { CoreNumberType } from "../types/component-types.ts";
import type { AdapterModule, Side } from "./adapter-module.ts";
import { translateArray, translateTuple } from "./aggregates.ts";
import { translateEnd, translateHandle } from "./handles.ts";
import { translateList, translateString } from "./lists.ts";
import { pushFlat, translateScalar } from "./scalars.ts";
import type { Shape, ShapeKind } from "./shape.ts";
import { translateVariant } from "./variants.ts";
import type { HandlePlan } from "./wiring.ts";

/** In memory, at a local plus an offset. */
export interface Place {
  readonly at: number;
  readonly offset: number;
}
/** A flat value: a local of its type, or of the wider one that the cases of a variant have in common. */
export interface Lane {
  readonly local: number;
  readonly type: CoreNumberType;
}
export type Source = Place | readonly Lane[];
/** Flat values are left on the stack, in the types that the shape flattens to. */
export type Destination = Place | "stack";

/** What does not change while the values of one direction of a joint pass. */
export interface Passage {
  readonly out: AdapterModule;
  readonly from: Side;
  readonly to: Side;
  /** By the number that a handle's shape has. */
  readonly handles: readonly HandlePlan[];
  /** Results, which go from callee to caller. */
  readonly back: boolean;
}

const EMITTERS: Partial<Readonly<Record<ShapeKind, typeof translateScalar>>> = {
  string: translateString,
  list: translateList,
  array: translateArray,
  tuple: translateTuple,
  variant: translateVariant,
  own: translateHandle,
  borrow: translateHandle,
  end: translateEnd,
};

/** Locals with the scopes of a call: of the borrowed handles that the callee gets, and of the caller's loans. They may be the same. */
export interface Scopes {
  readonly scope: number;
  readonly lenders: number;
}

/** So much code is written in place; what is larger becomes a function, written once. */
const BUDGET = 400;

/** The code of one function, in which values pass. */
export class Translation {
  readonly passage: Passage;
  readonly code: CodeWriter;
  /** `undefined`: loans are given back one by one. */
  readonly scopes: Scopes | undefined;
  #budget = BUDGET;
  readonly #free = new Map<CoreNumberType, number[]>();

  constructor(passage: Passage, code: CodeWriter, scopes: Scopes | undefined) {
    this.passage = passage;
    this.code = code;
    this.scopes = scopes;
  }

  /** A local, given back by `release`. It holds anything. */
  local(type: CoreNumberType): number {
    return this.#free.get(type)?.pop() ?? this.code.local(Type[type]);
  }

  release(type: CoreNumberType, ...locals: readonly number[]): void {
    const free = this.#free.get(type);
    if (free === undefined) this.#free.set(type, [...locals]);
    else free.push(...locals);
  }

  /** Whether there is room for more code in place; if so it is taken. */
  spend(cost: number): boolean {
    if (cost > this.#budget) return false;
    this.#budget -= cost;
    return true;
  }

  value(shape: Shape, source: Source, destination: Destination): void {
    if (shape.parts.length > 0 && shape.cost > this.#budget) this.#outline(shape, source, destination);
    else this.inline(shape, source, destination);
  }

  inline(shape: Shape, source: Source, destination: Destination): void {
    // Its parts count for themselves.
    if (shape.parts.length === 0) this.#budget -= shape.cost;
    else this.#budget -= 4;
    (EMITTERS[shape.kind] ?? translateScalar)(this, shape, source, destination);
  }

  /** By a function of the source's flat values or address, and of the destination's address. */
  #outline(shape: Shape, source: Source, destination: Destination): void {
    const { passage, code } = this;
    const { out, from, to, back } = passage;
    const params: CoreNumberType[] = [];
    const lanes: Lane[] = [];
    if ("offset" in source) {
      params.push(from.core);
      this.address(from, source);
    } else {
      for (const type of from.flattening.of(shape.type)!) lanes.push({ type, local: params.push(type) - 1 });
      for (const [i, { type }] of lanes.entries()) pushFlat(code, source[i]!, type);
    }
    const results = destination === "stack" ? to.flattening.of(shape.type)! : [];
    const into = destination === "stack" ? destination : { at: params.push(to.core) - 1, offset: 0 };
    if (destination !== "stack") this.address(to, destination);
    const scoped = shape.hasBorrow && this.scopes !== undefined;
    const scopes = scoped ? { scope: params.push("i32") - 1, lenders: params.push("i32") - 1 } : undefined;
    if (scoped) code.get(this.scopes!.scope).get(this.scopes!.lenders);
    const key = ["value", shape.id, from.id, to.id, Number(back), "offset" in source, destination === "stack", scoped].join(" ");
    const func = out.func(key, params, results, (body) => {
      new Translation(passage, body, scopes).inline(shape, "offset" in source ? { at: 0, offset: 0 } : lanes, into);
    });
    code.call(func);
  }

  /** The address of a place, on the stack. */
  address({ wide }: Side, { at, offset }: Place): void {
    const { code } = this;
    code.get(at);
    if (offset === 0) return;
    if (wide) code.i64(BigInt(offset)).op(Op.i64_add);
    else code.i32(offset).op(Op.i32_add);
  }
}
