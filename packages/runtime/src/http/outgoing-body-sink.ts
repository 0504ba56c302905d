import { MAX_BUFFERED_BYTES } from "../limits.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import { StreamFailure } from "../streams/stream-failure.ts";
import { WakeList } from "../streams/waitable.ts";
import type { ResponseTarget } from "./exchange.ts";
import type { FieldList } from "./field-list.ts";

/** The end of a body that does not have the length its message declared. */
export type LengthFault = { readonly written: number };

/**
 * The body of a response while the guest writes it. Small responses leave in one piece: head and bytes are held back until the body
 * is finished, the buffer is full, or the guest gave up the thread after a flush. A second flush sends at once.
 */
export class OutgoingBodySink implements OutputSink {
  readonly #declared: number | undefined;
  readonly #waiting = new WakeList();
  /** The error that a body of another length than its message declares is. */
  readonly overflow: "HTTP-request-body-size" | "HTTP-response-body-size";
  #target: ResponseTarget | undefined;
  #status = 0;
  #fields: FieldList | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #written = 0;
  #flushes = 0;
  #full = false;
  #state: "open" | "finished" | "closed" = "open";
  #started = false;
  #peerIsGone = false;
  #failure: StreamFailure | undefined;
  #trailers: FieldList | undefined;
  /** Called when the guest will not finish what it began. */
  whenAbandoned: (() => void) | undefined;

  constructor(declared: number | undefined, overflow: "HTTP-request-body-size" | "HTTP-response-body-size") {
    this.#declared = declared;
    this.overflow = overflow;
  }

  get finished(): boolean {
    return this.#state === "finished";
  }

  /** Something of the message was sent. */
  get started(): boolean {
    return this.#started;
  }

  /** Where the bytes go; what was written before goes first. */
  attach(target: ResponseTarget, status: number, fields: FieldList): void {
    this.#target = target;
    this.#status = status;
    this.#fields = fields;
    if (this.#state === "finished") this.#complete();
    else if (this.#heldBytes >= MAX_BUFFERED_BYTES) this.#start();
  }

  permit(): number | undefined {
    const failure = this.#failure;
    if (failure !== undefined) {
      this.#failure = undefined;
      throw failure;
    }
    if (this.#state !== "open") return undefined;
    return this.#full ? 0 : Math.max(0, MAX_BUFFERED_BYTES - this.#heldBytes);
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== "open" || bytes.length === 0) return;
    this.#written += bytes.length;
    if (this.#declared !== undefined && this.#written > this.#declared) {
      this.#failure = new StreamFailure(`the body is longer than the ${this.#declared} bytes that content-length declares`, {
        http: { tag: this.overflow, val: BigInt(this.#written) },
      });
      this.#state = "closed";
      this.#waiting.wakeAll();
      return;
    }
    if (this.#started) {
      this.#full = !this.#target!.write(bytes);
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes < MAX_BUFFERED_BYTES) return;
    if (this.#peerIsGone) this.disconnected();
    else if (this.#target !== undefined) this.#start();
  }

  flush(): void {
    if (this.#started || this.#target === undefined || this.#state !== "open") return;
    this.#flushes += 1;
    if (this.#flushes > 1) this.#start();
    else queueMicrotask(() => this.#startUnlessDone());
  }

  /** Sends the head, with what is written by then, when nobody is left to run: the peer sees each part as it comes. */
  flushAfterTurn(): void {
    if (!this.#started && this.#state === "open") this.#target?.afterTurn(() => this.#startUnlessDone());
  }

  ready(): boolean {
    return this.#state !== "open" || this.#failure !== undefined || (!this.#full && this.#heldBytes < MAX_BUFFERED_BYTES);
  }

  onReady(wake: () => void): () => void {
    return this.#waiting.add(wake);
  }

  /** The guest completed the body. */
  finish(trailers: FieldList | undefined): LengthFault | undefined {
    if (this.#state === "closed") return this.#declared !== undefined && this.#written > this.#declared ? { written: this.#written } : undefined;
    if (this.#state === "finished") return undefined;
    if (this.#declared !== undefined && this.#written !== this.#declared && !this.#mayBeEmpty()) return { written: this.#written };
    this.#state = "finished";
    this.#trailers = trailers;
    if (this.#target !== undefined) this.#complete();
    return undefined;
  }

  /** The guest dropped the body unfinished, or is gone: nothing more comes. */
  abandon(): void {
    const unfinished = this.#state === "open";
    if (this.#state !== "finished") this.#state = "closed";
    this.#held = [];
    this.#heldBytes = 0;
    if (unfinished) this.whenAbandoned?.();
  }

  drained(): void {
    this.#full = false;
    this.#waiting.wakeAll();
  }

  /**
   * The peer of a response is gone. A small one may still be finished, as if it had been sent just before: guests that answer in one piece
   * often trap where that fails, and a part would lose what it holds by a client that goes away.
   */
  peerGone(): void {
    if (this.#started || this.#heldBytes >= MAX_BUFFERED_BYTES) {
      this.disconnected();
    } else {
      this.#peerIsGone = true;
      this.#target = undefined;
    }
  }

  /** Nothing more is taken. */
  disconnected(): void {
    if (this.#state === "finished") return;
    this.#state = "closed";
    this.#held = [];
    this.#heldBytes = 0;
    this.#waiting.wakeAll();
  }

  #startUnlessDone(): void {
    if (this.#state === "open" && !this.#started) this.#start();
  }

  /** A response to HEAD, for one, declares the length of a body that it does not have. */
  #mayBeEmpty(): boolean {
    return this.#written === 0 && (this.#target === undefined || this.#target.bodiless(this.#status));
  }

  #start(): void {
    this.#started = true;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    this.#target!.start(this.#status, this.#fields!, held.length > 0);
    for (const bytes of held) this.#full = !this.#target!.write(bytes);
    if (!this.#full) this.#waiting.wakeAll();
  }

  #complete(): void {
    if (this.#declared !== undefined && this.#written !== this.#declared && !this.#mayBeEmpty()) {
      this.abandon();
      this.#state = "closed";
      return;
    }
    if (!this.#started && this.#trailers === undefined) {
      this.#started = true;
      this.#target!.respond(this.#status, this.#fields!, this.#held);
      this.#held = [];
      return;
    }
    if (!this.#started) this.#start();
    this.#target!.end(this.#trailers);
  }
}
