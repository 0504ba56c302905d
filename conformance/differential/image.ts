/**
 * A value as it lies in a guest's memory, or in core parameters: written by the letter of the specification (CanonicalABI.md "Storing",
 * "Flat Lowering"), but independently of the engine. What no reader may look at (padding, upper bits, lanes of other cases) is filled with
 * junk. Each place that can be broken is remembered as a site.
 */

import type { CoreNumberType, ValueType } from "../../packages/engine/src/types/component-types.ts";
import { Flattening } from "../../packages/engine/src/types/flatten.ts";
import { alignTo, Layouts } from "../../packages/engine/src/types/size.ts";
import { partsOf } from "../../packages/engine/src/types/type-context.ts";
import type { Random } from "../../scripts/soak/random.ts";
import { camelCase } from "../values.ts";
import type { StringEncoding } from "./component-writer.ts";

export interface Lane {
  readonly type: CoreNumberType;
  /** As an unsigned number. */
  bits: bigint;
}

/** A place in memory or a lane, that holds so many bits of meaning. */
export interface Site {
  readonly kind: "char" | "discriminant" | "pointer" | "length" | "utf8" | "utf16";
  readonly width: number;
  /** Of a discriminant: how many cases there are. Of a pointer: its alignment. Of a length: bytes of an element. Of a string: its code units. */
  readonly count: number;
  read(): bigint;
  write(bits: bigint): void;
  /** Of a string: writes one of its code units. */
  readonly writeUnit?: (at: number, unit: number) => void;
}

interface Contents {
  readonly pointer: bigint;
  readonly length: bigint;
  /** Of an element. */
  readonly alignment: number;
  readonly size: number;
}

const JUNK = 0x5a;

const mask = (bits: bigint, width: number): bigint => BigInt.asUintN(width, bits);

export class Image {
  readonly base: number;
  readonly sites: Site[] = [];
  readonly #encoding: StringEncoding;
  readonly #pointerSize: 4 | 8;
  readonly #random: Random;
  readonly #layouts: Layouts;
  readonly #flattening: Flattening;
  #bytes = new Uint8Array(256).fill(JUNK);
  #length = 0;

  constructor(base: number, { encoding, address, random }: { encoding: StringEncoding; address: "i32" | "i64"; random: Random }) {
    this.base = base;
    this.#encoding = encoding;
    this.#pointerSize = address === "i32" ? 4 : 8;
    this.#random = random;
    this.#layouts = new Layouts(address);
    this.#flattening = new Flattening(address);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Room for so many bytes: its address. Blocks do not touch. */
  #allocate(size: number, alignment: number): number {
    const begin = alignTo(this.base + this.#length + this.#random.below(9), alignment);
    this.#length = begin + size - this.base;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length).fill(JUNK);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return begin;
  }

  #write(at: number, bits: bigint, width: number): void {
    for (let i = 0; i < width / 8; i++) this.#bytes[at - this.base + i] = Number((bits >> BigInt(8 * i)) & 0xffn);
  }

  #read(at: number, width: number): bigint {
    let bits = 0n;
    for (let i = width / 8 - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(this.#bytes[at - this.base + i]!);
    return bits;
  }

  #junk(width: number): bigint {
    let bits = 0n;
    for (let i = 0; i < width; i += 16) bits = (bits << 16n) | BigInt(this.#random.below(0x10000));
    return mask(bits, width);
  }

  /** Bits above `width`, when junk is wanted there. */
  #dirty(bits: bigint, width: number, room: number): bigint {
    return this.#random.below(2) === 0 ? bits : bits | mask((this.#junk(room) >> BigInt(width)) << BigInt(width), room);
  }

  /** A value in memory: its address. */
  place(type: ValueType, value: unknown): number {
    const { size, alignment } = this.#layouts.of(type);
    const at = this.#allocate(size, alignment);
    this.#store(type, value, at);
    return at;
  }

