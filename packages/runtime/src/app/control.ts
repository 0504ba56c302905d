/** What can be done with a running app from outside of its process: the same for the command, programs and the studio. */
import type { Json } from "../document/document.ts";
import type { App } from "./app.ts";
import type { LogLine } from "./app-log.ts";
import type { Change, Operation, Revision } from "./operation.ts";
import { readChange, readOperations, readText } from "./read-operations.ts";
import type { AppStatus } from "./status.ts";

export interface Control {
  apply(operations: readonly Operation[], change: Change): Promise<Revision>;
  /** What operations would change, in sentences. */
  preview(operations: readonly Operation[]): Promise<readonly string[]>;
  undo(change: Change): Promise<Revision>;
  redo(change: Change): Promise<Revision>;
  status(): Promise<AppStatus>;
  /** Of a part: the names of its imports, as the document may wire them. */
  imports(part: string): Promise<readonly string[]>;
  /** Oldest first. */
  revisions(): Promise<readonly Revision[]>;
  /** The last lines, of one part or of all. */
  logs(part: string | null): Promise<readonly LogLine[]>;
  /** Starts a part again that is down. */
  restart(path: string): Promise<void>;
  /** Records all calls that enter a part, and all that it makes, to a new file. */
  record(part: string, file: string): Promise<void>;
  /** How many calls are in the file. */
  endRecord(file: string): Promise<number>;
  /** Ends the app. */
  stop(): Promise<void>;
}

/** What a client may call: of every method, how its parameters are read from JSON. */
export const CONTROL_METHODS: { readonly [Method in keyof Control]: Readers<Parameters<Control[Method]>> } = {
  apply: [readOperations, readChange],
  preview: [readOperations],
  undo: [readChange],
  redo: [readChange],
  status: [],
  imports: [readText],
  revisions: [],
  logs: [(value) => (value === null ? null : readText(value))],
  restart: [readText],
  record: [readText, readText],
  endRecord: [readText],
  stop: [],
};

type Readers<Parameters extends readonly unknown[]> = { readonly [I in keyof Parameters]: (value: Json) => Parameters[I] };

/** What recordings are written to. */
export interface RecordingFiles {
  begin(part: string, file: string): Promise<void>;
  end(file: string): Promise<number>;
}

/** `end` is called once the answer to `stop` is on its way. */
export function controlOf(app: App, recordings: RecordingFiles, end: () => void): Control {
  return {
    apply: (operations, change) => app.apply(operations, change),
    preview: (operations) => app.previewOf(operations),
    undo: (change) => app.undo(change),
    redo: (change) => app.redo(change),
    status: async () => app.status(),
    imports: async (part) => app.importsOf(part),
    revisions: async () => app.revisions,
    logs: async (part) => app.log.lines(part ?? undefined),
    restart: (path) => app.restart(path),
    record: (part, file) => recordings.begin(part, file),
    endRecord: (file) => recordings.end(file),
    stop: async () => end(),
  };
}
