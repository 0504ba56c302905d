/** Equality, subtyping and names of core types (WebAssembly 3.0 "Matching"; equality is that of iso-recursive types). */
import type { CoreCompositeType, CoreFieldType, CoreFuncType, CoreRefType, CoreSubType, CoreValueType } from "./component-types.ts";

type StorageType = CoreFieldType["type"];

/**
 * Whether two types are equal: within one validation they are then one object; across validations groups are compared
 * member by member, and what they refer to outside by the same rule (a work list, since chains of types can be long).
 */
export function sameCoreType(a: CoreSubType, b: CoreSubType): boolean {
  if (a === b) return true;
  const equal = new Map<CoreSubType, CoreSubType>();
  const pending: [CoreSubType, CoreSubType][] = [[a, b]];
  const same = (x: CoreSubType, y: CoreSubType): boolean => {
    pending.push([x, y]);
    return true;
  };
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [x, y] = pair;
    if (x === y || equal.get(x) === y) continue;
    if (x.group !== undefined && x.group.table === y.group?.table) return false;
    const [xs, ys] = [x.group?.types ?? [x], y.group?.types ?? [y]];
    if (xs.length !== ys.length || x.index !== y.index) return false;
    const inside = (p: CoreSubType, q: CoreSubType): boolean => {
      const [pInside, qInside] = [xs[p.index ?? 0] === p, ys[q.index ?? 0] === q];
      return pInside === qInside && (pInside ? p.index === q.index : same(p, q));
    };
    for (const [i, x] of xs.entries()) {
      const y = ys[i]!;
      equal.set(x, y);
      if (x.final !== y.final || x.shared !== y.shared || (x.supertype === undefined) !== (y.supertype === undefined)) return false;
      if (x.supertype !== undefined && !inside(x.supertype, y.supertype!)) return false;
      if (!compositesMatch(x.composite, y.composite, (s, t) => sameStorage(s, t, inside), true)) return false;
    }
  }
  return true;
}

function sameStorage(a: StorageType, b: StorageType, same: (a: CoreSubType, b: CoreSubType) => boolean = sameCoreType): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  if (a.nullable !== b.nullable) return false;
  return typeof a.heap === "string" || typeof b.heap === "string" ? a.heap === b.heap : same(a.heap, b.heap);
}

export function sameCoreValueType(a: CoreValueType, b: CoreValueType): boolean {
  return sameStorage(a, b);
}

/** Whether composites of one kind match member by member; `exactly`: in number and mutability too. */
function compositesMatch(a: CoreCompositeType, b: CoreCompositeType, matches: (a: StorageType, b: StorageType) => boolean, exactly: boolean): boolean {
  const field = (x: CoreFieldType, y: CoreFieldType): boolean =>
    x.mutable === y.mutable && matches(x.type, y.type) && (!x.mutable || exactly || matches(y.type, x.type));
  if (a.kind === "func" && b.kind === "func") {
    return (
      a.params.length === b.params.length &&
      a.results.length === b.results.length &&
      a.params.every((param, i) => matches(b.params[i]!, param)) &&
      a.results.every((result, i) => matches(result, b.results[i]!))
    );
  }
  if (a.kind === "struct" && b.kind === "struct") {
    return (exactly ? a.fields.length === b.fields.length : a.fields.length >= b.fields.length) && b.fields.every((f, i) => field(a.fields[i]!, f));
  }
  if (a.kind === "array" && b.kind === "array") return field(a.element, b.element);
  if (a.kind === "cont" && b.kind === "cont") return matches({ nullable: false, heap: a.type }, { nullable: false, heap: b.type });
  return false;
}

/** Whether a type may be declared a subtype of `supertype`: its structure matches. */
export function matchesSupertype(type: CoreSubType, supertype: CoreSubType): boolean {
  return type.shared === supertype.shared && compositesMatch(type.composite, supertype.composite, coreValueMatches, false);
}

