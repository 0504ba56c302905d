/**
 * Bundles: which of a component's imports (or exports) belong to one end.
 *
 * Two interfaces are tied when a constructor, static or free function of one takes a handle that a constructor, static or free
 * function of the other makes: such a call must find, at the end that it is wired to, the end that made the handle. Methods
 * follow the handle wherever they are wired to, so they tie nothing; nor does `poll`, which answers for pollables of any end.
 * Functions at the root of a world count as interfaces of one function, those of a resource there as one interface with it.
 */
import type { ExternType, FuncType, InstanceType, ResourceIdentity, ValueType } from "./component-types.ts";
import { partsOf } from "./type-context.ts";

type Externs = ReadonlyMap<string, ExternType>;

/**
 * Names that are wired, interposed on and re-wired together. Bundles stand in the order of their first name, names in the
 * component's order; each name is in exactly one.
 */
export function bundlesOf(externs: Externs): readonly (readonly string[])[] {
  const made = new Handles();
  const taken = new Handles();
  visitFunctions(externs, new Set(), ({ params, result }) => {
    for (const { type } of params) taken.add(type);
    made.add(result);
  });
  const groups = new Groups();
  const ties = new Ties(made.resources.intersection(taken.resources), groups);
  const owners = new Map<ResourceIdentity, string>();
  for (const [name, extern] of externs) {
    ties.extern(name, extern, name);
    joinResource(name, extern, owners, groups);
  }
  return [...Map.groupBy(externs.keys(), (name) => groups.of(name)).values()];
}

/** What `name` may tie by its calls: not methods, which follow the handle. `interfaceName` is what it is a function of. */
function mayTie(name: string, interfaceName: string): boolean {
  return !name.startsWith("[method]") && !(name === "poll" && interfaceName.startsWith("wasi:io/poll@"));
}

function interfaceName(name: string, { attributes }: ExternType): string {
  return attributes?.implements ?? name;
}

/** Functions that may tie, at any depth of instances; each instance type once. */
function visitFunctions(externs: Externs, seen: Set<InstanceType>, visit: (type: FuncType) => void, within = ""): void {
  for (const [name, extern] of externs) {
    if (extern.sort === "func" && mayTie(name, within)) visit(extern.type);
    if (extern.sort !== "instance" || seen.has(extern.type)) continue;
    seen.add(extern.type);
    visitFunctions(extern.type.exports, seen, visit, interfaceName(name, extern));
  }
}

/** Resources that types have handles of, at any depth. Types share parts: each is walked once. */
class Handles {
  readonly resources = new Set<ResourceIdentity>();
  readonly #seen = new Set<ValueType>();

  add(type: ValueType | undefined): void {
    if (type === undefined || this.#seen.has(type)) return;
    this.#seen.add(type);
    if (type.kind === "own" || type.kind === "borrow") this.resources.add(type.resource.identity);
    else for (const part of partsOf(type)) this.add(part);
  }
}

/**
 * Joins each name with the types of its calls, these with their parts, down to the resources that tie: two names are then
 * joined exactly if both reach one such resource, and each type is walked once, however many share it.
 */
class Ties {
  readonly #tying: ReadonlySet<ResourceIdentity>;
  readonly #groups: Groups;
  readonly #known = new Map<object, boolean>();

  constructor(tying: ReadonlySet<ResourceIdentity>, groups: Groups) {
    this.#tying = tying;
    this.#groups = groups;
  }

  /** Whether a resource that ties is in `extern`, which `owner` is or has. */
  extern(name: string, extern: ExternType, owner: string | InstanceType, within = ""): boolean {
    if (extern.sort === "func") return mayTie(name, within) && this.#join(owner, extern.type, () => this.#func(extern.type));
    if (extern.sort !== "instance") return false;
    return this.#join(owner, extern.type, () => this.#instance(extern.type, interfaceName(name, extern)));
  }

  #instance(instance: InstanceType, name: string): boolean {
    return any(instance.exports, ([inner, extern]) => this.extern(inner, extern, instance, name));
  }

  #func(func: FuncType): boolean {
    return any([...func.params.map(({ type }) => type), func.result], (type) => this.#part(func, type));
  }

  #part(owner: object, type: ValueType | undefined): boolean {
    if (type === undefined) return false;
    if (type.kind !== "own" && type.kind !== "borrow") return this.#join(owner, type, () => any(partsOf(type), (part) => this.#part(type, part)));
    const { identity } = type.resource;
    return this.#join(owner, identity, () => this.#tying.has(identity));
  }

  #join(owner: object | string, part: object, find: () => boolean): boolean {
    let ties = this.#known.get(part);
    if (ties === undefined) this.#known.set(part, (ties = find()));
    if (ties) this.#groups.join(owner, part);
    return ties;
  }
}

/** `some` that looks at each member. */
function any<T>(members: Iterable<T>, is: (member: T) => boolean): boolean {
  let found = false;
  for (const member of members) found = is(member) || found;
  return found;
}

/**
 * A resource at the root of a world is of one end with its functions, and a mere name of an interface's resource of one with the
 * interface. `owners` are the names that each resource was first met in.
 */
function joinResource(name: string, extern: ExternType, owners: Map<ResourceIdentity, string>, groups: Groups): void {
  const member = /^\[\w+\]([^.]+)/.exec(name);
  if (member !== null) groups.join(name, member[1]!);
  const types = extern.sort === "instance" ? extern.type.exports.values() : [extern];
  for (const { sort, type } of types) {
    if (sort !== "type" || type.kind !== "resource") continue;
    const owner = owners.get(type.identity);
    if (owner === undefined) owners.set(type.identity, name);
    else if (extern.sort === "type") groups.join(name, owner);
  }
}

/** Disjoint sets that grow together. */
class Groups {
  readonly #parents = new Map<unknown, unknown>();

  join(a: unknown, b: unknown): void {
    const [first, second] = [this.of(a), this.of(b)];
    if (first !== second) this.#parents.set(second, first);
  }

  /** What stands for the group of `member`. Each look-up halves the way for later ones. */
  of(member: unknown): unknown {
    let at = member;
    for (let next = this.#parents.get(at); next !== undefined; next = this.#parents.get(at)) {
      const beyond = this.#parents.get(next);
      if (beyond === undefined) return next;
      this.#parents.set(at, beyond);
      at = beyond;
    }
    return at;
  }
}
