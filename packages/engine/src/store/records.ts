/**
 * Objects that have a record in the control memory, by its address. In a store that instances are made in again and again they live as long as
 * somebody else holds them. In an instance's own they live as long as the store: an object that a `WeakRef` is made for stays until
 * the event loop turns, and whoever makes hundreds of instances before that would run out of memories.
 */
export class Records<T extends { readonly record: number }> {
  readonly #items = new Map<number, { deref(): T | undefined }>();
  readonly #gone: FinalizationRegistry<number> | undefined;

  /** `release` gives a record back when its object is garbage. `keep`: they live as long as this. */
  constructor(release: (record: number) => void, keep: boolean) {
    if (keep) return;
    this.#gone = new FinalizationRegistry((record) => {
      // The address may be that of another by now.
      const item = this.#items.get(record);
      if (item === undefined || item.deref() !== undefined) return;
      this.#items.delete(record);
      release(record);
    });
  }

  get size(): number {
    return this.#items.size;
  }

  add(item: T): void {
    this.#items.set(item.record, this.#gone === undefined ? { deref: () => item } : new WeakRef(item));
    this.#gone?.register(item, item.record);
  }

  get(record: number): T | undefined {
    return this.#items.get(record)?.deref();
  }

  delete(record: number): void {
    this.#items.delete(record);
  }

  *values(): Generator<T> {
    for (const item of this.#items.values()) {
      const value = item.deref();
      if (value !== undefined) yield value;
    }
  }
}
