import type { ChunkReader } from "./chunk-reader.ts";
import type { OutputSink } from "./output-sink.ts";
import { Turn } from "./turn.ts";
import { nextTurn, untilReady } from "./waitable.ts";

/**
 * Writes all that a stream gives to a sink, no faster than the sink takes it. Resolves at the end of the stream, or early when the sink
 * is closed, and then lets the stream go: true if the sink took everything. A guest that writes what the sink takes at once never waits.
 *
 * @throws StreamFailure of the sink; whatever the stream failed with.
 */
export async function pour(reader: ChunkReader, sink: OutputSink): Promise<boolean> {
  const spout = new Spout(sink);
  try {
    // Before anything is read: whoever writes waits while the sink is full, and learns at once that it is closed.
    const begins = spout.hasRoom();
    if (begins !== true && !(await begins)) return false;
    const all = reader.takeAll((bytes) => spout.put(bytes.slice()));
    if (all !== undefined) await all;
    else {
      for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) if (!(await spout.put(chunk))) return false;
    }
    // A failure of the last write shows here.
    return sink.permit() !== undefined;
  } finally {
    reader.cancel();
  }
}

class Spout {
  readonly #sink: OutputSink;
  readonly #turn = new Turn();

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  /** Whether more can be written: at once, or when there is room; false when the sink is closed. */
  hasRoom(): boolean | Promise<boolean> {
    const permit = this.#sink.permit();
    if (permit === undefined) return false;
    if (permit === 0) return untilReady(this.#sink).then(() => this.hasRoom());
    return this.#turn.isOver() ? nextTurn().then(() => true) : true;
  }

  /** Writes the bytes, whose owner the sink becomes. Whether more can be written. */
  put(bytes: Uint8Array): boolean | Promise<boolean> {
    const permit = this.#sink.permit();
    if (permit === undefined) return false;
    if (permit < bytes.length) return this.#putParts(bytes);
    this.#sink.write(bytes);
    return this.hasRoom();
  }

  async #putParts(bytes: Uint8Array): Promise<boolean> {
    for (let rest = bytes; rest.length > 0; ) {
      if (!(await this.hasRoom())) return false;
      // Others write too.
      const part = rest.subarray(0, this.#sink.permit() ?? 0);
      this.#sink.write(part);
      rest = rest.subarray(part.length);
    }
    return this.hasRoom();
  }
}
