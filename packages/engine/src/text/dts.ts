/**
 * TypeScript declarations of a component's imports and exports, as the JavaScript API maps them.
 *
 * Each interface becomes a namespace with its types and an interface with its functions and resource classes. No name of the component
 * becomes text unless it is an identifier that we have checked; any other is quoted by `JSON.stringify`.
 * An interface that is imported and exported is declared twice: its resources are the host's in one, the guest's in the other.
 *
 * Of a stream or future JavaScript may give more than it gets. What is declared depends on the way that a value goes; a named type, which may
 * go both ways, has what JavaScript gets, which it may give, too.
 */
import { camelCase as fieldCase } from "../abi/label.ts";
import { camelCase, parsePlainName } from "../link/js-name.ts";
import type { ComponentType, FuncType, OptionType, ResourceType, ValueType } from "../types/component-types.ts";
import { comment, Identifiers, propertyKey } from "./dts-names.ts";
import { type FunctionsByResource, groupByResource, type Interface, readWorld, type TypeDefinition, type World, type WorldItem } from "./wit-world.ts";

/** The declarations: `Imports` is what `instantiate` takes, `Exports` what an instance's `exports` are. */
export function dts(component: { readonly type: ComponentType }): string {
  return new Declarations(readWorld(component.type, { separate: true })).text();
}

type Direction = "import" | "export";
type Lines = string[];
/** Whether JavaScript gets a value from the guest or gives it. */
type Way = "got" | "given";

