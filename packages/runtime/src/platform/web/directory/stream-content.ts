import type { FileContent } from "./file-content.ts";

/**
 * The bytes of a file in a page, where there are no synchronous handles. What is written goes to a copy that the browser makes, and
 * replaces the file when that is closed: when somebody reads, asks for the size or a `flush`, or closes the file.
 */
export class StreamContent implements FileContent {
  readonly #handle: FileSystemFileHandle;
  #copy: FileSystemWritableFileStream | undefined;
  /** The last of the operations, which go one after another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(handle: FileSystemFileHandle) {
    this.#handle = handle;
  }

  size(): Promise<number> {
    return this.#inTurn(async () => (await this.#file()).size);
  }

  read(into: Uint8Array<ArrayBuffer>, position: number): Promise<number> {
    return this.#inTurn(async () => {
      const part = (await this.#file()).slice(position, position + into.length);
      const bytes = new Uint8Array(await part.arrayBuffer());
      into.set(bytes);
      return bytes.length;
    });
  }

  write(bytes: Uint8Array, position: number): Promise<number> {
    // The caller's bytes are not the caller's for long.
    const data = bytes.slice();
    return this.#inTurn(() => this.#writeAt(data, position));
  }

  append(bytes: Uint8Array): Promise<number> {
    const data = bytes.slice();
    return this.#inTurn(async () => this.#writeAt(data, (await this.#file()).size));
  }

  setSize(size: number): Promise<void> {
    return this.#inTurn(async () => (await this.#writable()).truncate(size));
  }

  flush(): Promise<void> {
    return this.#inTurn(() => this.#replace());
  }

  close(): Promise<void> {
    return this.flush();
  }

  async #writeAt(data: Uint8Array<ArrayBuffer>, position: number): Promise<number> {
    await (await this.#writable()).write({ type: "write", position, data });
    return data.length;
  }

  async #writable(): Promise<FileSystemWritableFileStream> {
    return (this.#copy ??= await this.#handle.createWritable({ keepExistingData: true }));
  }

  async #file(): Promise<File> {
    await this.#replace();
    return this.#handle.getFile();
  }

  async #replace(): Promise<void> {
    const copy = this.#copy;
    this.#copy = undefined;
    await copy?.close();
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => {});
    return result;
  }
}
