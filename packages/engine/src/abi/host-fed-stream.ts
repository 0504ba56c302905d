import { type ElementType, remain } from "../concurrency/buffer.ts";
import { Scheduler } from "../concurrency/scheduler.ts";
import { type Copier, CopyResult, SharedStream } from "../concurrency/shared.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import type { HostSource } from "./buffers.ts";
import { type Codec, ValueMismatch } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import { NUMBER_ARRAYS, type NumberArray } from "./number-arrays.ts";
import { type StreamSteps, stepsOf } from "./stream-steps.ts";
import { typeMismatch } from "./type-mismatch.ts";

/** Elements taken of an iterable for one read. */
const ELEMENTS_AT_ONCE = 1024;
/** Reads that are answered before they return, in a row: guests may read on where a read has returned, and go deeper each time. */
const READS_AT_ONCE = 100;

/**
 * A stream whose writable end is JavaScript's. Its source is asked for something when the stream is read, and at no other time; what it
 * gives at once is there when the read returns. A chunk that is longer than the reader's buffer is kept, and given in pieces.
 */
export class HostFedStream extends SharedStream {
  readonly #cx: LiftLowerContext;
  readonly #codec: Codec | undefined;
  readonly #scheduler: Scheduler;
  /** `undefined`: it has ended; what is held is still given. */
  #steps: StreamSteps | undefined = undefined;
  #held: HostElements | undefined = undefined;
  /** A promise of the source is pending. */
  #isPulling = false;
  #atOnce = 0;
  /** Elements and chunks that the source gave. */
  #count = 0;

  constructor(value: unknown, element: ElementType, codec: Codec | undefined, cx: LiftLowerContext) {
    super(element);
    this.#cx = cx;
    this.#codec = codec;
    this.#scheduler = Scheduler.of(cx.instance.store);
    const whole = this.#many(value);
    if (whole === undefined) this.#steps = stepsOf(value as object);
    else this.#held = new HostElements(whole);
  }

  override read(to: Copier): void {
    super.read(to);
    if (!this.#isPulling && ++this.#atOnce > READS_AT_ONCE) {
      this.#await(undefined, () => {});
      return;
    }
    const { activations } = this.#cx.instance.store;
    // The source is JavaScript that runs below the guest which reads.
    const below = to.instance === undefined ? 0 : 1;
    activations.hostCalls += below;
    try {
      this.#feed();
    } finally {
      activations.hostCalls -= below;
    }
  }

  override drop(): void {
    if (this.dropped) return;
    super.drop();
    this.#pulled();
    this.#refuse();
  }

  /** Gives the reader who waits what there is, or asks the source for it. */
  #feed(): void {
    let isGiven = false;
    while (this.isAwaited && !this.#isPulling) {
      const held = this.#held;
      if (held !== undefined && remain(held) > 0) {
        // Who has room for nothing asks whether there is something.
        if (this.awaited === 0) this.notify(CopyResult.completed);
        else this.#give(held);
        // Of an iterable there is more; anything else has given a chunk, and is not asked for another before it is needed.
        if (this.#steps?.isSync !== true || this.awaited <= 0) return;
        isGiven = true;
      } else if (this.#steps === undefined) {
        // There are guests that take the end for nothing: what they got is told by itself.
        if (isGiven) return;
        this.drop();
      } else this.#pull(this.#steps, this.awaited);
    }
  }

