/** How values lie in linear memory (CanonicalABI.md "Alignment" and "Element Size"), with addresses of 32 or 64 bits. */
import type { ValueType } from "./component-types.ts";
import { partsOf } from "./type-context.ts";

export interface Layout {
  readonly size: number;
  readonly alignment: number;
}

const PRIMITIVES: Readonly<Record<string, Layout>> = (() => {
  const of = (size: number): Layout => ({ size, alignment: size });
  const [one, two, four, eight] = [of(1), of(2), of(4), of(8)] as const;
  return {
    bool: one,
    s8: one,
    u8: one,
    s16: two,
    u16: two,
    s32: four,
    u32: four,
    f32: four,
    char: four,
    s64: eight,
    u64: eight,
    f64: eight,
    own: four,
    borrow: four,
    stream: four,
    future: four,
    "error-context": four,
  };
})();

/** Layouts of types, each found once. Sizes over 2^53 are approximate; no valid type has such. */
export class Layouts {
  /** Of strings, maps and lists of any length: an address and a length. */
  readonly #pair: Layout;
  readonly #known = new Map<ValueType, Layout>();

  constructor(address: "i32" | "i64") {
    const pointer = address === "i32" ? 4 : 8;
    this.#pair = { size: 2 * pointer, alignment: pointer };
  }

  of(type: ValueType): Layout {
    const primitive = PRIMITIVES[type.kind];
    if (primitive !== undefined) return primitive;
    if (type.kind === "string" || type.kind === "map" || (type.kind === "list" && type.length === undefined)) return this.#pair;
    let layout = this.#known.get(type);
    if (layout === undefined) {
      layout = this.#find(type);
      this.#known.set(type, layout);
    }
    return layout;
  }

  #find(type: ValueType): Layout {
    switch (type.kind) {
      case "flags": {
        const size = type.labels.length <= 8 ? 1 : type.labels.length <= 16 ? 2 : 4;
        return { size, alignment: size };
      }
      case "enum":
        return this.#variant(type.labels.length, []);
      case "variant":
        return this.#variant(type.cases.length, partsOf(type));
      case "option":
      case "result":
        return this.#variant(2, partsOf(type));
      case "record":
      case "tuple":
        return this.#record(partsOf(type));
      case "list": {
        const { size, alignment } = this.of(type.element);
        return { size: size * type.length!, alignment };
      }
      default:
        return this.#pair;
    }
  }

  #record(parts: readonly (ValueType | undefined)[]): Layout {
    let size = 0;
    let alignment = 1;
    for (const part of parts) {
      const field = this.of(part!);
      size = alignTo(size, field.alignment) + field.size;
      alignment = Math.max(alignment, field.alignment);
    }
    return { size: alignTo(size, alignment), alignment };
  }

  #variant(cases: number, payloads: readonly (ValueType | undefined)[]): Layout {
    const discriminant = cases <= 2 ** 8 ? 1 : cases <= 2 ** 16 ? 2 : 4;
    let payload = 0;
    let alignment = 1;
    for (const type of payloads) {
      if (type === undefined) continue;
      const layout = this.of(type);
      payload = Math.max(payload, layout.size);
      alignment = Math.max(alignment, layout.alignment);
    }
    const size = alignTo(discriminant, alignment) + payload;
    alignment = Math.max(alignment, discriminant);
    return { size: alignTo(size, alignment), alignment };
  }
}

export function alignTo(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
