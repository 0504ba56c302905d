import type { FileContent } from "./file-content.ts";

/** `FileSystemSyncAccessHandle`, which TypeScript knows in workers only. */
export interface SyncAccessHandle {
  read(into: Uint8Array, options: { readonly at: number }): number;
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** The bytes of a file in a worker: as synchronous as those of a file anywhere. */
export class AccessContent implements FileContent {
  readonly #access: SyncAccessHandle;

  /** Takes the handle over. */
  constructor(access: SyncAccessHandle) {
    this.#access = access;
  }

  size(): number {
    return this.#access.getSize();
  }

  read(into: Uint8Array<ArrayBuffer>, position: number): number {
    return this.#access.read(into, { at: position });
  }

  write(bytes: Uint8Array, position: number): number {
    return this.#access.write(bytes, { at: position });
  }

  append(bytes: Uint8Array): number {
    return this.#access.write(bytes, { at: this.#access.getSize() });
  }

  setSize(size: number): void {
    this.#access.truncate(size);
  }

  flush(): void {
    this.#access.flush();
  }

  close(): void {
    this.#access.close();
  }
}
