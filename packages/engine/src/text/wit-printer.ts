/** The WIT text of a component, as `wasm-tools component wit` prints it. */
import { parsePlainName } from "../link/js-name.ts";
import type { ComponentType, FuncType, ValueType } from "../types/component-types.ts";
import {
  type FunctionDefinition,
  type FunctionsByResource,
  groupByResource,
  type Interface,
  readWorld,
  type TypeDefinition,
  type World,
  type WorldItem,
} from "./wit-world.ts";

const KEYWORDS = new Set(
  (
    "use type func u8 u16 u32 u64 s8 s16 s32 s64 f32 f64 float32 float64 char resource record flags variant enum bool string option result future stream " +
    "list own borrow _ as from static interface tuple world import export package with include constructor error-context async map"
  ).split(" "),
);

/** The world of a component, with the packages that it mentions. What WIT can't express (modules, values) becomes a comment. */
export function wit(component: { readonly type: ComponentType }): string {
  const world = readWorld(component.type);
  const printer = new WitPrinter(world);
  const packages = [...world.packages()].map(([name, interfaces]) => printer.package(name, interfaces).join("\n"));
  return `package root:component;\n\n${printer.world().join("\n")}\n${packages.map((text) => `${text}\n`).join("\n\n")}`;
}

/** The types and functions of one interface, as they stand between its braces. */
export function witOfInterface(world: World, one: Interface): string {
  return new WitPrinter(world).interface(one).join("\n");
}

/** `func(name: string) -> string`, with types by the names they have in `world`. */
export function witOfFunction(world: World, type: FuncType): string {
  return new WitPrinter(world).func(type);
}

type Lines = string[];

class WitPrinter {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  package(name: string, interfaces: readonly Interface[]): Lines {
    return block(
      `package ${escapePath(name)}`,
      interfaces.flatMap((one) => block(`interface ${escapeWord(one.name!)}`, this.interface(one))),
    );
  }

