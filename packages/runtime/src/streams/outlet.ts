import { ChunkReader, type Chunks } from "./chunk-reader.ts";
import { flushed, type OutputSink } from "./output-sink.ts";
import { pour } from "./pour.ts";

/** A sink, and the streams that are being written to it. */
export class Outlet {
  readonly sink: OutputSink;
  readonly #pouring = new Set<Promise<boolean>>();

  constructor(sink: OutputSink) {
    this.sink = sink;
  }

  /**
   * Writes all of a stream and sees to it that it is passed on. Resolves then, or as soon as the sink is found closed, and then lets the
   * stream go: true if everything was taken.
   *
   * @throws StreamFailure of the sink.
   */
  async pour(chunks: Chunks): Promise<boolean> {
    const pouring = this.#pour(new ChunkReader(chunks));
    this.#pouring.add(pouring);
    try {
      return await pouring;
    } finally {
      this.#pouring.delete(pouring);
    }
  }

  /** Resolves when every stream has come to its end and what was written is passed on. */
  async flushed(): Promise<void> {
    while (this.#pouring.size > 0) await Promise.allSettled(this.#pouring);
    await flushed(this.sink);
  }

  async #pour(reader: ChunkReader): Promise<boolean> {
    if (!(await pour(reader, this.sink))) return false;
    await flushed(this.sink);
    return this.sink.permit() !== undefined;
  }
}
