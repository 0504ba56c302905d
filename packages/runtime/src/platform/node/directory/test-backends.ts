/** For tests: the backends that can be tried on this machine, a directory for each test, and a canary beside it that nothing may touch. */

import assert from "node:assert/strict";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileError, type FileErrorCode } from "../../../directory/file-error.ts";
import type { DirectoryNode, FileNode, Opening } from "../../../directory/node.ts";
import { openLinuxRoot } from "./linux-root.ts";
import { openPortableRoot } from "./portable-root.ts";

export const READ: Opening = { read: true, write: false, create: false, exclusive: false, truncate: false };
export const WRITE: Opening = { ...READ, write: true };
export const CREATE: Opening = { ...WRITE, create: true };

export interface Backend {
  readonly name: string;
  open(path: string): DirectoryNode;
}

const PORTABLE: Backend = { name: "portable", open: (path) => openPortableRoot(path, process.platform === "win32" ? "windows" : "posix") };
export const LINUX: readonly Backend[] = process.platform === "linux" ? [{ name: "Linux", open: openLinuxRoot }] : [];
export const BACKENDS: readonly Backend[] = [...LINUX, PORTABLE];

export interface Place {
  /** Holds `root` and `outside`. */
  readonly path: string;
  readonly root: string;
  readonly outside: string;
  readonly canary: string;
}

const SECRET = "not for guests";

/** Makes `place/` and `outside/canary`, and looks afterwards that the canary is what it was and the only thing out there. */
export async function inPlace(act: (place: Place) => void | Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), "tenon-directory-"));
  const place = { path, root: join(path, "place"), outside: join(path, "outside"), canary: join(path, "outside/canary") };
  try {
    mkdirSync(place.root);
    mkdirSync(place.outside);
    writeFileSync(place.canary, SECRET);
    const before = lstatSync(place.canary, { bigint: true });
    await act(place);
    assert.equal(readFileSync(place.canary, "utf8"), SECRET);
    assert.deepEqual(readdirSync(place.outside), ["canary"]);
    assert.deepEqual(readdirSync(path).sort(), ["outside", "place"]);
    const after = lstatSync(place.canary, { bigint: true });
    assert.deepEqual([after.mtimeNs, after.ctimeNs, after.nlink], [before.mtimeNs, before.ctimeNs, before.nlink]);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Fails with just that code, and in words that tell nothing of the host. */
export function refuses(code: FileErrorCode, act: () => unknown): void {
  assert.throws(act, (error) => error instanceof FileError && error.code === code && String(error) === `FileError: ${code}`, `not refused with ${code}`);
}

export function fileIn(directory: DirectoryNode, name: string, opening: Opening): FileNode {
  const node = directory.open(name, opening);
  assert.ok(typeof node === "object" && "kind" in node && node.kind === "file", `${name} is not opened as a file`);
  return node;
}

export function directoryIn(directory: DirectoryNode, name: string): DirectoryNode {
  const node = directory.enter(name);
  assert.ok(typeof node === "object" && "kind" in node, `${name} is not entered`);
  return node;
}

export function textOf(file: FileNode): string {
  const bytes = new Uint8Array(64);
  return Buffer.from(bytes.subarray(0, file.read(bytes, 0) as number)).toString();
}
