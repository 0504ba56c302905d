/**
 * Writes components and the wires between them as one plain component, which any runtime runs: the parts' bytes as they are, an instantiation for
 * each, what they import from outside imported for them, what is to be offered exported. `@tenon/engine/compose`.
 */
import { ByteWriter } from "../binary/byte-writer.ts";
import { DEFAULT_FEATURES } from "../binary/features.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import type { AnyType, ComponentType, ExternType, ResourceIdentity, ValueType } from "../types/component-types.ts";
import { validateComponent } from "../validate/validate-component.ts";
import { keyOf, SharedImports, type SharedInterface } from "./interfaces.ts";
import { TypeEncoder } from "./type-encoder.ts";

export interface ComposedPart {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type: ComponentType;
}

/** An import of a part that another part provides. */
export interface ComposedWire {
  readonly from: string;
  readonly import: string;
  readonly to: string;
  readonly export: string;
}

export interface Composition {
  readonly parts: readonly ComposedPart[];
  readonly wires: readonly ComposedWire[];
  readonly exports: readonly { readonly name: string; readonly part: string; readonly export: string }[];
  /** Custom sections, by name. */
  readonly sections?: ReadonlyMap<string, Uint8Array>;
}

export interface Composed {
  /** Absent: see `obstacles`. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /** What can't be written, in words. */
  readonly obstacles: readonly string[];
}

const Sort = { func: 0x01, type: 0x03, component: 0x04, instance: 0x05 } as const;
const Section = { component: 4, instance: 5, alias: 6, type: 7, import: 10, export: 11 } as const;

export function compose(composition: Composition): Composed {
  const composing = new Composing(composition);
  const bytes = composing.write();
  if (composing.obstacles.length > 0) return { obstacles: composing.obstacles };
  // What has no name in the types of the parts can't be named in the whole: the validator knows.
  try {
    validateComponent(bytes, DEFAULT_FEATURES);
    return { bytes, obstacles: [] };
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    return { obstacles: [`the parts as they are can't be one component: ${error.message}`] };
  }
}

class Composing {
  readonly #composition: Composition;
  readonly #imports = new SharedImports();
  readonly #out = new ByteWriter(1 << 16);
  readonly #counts = { type: 0, component: 0, instance: 0, func: 0 };
  /** Instances of what is imported, by key. */
  readonly #imported = new Map<string, number>();
  /** Functions that are imported as they are, by name. */
  readonly #functions = new Map<string, number>();
  /** Types of interfaces in the whole's own index space. */
  readonly #types = new Map<string, number>();
  readonly #components = new Map<Uint8Array, number>();
  /** Instances of the parts, by name. */
  readonly #instances = new Map<string, number>();
  readonly #aliases = new Map<string, number>();

  constructor(composition: Composition) {
    this.#composition = composition;
  }

  get obstacles(): string[] {
    return this.#imports.obstacles;
  }

