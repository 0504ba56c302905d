import { Directory } from "../../../directory/directory.ts";
import { openOpfsRoot } from "./opfs-directory.ts";

export interface OpfsDirectoryGrant {
  /** `await navigator.storage.getDirectory()`, a directory in it, or one that a user picked. */
  readonly handle: FileSystemDirectoryHandle;
  /** Default: "write". */
  readonly rights?: "read" | "write";
  /** As the owner knows it: in audits and messages. */
  readonly name?: string;
}

/**
 * A directory of the browser as a capability. There are no links and no times to set in it, a directory can be renamed only where the
 * browser moves directories, and an open file can't be renamed or removed.
 */
export function opfsDirectory({ handle, rights = "write", name = `directory ${handle.name || "of the origin"}` }: OpfsDirectoryGrant): Directory {
  return new Directory(openOpfsRoot(handle), { name, rights });
}
