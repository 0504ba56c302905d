import { FileError } from "../../../directory/file-error.ts";
import type { Entry, Listing } from "../../filesystem/listing.ts";

/** `directory-entry-stream` of `wasi:filesystem/types`. */
export class DirectoryEntryStream {
  readonly #listing: Listing;

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  readDirectoryEntry(): Entry | undefined {
    try {
      return this.#listing.take();
    } catch (error) {
      throw error instanceof FileError ? error.code : error;
    }
  }

  [Symbol.dispose](): void {
    this.#listing.close();
  }
}
