import { FileError } from "../file-error.ts";
import type { DirectoryNode, FileNode, FileType, NewTime, Opening, Stat } from "../node.ts";
import { type AnyInode, DirectoryInode, FileInode, LinkInode } from "./disk.ts";

/** An open node in memory. */
abstract class MemoryNode<I extends FileInode | DirectoryInode> {
  #inode: I | undefined;

  constructor(inode: I) {
    inode.retain();
    this.#inode = inode;
  }

  /** @throws FileError once it is closed. */
  protected get inode(): I {
    if (this.#inode === undefined) throw new FileError("bad-descriptor");
    return this.#inode;
  }

  stat(): Stat {
    return this.inode.stat();
  }

  setTimes(accessed: NewTime, modified: NewTime): void {
    this.inode.setTimes(accessed, modified);
  }

  /** Memory is all there is. */
  sync(_dataOnly: boolean): void {}

  close(): void {
    const inode = this.#inode;
    this.#inode = undefined;
    inode?.release();
  }
}

class MemoryFile extends MemoryNode<FileInode> implements FileNode {
  readonly kind = "file";

  read(into: Uint8Array<ArrayBuffer>, position: number): number {
    return this.inode.read(into, position);
  }

  write(bytes: Uint8Array, position: number): number {
    if (bytes.length > 0) this.inode.write(bytes, position);
    return bytes.length;
  }

  append(bytes: Uint8Array): number {
    return this.write(bytes, this.inode.size);
  }

  setSize(size: number): void {
    this.inode.setSize(size);
  }
}

export class MemoryDirectory extends MemoryNode<DirectoryInode> implements DirectoryNode {
  readonly kind = "directory";

  enter(name: string): DirectoryNode | string {
    const node = this.#find(name);
    if (node instanceof DirectoryInode) return new MemoryDirectory(node);
    if (node instanceof LinkInode) return node.target;
    throw new FileError("not-directory");
  }

  open(name: string, { write, create, exclusive, truncate }: Opening): FileNode | DirectoryNode | string {
    let node = this.inode.get(name);
    if (node === undefined) {
      if (!create) throw new FileError("no-entry");
      node = new FileInode(this.inode.disk);
      this.inode.add(name, node);
    } else if (exclusive) throw new FileError("exist");
    if (node instanceof LinkInode) return node.target;
    if (node instanceof DirectoryInode) {
      if (write) throw new FileError("is-directory");
      return new MemoryDirectory(node);
    }
    if (truncate) node.setSize(0);
    return new MemoryFile(node);
  }

  reopen(): DirectoryNode {
    return new MemoryDirectory(this.inode);
  }

  list(): { readonly name: string; readonly type: FileType }[] {
    return Array.from(this.inode.entries, ([name, { type }]) => ({ name, type }));
  }

  statOf(name: string): Stat {
    return this.#find(name).stat();
  }

  setTimesOf(name: string, accessed: NewTime, modified: NewTime): void {
    this.#find(name).setTimes(accessed, modified);
  }

  readLink(name: string): string {
    const node = this.#find(name);
    if (node instanceof LinkInode) return node.target;
    throw new FileError("invalid");
  }

  makeDirectory(name: string): void {
    this.#addNew(name, () => new DirectoryInode(this.inode.disk));
  }

  removeDirectory(name: string): void {
    const node = this.#find(name);
    if (!(node instanceof DirectoryInode)) throw new FileError("not-directory");
    if (!node.isEmpty) throw new FileError("not-empty");
    this.inode.remove(name, node);
  }

  unlink(name: string): void {
    const node = this.#find(name);
    if (node instanceof DirectoryInode) throw new FileError("is-directory");
    this.inode.remove(name, node);
  }

  makeSymlink(name: string, target: string): void {
    this.#addNew(name, () => new LinkInode(this.inode.disk, target));
  }

  link(name: string, to: DirectoryNode, newName: string): void {
    const node = this.#find(name);
    this.#beside(to).#addNew(newName, () => {
      if (node instanceof DirectoryInode) throw new FileError("not-permitted");
      return node;
    });
  }

  rename(name: string, to: DirectoryNode, newName: string): void {
    const node = this.#find(name);
    const destination = this.#beside(to).inode;
    const replaced = destination.get(newName);
    if (node === replaced) return;
    if (node instanceof DirectoryInode && destination.isWithin(node)) throw new FileError("invalid");
    if (replaced !== undefined) checkReplaceable(node, replaced);
    this.inode.move(name, node, destination, newName);
  }

  #find(name: string): AnyInode {
    const node = this.inode.get(name);
    if (node === undefined) throw new FileError("no-entry");
    return node;
  }

  #addNew(name: string, make: () => AnyInode): void {
    if (this.inode.get(name) !== undefined) throw new FileError("exist");
    const node = make().retain();
    try {
      this.inode.add(name, node);
    } finally {
      // Without a name it is nothing.
      node.release();
    }
  }

  #beside(node: DirectoryNode): MemoryDirectory {
    if (node instanceof MemoryDirectory && node.inode.disk === this.inode.disk) return node;
    throw new FileError("cross-device");
  }
}

function checkReplaceable(node: AnyInode, replaced: AnyInode): void {
  if (!(replaced instanceof DirectoryInode)) {
    if (node instanceof DirectoryInode) throw new FileError("not-directory");
    return;
  }
  if (!(node instanceof DirectoryInode)) throw new FileError("is-directory");
  if (!replaced.isEmpty) throw new FileError("not-empty");
}
