import type { ChunkReader } from "./chunk-reader.ts";
import type { OutputSink } from "./output-sink.ts";
import { Turn } from "./turn.ts";
import { nextTurn, untilReady } from "./waitable.ts";

const NOTHING = new Uint8Array(0);

/**
 * Writes all that a stream gives to a sink, no faster than the sink takes it. Resolves at the end of the stream, or early when the sink
 * is closed, and then lets the stream go: true if the sink took everything.
 *
 * @throws StreamFailure of the sink; whatever the stream failed with.
 */
export async function pour(reader: ChunkReader, sink: OutputSink): Promise<boolean> {
  const turn = new Turn();
  let rest: Uint8Array = NOTHING;
  try {
    for (;;) {
      // Asked before anything is read: whoever writes waits while the sink is full, and learns at once that it is closed.
      const permit = sink.permit();
      if (permit === undefined) return false;
      if (permit === 0) {
        await untilReady(sink);
      } else if (rest.length > 0) {
        sink.write(permit < rest.length ? rest.subarray(0, permit) : rest);
        rest = rest.subarray(permit);
      } else {
        if (turn.isOver()) await nextTurn();
        const chunk = await reader.next();
        // A failure of the last write shows here.
        if (chunk === undefined) return sink.permit() !== undefined;
        rest = chunk;
      }
    }
  } finally {
    reader.cancel();
  }
}
