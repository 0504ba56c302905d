/**
 * Revisions on disk, in `.tenon/revisions` beside the document: one line each, a checksum and JSON with what
 * became of the text. A line is on the disk before anything
 * else happens; then the document's file is replaced as a whole. Whatever moment a crash chooses, the last line is whole or is cut off at
 * the next start, and the document is one of the last two.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import type { Revision } from "../../../app/operation.ts";
import type { Journal } from "../../../app/platform.ts";
import type { AppError } from "../../../document/problem.ts";
import { refusal } from "../../../document/refusal.ts";
import { makeStateFolder, NO_FOLLOW, stateFolder } from "./state-folder.ts";
import { editBetween, edited, isTextEdit } from "./text-edit.ts";

const CHECKSUM_LENGTH = 16;

/** Reading changes nothing on disk; whoever appends holds the app (`lock.ts`). */
export class FileJournal implements Journal {
  readonly revisions: readonly Revision[];
  readonly #document: string;
  readonly #file: string;
  readonly #folder: string;
  readonly #setAside: (copy: string) => void;
  #handle: number | undefined;
  /** Where the next line begins. */
  #end: number;
  /** The document of the last line: the next one tells what became of it. */
  #recorded: string;
  /** What was last written to the document's file, or is by the last revision. */
  #text: string | undefined;

  /** `setAside` is told where an edit of the document went that no revision has, and that gave way to one. */
  constructor(document: string, setAside: (copy: string) => void = () => {}) {
    this.#setAside = setAside;
    this.#document = document;
    this.#folder = stateFolder(document);
    this.#file = path.join(this.#folder, "revisions");
    const { revisions, end } = readLines(this.#file);
    this.revisions = revisions;
    this.#end = end;
    this.#text = revisions.at(-1)?.text;
    this.#recorded = this.#text ?? "";
  }

  /** Whether somebody has written to it since it was read. */
  get isOld(): boolean {
    return readLines(this.#file).end !== this.#end;
  }

  async append(revision: Revision): Promise<void> {
    const handle = this.#open();
    const line = lineOf(revision, this.#recorded);
    const before = this.#end;
    try {
      writeWhole(handle, line);
      fsyncSync(handle);
      this.#end += line.length;
      this.#write(revision.text);
      this.#recorded = revision.text;
    } catch (error) {
      // The next line must not follow half of this one, nor one that its author is told is not there.
      this.#cut(handle, before);
      throw error;
    }
  }

  async retract(): Promise<void> {
    this.#cut(this.#open(), readLines(this.#file).last);
    const before = readLines(this.#file).revisions.at(-1);
    this.#recorded = before?.text ?? "";
    if (before !== undefined) this.#write(before.text);
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  /** Cuts off what a crash left half-written. */
  #open(): number {
    if (this.#handle !== undefined) return this.#handle;
    makeStateFolder(this.#document);
    const isNew = !existsSync(this.#file);
    this.#handle = openSync(this.#file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_FOLLOW, 0o600);
    if (isNew) syncFolder(this.#folder);
    else ftruncateSync(this.#handle, this.#end);
    return this.#handle;
  }

  #cut(handle: number, end: number): void {
    ftruncateSync(handle, end);
    fsyncSync(handle);
    this.#end = end;
  }

  /** Whoever reads the document at any time reads one text or the other, whole. */
  #write(text: string): void {
    const now = existsSync(this.#document) ? readFileSync(this.#document, "utf8") : undefined;
    if (now !== text) this.#replace(now, text);
    this.#text = text;
  }

  #replace(now: string | undefined, text: string): void {
    const target = now === undefined ? this.#document : realpathSync(this.#document);
    if (now !== undefined && now !== this.#text) {
      const copy = `${this.#document}.edited`;
      rmSync(copy, { force: true });
      copyFileSync(target, copy, constants.COPYFILE_EXCL);
      this.#setAside(copy);
    }
    const beside = path.join(this.#folder, "document");
    rmSync(beside, { force: true });
    const handle = openSync(beside, "wx", 0o600);
    try {
      fchmodSync(handle, now === undefined ? 0o644 : statSync(target).mode & 0o777);
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, target);
    syncFolder(path.dirname(target));
  }
}

function lineOf({ text, ...revision }: Revision, before: string): Buffer {
  const json = JSON.stringify({ ...revision, edit: editBetween(before, text) });
  return Buffer.from(`${checksum(json)} ${json}\n`);
}

function checksum(json: string): string {
  return createHash("sha256").update(json).digest("hex").slice(0, CHECKSUM_LENGTH);
}

/**
 * `end`: after the last line that is whole; `last`: where it begins.
 *
 * @throws AppError `app/no-state`: that is none of our journals, or it was damaged by something else than a crash, which harms only its end
 */
function readLines(file: string): { readonly revisions: Revision[]; readonly end: number; readonly last: number } {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const revisions: Revision[] = [];
  let [end, last] = [0, 0];
  let isWhole = true;
  for (let at = 0; ; ) {
    const newline = bytes.indexOf(10, at);
    if (newline < 0) break;
    const json = wholeLine(bytes.toString("utf8", at, newline));
    if (json === undefined) isWhole = false;
    else if (!isWhole) throw unusable(file, `is damaged after revision ${revisions.length}`);
    else {
      const revision = revisionOf(JSON.parse(json), revisions.at(-1));
      if (revision === undefined) throw unusable(file, "was written by another version of tenon");
      revisions.push(revision);
      last = end;
      end = newline + 1;
    }
    at = newline + 1;
  }
  return { revisions, end, last };
}

/** Its JSON, if the checksum is right. */
function wholeLine(line: string): string | undefined {
  const json = line.slice(CHECKSUM_LENGTH + 1);
  return line.slice(0, CHECKSUM_LENGTH) === checksum(json) ? json : undefined;
}

/** An app may have come with a journal, from anybody. */
function revisionOf(value: unknown, before: Revision | undefined): Revision | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { edit, ...revision } = value as Revision & { readonly edit?: unknown };
  const { number, what, author, at, operations } = revision;
  const texts = [what, author, at].every((each) => typeof each === "string");
  if (number !== (before?.number ?? 0) + 1 || !texts || !Array.isArray(operations) || !isTextEdit(edit)) return undefined;
  return { ...revision, text: edited(before?.text ?? "", edit) };
}

function unusable(file: string, why: string): AppError {
  return refusal("app/no-state", `${file} ${why}`, "move it away to begin anew: the document stays as it is");
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
