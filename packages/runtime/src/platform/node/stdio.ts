import type { InputSource } from "../../streams/input-source.ts";
import type { OutputSink } from "../../streams/output-sink.ts";
import { descriptorSink } from "./descriptor-sink.ts";
import { descriptorSource } from "./descriptor-source.ts";

/** The standard streams of this process, for one command. Do not read or write `process.stdin` and the like beside them. */
export function nodeStdio(): { readonly stdin: InputSource; readonly stdout: OutputSink; readonly stderr: OutputSink } {
  return { stdin: descriptorSource(0), stdout: descriptorSink(1), stderr: descriptorSink(2) };
}
