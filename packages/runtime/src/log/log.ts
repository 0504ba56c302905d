/** Where lines of a guest go that a person reads: in whole lines that obey nothing, no faster than the limit. */
import { type Audit, Authority } from "../capability/authority.ts";
import { type MonotonicClock, monotonicClock } from "../clock/clock.ts";
import { MAX_LOG_BYTES_PER_SECOND, MAX_LOG_LINE_BYTES } from "../limits.ts";
import { printable } from "./printable.ts";

/** `level` of `wasi:logging`. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "critical";

/** One line. Control characters in it, escape sequences among them, have become text. */
export interface LogEntry {
  readonly level: LogLevel;
  /** `stdout` and `stderr` for the standard streams; the guest's own word for what came by `wasi:logging`. */
  readonly context: string;
  readonly message: string;
}

export interface LogOptions {
  /** Default: a megabyte. What comes faster is dropped and counted. */
  readonly bytesPerSecond?: number;
  /** Which measures the second. */
  readonly clock?: MonotonicClock;
}

const NANOSECONDS_PER_SECOND = 1e9;
/** What an entry costs besides its text: entries without any are work too. */
const ENTRY_BYTES = 32;

/** A log as a capability: for `wasi:logging`, and for standard streams by `stdio({ log })`. */
export class Log {
  readonly authority: Authority = new Authority("log");
  readonly #pass: (entry: LogEntry) => void;
  readonly #rate: number;
  readonly #clock: MonotonicClock;
  #room: number;
  #filled: bigint;
  #dropped = 0;
  /** Dropped since an entry last told of it. */
  #untold = 0;

  constructor(pass: (entry: LogEntry) => void, { bytesPerSecond = MAX_LOG_BYTES_PER_SECOND, clock = monotonicClock }: LogOptions = {}) {
    this.#pass = pass;
    this.#rate = bytesPerSecond;
    this.#clock = clock;
    this.#room = bytesPerSecond;
    this.#filled = clock.now();
  }

  /** Bytes that came too fast. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @throws Trap once it is revoked: `log` has no error case. */
  write({ level, context, message }: LogEntry): void {
    if (this.authority.audited && this.authority.revoked) this.authority.used("log", context, "trap");
    this.authority.check("log");
    const kept = message.slice(0, MAX_LOG_LINE_BYTES);
    const keptContext = context.slice(0, MAX_LOG_LINE_BYTES);
    const passes = this.#takeRoom(kept.length + keptContext.length + ENTRY_BYTES);
    // An empty line is at least its end.
    if (kept.length < message.length || !passes) this.#drop(passes ? message.length - kept.length : Math.max(1, message.length));
    if (this.authority.audited) this.authority.used("log", keptContext, passes ? "ok" : "dropped");
    if (!passes) return;
    if (this.#untold > 0) this.#tellDropped();
    this.#pass({ level, context: printable(keptContext), message: printable(kept) });
  }

  /** Nothing more comes: tells of what was dropped since an entry did. */
  end(): void {
    if (this.#untold > 0) this.#tellDropped();
  }

  revoke(): void {
    this.authority.revoke();
  }

  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }

  #takeRoom(bytes: number): boolean {
    const now = this.#clock.now();
    this.#room = Math.min(this.#rate, this.#room + (Number(now - this.#filled) * this.#rate) / NANOSECONDS_PER_SECOND);
    this.#filled = now;
    if (bytes > this.#room) return false;
    this.#room -= bytes;
    return true;
  }

  #drop(bytes: number): void {
    this.#dropped += bytes;
    this.#untold += bytes;
  }

  #tellDropped(): void {
    const message = `${this.#untold} bytes were dropped: they came faster than ${this.#rate} bytes in a second, or in lines of more than ${MAX_LOG_LINE_BYTES}`;
    this.#untold = 0;
    this.#pass({ level: "warn", context: "log", message });
  }
}

/** Makes a log that can be given to components: `pass` gets each line. */
export function log(pass: (entry: LogEntry) => void, options?: LogOptions): Log {
  return new Log(pass, options);
}
