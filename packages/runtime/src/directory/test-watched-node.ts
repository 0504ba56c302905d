/** For tests: nodes that pass everything on, and look at what they are asked and whether each of them is closed. */
import assert from "node:assert/strict";
import type { Later } from "../capability/later.ts";
import { MAX_NAME_BYTES } from "../limits.ts";
import type { DirectoryNode, FileNode, NewTime, Opening } from "./node.ts";

const CHANGES = new Set([
  "setTimes",
  "setTimesOf",
  "makeDirectory",
  "removeDirectory",
  "unlink",
  "makeSymlink",
  "link",
  "rename",
  "write",
  "append",
  "setSize",
]);

export class Watch {
  /** Nodes that were opened and are not closed. */
  open = 0;
  /** What was asked for that changes something. */
  readonly changes: string[] = [];
  /** Makes every answer come later: this comes before what is asked for is done. */
  pause: (() => Promise<void>) | undefined;
  /** The same, after it is done. */
  afterwards: (() => Promise<void>) | undefined;

  opened<T extends FileNode | DirectoryNode | string>(node: T): T {
    if (typeof node === "string") return node;
    return (node.kind === "file" ? new WatchedFile(node, this) : new WatchedDirectory(node, this)) as unknown as T;
  }

  answer<T>(operation: string, act: () => Later<T>): Later<T> {
    if (CHANGES.has(operation)) this.changes.push(operation);
    const { pause, afterwards } = this;
    if (pause !== undefined) return pause().then(act);
    const answer = act();
    return afterwards === undefined ? answer : afterwards().then(() => answer);
  }

  /** What could lead a backend out never gets there. */
  plain(name: string): string {
    assert.ok(name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name), `a backend is asked for ${JSON.stringify(name)}`);
    assert.ok(Buffer.byteLength(name) <= MAX_NAME_BYTES);
    return name;
  }
}

abstract class Watched<N extends FileNode | DirectoryNode> {
  protected readonly node: N;
  protected readonly watch: Watch;
  #closed = false;

  constructor(node: N, watch: Watch) {
    this.node = node;
    this.watch = watch;
    watch.open++;
  }

  stat() {
    return this.answer("stat", () => this.node.stat());
  }

  setTimes(accessed: NewTime, modified: NewTime) {
    return this.answer("setTimes", () => this.node.setTimes(accessed, modified));
  }

  sync(dataOnly: boolean) {
    return this.answer("sync", () => this.node.sync(dataOnly));
  }

  close(): void {
    assert.equal(this.#closed, false, "a node is closed twice");
    this.#closed = true;
    this.watch.open--;
    this.node.close();
  }

  protected answer<T>(operation: string, act: () => Later<T>): Later<T> {
    return this.watch.answer(operation, act);
  }
}

class WatchedFile extends Watched<FileNode> implements FileNode {
  readonly kind = "file";

  read(into: Uint8Array<ArrayBuffer>, position: number) {
    return this.answer("read", () => this.node.read(into, position));
  }

  write(bytes: Uint8Array, position: number) {
    return this.answer("write", () => this.node.write(bytes, position));
  }

  append(bytes: Uint8Array) {
    return this.answer("append", () => this.node.append(bytes));
  }

  setSize(size: number) {
    return this.answer("setSize", () => this.node.setSize(size));
  }
}

class WatchedDirectory extends Watched<DirectoryNode> implements DirectoryNode {
  readonly kind = "directory";

  known(path: string) {
    const known = this.node.known?.(path);
    return known && this.watch.opened(known);
  }

  enter(name: string) {
    return this.#opened("enter", () => this.node.enter(this.watch.plain(name)));
  }

  open(name: string, opening: Opening) {
    return this.#opened(opening.create || opening.truncate ? "write" : "open", () => this.node.open(this.watch.plain(name), opening));
  }

  reopen() {
    return this.#opened("reopen", () => this.node.reopen());
  }

  list() {
    return this.answer("list", () => this.node.list());
  }

  statOf(name: string) {
    return this.answer("statOf", () => this.node.statOf(this.watch.plain(name)));
  }

  setTimesOf(name: string, accessed: NewTime, modified: NewTime) {
    return this.answer("setTimesOf", () => this.node.setTimesOf(this.watch.plain(name), accessed, modified));
  }

  readLink(name: string) {
    return this.answer("readLink", () => this.node.readLink(this.watch.plain(name)));
  }

  makeDirectory(name: string) {
    return this.answer("makeDirectory", () => this.node.makeDirectory(this.watch.plain(name)));
  }

  removeDirectory(name: string) {
    return this.answer("removeDirectory", () => this.node.removeDirectory(this.watch.plain(name)));
  }

  unlink(name: string) {
    return this.answer("unlink", () => this.node.unlink(this.watch.plain(name)));
  }

  makeSymlink(name: string, target: string) {
    return this.answer("makeSymlink", () => this.node.makeSymlink(this.watch.plain(name), target));
  }

  link(name: string, to: DirectoryNode, newName: string) {
    return this.answer("link", () => this.node.link(this.watch.plain(name), inner(to), this.watch.plain(newName)));
  }

  rename(name: string, to: DirectoryNode, newName: string) {
    return this.answer("rename", () => this.node.rename(this.watch.plain(name), inner(to), this.watch.plain(newName)));
  }

  static innerOf(node: WatchedDirectory): DirectoryNode {
    return node.node;
  }

  #opened<T extends FileNode | DirectoryNode | string>(operation: string, act: () => Later<T>): Later<T> {
    const opened = this.answer(operation, act);
    return opened instanceof Promise ? opened.then((node) => this.watch.opened(node)) : this.watch.opened(opened);
  }
}

function inner(node: DirectoryNode): DirectoryNode {
  return node instanceof WatchedDirectory ? WatchedDirectory.innerOf(node) : node;
}
