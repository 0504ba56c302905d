import { type Dirent, opendirSync } from "node:fs";
import { FileError } from "../../../directory/file-error.ts";
import type { FileType } from "../../../directory/node.ts";
import { MAX_LISTED_NAMES } from "../../../limits.ts";
import { typeOfEntry } from "./file-type.ts";

/** What is in a directory, but for names that are no Unicode: a guest can't name them. */
export function listDirectory(path: string): { readonly name: string; readonly type: FileType }[] {
  const entries: { readonly name: string; readonly type: FileType }[] = [];
  // Node's types know no names as bytes here, though it gives them.
  const directory = opendirSync(path, { encoding: "buffer" as BufferEncoding, bufferSize: 256 });
  try {
    for (;;) {
      const entry = directory.readSync() as unknown as Dirent<Buffer> | null;
      if (entry === null) return entries;
      const name = decoded(entry.name);
      if (name === undefined) continue;
      if (entries.length === MAX_LISTED_NAMES) throw new FileError("insufficient-memory");
      entries.push({ name, type: typeOfEntry(entry) });
    }
  } finally {
    directory.closeSync();
  }
}

/** A name or target as the disk has it; `undefined` if it is not UTF-8. */
export function decoded(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8");
  return text.includes("\uFFFD") && !Buffer.from(text, "utf8").equals(bytes) ? undefined : text;
}
