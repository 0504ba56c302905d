/**
 * A recording: calls on wires of an app, in a file of lines. The first says what was recorded; each further one is the beginning of a call or
 * its end, or the wire that calls go by. A line that is cut off at the end of the file is ignored: what came before it holds.
 */
import type { Json } from "../document/document.ts";
import type { AppError } from "../document/problem.ts";
import { refusal } from "../document/refusal.ts";
import { MAX_RECORDING_BYTES } from "../limits.ts";

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

/** A wire as it is laid from here on: that of its import, before calls go by it. */
export interface WireLine {
  readonly wire: number;
  /** Whether it enters the part that is recorded; of chosen wires: always. */
  readonly in: boolean;
  readonly from: string;
  /** The import that it leaves by; of a source of events: its key. */
  readonly import: string;
  readonly to: string | null;
  /** The export that it enters. */
  readonly export: string;
  /** What the caller gets where the wire fails. */
  readonly "on-failure"?: Json;
}

/** A call begins. */
interface BeginLine {
  readonly call: number;
  readonly wire: number;
  readonly function: string;
  readonly args: readonly Json[];
}

/** A call begins, with the wire that it goes by. */
export interface CallLine extends BeginLine, WireLine {}

/** A call ends: with a result, with the `err` of one, by a failure of the wire, or otherwise. */
export type EndLine =
  | { readonly end: number; readonly result: Json }
  | { readonly end: number; readonly error: Json }
  | { readonly end: number; readonly broken: string }
  | { readonly end: number; readonly failed: string };

export type RecordedLine = WireLine | CallLine | EndLine;

export function isCall(line: RecordedLine): line is CallLine {
  return "call" in line;
}

export interface Recording {
  readonly header: RecordingHeader;
  readonly lines: readonly RecordedLine[];
  /** Calls that were not recorded: the recording had become too large, or could not be written. */
  readonly dropped: number;
}

/** @throws AppError `recording/*`: it is none, or one of another version. */
export function readRecording(bytes: Uint8Array, file: string): Recording {
  if (bytes.length > MAX_RECORDING_BYTES)
    throw refusal("recording/too-large", `${file} has ${bytes.length} bytes: recordings have ${MAX_RECORDING_BYTES} at most`);
  const [first, ...rest] = new TextDecoder().decode(bytes).split("\n");
  const header = parsed(first ?? "") as Partial<RecordingHeader> | undefined;
  const version = header?.["tenon-recording"];
  if (version === undefined) throw refusal("recording/none", `${file} is no recording`, "`tenon record` makes one");
  if (version !== RECORDING_VERSION)
    throw refusal("recording/version", `${file} is a recording of version ${version}: this version reads those of version ${RECORDING_VERSION}`);
  return { header: header as RecordingHeader, ...linesOf(rest, file) };
}

type AnyLine = BeginLine | WireLine | EndLine | { readonly dropped: number };

function linesOf(texts: readonly string[], file: string): Pick<Recording, "lines" | "dropped"> {
  const wires = new Map<number, WireLine>();
  const lines: RecordedLine[] = [];
  let dropped = 0;
  for (const [i, text] of texts.entries()) {
    if (text === "") continue;
    const line = parsed(text) as AnyLine | undefined;
    // The last may be cut off.
    if (line === undefined && i === texts.length - 1) break;
    if (typeof line !== "object" || line === null) throw damaged(file, i, "it is no JSON object");
    if ("end" in line) lines.push(line);
    else if ("call" in line) {
      const wire = wires.get(line.wire);
      if (wire === undefined) throw damaged(file, i, "it is a call by a wire that is not told before");
      lines.push({ ...wire, ...line });
    } else if ("wire" in line) {
      wires.set(line.wire, line);
      lines.push(line);
    } else if ("dropped" in line) dropped += line.dropped;
  }
  return { lines, dropped };
}

/** `index`: of the lines after the first. */
function damaged(file: string, index: number, why: string): AppError {
  return refusal("recording/damaged", `${file}:${index + 2} is damaged: ${why}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
