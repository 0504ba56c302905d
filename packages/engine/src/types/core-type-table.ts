/**
 * The core types of one validation. Recursion groups are the unit of equality: a group is described by a text in which
 * references to its own members are relative and others are canonical ids, and groups of one text are one object.
 */
import type { CoreCompositeSyntax, CoreFieldSyntax, CoreRecGroupSyntax, CoreSubTypeSyntax, CoreValTypeSyntax } from "../binary/syntax.ts";
import { MAX_SUBTYPING_DEPTH } from "../diagnostics/limits.ts";
import type { CoreCompositeType, CoreFieldType, CoreRecGroup, CoreSubType, CoreValueType } from "./component-types.ts";
import { isCoreFunction, isShared, matchesSupertype } from "./core-subtype.ts";

type Fail = (message: string) => never;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** The index space of types in which a group is defined. */
export interface CoreTypeSpace {
  readonly length: number;
  /** Fails when there is no such core type. */
  at(index: number): CoreSubType;
}

export class CoreTypeTable {
  readonly #groups = new Map<string, CoreRecGroup>();
  readonly #functions = new Map<string, CoreSubType>();
  #nextId = 0;

  /** The function type that a canonical definition has. There can be very many of those, with few types. */
  func(params: readonly CoreValueType[], results: readonly CoreValueType[], shared = false): CoreSubType {
    if (!params.every(isNumber) || shared) return this.#func(params, results, shared);
    const key = `${params}>${results}`;
    let type = this.#functions.get(key);
    if (type === undefined) {
      type = this.#func(params, results, false);
      this.#functions.set(key, type);
    }
    return type;
  }

  #func(params: readonly CoreValueType[], results: readonly CoreValueType[], shared: boolean): CoreSubType {
    const references: CoreSubType[] = [];
    const written = (type: CoreValueType): CoreValTypeSyntax => {
      if (typeof type === "string") return type;
      if (typeof type.heap === "string") return { nullable: type.nullable, heap: { abstract: type.heap, shared: false } };
      return { nullable: type.nullable, heap: { index: references.push(type.heap) - 1 } };
    };
    const composite: CoreCompositeSyntax = { kind: "func", params: params.map(written), results: results.map(written) };
    const space = { length: references.length, at: (index: number) => references[index]! };
    return this.define({ kind: "rec", explicit: false, types: [{ final: true, shared, supertypes: [], composite }] }, space, unexpected)[0]!;
  }

  /** The types of a group that is defined at the end of `space`. */
  define(group: CoreRecGroupSyntax, space: CoreTypeSpace, fail: Fail): readonly CoreSubType[] {
    const first = space.length;
    const end = first + group.types.length;
    const reference = (index: number): string => {
      if (index >= end) fail(`unknown type ${index}: type index out of bounds`);
      return index < first ? `t${space.at(index).canonicalId}` : `r${index - first}`;
    };
    const texts = group.types.map((type, i) => {
      if (type.supertypes.some((s) => s >= first + i)) fail("supertypes must be defined before subtypes");
      return describe(type, reference);
    });
    const key = texts.join();
    let known = this.#groups.get(key);
    if (known === undefined) {
      known = this.#build(group, (index, members) => (index < first ? space.at(index) : members[index - first]!));
      for (const type of known.types) check(type, fail);
      this.#groups.set(key, known);
    }
    return known.types;
  }

  #build(syntax: CoreRecGroupSyntax, resolve: (index: number, members: readonly CoreSubType[]) => CoreSubType): CoreRecGroup {
    const types = syntax.types.map(
      ({ final, shared }, index): Mutable<CoreSubType> => ({
        kind: "sub",
        final,
        shared,
        supertype: undefined,
        composite: { kind: "struct", fields: [] },
        canonicalId: this.#nextId++,
        index,
      }),
    );
    const group: CoreRecGroup = { types, table: this };
    const at = (index: number): CoreSubType => resolve(index, types);
    for (const [i, type] of types.entries()) {
      const { supertypes, composite } = syntax.types[i]!;
      type.group = group;
      if (supertypes.length > 0) type.supertype = at(supertypes[0]!);
      type.composite = resolveComposite(composite, at);
    }
    return group;
  }
}

function isNumber(type: CoreValueType): boolean {
  return typeof type === "string";
}

function unexpected(message: string): never {
  throw new Error(`engine bug: ${message}`);
}

/** A text that is equal for equal definitions. */
function describe(type: CoreSubTypeSyntax, reference: (index: number) => string): string {
  const value = (t: CoreValTypeSyntax | "i8" | "i16"): string => {
    if (typeof t === "string") return t;
    const heap = "index" in t.heap ? reference(t.heap.index) : `${t.heap.shared ? "shared " : ""}${t.heap.abstract}`;
    return t.nullable ? `null ${heap}` : heap;
  };
  const field = (f: CoreFieldSyntax): string => (f.mutable ? `mut ${value(f.type)}` : value(f.type));
  const { composite } = type;
  const members =
    composite.kind === "func"
      ? `${composite.params.map(value)}>${composite.results.map(value)}`
      : composite.kind === "struct"
        ? composite.fields.map(field).join()
        : composite.kind === "array"
          ? field(composite.element)
          : reference(composite.type);
  return `${type.final ? "final " : ""}${type.shared ? "shared " : ""}${type.supertypes.map(reference)} ${composite.kind}(${members})`;
}

export function resolveCoreValueType(type: CoreValTypeSyntax, at: (index: number) => CoreSubType): CoreValueType {
  if (typeof type === "string") return type;
  const { nullable, heap } = type;
  return { nullable, heap: "index" in heap ? at(heap.index) : heap.shared ? `shared ${heap.abstract}` : heap.abstract };
}

function resolveComposite(syntax: CoreCompositeSyntax, at: (index: number) => CoreSubType): CoreCompositeType {
  const value = (type: CoreValTypeSyntax): CoreValueType => resolveCoreValueType(type, at);
  const field = ({ type, mutable }: CoreFieldSyntax): CoreFieldType => ({ type: type === "i8" || type === "i16" ? type : value(type), mutable });
  switch (syntax.kind) {
    case "func":
      return { kind: "func", params: syntax.params.map(value), results: syntax.results.map(value) };
    case "struct":
      return { kind: "struct", fields: syntax.fields.map(field) };
    case "array":
      return { kind: "array", element: field(syntax.element) };
    case "cont":
      return { kind: "cont", type: at(syntax.type) };
  }
}

function check(type: CoreSubType, fail: Fail): void {
  const { composite, supertype } = type;
  if (type.shared) {
    const members =
      composite.kind === "func"
        ? [...composite.params, ...composite.results]
        : composite.kind === "struct"
          ? composite.fields.map((f) => f.type)
          : composite.kind === "array"
            ? [composite.element.type]
            : [];
    if (!members.every(isShared)) fail("shared composite type must contain shared types");
  }
  if (composite.kind === "cont" && !isCoreFunction(composite.type)) fail("non-function type in a continuation type");
  if (supertype === undefined) return;
  if (supertype.final) fail("sub type cannot have a final super type");
  if (!matchesSupertype(type, supertype)) fail("sub type must match super type");
  let depth = 0;
  for (let up: CoreSubType | undefined = supertype; up !== undefined; up = up.supertype) depth++;
  if (depth > MAX_SUBTYPING_DEPTH) fail(`sub type hierarchy too deep: found depth ${depth}, cannot exceed depth ${MAX_SUBTYPING_DEPTH}`);
}
