import { remain } from "../concurrency/buffer.ts";
import { Scheduler } from "../concurrency/scheduler.ts";
import { type Copier, CopyResult, type SharedStream } from "../concurrency/shared.ts";
import type { Store } from "../store/store.ts";
import type { ValueType } from "../types/component-types.ts";
import { partsOf } from "../types/type-context.ts";
import type { HostSink } from "./buffers.ts";

/** What a reader without a buffer of its own is given at most at once. */
const CHUNK_BYTES = 262144;
/** Elements taken of a pending write for one that was asked for; the others wait in the `ReadableStream`. */
const ELEMENTS_AT_ONCE = 64;

/** What is less does not go before the writer had the time to write more. */
const LITTLE = 65536;

const nothing = (): void => {};

type Controller = ReadableStreamDefaultController<unknown> | ReadableByteStreamController;

/**
 * The underlying source of a `ReadableStream`: JavaScript's readable end of a stream, and its own sink. It reads when it is pulled. A pull
 * answers nothing: what it has begun ends when the writer comes, and pulls between are those of a stream that still wants something then.
 */
export abstract class GuestSource implements Copier, HostSink {
  readonly instance = undefined;
  readonly shared: SharedStream;
  readonly store: Store;
  length = 0;
  progress = 0;
  protected controller: Controller | undefined = undefined;
  /** Takes the read back, which has been answered in part. */
  #reclaim: (() => void) | undefined = undefined;
  #isReading = false;
  #isOver = false;

  constructor(shared: SharedStream, store: Store) {
    this.shared = shared;
    this.store = store;
  }

  get buffer(): HostSink {
    return this;
  }

  /** Until it is over a writer may wait for it. */
  begin(): void {
    Scheduler.of(this.store).outside += 1;
    this.shared.onDrop = (lost) => (lost === undefined ? this.#close() : this.#fail(lost.error));
    if (this.shared.dropped) this.#close();
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    Scheduler.of(this.store).outside -= 1;
    return true;
  }

  #close(): void {
    if (!this.#end()) return;
    try {
      this.controller!.close();
      // A reader's buffer is given back when the end of the stream is said.
      (this.controller as ReadableByteStreamController).byobRequest?.respond(0);
    } catch {
      // It was errored: a buffer of wider elements holds a part of one.
    }
  }

  #fail(error: unknown): void {
    if (this.#end()) this.controller!.error(error);
  }

  /** Whether the end is JavaScript's no longer: nothing was taken that is still to be read. */
  handOver(): boolean {
    if (this.#isReading || this.controller!.desiredSize !== 0) return false;
    this.#end();
    return true;
  }

  start(controller: Controller): void {
    this.controller = controller;
  }

  pull(): void {
    if (this.#isReading || this.#isOver) return;
    this.#isReading = true;
    this.progress = 0;
    this.length = this.room();
    try {
      this.shared.read(this);
    } catch (error) {
      // What was written can't be lifted.
      this.shared.fault(error);
      this.#fail(error);
    }
  }

  cancel(): void {
    if (this.#end()) this.shared.drop();
  }

  onCopy(reclaim: () => void): void {
    this.#linger(reclaim);
  }

  onCopyDone(result: CopyResult): void {
    if (result === CopyResult.cancelled) return;
    if (result === CopyResult.completed && this.#isLittle) {
      // The writer who was waiting is about to go on.
      this.#linger(() => this.shared.cancel());
      this.shared.read(this);
      return;
    }
    if (this.progress > 0) this.#finish();
    if (result === CopyResult.dropped) this.#close();
  }

  get #isLittle(): boolean {
    return this.progress < LITTLE && remain(this) > 0;
  }

  /** What the writer writes in the same breath goes with what there is: writers may be fond of small pieces, and chunks are dear. */
  #linger(reclaim: () => void): void {
    const isFirst = this.#reclaim === undefined;
    this.#reclaim = reclaim;
    if (!this.#isLittle) this.#give();
    // A thread that waited goes on in the next microtask, or in the third if JSPI keeps its stack.
    else if (isFirst) Promise.resolve().then(nothing).then(nothing).then(this.#give);
  }

  readonly #give = (): void => {
    const reclaim = this.#reclaim;
    if (reclaim === undefined) return;
    reclaim();
    this.#finish();
  };

  onLost(error: unknown): void {
    this.#fail(error);
  }

  #finish(): void {
    this.#reclaim = undefined;
    if (!this.#isOver) this.flush(() => (this.#isReading = false));
  }

  protected abstract room(): number;
  abstract accept(elements: ArrayLike<unknown>): void;
  /** Gives the `ReadableStream` what was accepted; `ready` is called before the last of it, since that may pull again. */
  protected abstract flush(ready: () => void): void;
}

/** Of a `stream<u8>`: bytes go from the writer's memory to the buffer of who reads, if that brought one. */
export class GuestBytes extends GuestSource {
  readonly type = "bytes";
  #request: ReadableStreamBYOBRequest | undefined = undefined;
  #pieces: Uint8Array<ArrayBuffer>[] = [];

  protected room(): number {
    this.#request = (this.controller as ReadableByteStreamController).byobRequest ?? undefined;
    return this.#request?.view?.byteLength ?? CHUNK_BYTES;
  }

  accept(elements: ArrayLike<unknown>): void {
    const bytes = elements as Uint8Array;
    const view = this.#request?.view as Uint8Array | null | undefined;
    if (view) view.set(bytes, this.progress);
    else this.#pieces.push(new Uint8Array(bytes));
  }

  protected flush(ready: () => void): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    ready();
    if (pieces.length === 0) this.#request!.respond(this.progress);
    else (this.controller as ReadableByteStreamController).enqueue(pieces.length === 1 ? pieces[0]! : joined(pieces, this.progress));
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Of any other stream: each element is a chunk. */
export class GuestElements extends GuestSource {
  /** Handles would be lost with what is never read. */
  readonly #atOnce: number = holdsHandle(this.shared.element.type, new Set()) ? 1 : ELEMENTS_AT_ONCE;
  #elements: unknown[] = [];

  protected room(): number {
    return this.#atOnce;
  }

  accept(elements: ArrayLike<unknown>): void {
    for (let i = 0; i < elements.length; i++) this.#elements.push(elements[i]);
  }

  protected flush(ready: () => void): void {
    const elements = this.#elements;
    this.#elements = [];
    for (let i = 0; i < elements.length; i++) {
      if (i === elements.length - 1) ready();
      (this.controller as ReadableStreamDefaultController<unknown>).enqueue(elements[i]);
    }
  }
}

const HANDLES: ReadonlySet<string> = new Set(["own", "borrow", "stream", "future"]);

/** Types share parts: each is looked at once. */
function holdsHandle(type: ValueType | undefined, seen: Set<ValueType>): boolean {
  if (type === undefined || seen.has(type)) return false;
  seen.add(type);
  return HANDLES.has(type.kind) || partsOf(type).some((part) => holdsHandle(part, seen));
}
