import { after, type Later } from "../../../capability/later.ts";
import { FileError } from "../../../directory/file-error.ts";
import type { FileNode, Opening, Stat } from "../../../directory/node.ts";
import { fileError } from "./dom-error.ts";
import type { FileContent } from "./file-content.ts";
import type { OpenFiles } from "./open-files.ts";

export interface OpfsFileParts {
  readonly files: OpenFiles;
  readonly path: string;
  readonly handle: FileSystemFileHandle;
  readonly content: FileContent;
  readonly opening: Opening;
}

/** A use of an open file. */
export class OpfsFile implements FileNode {
  readonly kind = "file";
  readonly #parts: OpfsFileParts;
  #closed = false;

  /** Takes over the use that `content` was acquired with. */
  constructor(parts: OpfsFileParts) {
    this.#parts = parts;
  }

  stat(): Later<Stat> {
    const { files, path, handle } = this.#parts;
    return this.#attempt((content) => after(content.size(), (bytes) => statOfFile(files, path, handle, bytes)));
  }

  setTimes(): void {
    throw new FileError("unsupported");
  }

  sync(): Later<void> {
    return this.#attempt((content) => content.flush());
  }

  read(into: Uint8Array<ArrayBuffer>, position: number): Later<number> {
    return this.#attempt((content) => content.read(into, position));
  }

  write(bytes: Uint8Array, position: number): Later<number> {
    return this.#attempt((content) => content.write(bytes, position), true);
  }

  append(bytes: Uint8Array): Later<number> {
    return this.#attempt((content) => content.append(bytes), true);
  }

  setSize(size: number): Later<void> {
    return this.#attempt((content) => content.setSize(size), true);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.files.release(this.#parts.path);
  }

  #attempt<T>(act: (content: FileContent) => Later<T>, writing = false): Later<T> {
    if (this.#closed || (writing && !this.#parts.opening.write)) throw new FileError("bad-descriptor");
    try {
      const result = act(this.#parts.content);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw fileError(error);
      });
    } catch (error) {
      throw fileError(error);
    }
  }
}

/** @param size of a file that is open, and may differ from what the disk has. */
export async function statOfFile(files: OpenFiles, path: string, handle: FileSystemFileHandle, size?: number): Promise<Stat> {
  const file = await handle.getFile();
  const identity = { device: files.device, file: files.numberOf(path) };
  const modified = BigInt(file.lastModified) * 1_000_000n;
  return { type: "regular-file", size: BigInt(size ?? file.size), links: 1n, accessed: undefined, modified, changed: undefined, identity };
}
