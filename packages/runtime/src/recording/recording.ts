/**
 * A recording: calls on wires of an app, in a file of lines. The first says what was recorded; each further one is the beginning of a call or
 * its end. A line that is cut off at the end of the file is ignored: what came before it holds.
 */
import type { Json } from "../document/document.ts";
import { refusal } from "../document/refusal.ts";

export const RECORDING_VERSION = 1;

export interface RecordingHeader {
  readonly "tenon-recording": typeof RECORDING_VERSION;
  readonly app: string;
  /** The part that all calls enter or leave; absent: wires were chosen. */
  readonly part?: string;
  /** Digest of its code. */
  readonly component?: string;
  readonly at: string;
}

/** A call begins. */
export interface CallLine {
  readonly call: number;
  /** Whether it enters the part that is recorded; of chosen wires: always. */
  readonly in: boolean;
  readonly from: string;
  /** The import that it leaves by; of a source of events: its key. */
  readonly import: string;
  readonly to: string | null;
  /** The export that it enters, of a call that enters the part. */
  readonly export?: string;
  readonly function: string;
  readonly args: readonly Json[];
}

/** A call ends: with a result, with the `err` of one, or otherwise. */
export type EndLine =
  | { readonly end: number; readonly result: Json }
  | { readonly end: number; readonly error: Json }
  | { readonly end: number; readonly failed: string };

export type RecordedLine = CallLine | EndLine;

export interface Recording {
  readonly header: RecordingHeader;
  readonly lines: readonly RecordedLine[];
  /** Calls that were not recorded: they came too fast. */
  readonly dropped: number;
}

/** @throws AppError `recording/*`: it is none, or one of another version. */
export function readRecording(bytes: Uint8Array, file: string): Recording {
  const [first, ...rest] = new TextDecoder().decode(bytes).split("\n");
  const header = parsed(first ?? "") as Partial<RecordingHeader> | undefined;
  const version = header?.["tenon-recording"];
  if (version === undefined) throw refusal("recording/none", `${file} is no recording`, "`tenon record` makes one");
  if (version !== RECORDING_VERSION)
    throw refusal("recording/version", `${file} is a recording of version ${version}: this version reads those of version ${RECORDING_VERSION}`);
  const lines: RecordedLine[] = [];
  let dropped = 0;
  for (const text of rest) {
    const line = parsed(text);
    // Cut off: nothing whole follows.
    if (line === undefined) break;
    if (typeof line === "object" && line !== null && "dropped" in line) dropped += line.dropped as number;
    else lines.push(line as RecordedLine);
  }
  return { header: header as RecordingHeader, lines, dropped };
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