/** What is declared beside the component's own, where it is mentioned. */
const HELPERS: readonly (readonly [name: string, doc: string, declaration: string])[] = [
  ["CallOptions", "May follow the arguments of an async function: the signal ends the call.", "interface CallOptions { readonly signal?: AbortSignal }"],
  ["Awaitable", "A value, or a promise of it: the guest waits until it settles.", "type Awaitable<T> = T | Promise<T>;"],
  ["StreamSource", "What may be given for a stream.", "type StreamSource<T> = ReadableStream<T> | AsyncIterable<T> | Iterable<T>;"],
  ["ByteSource", "What may be given for a stream of bytes.", "type ByteSource = StreamSource<ArrayBufferView | number> | ArrayBufferView;"],
];

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
      "/** What `instantiate` takes. */",
      ...block("export interface Imports", this.#worldMembers("import", imports)),
      "",
      "/** The `exports` of an instance. */",
      ...block("export interface Exports", this.#worldMembers("export", exports)),
      ...interfaces,
    ];
    const own = typesOf(this.#world);
    if (own.length > 0) lines.push("", ...this.#namespace(this.#world, "import", functionsOf(imports)));
    return `${comment("Made by Tenon from a component: what it imports and exports.")}\n${helpers(lines)}\n${lines.join("\n")}\n`;
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
        const construct = made === undefined ? `abstract new (...args: never[]) => ${instance}` : `new (${this.#params(made.type, direction)}) => ${instance}`;
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
    const value = type.result?.kind === "result" ? type.result.ok : type.result;
    return [...this.#doc(type), `${key}(${this.#params(type, direction, skip)}): ${this.#returned(value, type.async, direction)};`];
  }

  #doc({ result }: FuncType): Lines {
    if (result?.kind !== "result") return [];
    return [comment(`@throws ResultError, its payload ${result.err === undefined ? "`undefined`" : `of type \`${this.#type(result.err, "got")}\``}`)];
  }

  /** What a function returns; of a result that is what `ok` holds, `err` is thrown. */
  #returned(value: ValueType | undefined, async: boolean, direction: Direction): string {
    if (direction === "import") return `Awaitable<${this.#settled(value, "given")}>`;
    if (async) return `Promise<${this.#settled(value, "got")}>`;
    return value === undefined ? "void" : this.#type(value, "got");
  }

  /** What a promise comes to: a promise of a promise is one of the value, and a function that gives a future is one of its value. */
  #settled(type: ValueType | undefined, way: Way): string {
    if (type === undefined) return "void";
    if (type.kind === "future") return this.#settled(type.element, way);
    if (isOptional(type) && type.some.kind === "future") return `${this.#settled(type.some, way)} | undefined`;
    return this.#type(type, way);
  }

  #params({ params, async }: FuncType, direction: Direction, skip = 0): string {
    const identifiers = new Identifiers();
    const given = params.slice(skip);
    const isImport = direction === "import";
    // Nothing that must be there can follow what need not be.
    const required = isImport && async ? given.length : given.findLastIndex(({ type }) => !isOptional(type));
    const all = given.map(({ name, type }, i) => {
      return `${identifiers.takeParameter(name)}${i > required ? "?" : ""}: ${this.#type(type, isImport ? "got" : "given")}`;
    });
    if (async) all.push(`${identifiers.takeParameter("options")}${isImport ? ": { readonly signal: AbortSignal }" : "?: CallOptions"}`);
    return all.join(", ");
  }

  #declaration(definition: TypeDefinition, direction: Direction, functions: FunctionsByResource): Lines {
    const { name, type, original } = definition;
    const identifier = this.#types.get(definition)!;
    if (original !== undefined) return [`type ${identifier} = ${this.#path(original)};`];
    const members = new Members();
    switch (type.kind) {
      case "record":
        for (const field of type.fields) {
          members.add(field.name, fieldCase(field.name), (key) => [`${key}${isOptional(field.type) ? "?" : ""}: ${this.#type(field.type, "got")};`]);
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
        return [`type ${identifier} = ${this.#structure(type, "got")};`];
    }
  }

  #path(definition: TypeDefinition): string {
    return `${this.#namespaces.get(definition.owner)!}.${this.#types.get(definition)!}`;
  }

  #type(type: ValueType, way: Way): string {
    const named = way === "given" && (type.kind === "stream" || type.kind === "future") ? undefined : this.#world.definitionOf(type);
    return named === undefined ? this.#structure(type, way) : this.#path(named);
  }

  #structure(type: ValueType, way: Way): string {
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
        return "{ readonly debugMessage: string }";
      case "list":
        return ARRAYS[type.element.kind] ?? `Array<${this.#type(type.element, way)}>`;
      case "map":
        return `Map<${this.#type(type.key, way)}, ${this.#type(type.value, way)}>`;
      case "tuple":
        return `[${type.types.map((one) => this.#type(one, way)).join(", ")}]`;
      case "record":
        return `{ ${type.fields.map(({ name, type }) => `${propertyKey(fieldCase(name))}: ${this.#type(type, way)}`).join("; ")} }`;
      case "flags":
        return `{ ${type.labels.map((label) => `${propertyKey(fieldCase(label))}?: boolean`).join("; ")} }`;
      case "enum":
        return type.labels.map((label) => JSON.stringify(label)).join(" | ") || "never";
      case "variant":
        return type.cases.map(({ name, type }) => this.#case(name, type, way)).join(" | ") || "never";
      case "result":
        return `${this.#case("ok", type.ok, way)} | ${this.#case("err", type.err, way)}`;
      case "option":
        // `undefined` can't say which of two nested options is none.
        return type.some.kind === "option"
          ? `${this.#case("some", type.some, way)} | ${this.#case("none", undefined, way)}`
          : `${this.#type(type.some, way)} | undefined`;
      case "own":
      case "borrow":
        return this.#resource(type.resource);
      case "stream":
        return this.#stream(type.element, way);
      case "future":
        return `${way === "given" ? "Awaitable" : "Promise"}<${this.#settled(type.element, way)}>`;
      default:
        return "number";
    }
  }

  /** A chunk is one element; of bytes it is any number, and numbers may be given by the array, too. */
  #stream(element: ValueType | undefined, way: Way): string {
    if (element?.kind === "u8") return way === "given" ? "ByteSource" : "ReadableStream<Uint8Array<ArrayBuffer>>";
    const chunk = element === undefined ? "undefined" : this.#type(element, way);
    if (way === "got") return `ReadableStream<${chunk}>`;
    const array = ARRAYS[element?.kind ?? ""];
    return `StreamSource<${array === undefined ? chunk : `${chunk} | ${array}`}>`;
  }

  #case(tag: string, type: ValueType | undefined, way: Way): string {
    return `{ tag: ${JSON.stringify(tag)}; ${type === undefined ? "val?: undefined" : `val: ${this.#type(type, way)}`} }`;
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

function isOptional(type: ValueType): type is OptionType {
  return type.kind === "option" && type.some.kind !== "option";
}

function staticKey(label: string): string {
  return label === "prototype" ? "prototype_" : camelCase(label);
}

/** Those that `lines` mention, or that these do. */
function helpers(lines: Lines): string {
  let text = lines.join("\n");
  const found: string[] = [];
  for (const [name, doc, declaration] of HELPERS.toReversed()) {
    if (!new RegExp(`\\b${name}\\b`).test(text)) continue;
    found.unshift(comment(doc), `export ${declaration}`);
    text += declaration;
  }
  return found.map((line) => `${line}\n`).join("");
}

function otherType(sort: string): string {
  return sort === "module" ? "WebAssembly.Module" : "object";
}

function block(head: string, lines: Lines, end = "}"): Lines {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), end];
}
