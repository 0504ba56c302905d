/**
 * A component's type seen as WIT: a world, and the interfaces that it mentions with the types and functions each declares.
 *
 * Input: a `ComponentType`. Output: `World`, which `wit.ts` prints and `dts.ts` declares.
 * WIT names types, the Component Model does not: a type has the name of the first import or export that it came by, and every later one is
 * `use` of it. Object identity and `aliasOf` (`component-types.ts`) say which are the same. An interface that is both imported and
 * exported, or imported by several labels, is one `Interface` that grows with each mention.
 */
import { parsePlainName } from "../link/js-name.ts";
import type {
  AnyType,
  ComponentType,
  ExternType,
  FuncType,
  InstanceType,
  NameAttributes,
  ResourceIdentity,
  ResourceType,
  ValueType,
} from "../types/component-types.ts";

/** A named type. */
export interface TypeDefinition {
  readonly name: string;
  readonly owner: Interface | World;
  readonly type: ValueType | ResourceType;
  /** The definition that this one is another name of. */
  readonly original: TypeDefinition | undefined;
  readonly attributes: NameAttributes | undefined;
}
export interface FunctionDefinition {
  readonly name: string;
  readonly type: FuncType;
  readonly attributes: NameAttributes | undefined;
}
export interface Interface {
  readonly kind: "interface";
  /** `wasi:io/streams@0.2.0`, or `undefined` for one written inline in the world. */
  readonly id: string | undefined;
  /** `wasi:io@0.2.0`. */
  readonly packageName: string | undefined;
  /** `streams`. */
  readonly name: string | undefined;
  readonly types: Map<string, TypeDefinition>;
  readonly functions: Map<string, FunctionDefinition>;
  /** What an instance holds that WIT has no words for: modules, components, values, instances. */
  readonly others: Map<string, ExternType["sort"]>;
}
export type WorldItem =
  | { readonly kind: "interface"; readonly name: string; readonly interface: Interface; readonly attributes: NameAttributes | undefined }
  | { readonly kind: "func"; readonly name: string; readonly function: FunctionDefinition }
  | { readonly kind: "type"; readonly name: string; readonly definition: TypeDefinition }
  | { readonly kind: "other"; readonly name: string; readonly sort: ExternType["sort"] };
export interface World {
  readonly kind: "world";
  readonly imports: readonly WorldItem[];
  readonly exports: readonly WorldItem[];
  /** Interfaces with a package, by package, each package after those it uses. */
  packages(): ReadonlyMap<string, readonly Interface[]>;
  /** The definition that names `type`, if any does. */
  definitionOf(type: AnyType): TypeDefinition | undefined;
}

export interface ReadWorldOptions {
  /** An interface that is both imported and exported is read as two: their resources differ. */
  readonly separate?: boolean;
}

export function readWorld(component: ComponentType, { separate = false }: ReadWorldOptions = {}): World {
  return new WorldReader(component, separate).world;
}

class WorldReader {
  readonly world: World;
  readonly #packages = new Map<string, Map<string, Interface>>();
  readonly #definitions = new Map<AnyType, TypeDefinition>();
  readonly #resources = new Map<ResourceIdentity, TypeDefinition>();

