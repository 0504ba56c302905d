/**
 * TypeScript declarations of a component's imports and exports, as the JavaScript API maps them.
 *
 * Each interface becomes a namespace with its types and an interface with its functions and resource classes. No name of the component
 * becomes text unless it is an identifier that we have checked; any other is quoted by `JSON.stringify`.
 * An interface that is imported and exported is declared twice: its resources are the host's in one, the guest's in the other.
 */
import { camelCase as fieldCase } from "../abi/label.ts";
import { camelCase, parsePlainName } from "../link/js-name.ts";
import type { ComponentType, FuncType, ResourceType, ValueType } from "../types/component-types.ts";
import { comment, Identifiers, propertyKey } from "./dts-names.ts";
import { type FunctionsByResource, groupByResource, type Interface, readWorld, type TypeDefinition, type World, type WorldItem } from "./wit-world.ts";

/** The declarations: `Imports` is what `instantiate` takes, `Exports` what an instance's `exports` are. */
export function dts(component: { readonly type: ComponentType }): string {
  return new Declarations(readWorld(component.type, { separate: true })).text();
}

type Direction = "import" | "export";
type Lines = string[];

const ARRAYS: Readonly<Record<string, string>> = {
  u8: "Uint8Array",
  s8: "Int8Array",
  u16: "Uint16Array",
  s16: "Int16Array",
  u32: "Uint32Array",
  s32: "Int32Array",
  u64: "BigUint64Array",
  s64: "BigInt64Array",
  f32: "Float32Array",
  f64: "Float64Array",
};

class Declarations {
  readonly #world: World;
  readonly #top = new Identifiers();
  /** The identifier of each interface's namespace (and of the world's own types). */
  readonly #namespaces = new Map<Interface | World, string>();
  readonly #types = new Map<TypeDefinition, string>();
  readonly #interfaces: readonly InterfaceUse[];

