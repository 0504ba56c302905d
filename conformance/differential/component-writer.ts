/**
 * Writes components for tests (Binary.md): each definition is a section of its own, and its index is what the method that makes it returns.
 * It encodes what it is told; whether that is valid is for the engines to say.
 */
import { ByteWriter } from "../../packages/engine/src/binary/byte-writer.ts";
import type { ValueType } from "../../packages/engine/src/types/component-types.ts";

export type StringEncoding = "utf8" | "utf16" | "latin1+utf16";
const ENCODINGS: readonly StringEncoding[] = ["utf8", "utf16", "latin1+utf16"];

const PRIMITIVES = ["bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string"];
/** Types that a function of an import or export may only use by a name. */
const NAMED: ReadonlySet<string> = new Set(["record", "variant", "enum", "flags"]);

const Section = { module: 1, coreInstance: 2, component: 4, instance: 5, alias: 6, type: 7, canon: 8, import: 10, export: 11 } as const;
const CoreSort = { func: 0, memory: 2 } as const;
const Sort = { func: 1, type: 3, component: 4 } as const;

/** Canonical options; the numbers are indices of core functions and memories. */
export interface CanonOptions {
  readonly encoding?: StringEncoding;
  readonly memory?: number;
  readonly realloc?: number;
  readonly postReturn?: number;
}

export interface Parameters {
  readonly params: readonly { readonly name: string; readonly type: ValueType }[];
  readonly result: ValueType | undefined;
  readonly async?: boolean;
}

export class ComponentWriter {
  readonly #out = new ByteWriter(1024).u8(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
  readonly #counts = { modules: 0, coreInstances: 0, components: 0, instances: 0, types: 0, funcs: 0, coreFuncs: 0, coreMemories: 0 };
  readonly #types = new Map<ValueType, number>();
  /** Gives a type's name, for types that must have one, and whether this component imports or exports it. */
  readonly #nameOf: (type: ValueType) => string;
  readonly #names: "import" | "export";
  /** Type indices of resources, by their identities. */
  readonly #resources = new Map<object, number>();

  constructor(names: "import" | "export", nameOf: (type: ValueType) => string) {
    this.#names = names;
    this.#nameOf = nameOf;
  }

