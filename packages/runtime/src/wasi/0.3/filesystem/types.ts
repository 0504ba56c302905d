/** `wasi:filesystem/types`: what every version has is in `SharedDescriptor`; here is what only 0.3 has, and how it puts things. */
import { after } from "../../../capability/later.ts";
import type { OpenHandles } from "../../../capability/open-handles.ts";
import type { Datetime } from "../../../clock/clock.ts";
import { FileError, type FileErrorCode } from "../../../directory/file-error.ts";
import type { Handle } from "../../../directory/handle.ts";
import { ChunkReader, type Chunks } from "../../../streams/chunk-reader.ts";
import { Outlet } from "../../../streams/outlet.ts";
import type { OutputSink } from "../../../streams/output-sink.ts";
import { SourceChunks } from "../../../streams/source-chunks.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { datetime } from "../../filesystem/flags.ts";
import { type Entry, Listing } from "../../filesystem/listing.ts";
import { asDirectory, asFile, type Dialect, SharedDescriptor } from "../../filesystem/shared-descriptor.ts";
import { err, OK, type Result } from "../result.ts";
import { EntryStream } from "./entry-stream.ts";

/** A case of `error-code`; `other` without words. */
export interface ErrorCode {
  readonly tag: FileErrorCode | "other";
  readonly val?: undefined;
}

export interface DirectoryEntry {
  readonly type: unknown;
  readonly name: string;
}

type Outcome = Promise<Result<ErrorCode>>;

const dialect: Dialect<Descriptor, Datetime> = {
  error: errorCode,
  type: (type) => ({ tag: type === "unknown" ? "other" : type }),
  time: (nanoseconds) => (nanoseconds === undefined ? undefined : datetime(nanoseconds)),
  descriptor: (handle, open) => new Descriptor(handle, open),
};

/** Nothing would block: an async function waits. */
function errorCode(code: FileErrorCode): ErrorCode {
  return { tag: code === "would-block" ? "other" : code };
}

export class Descriptor extends SharedDescriptor<Descriptor, Datetime> {
  readonly #handle: Handle;
  readonly #open: OpenHandles;

  constructor(handle: Handle, open: OpenHandles) {
    super(handle, open, dialect);
    this.#handle = handle;
    this.#open = open;
  }

  readViaStream(offset: bigint): [Chunks, Outcome] {
    try {
      if (this.#handle.kind === "directory") throw new FileError("is-directory");
      const source = this.#handle.readStream(offset);
      const chunks = new SourceChunks(source);
      this.#open.keepSource(chunks, source);
      const ended = chunks.closed.then(() => {
        this.#open.close(source);
        return outcome(chunks.failure);
      });
      return [chunks, settled(ended)];
    } catch (error) {
      return [[], settled(failing(error))];
    }
  }

  writeViaStream(data: Chunks, offset: bigint): Outcome {
    return this.#written(data, () => asFile(this.#handle).writeStream(offset));
  }

  appendViaStream(data: Chunks): Outcome {
    return this.#written(data, () => asFile(this.#handle).appendStream());
  }

  readDirectory(): [EntryStream<DirectoryEntry> | Iterable<DirectoryEntry>, Outcome] {
    try {
      const directory = asDirectory(this.#handle);
      const listing = after(directory.list(), (entries) => new Listing(entries, directory.authority, this.#open));
      const stream = new EntryStream(listing, directoryEntry);
      return [stream, settled(stream.closed.then(() => outcome(stream.failure)))];
    } catch (error) {
      return [[], settled(failing(error))];
    }
  }

  #written(data: Chunks, open: () => OutputSink): Outcome {
    let sink: OutputSink;
    try {
      sink = open();
    } catch (error) {
      // Who writes learns that nobody reads.
      new ChunkReader(data).cancel();
      return settled(failing(error));
    }
    const outlet = new Outlet(sink);
    this.#open.keepSink(outlet, sink);
    // Only what closed all files of the guest can have closed the sink before the end.
    const poured = outlet.pour(data).then((all) => (all ? OK : err(errorCode("bad-descriptor"))), failed);
    return settled(poured.finally(() => this.#open.close(sink)));
  }
}

/** What a stream or a listing failed with, as the value of a future. Anything that is no failure of files is the host's own fault and stays as it is. */
function failed(error: unknown): Result<ErrorCode> {
  if (error instanceof FileError) return err(errorCode(error.code));
  if (error instanceof StreamFailure) return err(errorCode((error.code.filesystem ?? "io") as FileErrorCode));
  throw error;
}

async function failing(error: unknown): Promise<Result<ErrorCode>> {
  return failed(error);
}

function outcome(failure: unknown): Result<ErrorCode> {
  return failure === undefined ? OK : failed(failure);
}

function directoryEntry({ name, type }: Entry): DirectoryEntry {
  return { name, type: dialect.type(type) };
}

/** The guest need not look at it. */
function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

export const types = { Descriptor };
