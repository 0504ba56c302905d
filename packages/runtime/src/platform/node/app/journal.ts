/**
 * Revisions on disk, in `.tenon/revisions` beside the document: one line each, a checksum and JSON. A line is on the disk before anything
 * else happens; then the document's file is replaced as a whole. Whatever moment a crash chooses, the last line is whole or is cut off at
 * the next start, and the document is one of the last two.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import type { Revision } from "../../../app/operation.ts";
import type { Journal } from "../../../app/platform.ts";

const CHECKSUM_LENGTH = 16;

export class FileJournal implements Journal {
  readonly revisions: readonly Revision[];
  readonly #document: string;
  readonly #file: string;
  readonly #folder: string;
  readonly #handle: number;
  /** Where the next line begins, and where the last one did. */
  #end: number;
  #last: number;

  /** Opens the journal of a document, with what a crash left half-written cut off. */
  constructor(document: string) {
    this.#document = document;
    this.#folder = path.join(path.dirname(document), ".tenon");
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#file = path.join(this.#folder, "revisions");
    const isNew = !existsSync(this.#file);
    this.#handle = openSync(this.#file, "a+", 0o600);
    if (isNew) syncFolder(this.#folder);
    const read = readLines(readFileSync(this.#file));
    this.revisions = read.revisions;
    this.#end = read.end;
    this.#last = read.last;
    ftruncateSync(this.#handle, this.#end);
  }

  async append(revision: Revision): Promise<void> {
    const line = lineOf(revision);
    try {
      writeWhole(this.#handle, line);
      fsyncSync(this.#handle);
    } catch (error) {
      // Half a line would be cut off at the next start; the next line must not follow it.
      ftruncateSync(this.#handle, this.#end);
      throw error;
    }
    this.#last = this.#end;
    this.#end += line.length;
    this.#write(revision.text);
  }

  async retract(): Promise<void> {
    ftruncateSync(this.#handle, this.#last);
    fsyncSync(this.#handle);
    this.#end = this.#last;
    const before = readLines(readFileSync(this.#file)).revisions.at(-1);
    if (before !== undefined) this.#write(before.text);
  }

  close(): void {
    closeSync(this.#handle);
  }

  /** Whoever reads the document at any time reads one text or the other, whole. */
  #write(text: string): void {
    if (existsSync(this.#document) && readFileSync(this.#document, "utf8") === text) return;
    const beside = path.join(this.#folder, "document");
    const handle = openSync(beside, "w", 0o644);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, this.#document);
    syncFolder(path.dirname(this.#document));
  }
}

function lineOf(revision: Revision): Buffer {
  const json = JSON.stringify(revision);
  return Buffer.from(`${checksum(json)} ${json}\n`);
}

function checksum(json: string): string {
  return createHash("sha256").update(json).digest("hex").slice(0, CHECKSUM_LENGTH);
}

/** `end`: after the last line that is whole; `last`: where it begins. */
function readLines(bytes: Buffer): { readonly revisions: Revision[]; readonly end: number; readonly last: number } {
  const revisions: Revision[] = [];
  let [end, last] = [0, 0];
  for (;;) {
    const newline = bytes.indexOf(10, end);
    if (newline < 0) break;
    const line = bytes.toString("utf8", end, newline);
    const json = line.slice(CHECKSUM_LENGTH + 1);
    if (line.slice(0, CHECKSUM_LENGTH) !== checksum(json)) break;
    revisions.push(JSON.parse(json) as Revision);
    last = end;
    end = newline + 1;
  }
  return { revisions, end, last };
}

function writeWhole(handle: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}

/** A new name is on the disk when its folder is. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
