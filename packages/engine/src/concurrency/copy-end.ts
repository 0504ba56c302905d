import type { ComponentInstance } from "../store/component-instance.ts";
import type { Buffer } from "./buffer.ts";
import { type Copier, CopyResult, type Shared } from "./shared.ts";
import { type Event, EventCode, misuse, Waitable } from "./waitable.ts";

export const CopyState = { idle: 1, copying: 2, cancellingCopy: 3, done: 4 } as const;
export type CopyState = (typeof CopyState)[keyof typeof CopyState];

/** `CopyEnd` of definitions.py: an end of a stream or future in a component's table. */
export abstract class CopyEnd extends Waitable {
  readonly shared: Shared;
  state: CopyState = CopyState.idle;
  /** It was told that the other end is gone. */
  protected wasDropped = false;
  protected abstract readonly eventCode: number;
  abstract readonly isFuture: boolean;
  abstract readonly isReadable: boolean;

  constructor(shared: Shared) {
    super();
    this.shared = shared;
  }

  get copying(): boolean {
    return this.state === CopyState.copying || this.state === CopyState.cancellingCopy;
  }

  get noun(): string {
    return `the ${this.isReadable ? "readable" : "writable"} end of a ${this.isFuture ? "future" : "stream"}`;
  }

  /** `stream_copy`, `future_copy`: offers the buffer to the other end. What comes of it is a pending event. */
  copy(instance: ComponentInstance, buffer: Buffer, index: number): void {
    this.state = CopyState.copying;
    const event = (ended: CopyResult): Event => {
      // The suites have it that what a stream had copied when it was cancelled counts as cancelled.
      const cut = !this.isFuture && this.state === CopyState.cancellingCopy && ended === CopyResult.completed;
      const result = cut ? CopyResult.cancelled : ended;
      this.wasDropped = result === CopyResult.dropped;
      if (this.isFuture) this.state = result === CopyResult.cancelled ? CopyState.idle : CopyState.done;
      else this.state = result === CopyResult.dropped ? CopyState.done : CopyState.idle;
      return [this.eventCode, index, this.isFuture ? result : result | (buffer.progress << 4)];
    };
    const copier: Copier = {
      instance,
      buffer,
      onCopy: (reclaim) =>
        this.setPendingEvent(() => {
          reclaim();
          return event(CopyResult.completed);
        }),
      onCopyDone: (result) => this.setPendingEvent(() => event(result)),
      onLost: (error) =>
        this.setPendingEvent(() => {
          throw error;
        }),
    };
    if (this.isReadable) this.shared.read(copier);
    else this.shared.write(copier);
  }

  /** Whether a copy may begin. */
  checkIdle(): void {
    if (this.state === CopyState.done) throw misuse(this.afterDone());
    if (this.state !== CopyState.idle) throw misuse("cannot have concurrent operations active on a future/stream");
  }

  /** Why none may begin any more. */
  protected abstract afterDone(): string;

  /** Whether the readable end may be given away: `lift_async_value`. */
  checkLift(): void {
    const noun = this.isFuture ? "future" : "stream";
    if (this.state === CopyState.done) {
      throw misuse(
        this.isFuture ? "cannot lift future after previous read succeeded" : "cannot lift stream after being notified that the writable end dropped",
      );
    }
    if (this.inWaitableSet) throw misuse(`cannot lift ${noun} while it's in a waitable set`);
    if (this.state !== CopyState.idle) throw misuse(`cannot remove busy ${noun}`);
  }

  /** `CopyEnd.drop`. */
  drop(): void {
    if (this.copying) throw misuse(`cannot ${this.isReadable ? "remove" : "drop"} busy ${this.isFuture ? "future" : "stream"}`);
    this.checkWritten();
    this.shared.drop();
    this.leave();
  }

  protected checkWritten(): void {}

  abandon(error: unknown): void {
    if (this.isReadable || this.state === CopyState.done) this.shared.drop();
    else this.shared.lose(error);
  }

  describe(): string {
    return `${this.isReadable ? "a read" : "a write"} of a ${this.isFuture ? "future" : "stream"}`;
  }
}

export class ReadableStreamEnd extends CopyEnd {
  protected readonly eventCode = EventCode.streamRead;
  readonly isFuture = false;
  readonly isReadable = true;
  protected afterDone(): string {
    return both("cannot read", "from stream", "after being notified that the writable end dropped");
  }
}

export class WritableStreamEnd extends CopyEnd {
  protected readonly eventCode = EventCode.streamWrite;
  readonly isFuture = false;
  readonly isReadable = false;
  protected afterDone(): string {
    return both("cannot write", "to stream", "after being notified that the readable end dropped");
  }
}

export class ReadableFutureEnd extends CopyEnd {
  protected readonly eventCode = EventCode.futureRead;
  readonly isFuture = true;
  readonly isReadable = true;
  protected afterDone(): string {
    return "cannot read from future after previous read succeeded";
  }
}

export class WritableFutureEnd extends CopyEnd {
  protected readonly eventCode = EventCode.futureWrite;
  readonly isFuture = true;
  readonly isReadable = false;
  protected afterDone(): string {
    const dropped = this.wasDropped ? " (cannot write after being notified that the readable end dropped)" : "";
    return `cannot write to future after previous write succeeded or readable end dropped${dropped}`;
  }
  protected override checkWritten(): void {
    if (this.state !== CopyState.done) throw misuse("cannot drop future write end without first writing a value");
  }
}

/** The specification's suite and wasmtime's have different words for one fault. */
function both(verb: string, what: string, why: string): string {
  return `${verb} ${what} ${why} (${verb} ${why})`;
}
