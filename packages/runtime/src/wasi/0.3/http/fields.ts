import { type FieldFault, FieldList, fieldBytes } from "../../../http/field-list.ts";

/** `header-error`, thrown as the error value of a result. */
export type HeaderError = { readonly tag: "invalid-syntax" | "forbidden" | "immutable" | "size-exceeded" };

function check(fault: FieldFault | undefined): void {
  if (fault !== undefined) throw { tag: fault === "too-large" ? "size-exceeded" : fault } satisfies HeaderError;
}

/** `fields` of `wasi:http/types`: headers and trailers. */
export class Fields {
  readonly #list: FieldList;
  readonly #mutable: boolean;

  constructor(list: FieldList = new FieldList(), mutable = true) {
    this.#list = list;
    this.#mutable = mutable;
  }

  static fromList(entries: readonly (readonly [string, Uint8Array])[]): Fields {
    const list = new FieldList();
    for (const [name, value] of entries) check(list.append(name, value));
    return new Fields(list);
  }

  /** The list behind the handle. Not a method: guests and interposers see the interface only. */
  static listOf(fields: Fields): FieldList {
    return fields.#list;
  }

  get(name: string): Uint8Array[] {
    return this.#list.get(name).map(fieldBytes);
  }

  has(name: string): boolean {
    return this.#list.has(name);
  }

  set(name: string, value: readonly Uint8Array[]): void {
    check(this.#changeable().set(name, value));
  }

  delete(name: string): void {
    check(this.#changeable().delete(name));
  }

  getAndDelete(name: string): Uint8Array[] {
    const values = this.get(name);
    this.delete(name);
    return values;
  }

  append(name: string, value: Uint8Array): void {
    check(this.#changeable().append(name, value));
  }

  copyAll(): [string, Uint8Array][] {
    return this.#list.entries().map(([name, value]) => [name, fieldBytes(value)]);
  }

  clone(): Fields {
    return new Fields(this.#list.clone());
  }

  #changeable(): FieldList {
    if (!this.#mutable) throw { tag: "immutable" } satisfies HeaderError;
    return this.#list;
  }
}