  world(): Lines {
    const { imports, exports } = this.#world;
    const byResource = groupByResource(imports.flatMap((item) => (item.kind === "func" ? [item.function] : [])));
    const definitions = imports.flatMap((item) => (item.kind === "type" ? [item.definition] : []));
    const first = imports.flatMap((item) => (item.kind === "interface" || item.kind === "other" ? this.#worldItem("import", item) : []));
    const { uses, declarations } = this.#types(definitions, byResource);
    const functions = byResource.get("")?.flatMap((one) => this.#worldItem("import", { kind: "func", name: one.name, function: one })) ?? [];
    const blocks = [[...first, ...uses], ...declarations].filter((lines) => lines.length > 0);
    // Functions follow what stands before them without an empty line.
    if (blocks.length === 0) blocks.push(functions);
    else blocks.at(-1)!.push(...functions);
    blocks.push(exports.flatMap((item) => this.#worldItem("export", item)));
    return block("world root", separate(blocks));
  }

  interface({ types, functions, others }: Interface): Lines {
    const byResource = groupByResource(functions.values());
    const { uses, declarations } = this.#types([...types.values()], byResource);
    const free = (byResource.get("") ?? []).map(({ name, type, attributes }) => [...externalId(attributes), `${escapeWord(name)}: ${this.func(type)};`]);
    const rest = [...others].map(([name, sort]) => `// ${sort} ${JSON.stringify(name)}`);
    return separate([uses, ...declarations, ...free, rest]);
  }

  func({ async, params, result }: FuncType, skip = 0): string {
    const arrow = result === undefined ? "" : ` -> ${this.type(result)}`;
    return `${async ? "async " : ""}func${this.#params(params.slice(skip))}${arrow}`;
  }

  /** A type where it is mentioned: by its name if it has one. */
  type(type: ValueType): string {
    const named = this.#world.definitionOf(type);
    return named === undefined ? this.#structure(type) : escapeWord(named.name);
  }

  #worldItem(direction: "import" | "export", item: WorldItem): Lines {
    switch (item.kind) {
      case "func":
        return [...externalId(item.function.attributes), `${direction} ${escapeWord(item.name)}: ${this.func(item.function.type)};`];
      case "interface": {
        const { id } = item.interface;
        const head = [...externalId(item.attributes)];
        if (id === undefined) return [...head, ...block(`${direction} ${escapeWord(item.name)}: interface`, this.interface(item.interface))];
        const label = item.attributes?.implements === undefined ? "" : `${escapeWord(item.name)}: `;
        return [...head, `${direction} ${label}${escapePath(id)};`];
      }
      case "type":
        return [`// ${direction} type ${escapeWord(item.name)}`];
      case "other":
        return [`// ${direction} ${item.sort} ${JSON.stringify(item.name)}`];
    }
  }

  /** Types of other interfaces become `use`, the rest are declared. */
  #types(definitions: readonly TypeDefinition[], byResource: FunctionsByResource): { uses: Lines; declarations: Lines[] } {
    const uses: { readonly from: Interface; readonly id: string | undefined; readonly names: string[] }[] = [];
    const declarations: Lines[] = [];
    for (const definition of definitions) {
      const { name, original, owner, attributes } = definition;
      const from = original?.owner;
      if (original === undefined || from === owner || from?.kind !== "interface") {
        declarations.push([...externalId(attributes), ...this.#declaration(definition, byResource)]);
        continue;
      }
      const last = uses.at(-1);
      const used = original.name === name ? escapeWord(name) : `${escapeWord(original.name)} as ${escapeWord(name)}`;
      if (last !== undefined && last.from === from && last.id === attributes?.externalId) last.names.push(used);
      else uses.push({ from, id: attributes?.externalId, names: [used] });
    }
    const owner = definitions[0]?.owner;
    const here = owner?.kind === "interface" ? owner.packageName : undefined;
    const lines = uses.flatMap(({ from, id, names }) => [
      ...externalId({ externalId: id }),
      `use ${from.packageName !== undefined && from.packageName === here ? escapeWord(from.name!) : escapePath(from.id ?? "_")}.{${names.join(", ")}};`,
    ]);
    return { uses: lines, declarations };
  }

  #declaration({ name, type, original }: TypeDefinition, byResource: FunctionsByResource): Lines {
    if (original !== undefined) return [`type ${escapeWord(name)} = ${escapeWord(original.name)};`];
    switch (type.kind) {
      case "resource": {
        const functions = byResource.get(name) ?? [];
        const lines = functions.flatMap((one) => [...externalId(one.attributes), this.#resourceFunction(one)]);
        return functions.length === 0 ? [`resource ${escapeWord(name)};`] : block(`resource ${escapeWord(name)}`, lines);
      }
      case "record":
        return this.#members(type.kind, name, type.fields, (field) => `${escapeWord(field.name)}: ${this.type(field.type)}`);
      case "variant":
        return this.#members(type.kind, name, type.cases, (one) => `${escapeWord(one.name)}${one.type === undefined ? "" : `(${this.type(one.type)})`}`);
      case "flags":
      case "enum":
        return this.#members(type.kind, name, type.labels, escapeWord);
      case "own":
        // `type a = b` would name the resource, not a handle of it.
        return [`type ${escapeWord(name)} = own<${this.#structure(type)}>;`];
      default:
        return [`type ${escapeWord(name)} = ${this.#structure(type)};`];
    }
  }

  #members<T>(kind: string, name: string, members: readonly T[], print: (member: T) => string): Lines {
    return block(
      `${kind} ${escapeWord(name)}`,
      members.map((member) => `${print(member)},`),
    );
  }

  #resourceFunction({ name, type }: FunctionDefinition): string {
    const { annotation, resource, label } = parsePlainName(name);
    if (annotation === "method") return `${escapeWord(label)}: ${this.func(type, 1)};`;
    if (annotation === "static") return `${escapeWord(label)}: static ${this.func(type)};`;
    const { result } = type;
    const plain = result === undefined || (result.kind === "own" && this.#world.definitionOf(result.resource)?.name === resource);
    return `constructor${this.#params(type.params)}${plain ? "" : ` -> ${this.type(result)}`};`;
  }

  #params(params: FuncType["params"]): string {
    return `(${params.map((param) => `${escapeWord(param.name)}: ${this.type(param.type)}`).join(", ")})`;
  }

  #structure(type: ValueType): string {
    switch (type.kind) {
      case "list":
        return `list<${this.type(type.element)}${type.length === undefined ? "" : `, ${type.length}`}>`;
      case "map":
        return `map<${this.type(type.key)}, ${this.type(type.value)}>`;
      case "tuple":
        return `tuple<${type.types.map((one) => this.type(one)).join(", ")}>`;
      case "option":
        return `option<${this.type(type.some)}>`;
      case "result":
        if (type.err !== undefined) return `result<${type.ok === undefined ? "_" : this.type(type.ok)}, ${this.type(type.err)}>`;
        return type.ok === undefined ? "result" : `result<${this.type(type.ok)}>`;
      case "own":
      case "borrow": {
        const named = this.#world.definitionOf(type.resource)?.name ?? type.resource.identity.name ?? "_";
        return type.kind === "own" ? escapeWord(named) : `borrow<${escapeWord(named)}>`;
      }
      case "stream":
      case "future":
        return type.element === undefined ? type.kind : `${type.kind}<${this.type(type.element)}>`;
      case "record":
      case "variant":
      case "flags":
      case "enum":
        // Validation lets these appear by an exported or imported name only.
        return `/* unnamed ${type.kind} */`;
      default:
        return type.kind;
    }
  }
}

function block(head: string, lines: Lines): Lines {
  return [`${head} {`, ...lines.map((line) => (line === "" ? "" : `  ${line}`)), "}"];
}

function separate(blocks: readonly Lines[]): Lines {
  return blocks.filter((lines) => lines.length > 0).flatMap((lines, i) => (i === 0 ? lines : ["", ...lines]));
}

function escapeWord(name: string): string {
  return KEYWORDS.has(name) ? `%${name}` : name;
}

/** `wasi:%stream/%list@1.0.0`. */
function escapePath(path: string): string {
  const at = path.indexOf("@");
  const labels = at < 0 ? path : path.slice(0, at);
  return labels.replace(/[^:/]+/g, escapeWord) + (at < 0 ? "" : path.slice(at));
}

function externalId(attributes: { readonly externalId?: string | undefined } | undefined): Lines {
  const id = attributes?.externalId;
  if (id === undefined) return [];
  const special: Record<string, string> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return [`@external-id("${id.replace(/[^A-Za-z0-9\-_./: ]/gu, (c) => special[c] ?? `\\u{${c.codePointAt(0)!.toString(16)}}`)}")`];
}
