/** Futures as JavaScript has them: a promise for one of a guest, and what a guest may be given for one. */
import type { ElementType } from "../concurrency/buffer.ts";
import { Scheduler } from "../concurrency/scheduler.ts";
import { type Copier, SharedFuture } from "../concurrency/shared.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { Store } from "../store/store.ts";
import type { HostSink, HostSource } from "./buffers.ts";
import { type Codec, ValueMismatch } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import { typeMismatch } from "./type-mismatch.ts";

/** The readable end is now JavaScript's, which reads at once. */
export function futureToJs(shared: SharedFuture, _store: Store): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  // Nobody need look at it.
  promise.catch(() => {});
  let value: unknown;
  const buffer: HostSink = {
    length: 1,
    progress: 0,
    accept: (elements) => {
      value = elements[0];
    },
  };
  const reader: Copier = { instance: undefined, buffer, onCopy() {}, onCopyDone: () => resolve(value), onLost: reject };
  const read = () => {
    try {
      shared.read(reader);
    } catch (error) {
      // What was written can't be lifted.
      shared.fault(error);
      reject(error);
    }
  };
  // Values are being lifted, and what is moved now would get between them.
  if (shared.isAwaited) Promise.resolve().then(read);
  else read();
  return promise;
}

/** JavaScript keeps the writable end. */
export function futureFromJs(value: unknown, element: ElementType, codec: Codec | undefined, cx: LiftLowerContext): SharedFuture {
  return new HostFedFuture(value, element, codec, cx);
}

type Settled = { readonly value: unknown } | { readonly error: unknown };

/** A future whose writable end is JavaScript's: a read is answered when the promise has settled. */
class HostFedFuture extends SharedFuture {
  readonly #cx: LiftLowerContext;
  readonly #codec: Codec | undefined;
  readonly #scheduler: Scheduler;
  #settled: Settled | undefined = undefined;
  /** A read waits for the promise. */
  #isCounted = false;

  constructor(value: unknown, element: ElementType, codec: Codec | undefined, cx: LiftLowerContext) {
    super(element);
    this.#cx = cx;
    this.#codec = codec;
    this.#scheduler = Scheduler.of(cx.instance.store);
    if (isThenable(value))
      Promise.resolve(value).then(
        (value) => this.#settle({ value }),
        (error) => this.#settle({ error }),
      );
    else this.#settled = { value };
  }

  override read(to: Copier): void {
    super.read(to);
    if (this.#settled === undefined) this.#count(true);
    else this.#answer(this.#settled);
  }

  override cancel(): void {
    this.#count(false);
    super.cancel();
  }

  override drop(): void {
    this.#count(false);
    super.drop();
  }

  #count(waits: boolean): void {
    if (waits === this.#isCounted) return;
    this.#isCounted = waits;
    this.#scheduler.outside += waits ? 1 : -1;
  }

  #settle(settled: Settled): void {
    this.#settled = settled;
    this.#count(false);
    try {
      this.#answer(settled);
    } catch (error) {
      this.fault(error);
    }
  }

  #answer(settled: Settled): void {
    if (!this.isAwaited) return;
    if ("error" in settled) this.lose(rejected(settled.error));
    else if (this.#codec?.accepts(this.#cx, settled.value) === false) this.lose(this.#mismatch(settled.value));
    else this.#write(settled.value);
  }

  #write(value: unknown): void {
    try {
      this.write(new HostValue(value));
    } catch (error) {
      if (!(error instanceof ValueMismatch || error instanceof ComponentError)) throw error;
      // It is not what it was when it was looked at.
      this.lose(error instanceof ComponentError ? error : this.#mismatch(value));
    }
  }

  #mismatch(value: unknown): ComponentError {
    return typeMismatch(this.#cx, this.#codec!, value, "value of a future");
  }
}

class HostValue implements Copier, HostSource {
  readonly instance = undefined;
  readonly length = 1;
  progress = 0;
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  get buffer(): HostSource {
    return this;
  }

  give(): ArrayLike<unknown> {
    return [this.#value];
  }

  onCopy(): void {}
  onCopyDone(): void {}
  onLost(): void {}
}

function isThenable(value: unknown): boolean {
  return (typeof value === "object" || typeof value === "function") && typeof (value as { readonly then?: unknown } | null)?.then === "function";
}

/** A trap that passed through the host stays what it is. */
function rejected(error: unknown): unknown {
  if (error instanceof Trap) return error;
  return new Trap(TrapCode.HostThrew, `promise given for a future was rejected: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}
