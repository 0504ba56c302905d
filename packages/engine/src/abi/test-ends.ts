/** The ends of streams and futures that a guest without code has: what `stream.read` and the like do, with the event as a promise. */
import { type CopyEnd, ReadableFutureEnd, ReadableStreamEnd, WritableFutureEnd, WritableStreamEnd } from "../concurrency/copy-end.ts";
import { CopyResult, type Shared, type SharedFuture, type SharedStream } from "../concurrency/shared.ts";
import type { Thread } from "../concurrency/thread.ts";
import type { ValueType } from "../types/component-types.ts";
import { GuestBuffer } from "./buffers.ts";
import type { Codec } from "./codec.ts";
import { codecOf, type TestGuest } from "./test-guest.ts";

/** What came of a copy, and how many elements were moved. */
export type Copied = readonly [result: keyof typeof CopyResult, count: number];

const NAMES = Object.fromEntries(Object.entries(CopyResult).map(([name, code]) => [code, name])) as Record<number, keyof typeof CopyResult>;

export class GuestEnd {
  readonly end: CopyEnd;
  readonly guest: TestGuest;
  readonly codec: Codec | undefined;

  constructor(end: CopyEnd, guest: TestGuest, type: ValueType | undefined) {
    this.end = end;
    this.guest = guest;
    this.codec = type === undefined ? undefined : codecOf(type);
  }

  /** `stream.read` or `.write`; what it returns, now or later. */
  copy(pointer: number, length: number): Copied | Promise<Copied> {
    const { end, guest } = this;
    const { codec } = this;
    if (end.isReadable) guest.allow(pointer, pointer + length * (codec?.size ?? 0));
    end.copy(guest.cx.instance, new GuestBuffer(guest.cx, codec, pointer, length), 1);
    if (end.hasPendingEvent) return this.event();
    const { promise, resolve } = Promise.withResolvers<void>();
    end.syncWaiter = { wake: resolve } as unknown as Thread;
    return promise.then(() => this.event());
  }

  /** What the guest gets when it asks: until then more may be copied. */
  event(): Copied {
    const [, , payload] = this.end.getPendingEvent();
    return this.end.isFuture ? [NAMES[payload]!, payload === CopyResult.completed ? 1 : 0] : [NAMES[payload & 15]!, payload >>> 4];
  }

  /** `stream.cancel-read` or `-write`. */
  cancel(): Copied {
    this.end.syncWaiter = undefined;
    if (!this.end.hasPendingEvent) this.end.shared.cancel();
    return this.event();
  }

  drop(): void {
    this.end.drop();
  }
}

export function readable(shared: Shared, guest: TestGuest, type: ValueType | undefined, isFuture = false): GuestEnd {
  return new GuestEnd(isFuture ? new ReadableFutureEnd(shared as SharedFuture) : new ReadableStreamEnd(shared as SharedStream), guest, type);
}

export function writable(shared: Shared, guest: TestGuest, type: ValueType | undefined, isFuture = false): GuestEnd {
  return new GuestEnd(isFuture ? new WritableFutureEnd(shared as SharedFuture) : new WritableStreamEnd(shared as SharedStream), guest, type);
}

/** Everything that is under way in microtasks has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
