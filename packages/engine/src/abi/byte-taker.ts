import { Scheduler } from "../concurrency/scheduler.ts";
import { type Copier, CopyResult, type SharedStream } from "../concurrency/shared.ts";
import type { Store } from "../store/store.ts";
import type { HostSink } from "./buffers.ts";

/** What is taken at most at once. */
const CHUNK_BYTES = 65536;

/**
 * Takes the next bytes, which lie in the guest's memory and are no longer theirs when this returns. Whether it goes on; a promise of that:
 * nothing more is taken until it is kept.
 */
export type TakeBytes = (bytes: Uint8Array) => boolean | PromiseLike<boolean>;

/** A stream that is being taken. */
export interface Taking {
  /** Resolves when the stream is at its end or was let go, and all is taken; rejects with what `take` threw, and then lets it go. */
  readonly over: Promise<void>;
  /** Takes no more: who writes learns that nobody reads on. */
  letGo(): void;
}

/** JavaScript's readable end of a `stream<u8>` that reads all the time: what a guest writes is taken before its write returns. */
export class ByteTaker implements Copier, HostSink, Taking {
  readonly instance = undefined;
  readonly length = CHUNK_BYTES;
  progress = 0;
  readonly #shared: SharedStream;
  readonly #store: Store;
  readonly #take: TakeBytes;
  readonly #over = Promise.withResolvers<void>();
  #answer: boolean | PromiseLike<boolean> = true;
  /** The last bytes are still being taken. */
  #taking: Promise<void> | undefined = undefined;
  #isReading = false;
  #readsOn = false;
  #isOver = false;

  constructor(shared: SharedStream, store: Store, take: TakeBytes) {
    this.#shared = shared;
    this.#store = store;
    this.#take = take;
  }

  get buffer(): HostSink {
    return this;
  }

  get over(): Promise<void> {
    return this.#over.promise;
  }

  begin(): this {
    Scheduler.of(this.#store).outside += 1;
    this.#shared.onDrop = () => this.#end();
    if (this.#shared.dropped) this.#end();
    else this.#read();
    return this;
  }

  letGo(): void {
    this.#end();
    this.#shared.drop();
  }

  accept(elements: ArrayLike<unknown>): void {
    const { activations } = this.#store;
    // But when it was waiting for us, the guest that writes is below.
    const below = this.#isReading ? 0 : 1;
    activations.hostCalls += below;
    try {
      this.#answer = this.#take(elements as Uint8Array);
    } catch (error) {
      this.#answer = Promise.reject(error);
    } finally {
      activations.hostCalls -= below;
    }
  }

  onCopy(reclaim: () => void): void {
    reclaim();
    this.#next();
  }

  onCopyDone(result: CopyResult): void {
    if (result === CopyResult.dropped) this.#end();
    else this.#next();
  }

  onLost(error: unknown): void {
    this.#end(error);
  }

  #next(): void {
    const answer = this.#answer;
    this.#answer = true;
    if (typeof answer === "boolean") {
      this.#go(answer);
      return;
    }
    this.#taking = Promise.resolve(answer).then((goesOn) => {
      this.#taking = undefined;
      this.#go(goesOn);
    });
    this.#taking.catch((error) => {
      this.#end(error);
      this.#shared.drop();
    });
  }

  #go(on: boolean): void {
    if (on) this.#read();
    else this.letGo();
  }

  #read(): void {
    this.#readsOn = true;
    // A writer that has more than is taken at once is read by turns, not one within the other.
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#readsOn && !this.#isOver) {
      this.#readsOn = false;
      this.progress = 0;
      this.#shared.read(this);
    }
    this.#isReading = false;
  }

  #end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#shared.onDrop = undefined;
    Scheduler.of(this.#store).outside -= 1;
    if (error === undefined) this.#over.resolve(this.#taking);
    else this.#over.reject(error);
  }
}
