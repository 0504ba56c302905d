import type { OutputSink } from "@tenon/runtime";

/** Enough for the message that a program ends with. */
const KEPT_BYTES = 4096;

/** A sink, and the end of what was written to it: what a program says last tells what it missed. */
export class Overheard implements OutputSink {
  readonly isTerminal: boolean;
  readonly #sink: OutputSink;
  #last = new Uint8Array(0);

  constructor(sink: OutputSink) {
    this.#sink = sink;
    this.isTerminal = sink.isTerminal === true;
  }

  get text(): string {
    return new TextDecoder().decode(this.#last);
  }

  permit(): number | undefined {
    return this.#sink.permit();
  }

  write(bytes: Uint8Array): void {
    const kept = bytes.subarray(-KEPT_BYTES);
    const before = this.#last.subarray(Math.min(this.#last.length, Math.max(0, this.#last.length + kept.length - KEPT_BYTES)));
    const last = new Uint8Array(before.length + kept.length);
    last.set(before);
    last.set(kept, before.length);
    this.#last = last;
    this.#sink.write(bytes);
  }

  flush(): void {
    this.#sink.flush();
  }

  ready(): boolean {
    return this.#sink.ready();
  }

  onReady(wake: () => void): () => void {
    return this.#sink.onReady(wake);
  }
}