  write(): Uint8Array<ArrayBuffer> {
    const { parts, exports, sections = new Map<string, Uint8Array>() } = this.#composition;
    this.#out.u8(0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00);
    for (const part of parts) this.#imports.add(part.name, part.type, this.#openOf(part));
    for (const shared of this.#imports.sorted) this.#import(shared);
    for (const part of parts) this.#importFunctions(part);
    if (this.obstacles.length > 0) return new Uint8Array(0);
    for (const part of this.#ordered()) this.#instantiate(part);
    if (this.obstacles.length > 0) return new Uint8Array(0);
    for (const { name, part, export: of } of exports) this.#export(name, part, of);
    for (const [name, bytes] of sections) this.#section(0, new ByteWriter(bytes.length + 32).name(name).bytes(bytes));
    return this.#out.view().slice();
  }

  #wire(from: string, name: string): ComposedWire | undefined {
    return this.#composition.wires.find((wire) => wire.from === from && wire.import === name);
  }

  #openOf({ name, type }: ComposedPart): ReadonlySet<string> {
    return new Set([...type.imports.keys()].filter((each) => this.#wire(name, each) === undefined));
  }

  #section(id: number, contents: ByteWriter): void {
    this.#out.byte(id).sized(contents.view());
  }

  /** Parts in an order in which each follows those that it imports from. */
  #ordered(): ComposedPart[] {
    const { parts, wires } = this.#composition;
    const ordered = new Set<ComposedPart>();
    const visit = (part: ComposedPart, path: readonly string[]): void => {
      if (ordered.has(part)) return;
      if (path.includes(part.name)) {
        this.obstacles.push(
          `${[...path.slice(path.indexOf(part.name)), part.name].map((each) => `\`${each}\``).join(" → ")}: parts that are wired in a circle can't be one component: cut one of these wires`,
        );
        return;
      }
      for (const { from, to } of wires) if (from === part.name) visit(parts.find(({ name }) => name === to)!, [...path, part.name]);
      ordered.add(part);
    };
    for (const part of parts) if (this.obstacles.length === 0) visit(part, []);
    return [...ordered];
  }

  // ---- imports

  #import(shared: SharedInterface): void {
    const type = this.#instanceType(shared);
    this.#section(Section.type, new ByteWriter(type.length + 8).u32(1).bytes(type.view()));
    this.#counts.type += 1;
    this.#section(
      Section.import,
      new ByteWriter()
        .u32(1)
        .byte(0x00)
        .name(shared.name)
        .byte(Sort.instance)
        .u32(this.#counts.type - 1),
    );
    this.#imported.set(keyOf(shared.name), this.#counts.instance++);
  }

  #instanceType({ name, items }: SharedInterface): ByteWriter {
    const declarations = new ByteWriter();
    let count = 0;
    let types = 0;
    const own = keyOf(name);
    const resources = new Map<string, number>();
    const encoder = new TypeEncoder({
      define(definition) {
        declarations.byte(0x01).bytes(definition.view());
        count += 1;
        return types++;
      },
      resource: (identity) => resourceIndex(identity),
    });
    const outer = (key: string): number => {
      const index = this.#typeOf(key);
      declarations.byte(0x02).u8(Sort.type, 0x02).u32(1).u32(index);
      count += 1;
      return types++;
    };
    const resourceIndex = (identity: ResourceIdentity): number => {
      const key = this.#imports.resourceKey(identity) ?? "";
      if (!resources.has(key) && key !== "" && !this.#isImported(key)) {
        const [owner, label] = key.split("#");
        this.obstacles.push(`\`${name}\` is left open and uses \`${label}\` of \`${owner}\`, which a part provides: wire both to parts, or leave both open`);
        return 0;
      }
      const index = resources.get(key) ?? outer(key);
      resources.set(key, index);
      return index;
    };
    /** Resources that have a name here. */
    const named = new Set<string>();
    const exported = (label: string): ByteWriter => {
      count += 1;
      return declarations.byte(0x04).byte(0x00).name(label);
    };
    for (const [label, all] of items) {
      const [type] = all;
      if (type!.sort === "func") {
        const index = encoder.func(type!.type);
        exported(label).byte(Sort.func).u32(index);
      } else if (type!.sort === "type" && type!.type.kind === "resource") {
        const key = this.#imports.resourceKey(type!.type.identity)!;
        if (key === `${own}#${label}`) exported(label).u8(Sort.type, 0x01);
        else {
          const index = resourceIndex(type!.type.identity);
          exported(label).u8(Sort.type, 0x00).u32(index);
        }
        // By the first name that it has here its methods are named.
        if (!named.has(key)) resources.set(key, types);
        named.add(key);
        types += 1;
      } else if (type!.sort === "type" && isValueType(type!.type)) {
        const from = this.#imports.keyFrom(own, type!.type);
        // Of an interface that a part provides the type is written out: it is the same by what it is.
        const index = from === undefined || !this.#isImported(from) ? encoder.definition(type!.type) : outer(from);
        exported(label).u8(Sort.type, 0x00).u32(index);
        for (const each of all) encoder.name(each.type as ValueType, types);
        types += 1;
      } else this.obstacles.push(`\`${name}\` has \`${label}\`, a ${type!.sort}: interfaces of functions and types can be imported only`);
    }
    return new ByteWriter(declarations.length + 8).byte(0x42).u32(count).bytes(declarations.view());
  }

  /** Whether it is of an interface that was imported before, and has its name there. */
  #isImported(key: string): boolean {
    const [owner, label] = key.split("#") as [string, string];
    return this.#imported.has(owner) && this.#imports.interfaces.get(owner)!.items.has(label);
  }

  /** A type of an interface that was imported before, as one of the whole. */
  #typeOf(key: string): number {
    let index = this.#types.get(key);
    if (index === undefined) {
      const [owner, name] = key.split("#") as [string, string];
      this.#section(Section.alias, new ByteWriter().u32(1).u8(Sort.type, 0x00).u32(this.#imported.get(owner)!).name(name));
      index = this.#counts.type++;
      this.#types.set(key, index);
    }
    return index;
  }

  /** Imports of a part that are functions, or types, and no interface. */
  #importFunctions(part: ComposedPart): void {
    const open = this.#openOf(part);
    for (const [name, type] of part.type.imports) {
      if (type.sort === "instance" || !open.has(name)) continue;
      if (type.sort !== "func" || mentionsNames(type)) {
        this.obstacles.push(`\`${part.name}\` imports \`${name}\`, a ${type.sort} that is in no interface: wire it to another part`);
        continue;
      }
      if (this.#functions.has(name)) continue;
      const definitions: ByteWriter[] = [];
      const first = this.#counts.type;
      const encoder = new TypeEncoder({ define: (definition) => first + definitions.push(definition) - 1, resource: () => 0 });
      const index = encoder.func(type.type);
      const section = new ByteWriter().u32(definitions.length);
      for (const each of definitions) section.bytes(each.view());
      this.#section(Section.type, section);
      this.#counts.type += definitions.length;
      this.#section(Section.import, new ByteWriter().u32(1).byte(0x00).name(name).byte(Sort.func).u32(index));
      this.#functions.set(name, this.#counts.func++);
    }
  }

  // ---- parts

  #instantiate(part: ComposedPart): void {
    let component = this.#components.get(part.bytes);
    if (component === undefined) {
      this.#out.byte(Section.component).sized(part.bytes);
      component = this.#counts.component++;
      this.#components.set(part.bytes, component);
    }
    const args: [name: string, sort: number, index: number][] = [];
    for (const [name, type] of part.type.imports) {
      if (type.sort !== "instance" && type.sort !== "func") continue;
      args.push([name, Sort[type.sort], this.#argument(part.name, name, type)]);
    }
    const section = new ByteWriter().u32(1).byte(0x00).u32(component).u32(args.length);
    for (const [name, sort, index] of args) section.name(name).byte(sort).u32(index);
    this.#section(Section.instance, section);
    this.#instances.set(part.name, this.#counts.instance++);
  }

  #argument(part: string, name: string, { sort }: ExternType): number {
    const wire = this.#wire(part, name);
    if (wire !== undefined) return this.#alias(wire.to, wire.export, sort as "instance" | "func");
    return sort === "func" ? this.#functions.get(name)! : this.#imported.get(keyOf(name))!;
  }

  #alias(part: string, name: string, sort: "instance" | "func"): number {
    const key = `${part}#${name}`;
    let index = this.#aliases.get(key);
    if (index === undefined) {
      this.#section(Section.alias, new ByteWriter().u32(1).u8(Sort[sort], 0x00).u32(this.#instances.get(part)!).name(name));
      index = this.#counts[sort]++;
      this.#aliases.set(key, index);
    }
    return index;
  }

  #export(name: string, part: string, of: string): void {
    const type = this.#composition.parts.find((each) => each.name === part)!.type.exports.get(of)!;
    if (type.sort !== "instance" && type.sort !== "func") {
      this.obstacles.push(`\`${part}\` exports \`${of}\`, a ${type.sort}: interfaces and functions can be exported only`);
      return;
    }
    const index = this.#alias(part, of, type.sort);
    this.#section(Section.export, new ByteWriter().u32(1).byte(0x00).name(name).byte(Sort[type.sort]).u32(index).byte(0x00));
    // An export is an item of its own.
    this.#counts[type.sort] += 1;
  }
}

function isValueType(type: AnyType): type is ValueType {
  return type.kind !== "resource" && type.kind !== "func" && type.kind !== "instance" && type.kind !== "component";
}

/** Whether a function has types that must have a name where it is imported. */
function mentionsNames(type: ExternType): boolean {
  return type.sort === "func" && /"kind":"(?:record|variant|enum|flags|own|borrow)"/.test(JSON.stringify([type.type.params, type.type.result ?? null]));
}
