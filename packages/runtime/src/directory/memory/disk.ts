import { MAX_MEMORY_FILE_BYTES } from "../../limits.ts";
import { FileError } from "../file-error.ts";
import type { FileType, Identity, NewTime, Stat } from "../node.ts";

/** What one tree in memory may take: of each, what is left. */
export class Disk {
  /** No other has the same, nor has a device of the host. It is no secret. */
  readonly device: bigint = -1n - BigInt(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER));
  #bytesLeft: number;
  #namesLeft: number;
  #files = 0n;

  constructor(bytes: number, names: number) {
    this.#bytesLeft = bytes;
    this.#namesLeft = names;
  }

  newIdentity(): Identity {
    return { device: this.device, file: ++this.#files };
  }

  /** @throws FileError if there is not so much left. A negative number gives back. */
  takeBytes(count: number): void {
    if (count > this.#bytesLeft) throw new FileError("insufficient-space");
    this.#bytesLeft -= count;
  }

  takeName(): void {
    if (this.#namesLeft < 1) throw new FileError("insufficient-space");
    this.#namesLeft--;
  }

  giveBackName(): void {
    this.#namesLeft++;
  }
}

/** The clock of a disk. It steps in milliseconds, as guests see time unless they are given a finer clock. */
function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** A file, directory or link. It lives as long as a name or a handle leads to it; then what it took is given back. */
abstract class Inode {
  abstract readonly type: FileType;
  readonly disk: Disk;
  readonly identity: Identity;
  links = 0;
  #handles = 0;
  #accessed: bigint;
  #modified: bigint;
  #changed: bigint;

  constructor(disk: Disk) {
    this.disk = disk;
    this.identity = disk.newIdentity();
    this.#accessed = this.#modified = this.#changed = now();
  }

  protected abstract readonly size: number;

  stat(): Stat {
    return {
      type: this.type,
      size: BigInt(this.size),
      links: BigInt(this.links),
      accessed: this.#accessed,
      modified: this.#modified,
      changed: this.#changed,
      identity: this.identity,
    };
  }

  setTimes(accessed: NewTime, modified: NewTime): void {
    if (accessed !== "no-change") this.#accessed = accessed === "now" ? now() : accessed;
    if (modified !== "no-change") this.#modified = modified === "now" ? now() : modified;
    this.touch();
  }

  /** The content has changed. */
  modify(): void {
    this.#modified = this.#changed = now();
  }

  /** What is known of it has changed. */
  touch(): void {
    this.#changed = now();
  }

  retain(): this {
    this.#handles++;
    return this;
  }

  release(): void {
    this.#handles--;
    this.freeIfUnused();
  }

  /** A name more, or less. */
  link(names: 1 | -1): void {
    this.links += names;
    this.touch();
    this.freeIfUnused();
  }

  protected freeIfUnused(): void {
    if (this.links === 0 && this.#handles === 0) this.free();
  }

  protected free(): void {}
}

const EMPTY = new Uint8Array(0);
const MIN_CAPACITY = 256;

export class FileInode extends Inode {
  readonly type = "regular-file";
  /** The content, and room to grow in, which is all zeroes. */
  #bytes: Uint8Array = EMPTY;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  read(into: Uint8Array, position: number): number {
    if (position >= this.#size) return 0;
    const count = Math.min(into.length, this.#size - position);
    into.set(this.#bytes.subarray(position, position + count));
    return count;
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.#size) this.#grow(end);
    this.#bytes.set(bytes, position);
    this.modify();
  }

  setSize(size: number): void {
    if (size > this.#size) this.#grow(size);
    else this.#shrink(size);
    this.modify();
  }

  #grow(size: number): void {
    if (size > MAX_MEMORY_FILE_BYTES) throw new FileError("file-too-large");
    this.disk.takeBytes(size - this.#size);
    if (size > this.#bytes.length) {
      try {
        const grown = new Uint8Array(Math.max(size, Math.min(this.#bytes.length * 2, MAX_MEMORY_FILE_BYTES), MIN_CAPACITY));
        grown.set(this.#bytes.subarray(0, this.#size));
        this.#bytes = grown;
      } catch (error) {
        this.disk.takeBytes(this.#size - size);
        throw new FileError("insufficient-memory", error);
      }
    }
    this.#size = size;
  }

  #shrink(size: number): void {
    this.disk.takeBytes(size - this.#size);
    if (size * 2 < this.#bytes.length) this.#bytes = this.#bytes.slice(0, size);
    else this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }

  protected override free(): void {
    this.#shrink(0);
  }
}

export class LinkInode extends Inode {
  readonly type = "symbolic-link";
  readonly target: string;
  protected readonly size: number;

  constructor(disk: Disk, target: string) {
    super(disk);
    this.target = target;
    this.size = new TextEncoder().encode(target).length;
    disk.takeBytes(this.size);
  }

  protected override free(): void {
    this.disk.takeBytes(-this.size);
  }
}

export type AnyInode = FileInode | LinkInode | DirectoryInode;

export class DirectoryInode extends Inode {
  readonly type = "directory";
  protected readonly size = 0;
  readonly #entries = new Map<string, AnyInode>();
  /** `undefined` for the root, and once it is removed. */
  #parent: DirectoryInode | undefined;
  #removed = false;

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  get entries(): Iterable<[string, AnyInode]> {
    return this.#entries;
  }

  get(name: string): AnyInode | undefined {
    return this.#entries.get(name);
  }

  /** Gives a node a name that is free. @throws FileError */
  add(name: string, node: AnyInode): void {
    if (this.#removed) throw new FileError("no-entry");
    this.disk.takeName();
    this.#entries.set(name, node);
    if (node instanceof DirectoryInode) {
      node.#parent = this;
      this.links++;
    }
    node.link(1);
    this.modify();
  }

  /** Takes a name away. A directory whose last name that was can't be filled again. */
  remove(name: string, node: AnyInode): void {
    this.#entries.delete(name);
    this.disk.giveBackName();
    if (node instanceof DirectoryInode) {
      node.#parent = undefined;
      node.#removed = true;
      this.links--;
    }
    node.link(-1);
    this.modify();
  }

  /** Gives the node another name, in the place of what had it. */
  move(name: string, node: AnyInode, to: DirectoryInode, newName: string): void {
    if (to.#removed) throw new FileError("no-entry");
    const replaced = to.get(newName);
    if (replaced !== undefined) to.remove(newName, replaced);
    node.retain();
    this.remove(name, node);
    if (node instanceof DirectoryInode) node.#removed = false;
    to.add(newName, node);
    node.release();
  }

  /** Whether it is `other` or lies somewhere below it. */
  isWithin(other: DirectoryInode): boolean {
    let directory: DirectoryInode | undefined = this;
    while (directory !== undefined && directory !== other) directory = directory.#parent;
    return directory === other;
  }
}
