import type { Audit, Authority } from "../capability/authority.ts";
import { after, type Later } from "../capability/later.ts";
import { opening } from "./endings.ts";
import { FileError } from "./file-error.ts";
import { type DirectoryLimits, Grant } from "./grant.ts";
import type { DirectoryHandle } from "./handle.ts";
import type { DirectoryNode, Opening } from "./node.ts";
import { OpenDirectory } from "./open-directory.ts";
import { walk } from "./walk.ts";

export interface DirectoryOptions {
  /** As the owner knows it: in audits and messages. */
  readonly name: string;
  /** Default: "write". */
  readonly rights?: "read" | "write";
}

/** Of what a directory is derived, and what it has less. */
interface Parent {
  readonly root: DirectoryNode;
  readonly grant: Grant;
  readonly limits?: DirectoryLimits;
}

const TO_READ: Opening = { read: true, write: false, create: false, exclusive: false, truncate: false };
const A_DIRECTORY = { create: false, directory: true, exclusive: false, truncate: false };

/** A directory as a capability: to whoever holds it, it is the root of all files, and nothing outside of it can be reached. */
export class Directory {
  readonly authority: Authority;
  readonly #root: DirectoryNode;
  readonly #grant: Grant;

  /** Takes the node over: it is closed at the revocation. With a parent, which may have the same node: ends with that, and gives no more. */
  constructor(root: DirectoryNode, { name, rights = "write" }: DirectoryOptions, parent?: Parent) {
    this.#root = root;
    this.#grant = new Grant(name, rights === "write", parent?.limits ?? {}, parent?.grant);
    this.authority = this.#grant.authority;
    if (parent?.root !== root) this.authority.onRevoked(() => root.close());
  }

  /** A handle for a guest, with a life of its own. */
  open(): Later<DirectoryHandle> {
    const grant = this.#grant;
    grant.check();
    grant.checkRoom();
    return after(this.#root.reopen(), (node) => {
      try {
        return new OpenDirectory(node, { read: true, write: false, mutate: grant.mayWrite }, grant, "");
      } catch (error) {
        node.close();
        throw error;
      }
    });
  }

  /** The directory of that path below this one, as a capability of its own that ends with this one. */
  subdirectory(path: string): Later<Directory> {
    const opened = walk(this.#root, this.authority, path, opening(true, A_DIRECTORY, TO_READ));
    return after(opened, (node) => {
      if (node.kind !== "directory") throw new FileError("not-directory");
      const below = new Directory(node, { name: `${this.authority.name}/${path}` }, this.#asParent());
      // It has closed the node, if it was revoked meanwhile.
      this.#grant.check();
      return below;
    });
  }

  /** The same directory, in which nothing can be changed. */
  readOnly(): Directory {
    return new Directory(this.#root, { name: this.authority.name, rights: "read" }, this.#asParent());
  }

  /** The same directory, of which less can be used; in all by those who use it through what this gives. */
  limit(limits: DirectoryLimits): Directory {
    return new Directory(this.#root, { name: this.authority.name }, this.#asParent(limits));
  }

  /** Ends every use, also of handles and streams. */
  revoke(): void {
    this.authority.revoke();
  }

  /** Tells of every use from now on; `undefined`: nobody. */
  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }

  #asParent(limits?: DirectoryLimits): Parent {
    return { root: this.#root, grant: this.#grant, ...(limits && { limits }) };
  }
}
