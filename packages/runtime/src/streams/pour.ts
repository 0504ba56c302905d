import type { ChunkReader } from "./chunk-reader.ts";
import type { OutputSink } from "./output-sink.ts";
import { untilReady } from "./waitable.ts";

/**
 * Writes all that a stream gives to a sink, no faster than the sink takes it. Resolves at the end of the stream, or early when the sink
 * is closed, and then lets the stream go: true if the sink took everything.
 *
 * @throws StreamFailure of the sink; whatever the stream failed with.
 */
export async function pour(reader: ChunkReader, sink: OutputSink): Promise<boolean> {
  try {
    for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
      for (let rest = chunk; rest.length > 0; ) {
        const permit = sink.permit();
        if (permit === undefined) return false;
        if (permit === 0) {
          await untilReady(sink);
          continue;
        }
        sink.write(permit < rest.length ? rest.subarray(0, permit) : rest);
        rest = rest.subarray(permit);
      }
    }
    // A failure of the last write shows here.
    return sink.permit() !== undefined;
  } finally {
    reader.cancel();
  }
}
