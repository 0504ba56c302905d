/**
 * Takes a component apart that is made of components and nothing else, as `wac`, `wasm-tools compose` and `compose` write them: which it
 * holds, how they are instantiated, what each is given.
 */
import { DEFAULT_FEATURES } from "../binary/features.ts";
import type { Sort } from "../binary/syntax.ts";
import type { ComponentType } from "../types/component-types.ts";
import type { ValidComponent, ValidDefinition } from "../validate/definitions.ts";
import { validateComponent } from "../validate/validate-component.ts";

/** One instantiation of a component within. */
export interface FoundPart {
  /** Its own bytes: a component that stands for itself. */
  readonly bytes: Uint8Array;
  readonly type: ComponentType;
}

/** What an import of a part is given: an export of another part, or an import of the whole. */
export interface FoundWire {
  /** Place among the parts. */
  readonly from: number;
  readonly import: string;
  readonly to: { readonly part: number; readonly export: string } | { readonly import: string };
}

export interface Decomposed {
  /** In the order in which they are instantiated. */
  readonly parts: readonly FoundPart[];
  readonly wires: readonly FoundWire[];
  readonly exports: readonly { readonly name: string; readonly part: number; readonly export: string }[];
  /** The contents of custom sections of the whole, by name. */
  readonly sections: ReadonlyMap<string, Uint8Array>;
  /** Why it can't be taken apart, in words. */
  readonly obstacles: readonly string[];
}

/** Where an item of an index space comes from. */
type Source =
  | { readonly import: string }
  | { readonly part: number }
  | { readonly part: number; readonly export: string }
  /** Made of single exports. */
  | { readonly items: ReadonlyMap<string, Source> }
  | undefined;

const OWN_CODE = "it has code of its own: a component can be opened that is made of components and nothing else";

/** @throws ComponentError when the bytes are no valid component */
export function decompose(bytes: Uint8Array): Decomposed {
  const { component, customSections } = validateComponent(bytes, DEFAULT_FEATURES);
  const taking = new TakingApart(bytes);
  for (const definition of component.definitions) taking.define(definition);
  const { parts, wires, exports, obstacles } = taking;
  const sections = new Map(customSections.map(({ name, start, end }) => [name, bytes.subarray(start, end)]));
  // Whatever else is found follows from that.
  return { parts, wires, exports, sections, obstacles: obstacles.includes(OWN_CODE) ? [OWN_CODE] : obstacles };
}

class TakingApart {
  readonly parts: FoundPart[] = [];
  readonly wires: FoundWire[] = [];
  readonly exports: { name: string; part: number; export: string }[] = [];
  readonly obstacles: string[] = [];
  readonly #bytes: Uint8Array;
  readonly #components: (ValidComponent | undefined)[] = [];
  readonly #spaces: Record<"instance" | "func", Source[]> = { instance: [], func: [] };

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  define(definition: ValidDefinition): void {
    switch (definition.kind) {
      case "component":
        this.#components.push(definition.component);
        return;
      case "import":
        this.#push(definition.type.sort, { import: definition.name });
        return;
      case "instantiate":
        this.#instantiate(definition);
        return;
      case "inline-exports":
        this.#spaces.instance.push({ items: new Map(definition.exports.map(({ name, sort, index }) => [name, this.#source(sort, index)])) });
        return;
      case "alias-export":
        this.#push(definition.sort, this.#exportOf(this.#spaces.instance[definition.instance], definition.name));
        return;
      case "export":
        this.#export(definition);
        return;
      case "type":
      case "core-type":
        return;
      case "alias-outer":
        if (definition.sort !== "type") this.#push(definition.sort, undefined);
        return;
      default:
        this.#obstacle(OWN_CODE);
    }
  }

  #obstacle(words: string): void {
    if (!this.obstacles.includes(words)) this.obstacles.push(words);
  }

  #push(sort: string, source: Source): void {
    if (sort === "instance" || sort === "func") this.#spaces[sort].push(source);
    else if (sort === "component") this.#components.push(undefined);
  }

  #source(sort: Sort, index: number): Source {
    return sort === "instance" || sort === "func" ? this.#spaces[sort][index] : undefined;
  }

  #exportOf(of: Source, name: string): Source {
    if (of === undefined) return undefined;
    if ("items" in of) return of.items.get(name);
    return "part" in of && !("export" in of) ? { part: of.part, export: name } : undefined;
  }

  #instantiate({ component: index, args }: ValidDefinition & { readonly kind: "instantiate" }): void {
    const part = this.parts.length;
    const component = this.#components[index];
    this.#spaces.instance.push({ part });
    if (component === undefined) {
      this.#obstacle("a component that it instantiates is given from outside");
      return;
    }
    const { start, end, type } = component;
    if (reachesOut(component)) this.#obstacle("a component within uses definitions of the one around it: it does not stand for itself");
    this.parts.push({ bytes: this.#bytes.slice(start, end), type });
    for (const { name, sort, index } of args) {
      if (sort !== "instance" && sort !== "func") continue;
      const source = this.#source(sort, index);
      if (source !== undefined && "import" in source) this.wires.push({ from: part, import: name, to: { import: source.import } });
      else if (source !== undefined && "part" in source && "export" in source)
        this.wires.push({ from: part, import: name, to: { part: source.part, export: source.export } });
      else this.#obstacle(`the import \`${name}\` of a component within is put together of several exports`);
    }
  }

  #export({ name, sort, index }: ValidDefinition & { readonly kind: "export" }): void {
    const source = this.#source(sort, index);
    if (sort === "instance" || sort === "func") this.#spaces[sort].push(source);
    else if (sort === "component") this.#components.push(this.#components[index]);
    if (source !== undefined && "part" in source && "export" in source) this.exports.push({ name, part: source.part, export: source.export });
    else if (sort !== "type") this.#obstacle(`its export \`${name}\` is no export of a component within`);
  }
}

/** Whether a component uses definitions of those around it. */
function reachesOut({ definitions }: ValidComponent, depth = 0): boolean {
  return definitions.some((definition) => {
    if (definition.kind === "alias-outer") return definition.count > depth;
    return definition.kind === "component" && reachesOut(definition.component, depth + 1);
  });
}
