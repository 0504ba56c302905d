import type { ComponentInstance } from "../store/component-instance.ts";
import { type Buffer, type ElementType, noneOrNumberType, remain } from "./buffer.ts";
import { misuse } from "./waitable.ts";

export const CopyResult = { completed: 0, dropped: 1, cancelled: 2 } as const;
export type CopyResult = (typeof CopyResult)[keyof typeof CopyResult];

/** Who waits for the other end: an end in a component, or JavaScript. */
export interface Copier {
  /** `undefined`: the host. */
  readonly instance: ComponentInstance | undefined;
  readonly buffer: Buffer;
  /** `on_copy`: elements came or went, and more may; `reclaim` takes the buffer back. Streams only. */
  onCopy(reclaim: () => void): void;
  onCopyDone(result: CopyResult): void;
  /** The other end's instance is closed, and with it what it was to write. */
  onLost(error: unknown): void;
}

/** What is between the two ends: `SharedStreamImpl` and `SharedFutureImpl` of definitions.py. */
export abstract class Shared {
  readonly element: ElementType;
  dropped = false;
  protected pending: Copier | undefined = undefined;
  /** Why the end that is to write is gone without having written. */
  protected lost: { readonly error: unknown } | undefined = undefined;
  /** The host's part of it, to be told that the other end is gone; `lost`: without having written all. */
  onDrop: ((lost?: { readonly error: unknown }) => void) | undefined = undefined;

  constructor(element: ElementType) {
    this.element = element;
  }

  protected readonly resetPending = (): void => {
    this.pending = undefined;
  };

  protected notify(result: CopyResult): void {
    const { pending } = this;
    this.resetPending();
    pending!.onCopyDone(result);
  }

  /** Whether the other end waits now. */
  get isAwaited(): boolean {
    return this.pending !== undefined;
  }

  /** How many elements the other end has, or has room for, now. */
  get awaited(): number {
    return this.pending === undefined ? 0 : remain(this.pending.buffer);
  }

  cancel(): void {
    if (this.pending !== undefined) this.notify(CopyResult.cancelled);
  }

  drop(): void {
    if (this.dropped) return;
    this.dropped = true;
    if (this.pending !== undefined) this.notify(CopyResult.dropped);
    this.onDrop?.(this.lost);
  }

  /** What waits is at fault: its elements can't be lifted, or its allocator failed. It learns of it where it asks what came of its copy. */
  fault(error: unknown): void {
    const { pending } = this;
    this.resetPending();
    pending?.onLost(error);
  }

  /** The instance that was to write is closed. */
  abstract lose(error: unknown): void;
  abstract read(to: Copier): void;
  abstract write(from: Copier): void;

  protected checkInstances(copier: Copier): void {
    if (copier.instance !== undefined && copier.instance === this.pending!.instance && !noneOrNumberType(this.element.type)) {
      throw misuse("cannot read from and write to intra-component future/stream with non-numeric payload");
    }
  }
}

export class SharedStream extends Shared {
  /** A component sees the end of the stream; JavaScript is told why. */
  lose(error: unknown): void {
    if (this.dropped) return;
    this.lost = { error };
    if (this.pending?.instance === undefined) this.fault(error);
    this.drop();
  }

  read(to: Copier): void {
    if (this.lost !== undefined && to.instance === undefined) to.onLost(this.lost.error);
    else if (this.dropped) to.onCopyDone(CopyResult.dropped);
    else if (this.pending === undefined) this.pending = to;
    else {
      this.checkInstances(to);
      if (remain(this.pending.buffer) > 0) this.#meet(this.pending, to, to);
      else this.#replace(to);
    }
  }

  write(from: Copier): void {
    if (this.dropped) from.onCopyDone(CopyResult.dropped);
    else if (this.pending === undefined) this.pending = from;
    else {
      this.checkInstances(from);
      if (remain(this.pending.buffer) > 0) this.#meet(from, this.pending, from);
      else if (from.buffer.length === 0 && this.pending.buffer.length === 0) from.onCopyDone(CopyResult.completed);
      else this.#replace(from);
    }
  }

  /** Both are there, and who waited has elements, or room for some. */
  #meet(from: Copier, to: Copier, arriving: Copier): void {
    const count = Math.min(remain(from.buffer), remain(to.buffer));
    if (remain(arriving.buffer) > 0) {
      this.element.copy(from.buffer, to.buffer, count);
      this.pending!.onCopy(this.resetPending);
    }
    arriving.onCopyDone(CopyResult.completed);
  }

  #replace(copier: Copier): void {
    this.notify(CopyResult.completed);
    this.pending = copier;
  }
}

export class SharedFuture extends Shared {
  /** The reader of a future is never told that the writer dropped: a writer that may not write is an error of its own. */
  lose(error: unknown): void {
    if (this.dropped) return;
    this.lost = { error };
    this.fault(error);
  }

  read(to: Copier): void {
    if (this.lost !== undefined) to.onLost(this.lost.error);
    else if (this.pending === undefined) this.pending = to;
    else this.#meet(this.pending, to, to);
  }

  write(from: Copier): void {
    if (this.dropped) from.onCopyDone(CopyResult.dropped);
    else if (this.pending === undefined) this.pending = from;
    else this.#meet(from, this.pending, from);
  }

  #meet(from: Copier, to: Copier, arriving: Copier): void {
    this.checkInstances(arriving);
    this.element.copy(from.buffer, to.buffer, 1);
    this.notify(CopyResult.completed);
    arriving.onCopyDone(CopyResult.completed);
  }
}