  #give(held: HostElements): void {
    try {
      this.write(held);
    } catch (error) {
      if (!(error instanceof ValueMismatch || error instanceof ComponentError)) throw error;
      // It is not what it was when it was looked at.
      this.#refuse(error instanceof ComponentError ? error : this.#mismatch(held.give(1)[0]));
      this.drop();
    }
  }

  #pull(steps: StreamSteps, room: number): void {
    let step: unknown;
    let isPromise: boolean;
    try {
      step = steps.next(room);
      isPromise = typeof (step as PromiseLike<unknown>).then === "function";
    } catch {
      this.#steps = undefined;
      return;
    }
    if (!isPromise) {
      this.#take(step, room);
      return;
    }
    this.#await(step, (step) => {
      this.#take(step, room);
      // The end was the answer to a read that has been cancelled. Who has asked since whether reading would wait is told that it does not.
      const isOver = this.#steps === undefined && (this.#held === undefined || remain(this.#held) === 0);
      if (isOver && room > 0 && this.isAwaited && this.awaited === 0) this.notify(CopyResult.completed);
    });
  }

  /** What waits is fed when the promise has settled, and the source is not asked before. */
  #await(promise: unknown, take: (step: unknown) => void): void {
    const settle = (step: unknown) => {
      if (!this.#pulled()) return;
      this.#atOnce = 0;
      take(step);
      try {
        this.#feed();
      } catch (error) {
        this.fault(error);
      }
    };
    Promise.resolve(promise).then(settle, () => settle(undefined));
    if (this.dropped) return;
    this.#isPulling = true;
    this.#scheduler.outside += 1;
  }

  /** Whether the promise of the source mattered until now. */
  #pulled(): boolean {
    if (!this.#isPulling) return false;
    this.#isPulling = false;
    this.#scheduler.outside -= 1;
    return true;
  }

  /** What one step of the source gave; `undefined`: it failed, which is the end. */
  #take(step: unknown, room: number): void {
    try {
      const { done, value } = step as IteratorResult<unknown>;
      if (done === true) this.#steps = undefined;
      else this.#hold(this.#many(value) ?? this.#gather(value, room), room);
    } catch {
      this.#steps = undefined;
    }
  }

  #hold(elements: Elements, room: number): void {
    this.#held = new HostElements(elements);
    // A source that is asked for nothing may say by an empty chunk that it is ready.
    if (room === 0 && elements.length === 0 && this.#steps !== undefined && this.isAwaited) this.notify(CopyResult.completed);
  }

  /** Numbers that come as an array of their type; bytes also as any other view. */
  #many(value: unknown): Elements | undefined {
    if (!ArrayBuffer.isView(value) || this.#codec === undefined) return undefined;
    const { kind } = this.#codec.type;
    const Class = NUMBER_ARRAYS[kind];
    if (Class === undefined || (kind !== "u8" && !(value instanceof Class))) return undefined;
    this.#count += 1;
    return value instanceof Class ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }

  /** One element; of an iterable as many as there is room for. One that is not of the type is the end. */
  #gather(first: unknown, room: number): unknown[] {
    const elements: unknown[] = [];
    const steps = this.#steps;
    const most = steps?.isSync === true ? Math.min(room, ELEMENTS_AT_ONCE) : 1;
    try {
      for (let value = first; this.#check(value); ) {
        if (elements.push(value) >= most) break;
        const step = steps!.next(room) as IteratorResult<unknown>;
        if (step.done === true) {
          this.#steps = undefined;
          break;
        }
        value = step.value;
      }
    } catch {
      this.#refuse();
    }
    return elements;
  }

  #check(value: unknown): boolean {
    this.#count += 1;
    if (this.#codec === undefined || this.#codec.accepts(this.#cx, value)) return true;
    this.#refuse(this.#mismatch(value));
    return false;
  }

  #mismatch(value: unknown): ComponentError {
    return typeMismatch(this.#cx, this.#codec!, value, `element ${this.#count} of a stream`);
  }

  /** Nothing more is wanted of the source, because of `error` if there is one. It is told when no guest is on the stack. */
  #refuse(error?: unknown): void {
    const steps = this.#steps;
    this.#steps = undefined;
    if (steps === undefined) return;
    Promise.resolve()
      .then(() => steps.cancel(error))
      .catch(() => {});
  }
}

type Elements = readonly unknown[] | NumberArray;

/** What a source gave at once. It never waits: it is written when a reader does. */
class HostElements implements Copier, HostSource {
  readonly instance = undefined;
  readonly #elements: Elements;
  progress = 0;

  constructor(elements: Elements) {
    this.#elements = elements;
  }

  get buffer(): HostSource {
    return this;
  }

  /** Nothing, when the chunk's buffer was transferred. */
  get length(): number {
    return this.#elements.length;
  }

  give(count: number): ArrayLike<unknown> {
    const elements = this.#elements;
    const { progress } = this;
    if (count === elements.length) return elements;
    return ArrayBuffer.isView(elements) ? elements.subarray(progress, progress + count) : elements.slice(progress, progress + count);
  }

  onCopy(): void {}
  onCopyDone(): void {}
  onLost(): void {}
}