  #store(type: ValueType, value: unknown, at: number): void {
    switch (type.kind) {
      case "record":
      case "tuple": {
        let offset = at;
        for (const [part, partValue] of fieldsOf(type, value)) {
          const { size, alignment } = this.#layouts.of(part);
          offset = alignTo(offset, alignment);
          this.#store(part, partValue, offset);
          offset += size;
        }
        return;
      }
      case "list":
        if (type.length === undefined) break;
        for (const [i, each] of listOf(value).entries()) this.#store(type.element, each, at + i * this.#layouts.of(type.element).size);
        return;
      case "variant":
      case "option":
      case "result":
      case "enum": {
        const { index, count, payload, payloadValue } = caseOf(type, value);
        const width = count <= 2 ** 8 ? 8 : count <= 2 ** 16 ? 16 : 32;
        this.#memorySite("discriminant", at, width, count);
        this.#write(at, BigInt(index), width);
        const alignment = Math.max(1, ...partsOf(type).map((part) => (part === undefined ? 1 : this.#layouts.of(part).alignment)));
        if (payload !== undefined) this.#store(payload, payloadValue, alignTo(at + width / 8, alignment));
        return;
      }
      case "bool":
        this.#write(at, this.#bool(value, 8), 8);
        return;
      case "flags": {
        const width = 8 * this.#layouts.of(type).size;
        this.#write(at, this.#dirty(flagsOf(type.labels, value), type.labels.length, width), width);
        return;
      }
      case "string":
      case "map":
        break;
      default: {
        const width = 8 * this.#layouts.of(type).size;
        if (type.kind === "char") this.#memorySite("char", at, 32, 0);
        this.#write(at, mask(scalarBits(type.kind, value), width), width);
        return;
      }
    }
    const { pointer, length, ...rest } = this.#contents(type, value);
    const width = 8 * this.#pointerSize;
    this.#write(at, pointer, width);
    this.#write(at + this.#pointerSize, length, width);
    this.#memorySite("pointer", at, width, rest.alignment);
    this.#memorySite("length", at + this.#pointerSize, width, rest.size);
  }

  #memorySite(kind: Site["kind"], at: number, width: number, count: number): void {
    this.sites.push({ kind, width, count, read: () => this.#read(at, width), write: (bits) => this.#write(at, mask(bits, width), width) });
  }

  /** Any number but 0 is true. */
  #bool(value: unknown, width: number): bigint {
    if (!value) return 0n;
    return this.#random.below(2) === 0 ? 1n : this.#junk(width) || 1n;
  }

  /** What a string, list or map is elsewhere in memory. */
  #contents(type: ValueType, value: unknown): Contents {
    if (type.kind === "string") return this.#string(value as string);
    const [element, values] =
      type.kind === "map"
        ? [{ kind: "tuple", types: [type.key, type.value] } as const, [...(value as Map<unknown, unknown>)]]
        : [(type as ValueType & { kind: "list" }).element, listOf(value)];
    const { size, alignment } = this.#layouts.of(element);
    const at = this.#allocate(values.length * size, alignment);
    for (const [i, each] of values.entries()) this.#store(element, each, at + i * size);
    return { pointer: BigInt(at), length: BigInt(values.length), alignment, size };
  }

  #string(text: string): Contents {
    if (this.#encoding === "utf8") {
      const bytes = new TextEncoder().encode(text);
      const at = this.#allocate(bytes.length, 1);
      this.#bytes.set(bytes, at - this.base);
      this.#unitSite("utf8", at, bytes.length);
      return { pointer: BigInt(at), length: BigInt(bytes.length), alignment: 1, size: 1 };
    }
    const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
    // Latin-1 may also be written as UTF-16.
    if (this.#encoding === "latin1+utf16" && units.every((unit) => unit < 0x100) && this.#random.below(4) > 0) {
      const at = this.#allocate(units.length, 2);
      this.#bytes.set(units, at - this.base);
      return { pointer: BigInt(at), length: BigInt(units.length), alignment: 2, size: 1 };
    }
    const at = this.#allocate(2 * units.length, 2);
    for (const [i, unit] of units.entries()) this.#write(at + 2 * i, BigInt(unit), 16);
    this.#unitSite("utf16", at, units.length);
    const tag = this.#encoding === "utf16" ? 0n : 1n << BigInt(8 * this.#pointerSize - 1);
    return { pointer: BigInt(at), length: BigInt(units.length) | tag, alignment: 2, size: 2 };
  }

