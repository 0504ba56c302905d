/** Objects that have a record in the control memory, by its address: they live as long as somebody else holds them. */
export class WeakRecords<T extends { readonly record: number }> {
  readonly #items = new Map<number, WeakRef<T>>();
  readonly #gone: FinalizationRegistry<number>;

  /** `release` gives a record back when its object is garbage. */
  constructor(release: (record: number) => void) {
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
    this.#items.set(item.record, new WeakRef(item));
    this.#gone.register(item, item.record);
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
