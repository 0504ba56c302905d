import { type Audit, Authority } from "../capability/authority.ts";
import type { Later } from "../capability/later.ts";
import { FileError } from "./file-error.ts";
import type { DirectoryHandle } from "./handle.ts";
import type { DirectoryNode } from "./node.ts";

export interface DirectoryOptions {
  /** As the owner knows it: in audits and messages. */
  readonly name: string;
  /** Default: "write". */
  readonly rights?: "read" | "write";
}

/** A directory as a capability: to whoever holds it, it is the root of all files, and nothing outside of it can be reached. */
export class Directory {
  readonly authority: Authority;
  readonly #root: DirectoryNode;

  /** Takes the node over. */
  constructor(root: DirectoryNode, { name }: DirectoryOptions) {
    this.#root = root;
    this.authority = new Authority(name);
  }

  /** A handle for a guest, with a life of its own. */
  open(): Later<DirectoryHandle> {
    throw new FileError("unsupported", this.#root);
  }

  /** The directory of that path below this one, as a capability of its own that ends with this one. */
  subdirectory(_path: string): Later<Directory> {
    throw new FileError("unsupported");
  }

  readOnly(): Directory {
    return this;
  }

  revoke(): void {
    this.authority.revoke();
  }

  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }
}
