/** `wasi:cli/stdin`, `stdout`, `stderr`: every call gives one more handle on the same source or sink. */
import type { InputSource } from "../../../streams/input-source.ts";
import type { OutputSink } from "../../../streams/output-sink.ts";
import { InputStream, OutputStream } from "../io/streams.ts";

export const stdin = (source: InputSource) => ({ getStdin: (): InputStream => new InputStream(source) });
export const stdout = (sink: OutputSink) => ({ getStdout: (): OutputStream => new OutputStream(sink) });
export const stderr = (sink: OutputSink) => ({ getStderr: (): OutputStream => new OutputStream(sink) });
