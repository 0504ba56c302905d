import type { FileType } from "../../../directory/handle.ts";

export interface DirectoryEntry {
  readonly type: FileType;
  readonly name: string;
}

/** `directory-entry-stream` of `wasi:filesystem/types`: the directory as it was when it was asked for. */
export class DirectoryEntryStream {
  readonly #entries: readonly DirectoryEntry[];
  #next = 0;

  constructor(entries: readonly DirectoryEntry[]) {
    this.#entries = entries;
  }

  readDirectoryEntry(): DirectoryEntry | undefined {
    return this.#entries[this.#next++];
  }
}