  #unitSite(kind: "utf8" | "utf16", at: number, count: number): void {
    if (count === 0) return;
    const width = kind === "utf8" ? 8 : 16;
    const writeUnit = (i: number, unit: number): void => this.#write(at + (i * width) / 8, BigInt(unit), width);
    this.sites.push({ kind, width, count, read: () => 0n, write: () => undefined, writeUnit });
  }

  /** A value as core parameters. */
  lower(type: ValueType, value: unknown): Lane[] {
    switch (type.kind) {
      case "record":
      case "tuple":
        return fieldsOf(type, value).flatMap(([part, partValue]) => this.lower(part, partValue));
      case "list":
        if (type.length === undefined) break;
        return listOf(value).flatMap((each) => this.lower(type.element, each));
      case "variant":
      case "option":
      case "result":
      case "enum": {
        const { index, count, payload, payloadValue } = caseOf(type, value);
        const types = type.kind === "enum" ? (["i32"] as const) : this.#flattening.of(type)!;
        const own = payload === undefined ? [] : this.lower(payload, payloadValue);
        const lanes = types.map((type): Lane => ({ type, bits: this.#junk(type === "i64" || type === "f64" ? 64 : 32) }));
        lanes[0]!.bits = BigInt(index);
        this.#laneSite("discriminant", lanes[0]!, 32, count);
        for (const [i, { type, bits }] of own.entries()) {
          const narrow = type === "i32" || type === "f32" ? 32 : 64;
          const lane = lanes[i + 1]!;
          lane.bits = this.#dirty(bits, narrow, lane.type === "i64" || lane.type === "f64" ? 64 : 32);
          this.#redirect(own[i]!, lane, narrow);
        }
        return lanes;
      }
      case "bool":
        return [{ type: "i32", bits: this.#bool(value, 32) }];
      case "flags":
        return [{ type: "i32", bits: this.#dirty(flagsOf(type.labels, value), type.labels.length, 32) }];
      case "string":
      case "map":
        break;
      case "char": {
        const lane: Lane = { type: "i32", bits: scalarBits("char", value) };
        this.#laneSite("char", lane, 32, 0);
        return [lane];
      }
      default: {
        const [core] = this.#flattening.of(type)!;
        const width = 8 * this.#layouts.of(type).size;
        const bits = mask(scalarBits(type.kind, value), width);
        return [{ type: core!, bits: core === "i32" ? this.#dirty(bits, width, 32) : bits }];
      }
    }
    const { pointer, length, alignment, size } = this.#contents(type, value);
    const width = 8 * this.#pointerSize;
    const core = this.#pointerSize === 4 ? "i32" : "i64";
    const lanes: Lane[] = [
      { type: core, bits: pointer },
      { type: core, bits: length },
    ];
    this.#laneSite("pointer", lanes[0]!, width, alignment);
    this.#laneSite("length", lanes[1]!, width, size);
    return lanes;
  }

  /** The sites by the lanes they are of: a payload's lanes become those of its variant. */
  readonly #lanes = new Map<Site, { lane: Lane; width: number }>();

  #laneSite(kind: Site["kind"], lane: Lane, width: number, count: number): void {
    const site: Site = {
      kind,
      width,
      count,
      read: () => mask(this.#lanes.get(site)!.lane.bits, width),
      write: (bits) => {
        const { lane } = this.#lanes.get(site)!;
        lane.bits = ((lane.bits >> BigInt(width)) << BigInt(width)) | mask(bits, width);
      },
    };
    this.#lanes.set(site, { lane, width });
    this.sites.push(site);
  }

  #redirect(from: Lane, to: Lane, width: number): void {
    for (const [site, { lane }] of this.#lanes) if (lane === from) this.#lanes.set(site, { lane: to, width });
  }
}

const listOf = (value: unknown): unknown[] => Array.from(value as ArrayLike<unknown>);

function fieldsOf(type: ValueType & { kind: "record" | "tuple" }, value: unknown): (readonly [ValueType, unknown])[] {
  if (type.kind === "tuple") return type.types.map((part, i) => [part, (value as unknown[])[i]] as const);
  return type.fields.map(({ name, type }) => [type, (value as Record<string, unknown>)[camelCase(name)]] as const);
}

interface CaseOf {
  readonly index: number;
  readonly count: number;
  readonly payload: ValueType | undefined;
  readonly payloadValue: unknown;
}

function caseOf(type: ValueType & { kind: "variant" | "option" | "result" | "enum" }, value: unknown): CaseOf {
  const tagged = value as { tag: string; val?: unknown };
  switch (type.kind) {
    case "enum":
      return { index: type.labels.indexOf(value as string), count: type.labels.length, payload: undefined, payloadValue: undefined };
    case "variant": {
      const index = type.cases.findIndex(({ name }) => name === tagged.tag);
      return { index, count: type.cases.length, payload: type.cases[index]!.type, payloadValue: tagged.val };
    }
    case "result":
      return { index: tagged.tag === "ok" ? 0 : 1, count: 2, payload: type[tagged.tag as "ok" | "err"], payloadValue: tagged.val };
    case "option": {
      const isNone = type.some.kind === "option" ? tagged.tag === "none" : value === undefined;
      const payloadValue = type.some.kind === "option" ? tagged.val : value;
      return isNone ? { index: 0, count: 2, payload: undefined, payloadValue: undefined } : { index: 1, count: 2, payload: type.some, payloadValue };
    }
  }
}

function flagsOf(labels: readonly string[], value: unknown): bigint {
  const set = value as Record<string, boolean>;
  return labels.reduce((bits, label, i) => (set[camelCase(label)] ? bits | (1n << BigInt(i)) : bits), 0n);
}

function scalarBits(kind: ValueType["kind"], value: unknown): bigint {
  switch (kind) {
    case "f32":
      return BigInt(new Uint32Array(Float32Array.of(value as number).buffer)[0]!);
    case "f64":
      return new BigUint64Array(Float64Array.of(value as number).buffer)[0]!;
    case "char":
      return BigInt((value as string).codePointAt(0)!);
    default:
      return BigInt(value as number | bigint);
  }
}
