/**
 * HTTP fields (headers, trailers) as a guest may make and see them. Names and values are strings of bytes (latin-1), names in the case
 * in which a guest first gave them. What could split a message or speak to the connection itself never gets in (RFC 9110, section 5.5 and 7.6.1).
 */
import { MAX_FIELD_COUNT, MAX_FIELDS_BYTES } from "../limits.ts";

/** Why fields don't take a name or value. */
export type FieldFault = "invalid-syntax" | "forbidden" | "too-large";

/** Fields that belong to the connection or that the host sets; the same list as wasmtime's, so that a guest finds the same. */
const FORBIDDEN = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "host",
  "http2-settings",
]);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export class FieldList {
  /** Name, value, name, value: the form that servers take. */
  #flat: string[] = [];
  #size = 0;

  /** What a peer sent, parsed by a server: without the fields that are the host's business. */
  static received(raw: readonly string[]): FieldList {
    const list = new FieldList();
    for (let i = 0; i + 1 < raw.length; i += 2) if (!FORBIDDEN.has(raw[i]!.toLowerCase())) list.#flat.push(raw[i]!, raw[i + 1]!);
    return list;
  }

  get(name: string): string[] {
    const values: string[] = [];
    const key = name.toLowerCase();
    for (let i = 0; i < this.#flat.length; i += 2) if (this.#flat[i]!.toLowerCase() === key) values.push(this.#flat[i + 1]!);
    return values;
  }

  has(name: string): boolean {
    return this.#known(name) !== undefined;
  }

  /** Replaces all values of a name; none changed unless all are good. */
  set(name: string, values: readonly Uint8Array[]): FieldFault | undefined {
    const fault = nameFault(name);
    if (fault !== undefined) return fault;
    const texts = values.map(fieldValue);
    if (texts.includes(undefined)) return "invalid-syntax";
    const [flat, length, size] = [this.#flat, this.#flat.length, this.#size];
    this.#remove(name);
    if (texts.every((text) => this.#add(name, text!))) return undefined;
    this.#flat = flat;
    this.#flat.length = length;
    this.#size = size;
    return "too-large";
  }

  append(name: string, value: Uint8Array): FieldFault | undefined {
    const fault = nameFault(name);
    if (fault !== undefined) return fault;
    const text = fieldValue(value);
    if (text === undefined) return "invalid-syntax";
    return this.#add(name, text) ? undefined : "too-large";
  }

  delete(name: string): FieldFault | undefined {
    const fault = nameFault(name);
    if (fault === undefined) this.#remove(name);
    return fault;
  }

  entries(): [name: string, value: string][] {
    const entries: [string, string][] = [];
    for (let i = 0; i < this.#flat.length; i += 2) entries.push([this.#flat[i]!, this.#flat[i + 1]!]);
    return entries;
  }

  clone(): FieldList {
    const copy = new FieldList();
    copy.#flat = this.#flat.slice();
    copy.#size = this.#size;
    return copy;
  }

  /** Name, value, name, value, for a server to send; may be changed. */
  flat(): string[] {
    return this.#flat.slice();
  }

  #add(name: string, value: string): boolean {
    const size = this.#size + name.length + value.length;
    if (size > MAX_FIELDS_BYTES || this.#flat.length >= 2 * MAX_FIELD_COUNT) return false;
    this.#size = size;
    this.#flat.push(this.#known(name) ?? name, value);
    return true;
  }

  /** The name as the list has it already. */
  #known(name: string): string | undefined {
    const key = name.toLowerCase();
    for (let i = 0; i < this.#flat.length; i += 2) {
      const known = this.#flat[i]!;
      if (known.length === key.length && known.toLowerCase() === key) return known;
    }
    return undefined;
  }

  #remove(name: string): void {
    if (!this.has(name)) return;
    const kept = this.entries().filter(([other]) => other.toLowerCase() !== name.toLowerCase());
    this.#flat = kept.flat();
    this.#size = this.#flat.reduce((size, text) => size + text.length, 0);
  }
}

function nameFault(name: string): FieldFault | undefined {
  if (!TOKEN.test(name)) return "invalid-syntax";
  return FORBIDDEN.has(name.toLowerCase()) ? "forbidden" : undefined;
}

/** The bytes of a value as a string; `undefined` when they hold CR, LF, NUL or another control character but tab. */
export function fieldValue(bytes: Uint8Array): string | undefined {
  let value = "";
  for (const byte of bytes) {
    if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f) return undefined;
    value += String.fromCharCode(byte);
  }
  return value;
}

/** The bytes of a string of bytes. */
export function fieldBytes(value: string): Uint8Array {
  const bytes = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) bytes[i] = value.charCodeAt(i);
  return bytes;
}

/** The length that `content-length` declares; `undefined`: none, `null`: nonsense or two of them. */
export function declaredLength(fields: FieldList): number | undefined | null {
  const values = fields.get("content-length");
  if (values.length === 0) return undefined;
  return values.length === 1 && /^\d{1,15}$/.test(values[0]!) ? Number(values[0]) : null;
}
