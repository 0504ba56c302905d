/**
 * A Unix program that writes to a pipe whose reader has gone is ended, silently, by SIGPIPE: that is how `yes | head` comes to an end.
 * WASI 0.2 tells the guest that the stream is closed instead, and many guests go on writing for ever, or fail with a trace.
 */
import type { OutputSink } from "@tenon/runtime";

/** What a shell reports of a program that SIGPIPE ended. */
export const STATUS_OF_CLOSED_PIPE = 141;

/** The sink, with the end of this process instead of the news that it was closed: unless it was from the start, or after a failure (a full disk). */
export function endWhenClosed(sink: OutputSink): OutputSink {
  if (sink.permit() === undefined) return sink;
  let failed = false;
  return {
    isTerminal: sink.isTerminal === true,
    permit() {
      try {
        const room = sink.permit();
        if (room === undefined && !failed) process.exit(STATUS_OF_CLOSED_PIPE);
        return room;
      } catch (error) {
        failed = true;
        throw error;
      }
    },
    write: (bytes) => sink.write(bytes),
    flush: () => sink.flush(),
    ready: () => sink.ready(),
    onReady: (wake) => sink.onReady(wake),
  };
}