/** Subtyping of definitions: by declared supertypes. */
export function coreTypeMatches(actual: CoreSubType, expected: CoreSubType): boolean {
  for (let type: CoreSubType | undefined = actual; type !== undefined; type = type.supertype) if (sameCoreType(type, expected)) return true;
  return false;
}

function coreValueMatches(actual: StorageType, expected: StorageType): boolean {
  if (typeof actual === "string" || typeof expected === "string") return actual === expected;
  return (expected.nullable || !actual.nullable) && heapMatches(actual.heap, expected.heap);
}

/** Heap types above each abstract one; a definition has those of its kind. Bottom types are below definitions too. */
const ABOVE: Readonly<Record<string, string>> = {
  none: " none i31 struct array eq any ",
  i31: " i31 eq any ",
  struct: " struct eq any ",
  array: " array eq any ",
  eq: " eq any ",
  nofunc: " nofunc func ",
  noextern: " noextern extern ",
  noexn: " noexn exn ",
  nocont: " nocont cont ",
};
const BOTTOM: Readonly<Record<CoreCompositeType["kind"], string>> = { func: "nofunc", struct: "none", array: "none", cont: "nocont" };

function heapMatches(actual: CoreRefType["heap"], expected: CoreRefType["heap"]): boolean {
  if (typeof actual !== "string" && typeof expected !== "string") return coreTypeMatches(actual, expected);
  const [a, aShared] = abstract(actual);
  const [e, eShared] = abstract(expected);
  if (aShared !== eShared) return false;
  if (typeof expected !== "string") return a === BOTTOM[expected.composite.kind];
  return a === e || (ABOVE[a]?.includes(` ${e} `) ?? false);
}

function abstract(heap: CoreRefType["heap"]): [name: string, shared: boolean] {
  if (typeof heap !== "string") return [heap.composite.kind, heap.shared];
  return heap.startsWith("shared ") ? [heap.slice(7), true] : [heap, false];
}

/** Whether values of the type may be reached from several threads. */
export function isShared(type: StorageType): boolean {
  return typeof type === "string" || abstract(type.heap)[1];
}

/** A type as text: `i32`, `funcref`, `(ref null eq)`, `(ref (func))`. */
export function coreValueName(type: StorageType): string {
  if (typeof type === "string") return type;
  const { nullable, heap } = type;
  if (typeof heap !== "string") return `(ref ${nullable ? "null " : ""}${coreTypeName(heap, 1)})`;
  const [name, shared] = abstract(heap);
  if (nullable) {
    const short = `${name === "none" ? "null" : name.replace(/^no/, "null")}ref`;
    return shared ? `(shared ${short})` : short;
  }
  return shared ? `(ref (shared ${name}))` : `(ref ${name})`;
}

/** A definition as text: `(func (param i32) (result i32))`. Within another one only its kind is told. */
export function coreTypeName({ final, shared, supertype, composite }: CoreSubType, depth = 0): string {
  let text = depth > 0 ? `(${composite.kind})` : compositeName(composite);
  if (shared) text = `(shared ${text})`;
  if (depth > 0 || (final && supertype === undefined)) return text;
  return `(sub ${final ? "final " : ""}${supertype === undefined ? "" : `${coreTypeName(supertype, 1)} `}${text})`;
}

function compositeName(type: CoreCompositeType): string {
  const field = ({ type, mutable }: CoreFieldType): string => (mutable ? `(mut ${coreValueName(type)})` : coreValueName(type));
  switch (type.kind) {
    case "func":
      return `(func${list("param", type.params)}${list("result", type.results)})`;
    case "struct":
      return `(struct${type.fields.map((f) => ` ${field(f)}`).join("")})`;
    case "array":
      return `(array ${field(type.element)})`;
    case "cont":
      return `(cont ${coreTypeName(type.type, 1)})`;
  }
}

function list(word: string, types: readonly CoreValueType[]): string {
  return types.length === 0 ? "" : ` (${word} ${types.map(coreValueName).join(" ")})`;
}

export function isCoreFunction(type: CoreSubType): type is CoreSubType & { readonly composite: CoreFuncType } {
  return type.composite.kind === "func";
}
