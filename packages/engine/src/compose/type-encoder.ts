/** Encodes types as a scope of the binary format has them (Binary.md "Type Definitions"): what has a name there is named by its index. */
import { ByteWriter } from "../binary/byte-writer.ts";
import type { FuncType, ResourceIdentity, ResourceType, ValueType } from "../types/component-types.ts";

const PRIMITIVES: Readonly<Record<string, number>> = {
  bool: 0x7f,
  s8: 0x7e,
  u8: 0x7d,
  s16: 0x7c,
  u16: 0x7b,
  s32: 0x7a,
  u32: 0x79,
  s64: 0x78,
  u64: 0x77,
  f32: 0x76,
  f64: 0x75,
  char: 0x74,
  string: 0x73,
  "error-context": 0x64,
};

/** Where type definitions go: the type section of a component, or the declarations of an instance type. */
export interface TypeScope {
  /** Adds a definition and gives its index. */
  define(definition: ByteWriter): number;
  /** The index of a resource type. */
  resource(identity: ResourceIdentity): number;
}

export class TypeEncoder {
  readonly #scope: TypeScope;
  readonly #known = new Map<object, number>();

  constructor(scope: TypeScope) {
    this.#scope = scope;
  }

  /** A type that has a name in the scope. */
  name(type: ValueType | ResourceType, index: number): void {
    this.#known.set(type, index);
  }

  /** The index of a type of which a name is to be made: of what it is a name of, if that has one. */
  definition(type: ValueType): number {
    const known = this.#known.get(type) ?? (type.aliasOf === undefined ? undefined : this.#known.get(type.aliasOf));
    return known ?? this.#scope.define(this.#defined(type));
  }

  func({ async, params, result }: FuncType): number {
    const writer = new ByteWriter();
    const body = new ByteWriter();
    body.u32(params.length);
    for (const { name, type } of params) this.#value(body.name(name), type);
    if (result === undefined) body.u8(0x01, 0x00);
    else this.#value(body.byte(0x00), result);
    return this.#scope.define(writer.byte(async ? 0x43 : 0x40).bytes(body.view()));
  }

  /** `valtype`: a primitive type as it is, any other by its index. */
  #value(writer: ByteWriter, type: ValueType): ByteWriter {
    const known = this.#known.get(type);
    if (known !== undefined) return writer.s32(known);
    const primitive = PRIMITIVES[type.kind];
    if (primitive !== undefined) return writer.byte(primitive);
    if (type.aliasOf !== undefined && this.#known.has(type.aliasOf)) return writer.s32(this.#known.get(type.aliasOf)!);
    const index = this.#scope.define(this.#defined(type));
    this.#known.set(type, index);
    return writer.s32(index);
  }

  #optional(writer: ByteWriter, type: ValueType | undefined): ByteWriter {
    return type === undefined ? writer.byte(0x00) : this.#value(writer.byte(0x01), type);
  }

  /** `defvaltype` */
  #defined(type: ValueType): ByteWriter {
    const writer = new ByteWriter();
    switch (type.kind) {
      case "record":
        writer.byte(0x72).u32(type.fields.length);
        for (const { name, type: of } of type.fields) this.#value(writer.name(name), of);
        return writer;
      case "variant":
        writer.byte(0x71).u32(type.cases.length);
        for (const { name, type: of } of type.cases) this.#optional(writer.name(name), of).byte(0x00);
        return writer;
      case "list":
        return type.length === undefined ? this.#value(writer.byte(0x70), type.element) : this.#value(writer.byte(0x67), type.element).u32(type.length);
      case "map":
        return this.#value(this.#value(writer.byte(0x63), type.key), type.value);
      case "tuple":
        writer.byte(0x6f).u32(type.types.length);
        for (const of of type.types) this.#value(writer, of);
        return writer;
      case "flags":
      case "enum":
        writer.byte(type.kind === "flags" ? 0x6e : 0x6d).u32(type.labels.length);
        for (const label of type.labels) writer.name(label);
        return writer;
      case "option":
        return this.#value(writer.byte(0x6b), type.some);
      case "result":
        return this.#optional(this.#optional(writer.byte(0x6a), type.ok), type.err);
      case "own":
        return writer.byte(0x69).u32(this.#scope.resource(type.resource.identity));
      case "borrow":
        return writer.byte(0x68).u32(this.#scope.resource(type.resource.identity));
      case "stream":
        return this.#optional(writer.byte(0x66), type.element);
      case "future":
        return this.#optional(writer.byte(0x65), type.element);
      default:
        return writer.byte(PRIMITIVES[type.kind]!);
    }
  }
}
