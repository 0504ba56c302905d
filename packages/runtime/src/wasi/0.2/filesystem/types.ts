/** `wasi:filesystem/types`: what every version has is in `SharedDescriptor`; here is what only 0.2 has, and how it puts things. */
import { after, type Later } from "../../../capability/later.ts";
import type { OpenHandles } from "../../../capability/open-handles.ts";
import type { Datetime } from "../../../clock/clock.ts";
import { FileError } from "../../../directory/file-error.ts";
import type { Handle } from "../../../directory/handle.ts";
import type { OutputSink } from "../../../streams/output-sink.ts";
import { datetime } from "../../filesystem/flags.ts";
import { Listing } from "../../filesystem/listing.ts";
import { asDirectory, asFile, attempt, type Dialect, SharedDescriptor } from "../../filesystem/shared-descriptor.ts";
import { IoError } from "../io/error.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { DirectoryEntryStream } from "./directory-entry-stream.ts";

const dialect: Dialect<Descriptor, Datetime> = {
  error: (code) => code,
  type: (type) => type,
  // Seconds are not negative: a time before 1970 can't be said.
  time: (nanoseconds) => (nanoseconds === undefined || nanoseconds < 0n ? undefined : datetime(nanoseconds)),
  descriptor: (handle, open) => new Descriptor(handle, open),
};

export class Descriptor extends SharedDescriptor<Descriptor, Datetime> {
  readonly #handle: Handle;
  readonly #open: OpenHandles;

  constructor(handle: Handle, open: OpenHandles) {
    super(handle, open, dialect);
    this.#handle = handle;
    this.#open = open;
  }

  /** The bool: nothing was read, which is the end. */
  read(length: bigint, offset: bigint): Later<[Uint8Array, boolean]> {
    return attempt(dialect, () => {
      const bytes = asFile(this.#handle).read(length, offset);
      // Those that come later are only this call's until another one is made.
      return bytes instanceof Promise ? bytes.then((later) => readResult(later.slice())) : readResult(bytes);
    });
  }

  write(buffer: Uint8Array, offset: bigint): Later<bigint> {
    return attempt(dialect, () => asFile(this.#handle).write(buffer, offset));
  }

  readViaStream(offset: bigint): Later<InputStream> {
    return attempt(dialect, () => {
      if (this.#handle.kind === "directory") throw new FileError("is-directory");
      const source = this.#handle.readStream(offset);
      const stream = new InputStream(source, () => this.#open.close(source));
      this.#open.keepSource(stream, source);
      return stream;
    });
  }

  writeViaStream(offset: bigint): Later<OutputStream> {
    return attempt(dialect, () => this.#outputStream(asFile(this.#handle).writeStream(offset)));
  }

  appendViaStream(): Later<OutputStream> {
    return attempt(dialect, () => this.#outputStream(asFile(this.#handle).appendStream()));
  }

  readDirectory(): Later<DirectoryEntryStream> {
    return attempt(dialect, () => {
      const directory = asDirectory(this.#handle);
      return after(directory.list(), (entries) => new DirectoryEntryStream(new Listing(entries, directory.authority, this.#open)));
    });
  }

  #outputStream(sink: OutputSink): OutputStream {
    const stream = new OutputStream(sink, () => this.#open.close(sink));
    this.#open.keepSink(stream, sink);
    return stream;
  }
}

function readResult(bytes: Uint8Array): [Uint8Array, boolean] {
  return [bytes, bytes.length === 0];
}

export const types = {
  Descriptor,
  DirectoryEntryStream,
  filesystemErrorCode: (error: IoError): string | undefined => IoError.codeOf(error).filesystem,
};