  #section(id: number, write: (out: ByteWriter) => void): void {
    const contents = new ByteWriter();
    write(contents);
    this.#out.u8(id).sized(contents.view());
  }

  #single(id: number, write: (out: ByteWriter) => void): void {
    this.#section(id, (out) => write(out.u32(1)));
  }

  coreModule(bytes: Uint8Array): number {
    this.#section(Section.module, (out) => out.bytes(bytes));
    return this.#counts.modules++;
  }

  instantiateCore(module: number, args: readonly (readonly [name: string, instance: number])[]): number {
    this.#single(Section.coreInstance, (out) => {
      out.u8(0).u32(module).u32(args.length);
      for (const [name, instance] of args) out.name(name).u8(0x12).u32(instance);
    });
    return this.#counts.coreInstances++;
  }

  /** A core instance of core functions that are there. */
  coreExports(funcs: readonly (readonly [name: string, func: number])[]): number {
    this.#single(Section.coreInstance, (out) => {
      out.u8(1).u32(funcs.length);
      for (const [name, func] of funcs) out.name(name).u8(CoreSort.func).u32(func);
    });
    return this.#counts.coreInstances++;
  }

  coreFunc(instance: number, name: string): number {
    this.#single(Section.alias, (out) => out.u8(0, CoreSort.func, 1).u32(instance).name(name));
    return this.#counts.coreFuncs++;
  }

  coreMemory(instance: number, name: string): number {
    this.#single(Section.alias, (out) => out.u8(0, CoreSort.memory, 1).u32(instance).name(name));
    return this.#counts.coreMemories++;
  }

  component(bytes: Uint8Array): number {
    this.#section(Section.component, (out) => out.bytes(bytes));
    return this.#counts.components++;
  }

  instantiate(component: number, args: readonly (readonly [name: string, sort: keyof typeof Sort, index: number])[]): number {
    this.#single(Section.instance, (out) => {
      out.u8(0).u32(component).u32(args.length);
      for (const [name, sort, index] of args) out.name(name).u8(Sort[sort]).u32(index);
    });
    return this.#counts.instances++;
  }

  exportOf(instance: number, sort: "func" | "type", name: string): number {
    this.#single(Section.alias, (out) => out.u8(Sort[sort], 0).u32(instance).name(name));
    return sort === "func" ? this.#counts.funcs++ : this.#counts.types++;
  }

  #type(write: (out: ByteWriter) => void): number {
    this.#single(Section.type, write);
    return this.#counts.types++;
  }

  /** The index of a value type that is no primitive: defined once, and named if it must be. */
  valueType(type: ValueType): number {
    let index = this.#types.get(type);
    if (index === undefined) {
      const write = this.#definition(type);
      index = this.#type(write);
      if (NAMED.has(type.kind)) index = this.name(this.#nameOf(type), index);
      this.#types.set(type, index);
    }
    return index;
  }

  /** Imports or exports a type under a name: the index it has by that name. */
  name(name: string, index: number): number {
    if (this.#names === "import") this.#single(Section.import, (out) => out.u8(0).name(name).u8(3, 0).u32(index));
    else this.#single(Section.export, (out) => out.u8(0).name(name).u8(Sort.type).u32(index).u8(0));
    return this.#counts.types++;
  }

  /** How a type is referred to; the types it needs are defined before. */
  #reference(type: ValueType): (out: ByteWriter) => void {
    const primitive = PRIMITIVES.indexOf(type.kind);
    if (primitive >= 0) return (out) => out.u8(0x7f - primitive);
    const index = this.valueType(type);
    return (out) => out.s32(index);
  }

  #optional(type: ValueType | undefined): (out: ByteWriter) => void {
    if (type === undefined) return (out) => out.u8(0);
    const reference = this.#reference(type);
    return (out) => reference(out.u8(1));
  }

  #definition(type: ValueType): (out: ByteWriter) => void {
    switch (type.kind) {
      case "record": {
        const fields = type.fields.map(({ name, type }) => [name, this.#reference(type)] as const);
        return (out) => {
          out.u8(0x72).u32(fields.length);
          for (const [name, reference] of fields) reference(out.name(name));
        };
      }
      case "variant": {
        const cases = type.cases.map(({ name, type }) => [name, this.#optional(type)] as const);
        return (out) => {
          out.u8(0x71).u32(cases.length);
          for (const [name, optional] of cases) {
            optional(out.name(name));
            out.u8(0);
          }
        };
      }
      case "list": {
        const element = this.#reference(type.element);
        const { length } = type;
        return (out) => {
          element(out.u8(length === undefined ? 0x70 : 0x67));
          if (length !== undefined) out.u32(length);
        };
      }
      case "map": {
        const [key, value] = [this.#reference(type.key), this.#reference(type.value)];
        return (out) => {
          key(out.u8(0x63));
          value(out);
        };
      }
      case "tuple": {
        const types = type.types.map((each) => this.#reference(each));
        return (out) => {
          out.u8(0x6f).u32(types.length);
          for (const reference of types) reference(out);
        };
      }
      case "flags":
      case "enum":
        return (out) => {
          out.u8(type.kind === "flags" ? 0x6e : 0x6d).u32(type.labels.length);
          for (const label of type.labels) out.name(label);
        };
      case "option": {
        const some = this.#reference(type.some);
        return (out) => some(out.u8(0x6b));
      }
      case "result": {
        const [ok, err] = [this.#optional(type.ok), this.#optional(type.err)];
        return (out) => {
          ok(out.u8(0x6a));
          err(out);
        };
      }
      case "own":
      case "borrow": {
        const index = this.#resources.get(type.resource.identity)!;
        return (out) => out.u8(type.kind === "own" ? 0x69 : 0x68).u32(index);
      }
      default:
        throw new Error(`no component type is written for ${type.kind}`);
    }
  }

  funcType({ params, result, async = false }: Parameters): number {
    const given = params.map(({ name, type }) => [name, this.#reference(type)] as const);
    const returned = result === undefined ? undefined : this.#reference(result);
    return this.#type((out) => {
      out.u8(async ? 0x43 : 0x40).u32(given.length);
      for (const [name, reference] of given) reference(out.name(name));
      if (returned === undefined) out.u8(1, 0);
      else returned(out.u8(0));
    });
  }

  importFunc(name: string, type: number): number {
    this.#single(Section.import, (out) => out.u8(0).name(name).u8(1).u32(type));
    return this.#counts.funcs++;
  }

  /** `type`: the function's type in the names of this component. */
  exportFunc(name: string, func: number, type: number): number {
    this.#single(Section.export, (out) => out.u8(0).name(name).u8(Sort.func).u32(func).u8(1, 1).u32(type));
    return this.#counts.funcs++;
  }

  /** Defines a resource, or names one of an instance; `own` and `borrow` of its identity can be used from then on. */
  defineResource(identity: object, dtor: number | undefined): number {
    const index = this.#type((out) => {
      out.u8(0x3f, 0x7f);
      if (dtor === undefined) out.u8(0);
      else out.u8(1).u32(dtor);
    });
    this.#resources.set(identity, index);
    return index;
  }

  importResource(name: string, identity: object): number {
    this.#single(Section.import, (out) => out.u8(0).name(name).u8(3, 1));
    this.#resources.set(identity, this.#counts.types);
    return this.#counts.types++;
  }

  exportResource(name: string, identity: object): number {
    const index = this.#resources.get(identity)!;
    this.#single(Section.export, (out) => out.u8(0).name(name).u8(Sort.type).u32(index).u8(0));
    this.#resources.set(identity, this.#counts.types);
    return this.#counts.types++;
  }

  resourceBuiltin(canon: "new" | "drop" | "rep", resource: number): number {
    this.#single(Section.canon, (out) => out.u8({ new: 2, drop: 3, rep: 4 }[canon]).u32(resource));
    return this.#counts.coreFuncs++;
  }

  lift(core: number, options: CanonOptions, type: number): number {
    this.#single(Section.canon, (out) => {
      writeOptions(out.u8(0, 0).u32(core), options);
      out.u32(type);
    });
    return this.#counts.funcs++;
  }

  lower(func: number, options: CanonOptions): number {
    this.#single(Section.canon, (out) => writeOptions(out.u8(1, 0).u32(func), options));
    return this.#counts.coreFuncs++;
  }

  encode(): Uint8Array<ArrayBuffer> {
    return this.#out.view().slice();
  }
}

function writeOptions(out: ByteWriter, { encoding, memory, realloc, postReturn }: CanonOptions): void {
  const options: number[][] = [];
  if (encoding !== undefined) options.push([ENCODINGS.indexOf(encoding)]);
  for (const [code, index] of [
    [3, memory],
    [4, realloc],
    [5, postReturn],
  ] as const) {
    if (index !== undefined) options.push([code, index]);
  }
  out.u32(options.length);
  for (const [code, index] of options as [number, number?][]) {
    out.u8(code);
    if (index !== undefined) out.u32(index);
  }
}
