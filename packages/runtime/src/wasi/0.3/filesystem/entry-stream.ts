import type { Later } from "../../../capability/later.ts";
import type { Entry, Listing } from "../../filesystem/listing.ts";

type Step<T> = IteratorResult<T, undefined>;

const DONE: Step<never> = Object.freeze({ done: true, value: undefined });

/**
 * The entries of a directory as a `stream<directory-entry>`. It answers at once where the directory is listed at once. A failure ends it;
 * `failure` then tells it, for the future that goes with the stream.
 */
export class EntryStream<T> {
  readonly #listing: Later<Listing>;
  readonly #entry: (entry: Entry) => T;
  readonly #closed = Promise.withResolvers<void>();
  #open = true;
  failure: unknown;

  constructor(listing: Later<Listing>, entry: (entry: Entry) => T) {
    this.#listing = listing;
    this.#entry = entry;
    if (listing instanceof Promise) listing.catch((error) => this.#fail(error));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Resolves when the stream is at its end or its reader has dropped it. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  next(): Later<Step<T>> {
    const listing = this.#listing;
    if (!this.#open) return DONE;
    return listing instanceof Promise
      ? listing.then(
          (later) => this.#take(later),
          () => DONE,
        )
      : this.#take(listing);
  }

  return(): Step<T> {
    this.#close();
    return DONE;
  }

  #take(listing: Listing): Step<T> {
    try {
      const entry = this.#open ? listing.take() : undefined;
      if (entry !== undefined) return { done: false, value: this.#entry(entry) };
    } catch (error) {
      this.#fail(error);
    }
    this.#close();
    return DONE;
  }

  #fail(error: unknown): void {
    this.failure = error;
    this.#close();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    const listing = this.#listing;
    if (listing instanceof Promise)
      listing.then(
        (later) => later.close(),
        () => {},
      );
    else listing.close();
    this.#closed.resolve();
  }
}
