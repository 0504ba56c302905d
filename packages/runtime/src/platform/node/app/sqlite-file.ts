/**
 * One SQLite file that may be locked by another process, go away, come back or be replaced while it is in use. Each use finds out how it
 * is, and fails in words if it can't be; the first use after the trouble is over works again. Nothing is retried that may have had an effect.
 *
 * Written is by the write-ahead log, in `synchronous = NORMAL`: what was written survives the end of this process, however it comes; a
 * loss of power may take the last writes along, never the file.
 */
import { type BigIntStats, closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../../keyvalue/backend.ts";

export interface SqliteFileOptions<S> {
  readonly path: string;
  /** For people, as the document has it. */
  readonly name: string;
  /** Bytes that the file may have. */
  readonly bytes?: number | undefined;
  /** What marks a file as one of ours. */
  readonly applicationId: number;
  /** Makes the tables of a new file; another process may have done so a moment ago. */
  readonly schema: string;
  /** What uses have to do with: prepared statements. */
  readonly prepare: (database: DatabaseSync) => S;
}

/** How long a use waits for another process that has the file locked; nothing else happens in this one meanwhile. */
const MAX_LOCKED_MILLISECONDS = 1000;
const MAX_PAUSE_MILLISECONDS = 1;
/** For how long a file that was there is taken to be there: looking costs a fifth of a read. */
const SURE_MILLISECONDS = 10;

/** Of the database file format: the header, and where in it the application's mark is. */
const HEAD_BYTES = 100;
const APPLICATION_ID_AT = 68;

/** Result codes of SQLite, without their extension. */
const Result = { Busy: 5, Locked: 6, ReadOnly: 8, Corrupt: 11, Full: 13, CantOpen: 14, NotADatabase: 26 } as const;

interface Open<S> {
  readonly database: DatabaseSync;
  readonly statements: S;
  readonly file: BigIntStats;
}

export class SqliteFile<S> {
  readonly #options: SqliteFileOptions<S>;
  readonly #pause = new Int32Array(new SharedArrayBuffer(4));
  #open: Open<S> | undefined;
  /** The file that was open last, and its log. */
  #last: { readonly file: BigIntStats; readonly log: BigIntStats | undefined } | undefined;
  /** When the file was last seen to be there. */
  #looked = 0;
  #trouble: string | undefined;
  #locked = false;
  /** It can be read, but nothing more goes in: only a write that is done ends this trouble. */
  #unwritable = false;
  #closed = false;

  /** Opens the file; makes it, and its folder, if there is none. @throws StoreError if that can't be; a file that is locked is no such case */
  constructor(options: SqliteFileOptions<S>) {
    this.#options = options;
    try {
      if (!existsSync(options.path)) this.#make();
      this.read(() => {});
    } catch (error) {
      if (!this.#locked) {
        this.close();
        throw error;
      }
    }
  }

  /** Why the last use failed. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** One use that changes nothing. @throws StoreError, as all that follow */
  read<T>(act: (statements: S) => T): T {
    return this.#use(act, false);
  }

  /** One use that SQLite does whole or not at all. */
  write<T>(act: (statements: S) => T): T {
    return this.#use(act, true);
  }

  /** Several statements as one use that sees the file as it is at one instant. */
  readAll<T>(act: (statements: S) => T): T {
    return this.read((statements) => this.#transaction("BEGIN", () => act(statements)));
  }

  /** Several statements as one use: all of them or none. */
  writeAll<T>(act: (statements: S) => T): T {
    return this.write((statements) => this.#transaction("BEGIN IMMEDIATE", () => act(statements)));
  }

  close(): void {
    this.#closed = true;
    this.#letGo();
  }

  #use<T>(act: (statements: S) => T, writes: boolean): T {
    // Who found the file locked has waited for all: the others fail at once, until it is free.
    const end = performance.now() + (this.#locked ? 0 : MAX_LOCKED_MILLISECONDS);
    for (;;) {
      try {
        const result = act(this.#statements());
        if (writes) this.#unwritable = false;
        if (!this.#unwritable) this.#trouble = undefined;
        this.#locked = false;
        return result;
      } catch (error) {
        if (error instanceof StoreError) throw error;
        if (!isLocked(error) || performance.now() >= end) throw this.#failed(error);
        Atomics.wait(this.#pause, 0, 0, Math.random() * MAX_PAUSE_MILLISECONDS);
      }
    }
  }

  #transaction<T>(begin: string, act: () => T): T {
    const { database } = this.#open!;
    database.exec(begin);
    try {
      const result = act();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  #statements(): S {
    const { path, name } = this.#options;
    if (this.#closed) throw new StoreError(`the store \`${name}\` has been closed`);
    if (this.#open !== undefined && performance.now() - this.#looked < SURE_MILLISECONDS) return this.#open.statements;
    const file = statSync(path, { bigint: true, throwIfNoEntry: false });
    this.#looked = performance.now();
    if (this.#open !== undefined && !isSame(file, this.#open.file)) this.#letGo();
    if (file === undefined) throw this.#inTrouble(`the file \`${name}\` is gone`);
    this.#open ??= this.#openDatabase(file);
    return this.#open.statements;
  }

  #make(): void {
    const { path, name } = this.#options;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "", { flag: "a" });
    } catch (error) {
      throw this.#inTrouble(`\`${name}\` can't be made: ${(error as NodeJS.ErrnoException).code}`);
    }
  }

  #openDatabase(file: BigIntStats): Open<S> {
    const { path, name, bytes, applicationId, schema, prepare } = this.#options;
    const fault = headFault(path, applicationId);
    if (fault !== undefined) throw this.#inTrouble(`\`${name}\` ${fault}`);
    this.#dropLogOfBefore(file);
    // Loaded with the first store: most commands have none, and Node 24 warns of it.
    const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      // The mark comes with the first table, before there is a log: a file without it is not ours, also after a crash.
      if (file.size === 0n) database.exec(`BEGIN IMMEDIATE; PRAGMA application_id = ${applicationId}; ${schema}; COMMIT`);
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; SELECT count(*) FROM sqlite_schema");
      if (bytes !== undefined) limitTo(database, bytes);
      this.#last = { file, log: statSync(`${path}-wal`, { bigint: true, throwIfNoEntry: false }) };
      return { database, statements: prepare(database), file };
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** SQLite would write the log of the file that was here before into the one that is here now. */
  #dropLogOfBefore(file: BigIntStats): void {
    const { path } = this.#options;
    if (this.#last === undefined || isSame(file, this.#last.file)) return;
    if (this.#last.log === undefined || !isSame(statSync(`${path}-wal`, { bigint: true, throwIfNoEntry: false }), this.#last.log)) return;
    for (const end of ["-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
  }

  #letGo(): void {
    const open = this.#open;
    this.#open = undefined;
    try {
      open?.database.close();
    } catch {
      // Its file is gone or broken, which its next use tells.
    }
  }

  #failed(error: unknown): unknown {
    const result = resultOf(error);
    const system = (error as NodeJS.ErrnoException).syscall === undefined ? undefined : (error as NodeJS.ErrnoException).code;
    if (result === undefined && system === undefined) return error;
    this.#locked = isLocked(error);
    this.#unwritable ||= result === Result.Full || result === Result.ReadOnly;
    return this.#inTrouble(wordsFor(result, this.#options) ?? `\`${this.#options.name}\` can't be used: ${system ?? (error as Error).message}`);
  }

  #inTrouble(words: string): StoreError {
    this.#trouble = words;
    return new StoreError(words);
  }
}

function wordsFor(result: number | undefined, { name, bytes }: Pick<SqliteFileOptions<unknown>, "name" | "bytes">): string | undefined {
  switch (result) {
    case Result.Busy:
    case Result.Locked:
      return `\`${name}\` is locked by another process`;
    case Result.Full:
      return bytes === undefined ? `the disk with \`${name}\` is full` : `the store \`${name}\` is full: it holds at most ${bytes} bytes, or its disk no more`;
    case Result.NotADatabase:
      return `\`${name}\` is no SQLite database`;
    case Result.Corrupt:
      return `the database \`${name}\` is damaged`;
    case Result.ReadOnly:
      return `\`${name}\` can't be written to`;
    case Result.CantOpen:
      return `\`${name}\` can't be opened`;
    default:
      return undefined;
  }
}

/** What makes it no file of ours, as its first bytes tell; an empty one is to become one. */
function headFault(path: string, applicationId: number): string | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(path, "r");
  try {
    if (!fstatSync(descriptor).isFile()) return "is no file";
    const length = readSync(descriptor, head, 0, HEAD_BYTES, 0);
    if (length === 0) return undefined;
    if (length < HEAD_BYTES || !head.toString("latin1").startsWith("SQLite format 3\0")) return "is no SQLite database";
    return head.readInt32BE(APPLICATION_ID_AT) === applicationId ? undefined : "is a database of another program";
  } finally {
    closeSync(descriptor);
  }
}

function isSame(a: BigIntStats | undefined, b: BigIntStats): boolean {
  return a !== undefined && a.ino === b.ino && a.dev === b.dev;
}

function limitTo(database: DatabaseSync, bytes: number): void {
  const { page_size: size } = database.prepare("PRAGMA page_size").get() as { page_size: number };
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / size))}`);
}

function resultOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown }).errcode;
  // The low byte is the result, the rest its extension.
  return typeof code === "number" ? code & 0xff : undefined;
}

function isLocked(error: unknown): boolean {
  const result = resultOf(error);
  return result === Result.Busy || result === Result.Locked;
}