  constructor(component: ComponentType, separate: boolean) {
    const imports: WorldItem[] = [];
    const exports: WorldItem[] = [];
    this.world = { kind: "world", imports, exports, packages: () => inOrder(this.#packages), definitionOf: (type) => this.#find(type) };
    for (const [name, type] of component.imports) imports.push(this.#item(name, type));
    if (separate) this.#packages.clear();
    for (const [name, type] of component.exports) exports.push(this.#item(name, type));
  }

  #item(name: string, extern: ExternType): WorldItem {
    const { attributes } = extern;
    switch (extern.sort) {
      case "instance":
        return { kind: "interface", name, attributes, interface: this.#readInterface(attributes?.implements ?? name, extern.type, attributes) };
      case "func":
        return { kind: "func", name, function: { name, type: extern.type, attributes } };
      case "type":
        if (isValueOrResource(extern.type)) return { kind: "type", name, definition: this.#define(name, extern.type, this.world, attributes) };
        return { kind: "other", name, sort: extern.type.kind === "component" || extern.type.kind === "instance" ? extern.type.kind : "type" };
      default:
        return { kind: "other", name, sort: extern.sort };
    }
  }

  #readInterface(name: string, instance: InstanceType, attributes: NameAttributes | undefined): Interface {
    const found = this.#interfaceNamed(name, attributes);
    for (const [key, extern] of instance.exports) {
      const { attributes } = extern;
      if (extern.sort === "func") {
        if (!found.functions.has(key)) found.functions.set(key, { name: key, type: extern.type, attributes });
      } else if (extern.sort === "type" && isValueOrResource(extern.type)) {
        const earlier = found.types.get(key);
        if (earlier === undefined) found.types.set(key, this.#define(key, extern.type, found, attributes));
        else this.#same(earlier, extern.type);
      } else {
        found.others.set(key, extern.sort);
      }
    }
    return found;
  }

  #interfaceNamed(name: string, attributes: NameAttributes | undefined): Interface {
    const id = interfaceId(name, attributes);
    const base = { kind: "interface", types: new Map(), functions: new Map(), others: new Map() } as const;
    if (id === undefined) return { ...base, id: undefined, packageName: undefined, name: undefined };
    let interfaces = this.#packages.get(id.packageName);
    if (interfaces === undefined) this.#packages.set(id.packageName, (interfaces = new Map()));
    let found = interfaces.get(id.name);
    if (found === undefined) interfaces.set(id.name, (found = { ...base, ...id }));
    return found;
  }

  #define(name: string, type: ValueType | ResourceType, owner: Interface | World, attributes: NameAttributes | undefined): TypeDefinition {
    const definition = { name, owner, type, original: this.#find(type), attributes };
    if (!this.#definitions.has(type)) this.#definitions.set(type, definition);
    if (type.kind === "resource" && !this.#resources.has(type.identity)) this.#resources.set(type.identity, definition);
    return definition;
  }

  /** `type` is what another instance of an interface calls by the name of `earlier`. */
  #same(earlier: TypeDefinition, type: ValueType | ResourceType): void {
    if (this.#definitions.has(type)) return;
    this.#definitions.set(type, earlier);
    if (type.kind === "resource" && !this.#resources.has(type.identity)) this.#resources.set(type.identity, earlier);
  }

  #find(type: AnyType): TypeDefinition | undefined {
    for (let at: AnyType | undefined = type; at !== undefined; at = "aliasOf" in at ? at.aliasOf : undefined) {
      const definition = this.#definitions.get(at);
      if (definition !== undefined) return definition;
    }
    return type.kind === "resource" ? this.#resources.get(type.identity) : undefined;
  }
}

type Packages = ReadonlyMap<string, ReadonlyMap<string, Interface>>;

/** Each package after those it uses. A loop, since a binary can have a chain of as many packages as it has names, or a circle of them. */
function inOrder(packages: Packages): Map<string, readonly Interface[]> {
  const ordered = new Map<string, readonly Interface[]>();
  const begun = new Set<string>();
  const begin = (name: string) => {
    begun.add(name);
    return { name, uses: packagesUsedBy(packages.get(name)!) };
  };
  for (const first of packages.keys()) {
    const stack = begun.has(first) ? [] : [begin(first)];
    while (stack.length > 0) {
      const { name, uses } = stack.at(-1)!;
      const next = uses.next();
      if (next.done === true) ordered.set(stack.pop()!.name, [...packages.get(name)!.values()]);
      else if (!begun.has(next.value)) stack.push(begin(next.value));
    }
  }
  return ordered;
}

function* packagesUsedBy(interfaces: ReadonlyMap<string, Interface>): Generator<string, undefined> {
  for (const { types } of interfaces.values()) {
    for (const { original } of types.values()) {
      if (original?.owner.kind === "interface" && original.owner.packageName !== undefined) yield original.owner.packageName;
    }
  }
}

/** Functions of each resource; free ones under the empty name, which no resource has. */
export type FunctionsByResource = ReadonlyMap<string, readonly FunctionDefinition[]>;

export function groupByResource(functions: Iterable<FunctionDefinition>): FunctionsByResource {
  return Map.groupBy(functions, ({ name }) => parsePlainName(name).resource);
}

function isValueOrResource(type: AnyType): type is ValueType | ResourceType {
  return type.kind !== "func" && type.kind !== "instance" && type.kind !== "component";
}

/** `wasi:io/streams@0.2.0`; a version that was cut to its track gets its suffix back. */
function interfaceId(name: string, attributes: NameAttributes | undefined): { id: string; packageName: string; name: string } | undefined {
  const match = /^([^/@=]+:[^/@=]+)\/([^@]+)(@.+)?$/.exec(name);
  if (match === null) return undefined;
  const [, pkg, label, version = ""] = match;
  const full = `${version}${version === "" ? "" : (attributes?.versionSuffix ?? "")}`;
  return { id: `${pkg}/${label}${full}`, packageName: `${pkg}${full}`, name: label! };
}
