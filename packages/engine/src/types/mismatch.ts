/**
 * How the function that a provider has differs from the one that an import wants, in words for whoever draws the wire: where, and what
 * is on either side. Only the first difference, names before types. Whether there is one, `subtype.ts` decides.
 */
import type { FuncType, ResourceIdentity, ValueType } from "./component-types.ts";
import { typeName } from "./type-name.ts";

/** What has a name, and mostly a type: a parameter, field, case or flag. */
interface Member {
  readonly name: string;
  readonly type?: ValueType | undefined;
}
export type SameResource = (theirs: ResourceIdentity, ours: ResourceIdentity) => boolean;

/** `theirs` is the provider's, `ours` the import's. `undefined`: nothing differs. */
export function mismatchOfFunctions(theirs: FuncType, ours: FuncType, same: SameResource): string | undefined {
  if (theirs.async !== ours.async) return `the function is async in the ${theirs.async ? "provider" : "import"} only`;
  const comparison = new Mismatch(same);
  return comparison.members("", "parameter", theirs.params, ours.params) ?? comparison.optional("", "result", theirs.result, ours.result);
}

const sides = (ours: string, theirs: string): string => `${ours} in the import, ${theirs} in the provider`;
/** Outside in: `parameter \`p\`, field \`f\``. */
const within = (outer: string, inner: string): string => (outer === "" ? inner : `${outer}, ${inner}`);

class Mismatch {
  readonly #same: SameResource;

  constructor(same: SameResource) {
    this.#same = same;
  }

  members(place: string, noun: string, theirs: readonly Member[], ours: readonly Member[]): string | undefined {
    const say = (found: string): string => (place === "" ? found : `${place}: ${found}`);
    const isIn = (members: readonly Member[], name: string | undefined): boolean =>
      name !== undefined && members.some((member) => sameLabel(member.name, name));
    for (let i = 0; i < Math.max(theirs.length, ours.length); i++) {
      const [their, our] = [theirs[i]?.name, ours[i]?.name];
      if (their !== undefined && our !== undefined && sameLabel(their, our)) continue;
      const [lost, surplus] = [!isIn(theirs, our), !isIn(ours, their)];
      if (lost && surplus && their !== undefined && our !== undefined) return say(`${noun} ${i + 1} is called ${sides(`\`${our}\``, `\`${their}\``)}`);
      if (lost && our !== undefined) return say(`${noun} \`${our}\` is in the import only`);
      if (surplus && their !== undefined) return say(`${noun} \`${their}\` is in the provider only`);
      return say(`the ${noun}s come in another order: number ${i + 1} is ${sides(`\`${our}\``, `\`${their}\``)}`);
    }
    return first(ours, ({ name, type }, i) => this.optional(place, `${noun} \`${name}\``, theirs[i]!.type, type));
  }

  optional(outer: string, name: string, theirs: ValueType | undefined, ours: ValueType | undefined): string | undefined {
    const place = within(outer, name);
    if (theirs !== undefined && ours !== undefined) return this.#value(place, theirs, ours);
    return theirs === ours ? undefined : `${place}: ${sides(words(ours), words(theirs))}`;
  }

  #value(place: string, theirs: ValueType, ours: ValueType): string | undefined {
    const differ = `${place}: ${sides(words(ours), words(theirs))}`;
    const inner = (name: string, a: ValueType | undefined, b: ValueType | undefined) => this.optional(place, name, a, b);
    switch (ours.kind) {
      case "record":
        return theirs.kind === ours.kind ? this.members(place, "field", theirs.fields, ours.fields) : differ;
      case "variant":
        return theirs.kind === ours.kind ? this.members(place, "case", theirs.cases, ours.cases) : differ;
      case "enum":
        return theirs.kind === ours.kind ? this.members(place, "case", labels(theirs.labels), labels(ours.labels)) : differ;
      case "flags":
        return theirs.kind === ours.kind ? this.members(place, "flag", labels(theirs.labels), labels(ours.labels)) : differ;
      case "tuple":
        if (theirs.kind !== ours.kind || theirs.types.length !== ours.types.length) return differ;
        return first(ours.types, (type, i) => inner(`item ${i + 1}`, theirs.types[i], type));
      case "list":
        return theirs.kind === ours.kind && theirs.length === ours.length ? inner("what is listed", theirs.element, ours.element) : differ;
      case "option":
        return theirs.kind === ours.kind ? inner("if there is one", theirs.some, ours.some) : differ;
      case "map":
        return theirs.kind === ours.kind ? (inner("key", theirs.key, ours.key) ?? inner("value", theirs.value, ours.value)) : differ;
      case "result":
        return theirs.kind === ours.kind ? (inner("on success", theirs.ok, ours.ok) ?? inner("on failure", theirs.err, ours.err)) : differ;
      case "future":
      case "stream":
        return theirs.kind === ours.kind ? inner("what it carries", theirs.element, ours.element) : differ;
      case "own":
      case "borrow":
        if (theirs.kind !== ours.kind) return differ;
        if (this.#same(theirs.resource.identity, ours.resource.identity)) return undefined;
        return `${place}: ${sides(words(ours), theirs.resource.identity.name === ours.resource.identity.name ? "another one of that name" : words(theirs))}`;
      default:
        return theirs.kind === ours.kind ? undefined : differ;
    }
  }
}

const labels = (names: readonly string[]): Member[] => names.map((name) => ({ name }));

function first<T>(items: readonly T[], find: (item: T, index: number) => string | undefined): string | undefined {
  for (const [i, item] of items.entries()) {
    const found = find(item, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A type as WIT has it; of a handle, whose name alone tells nothing, also what it is. */
function words(type: ValueType | undefined): string {
  if (type === undefined) return "nothing";
  if (type.kind === "own") return `a resource \`${typeName(type)}\` that is handed over`;
  return type.kind === "borrow" ? `a resource \`${typeName({ ...type, kind: "own" })}\` that is lent` : `\`${typeName(type)}\``;
}

/** Labels differ in more than case (Explainer.md "strongly-unique"). */
export function sameLabel(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}
