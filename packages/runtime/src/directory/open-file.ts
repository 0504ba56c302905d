import type { Later } from "../capability/later.ts";
import { MAX_READ_BYTES } from "../limits.ts";
import type { InputSource } from "../streams/input-source.ts";
import type { OutputSink } from "../streams/output-sink.ts";
import { FileError } from "./file-error.ts";
import { FileSink } from "./file-sink.ts";
import { FileSource } from "./file-source.ts";
import type { Grant } from "./grant.ts";
import type { FileHandle, Rights } from "./handle.ts";
import type { FileNode } from "./node.ts";
import { OpenHandle } from "./open-handle.ts";
import { ReadBuffer } from "./read-buffer.ts";
import { checkPosition, MAX_SAFE_POSITION, SharedFile, writePosition } from "./shared-file.ts";

const NOTHING = new Uint8Array(0);
const MAX_LENGTH = BigInt(MAX_READ_BYTES);

/** A guest's handle of a regular file. */
export class OpenFile extends OpenHandle implements FileHandle {
  readonly kind = "file";
  readonly rights: Rights;
  readonly #file: SharedFile;
  readonly #buffer = new ReadBuffer();

  /** Takes the node over, if it does not throw. */
  constructor(node: FileNode, rights: Rights, grant: Grant, target: string) {
    super(node, grant, target);
    this.rights = rights;
    this.#file = new SharedFile(node, grant);
  }

  advise(offset: bigint, length: bigint): Later<void> {
    return this.use("advise", this.target, () => {
      checkPosition(offset);
      checkPosition(length);
    });
  }

  read(length: bigint, offset: bigint): Later<Uint8Array> {
    return this.use("read", this.target, () => {
      this.#checkReadable();
      checkPosition(offset);
      if (offset > MAX_SAFE_POSITION || length === 0n) return NOTHING;
      return this.#buffer.fill(length > MAX_LENGTH ? MAX_READ_BYTES : Number(length), (into) => this.#file.read(into, Number(offset)));
    });
  }

  write(bytes: Uint8Array, offset: bigint): Later<bigint> {
    return this.use("write", this.target, () => {
      this.#checkWritable("bad-descriptor");
      return counted(this.#file.write(bytes, writePosition(offset)));
    });
  }

  append(bytes: Uint8Array): Later<bigint> {
    return this.use("append", this.target, () => {
      this.#checkWritable("bad-descriptor");
      return counted(this.#file.append(bytes));
    });
  }

  setSize(size: bigint): Later<void> {
    return this.use("set-size", this.target, () => {
      // As `ftruncate` has it.
      this.#checkWritable("invalid");
      return this.#file.setSize(writePosition(size));
    });
  }

  readStream(offset: bigint): InputSource {
    return this.#stream("read-via-stream", () => {
      this.#checkReadable();
      checkPosition(offset);
      return new FileSource(this.#file, offset > MAX_SAFE_POSITION ? Number.MAX_SAFE_INTEGER : Number(offset));
    });
  }

  writeStream(offset: bigint): OutputSink {
    return this.#stream("write-via-stream", () => {
      this.#checkWritable("bad-descriptor");
      return new FileSink(this.#file, writePosition(offset));
    });
  }

  appendStream(): OutputSink {
    return this.#stream("append-via-stream", () => {
      this.#checkWritable("bad-descriptor");
      return new FileSink(this.#file, "end");
    });
  }

  protected letGo(): void {
    this.#file.release();
  }

  #stream<T>(operation: string, make: () => T): T {
    return this.use(operation, this.target, make) as T;
  }

  #checkReadable(): void {
    if (!this.rights.read) throw new FileError("bad-descriptor");
  }

  #checkWritable(otherwise: "bad-descriptor" | "invalid"): void {
    this.grant.checkWrite();
    if (!this.rights.write) throw new FileError(otherwise);
  }
}

function counted(count: Later<number>): Later<bigint> {
  return count instanceof Promise ? count.then(BigInt) : BigInt(count);
}