  constructor(world: World) {
    this.#world = world;
    this.#interfaces = interfacesOf(world);
    const imported = new Set(this.#interfaces.flatMap(({ interface: one, direction }) => (direction === "import" ? [one.id] : [])));
    for (const { interface: one, direction, name } of this.#interfaces) {
      const id = one.id ?? name;
      const base = id.replace(/@.*$/, "");
      const both = one.id !== undefined && imported.has(one.id);
      this.#namespaces.set(one, this.#top.take(base, [both && direction === "export" ? `${base}-exported` : base, id]));
    }
    this.#namespaces.set(world, this.#top.take("world-types"));
    for (const owner of this.#namespaces.keys()) {
      const identifiers = new Identifiers(this.#top);
      for (const definition of typesOf(owner)) this.#types.set(definition, identifiers.take(definition.name));
    }
  }

  text(): string {
    const { imports, exports } = this.#world;
    const interfaces = this.#interfaces.flatMap(({ interface: one, direction, name }) => ["", ...this.#interface(one, direction, one.id ?? name)]);
    const lines = [
      comment("Made by Tenon from a component: what it imports and exports."),
      "/** A host function may return a promise; the guest is suspended until it settles. */",
      "export type Awaitable<T> = T | Promise<T>;",
      "",
      "/** What `instantiate` takes. */",
      ...block("export interface Imports", this.#worldMembers("import", imports)),
      "",
      "/** The `exports` of an instance. */",
      ...block("export interface Exports", this.#worldMembers("export", exports)),
      ...interfaces,
    ];
    const own = typesOf(this.#world);
    if (own.length > 0) lines.push("", ...this.#namespace(this.#world, "import", functionsOf(imports)));
    return `${lines.join("\n")}\n`;
  }

  #interface(one: Interface, direction: Direction, name: string): Lines {
    const functions = groupByResource(one.functions.values());
    const identifier = this.#namespaces.get(one)!;
    const members = new Members();
    this.#addClasses(members, [...one.types.values()], functions, direction);
    this.#addFunctions(members, functions, direction, (label) => camelCase(label));
    for (const [key, sort] of one.others) members.add(key, camelCase(key), (property) => [`readonly ${property}: ${otherType(sort)};`]);
    const namespace = one.types.size === 0 ? [] : this.#namespace(one, direction, functions);
    return [comment(`\`${name}\`, ${direction}ed.`), ...block(`export interface ${identifier}`, members.lines), ...namespace];
  }

  #namespace(owner: Interface | World, direction: Direction, functions: FunctionsByResource): Lines {
    const types = typesOf(owner).flatMap((definition) => this.#declaration(definition, direction, functions));
    return block(`export declare namespace ${this.#namespaces.get(owner)!}`, types);
  }

  #worldMembers(direction: Direction, items: readonly WorldItem[]): Lines {
    const members = new Members();
    // Imports go by the names that the component gives them, exports by those of JavaScript.
    const spell = (name: string) => (direction === "import" ? name : camelCase(name));
    this.#addClasses(members, typesOf(this.#world), functionsOf(items), direction);
    this.#addFunctions(members, functionsOf(items), direction, spell);
    for (const item of items) {
      if (item.kind === "interface") {
        // An interface of types only need not be given.
        const optional = direction === "import" && item.interface.functions.size === 0 ? "?" : "";
        members.add(item.name, spell(item.name), (property) => [`readonly ${property}${optional}: ${this.#namespaces.get(item.interface)!};`]);
      } else if (item.kind === "other") {
        members.add(item.name, spell(item.name), (property) => [`readonly ${property}: ${otherType(item.sort)};`]);
      }
    }
    return members.lines;
  }

  /** The classes of resources. Another name of a class need not be given, but is exported. */
  #addClasses(members: Members, types: readonly TypeDefinition[], functions: FunctionsByResource, direction: Direction): void {
    for (const definition of types) {
      const { name, type, original } = definition;
      if (type.kind !== "resource" || (direction === "import" && original !== undefined)) continue;
      const key = this.#types.get(definition)!;
      const instance = this.#path(definition);
      members.add(name, key, (property) => {
        if (original !== undefined) return [`readonly ${property}: abstract new (...args: never[]) => ${instance};`];
        const statics = new Members();
        const own = functions.get(name) ?? [];
        const made = own.find((one) => parsePlainName(one.name).annotation === "constructor");
        const construct = made === undefined ? `abstract new (...args: never[]) => ${instance}` : `new (${this.#params(made.type)}) => ${instance}`;
        for (const one of own) {
          const { annotation, label } = parsePlainName(one.name);
          if (annotation === "static") statics.add(label, staticKey(label), (key) => this.#function(key, one.type, direction));
        }
        const doc = made === undefined ? [] : this.#doc({ ...made.type, result: made.type.result?.kind === "result" ? made.type.result : undefined });
        return statics.lines.length === 0
          ? [...doc, `readonly ${property}: ${construct};`]
          : [...doc, ...block(`readonly ${property}: (${construct}) &`, statics.lines, "};")];
      });
    }
  }

  #addFunctions(members: Members, functions: FunctionsByResource, direction: Direction, spell: (label: string) => string): void {
    for (const { name, type } of functions.get("") ?? []) {
      members.add(name, spell(name), (key) => this.#function(key, type, direction));
    }
  }

  #function(key: string, type: FuncType, direction: Direction, skip = 0): Lines {
    const value = this.#returned(type.result);
    const result = direction === "import" ? `Awaitable<${value}>` : type.async ? `Promise<${value}>` : value;
    return [...this.#doc(type), `${key}(${this.#params(type, skip)}): ${result};`];
  }

  #doc({ result }: FuncType): Lines {
    if (result?.kind !== "result") return [];
    return [comment(`@throws ResultError, its payload ${result.err === undefined ? "`undefined`" : `of type \`${this.#type(result.err)}\``}`)];
  }

  /** A result becomes what `ok` holds; `err` is thrown. */
  #returned(type: ValueType | undefined): string {
    const value = type?.kind === "result" ? type.ok : type;
    return value === undefined ? "void" : this.#type(value);
  }

  #params({ params }: FuncType, skip = 0): string {
    const identifiers = new Identifiers();
    const given = params.slice(skip);
    const required = given.findLastIndex(({ type }) => !isOptional(type));
    return given.map(({ name, type }, i) => `${identifiers.takeParameter(name)}${i > required ? "?" : ""}: ${this.#type(type)}`).join(", ");
  }

  #declaration(definition: TypeDefinition, direction: Direction, functions: FunctionsByResource): Lines {
    const { name, type, original } = definition;
    const identifier = this.#types.get(definition)!;
    if (original !== undefined) return [`type ${identifier} = ${this.#path(original)};`];
    const members = new Members();
    switch (type.kind) {
      case "record":
        for (const field of type.fields) {
          members.add(field.name, fieldCase(field.name), (key) => [`${key}${isOptional(field.type) ? "?" : ""}: ${this.#type(field.type)};`]);
        }
        return block(`interface ${identifier}`, members.lines);
      case "flags":
        for (const label of type.labels) members.add(label, fieldCase(label), (key) => [`${key}?: boolean;`]);
        return block(`interface ${identifier}`, members.lines);
      case "resource":
        for (const one of functions.get(name) ?? []) {
          const { annotation, label } = parsePlainName(one.name);
          if (annotation === "method") members.add(label, camelCase(label), (key) => this.#function(key, one.type, direction, 1));
        }
        return block(`interface ${identifier}`, [...members.lines, `[Symbol.dispose]${direction === "import" ? "?" : ""}(): void;`]);
      default:
        return [`type ${identifier} = ${this.#structure(type)};`];
    }
  }

  #path(definition: TypeDefinition): string {
    return `${this.#namespaces.get(definition.owner)!}.${this.#types.get(definition)!}`;
  }

  #type(type: ValueType): string {
    const named = this.#world.definitionOf(type);
    return named === undefined ? this.#structure(type) : this.#path(named);
  }

  #structure(type: ValueType): string {
    switch (type.kind) {
      case "bool":
        return "boolean";
      case "u64":
      case "s64":
        return "bigint";
      case "char":
      case "string":
        return "string";
      case "error-context":
        return "unknown";
      case "list":
        return ARRAYS[type.element.kind] ?? `Array<${this.#type(type.element)}>`;
      case "map":
        return `Map<${this.#type(type.key)}, ${this.#type(type.value)}>`;
      case "tuple":
        return `[${type.types.map((one) => this.#type(one)).join(", ")}]`;
      case "record":
        return `{ ${type.fields.map(({ name, type }) => `${propertyKey(fieldCase(name))}: ${this.#type(type)}`).join("; ")} }`;
      case "flags":
        return `{ ${type.labels.map((label) => `${propertyKey(fieldCase(label))}?: boolean`).join("; ")} }`;
      case "enum":
        return type.labels.map((label) => JSON.stringify(label)).join(" | ") || "never";
      case "variant":
        return type.cases.map(({ name, type }) => this.#case(name, type)).join(" | ") || "never";
      case "result":
        return `${this.#case("ok", type.ok)} | ${this.#case("err", type.err)}`;
      case "option":
        // `undefined` can't say which of two nested options is none.
        return type.some.kind === "option" ? `${this.#case("some", type.some)} | ${this.#case("none", undefined)}` : `${this.#type(type.some)} | undefined`;
      case "own":
      case "borrow":
        return this.#resource(type.resource);
      case "stream":
        return `AsyncIterable<${type.element === undefined ? "void" : this.#type(type.element)}>`;
      case "future":
        return `Promise<${type.element === undefined ? "void" : this.#type(type.element)}>`;
      default:
        return "number";
    }
  }

  #case(tag: string, type: ValueType | undefined): string {
    return `{ tag: ${JSON.stringify(tag)}; ${type === undefined ? "val?: undefined" : `val: ${this.#type(type)}`} }`;
  }

  #resource(resource: ResourceType): string {
    const named = this.#world.definitionOf(resource);
    return named === undefined ? "object" : this.#path(named);
  }
}

/** The members of an interface: two names of WIT with one spelling in JavaScript (`a1`, `a-1`) are told apart as the engine does. */
class Members {
  readonly lines: Lines = [];
  readonly #keys = new Set<string>();

  add(name: string, spelling: string, print: (key: string) => Lines): void {
    const key = this.#keys.has(spelling) ? name : spelling;
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.lines.push(...print(propertyKey(key)));
  }
}

interface InterfaceUse {
  readonly interface: Interface;
  readonly direction: Direction;
  readonly name: string;
}

function interfacesOf({ imports, exports }: World): InterfaceUse[] {
  const found = new Map<Interface, InterfaceUse>();
  for (const [direction, items] of [
    ["import", imports],
    ["export", exports],
  ] as const) {
    for (const item of items) {
      if (item.kind === "interface" && !found.has(item.interface)) found.set(item.interface, { interface: item.interface, direction, name: item.name });
    }
  }
  return [...found.values()];
}

function typesOf(owner: Interface | World): TypeDefinition[] {
  if (owner.kind === "interface") return [...owner.types.values()];
  return [...owner.imports, ...owner.exports].flatMap((item) => (item.kind === "type" ? [item.definition] : []));
}

function functionsOf(items: readonly WorldItem[]): FunctionsByResource {
  return groupByResource(items.flatMap((item) => (item.kind === "func" ? [item.function] : [])));
}

function isOptional(type: ValueType): boolean {
  return type.kind === "option" && type.some.kind !== "option";
}

function staticKey(label: string): string {
  return label === "prototype" ? "prototype_" : camelCase(label);
}

function otherType(sort: string): string {
  return sort === "module" ? "WebAssembly.Module" : "object";
}

function block(head: string, lines: Lines, end = "}"): Lines {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), end];
}
