import { MAX_BUFFERED_BYTES, MAX_LOG_LINE_BYTES } from "../limits.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import { wakeSoon } from "../streams/waitable.ts";
import type { Log } from "./log.ts";

/** Makes lines of a log of what is written to a standard stream. What follows the last line end waits for `end`. */
export class LineSink implements OutputSink {
  readonly #log: Log;
  readonly #context: string;
  readonly #decoder = new TextDecoder();
  #line = "";

  constructor(log: Log, context: string) {
    this.#log = log;
    this.#context = context;
  }

  permit(): number | undefined {
    return this.#log.authority.revoked ? undefined : MAX_BUFFERED_BYTES;
  }

  write(bytes: Uint8Array): void {
    if (this.#log.authority.revoked) return;
    const lines = (this.#line + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#line = lines.pop()!;
    for (const line of lines) this.#pass(line.endsWith("\r") ? line.slice(0, -1) : line);
    while (this.#line.length > MAX_LOG_LINE_BYTES) {
      this.#pass(this.#line.slice(0, MAX_LOG_LINE_BYTES));
      this.#line = this.#line.slice(MAX_LOG_LINE_BYTES);
    }
  }

  flush(): void {}

  ready(): boolean {
    return true;
  }

  onReady(wake: () => void): () => void {
    return wakeSoon(wake);
  }

  /** Nothing more comes, or nothing for now: what has no line end yet is a line. */
  end(): void {
    const line = this.#line + this.#decoder.decode();
    this.#line = "";
    if (line !== "" && !this.#log.authority.revoked) this.#pass(line);
  }

  #pass(line: string): void {
    for (let start = 0; start === 0 || start < line.length; start += MAX_LOG_LINE_BYTES)
      this.#log.write({ level: "info", context: this.#context, message: line.slice(start, start + MAX_LOG_LINE_BYTES) });
  }
}
