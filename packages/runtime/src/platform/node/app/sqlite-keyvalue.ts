import type { DatabaseSync, StatementSync } from "node:sqlite";
import { BatchBytes, type KeyPage, type KeyValueBackend } from "../../../keyvalue/backend.ts";
import { type CounterRange, digitsOf, sum } from "../../../keyvalue/counter.ts";
import { SqliteFile } from "./sqlite-file.ts";

/** "tnkv": a file with another mark is not ours to write to. */
const APPLICATION_ID = 0x746e6b76;

/** `added` is never used twice, so that a page of keys begins where the last ended, whatever was deleted. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS pairs (added INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, UNIQUE (bucket, key)) STRICT;
  CREATE INDEX IF NOT EXISTS pairs_in_order ON pairs (bucket, added)`;

const AT = "WHERE bucket = ? AND key = ?";
const INSERT = "INSERT INTO pairs (bucket, key, value) VALUES (?, ?, ?)";

type Name = "get" | "exists" | "update" | "upsert" | "insert" | "replace" | "delete" | "keys" | "increase" | "begin" | "buckets";
type Statements = Readonly<Record<Name, StatementSync>>;

export interface SqliteKeyValueOptions {
  /** The host's path of the file. */
  readonly path: string;
  /** The same for people. */
  readonly name: string;
  /** Bytes that the file may have. */
  readonly bytes?: number | undefined;
}

/** Keys and values in a file of SQLite. Buckets are a column of one table: a name that a guest gives never becomes a part of a statement. */
export class SqliteKeyValue implements KeyValueBackend {
  readonly name: string;
  readonly #file: SqliteFile<Statements>;
  /** What the statement under way adds. */
  #adding: { readonly delta: bigint; readonly range: CounterRange } | undefined;

  /** @throws StoreError if the file can't be used */
  constructor({ path, name, bytes }: SqliteKeyValueOptions) {
    this.name = name;
    this.#file = new SqliteFile({ path, name, bytes, applicationId: APPLICATION_ID, schema: SCHEMA, prepare: (database) => this.#prepare(database) });
  }

  get trouble(): string | undefined {
    return this.#file.trouble;
  }

  get(bucket: string, key: string): Uint8Array | undefined {
    return this.#file.read(({ get }) => valueIn(get.get(bucket, key)));
  }

  set(bucket: string, key: string, value: Uint8Array): void {
    this.#file.write((statements) => put(statements, bucket, key, value));
  }

  delete(bucket: string, key: string): void {
    this.#file.write((statements) => statements.delete.run(bucket, key));
  }

  exists(bucket: string, key: string): boolean {
    return this.#file.read(({ exists }) => exists.get(bucket, key) !== undefined);
  }

  keys(bucket: string, after: bigint, limit: number): KeyPage {
    // Beyond what SQLite counts to there is nothing.
    if (after >= 2n ** 63n) return { keys: [], next: undefined };
    const rows = this.#file.read(({ keys }) => keys.all(bucket, after, limit + 1)) as { key: string; added: bigint }[];
    const page = rows.slice(0, limit);
    return { keys: page.map(({ key }) => key), next: rows.length > limit ? page.at(-1)!.added : undefined };
  }

  increment(bucket: string, key: string, delta: bigint, range: CounterRange): bigint {
    return this.#file.write(({ increase, begin }) => {
      this.#adding = { delta, range };
      // The second is for a key that was not there a moment ago: it adds, too, if it is there by then.
      const row = increase.get(bucket, key) ?? begin.get(bucket, key, digitsOf(sum(undefined, delta, range)));
      return BigInt(new TextDecoder().decode(valueIn(row)));
    });
  }

  replace(bucket: string, key: string, expected: Uint8Array | undefined, value: Uint8Array): boolean {
    return this.#file.write(({ insert, replace }) => {
      const { changes } = expected === undefined ? insert.run(bucket, key, value) : replace.run(value, bucket, key, expected);
      return Number(changes) === 1;
    });
  }

  getMany(bucket: string, keys: readonly string[], most: number): (Uint8Array | undefined)[] {
    const bytes = new BatchBytes(most);
    return this.#file.readAll(({ get }) => keys.map((key) => bytes.add(valueIn(get.get(bucket, key)))));
  }

  setMany(bucket: string, pairs: readonly (readonly [string, Uint8Array])[]): void {
    this.#file.writeAll((statements) => {
      for (const [key, value] of pairs) put(statements, bucket, key, value);
    });
  }

  deleteMany(bucket: string, keys: readonly string[]): void {
    this.#file.writeAll((statements) => {
      for (const key of keys) statements.delete.run(bucket, key);
    });
  }

  buckets(): string[] {
    return this.#file.read(({ buckets }) => buckets.all().map(({ bucket }) => bucket as string));
  }

  close(): void {
    this.#file.close();
  }

  #prepare(database: DatabaseSync): Statements {
    database.function("increased", (value) => {
      const { delta, range } = this.#adding!;
      return digitsOf(sum(value as Uint8Array, delta, range));
    });
    const keys = database.prepare("SELECT key, added FROM pairs WHERE bucket = ? AND added > ? ORDER BY added LIMIT ?");
    keys.setReadBigInts(true);
    return {
      keys,
      get: database.prepare(`SELECT value FROM pairs ${AT}`),
      exists: database.prepare(`SELECT 1 FROM pairs ${AT}`),
      update: database.prepare(`UPDATE pairs SET value = ? ${AT}`),
      upsert: database.prepare(`${INSERT} ON CONFLICT (bucket, key) DO UPDATE SET value = excluded.value`),
      insert: database.prepare(`${INSERT} ON CONFLICT (bucket, key) DO NOTHING`),
      replace: database.prepare(`UPDATE pairs SET value = ? ${AT} AND value = ?`),
      delete: database.prepare(`DELETE FROM pairs ${AT}`),
      increase: database.prepare(`UPDATE pairs SET value = increased(value) ${AT} RETURNING value`),
      begin: database.prepare(`${INSERT} ON CONFLICT (bucket, key) DO UPDATE SET value = increased(value) RETURNING value`),
      buckets: database.prepare("SELECT DISTINCT bucket FROM pairs ORDER BY bucket"),
    };
  }
}

/** Most values are set to keys that are there: that takes no new number from the sequence. */
function put({ update, upsert }: Statements, bucket: string, key: string, value: Uint8Array): void {
  if (Number(update.run(value, bucket, key).changes) === 0) upsert.run(bucket, key, value);
}

function valueIn(row: unknown): Uint8Array | undefined {
  return (row as { value: Uint8Array } | undefined)?.value;
}
