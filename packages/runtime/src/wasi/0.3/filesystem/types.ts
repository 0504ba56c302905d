/**
 * `wasi:filesystem/types` with no authority behind it: components import it whether or not they open files, so every function is
 * there. No descriptor is ever handed out; were there one, each operation would be refused.
 */
import type { Datetime } from "../../../clock/clock.ts";
import type { Chunks } from "../../../streams/chunk-reader.ts";
import { err, type Result } from "../result.ts";

export interface ErrorCode {
  readonly tag: string;
  readonly val?: string | undefined;
}
export type NewTimestamp = { readonly tag: "no-change" | "now" } | { readonly tag: "timestamp"; readonly val: Datetime };
export type Flags = Readonly<Record<string, boolean>>;

/** The `error-code` of whatever would need authority. */
const ACCESS: ErrorCode = Object.freeze({ tag: "access" });

function denied(): never {
  throw ACCESS;
}

const outcome = async (): Promise<Result<ErrorCode>> => err(ACCESS);

export class Descriptor {
  readViaStream(_offset: bigint): [Chunks, Promise<Result<ErrorCode>>] {
    return [[], outcome()];
  }
  writeViaStream(_data: Chunks, _offset: bigint): Promise<Result<ErrorCode>> {
    return outcome();
  }
  appendViaStream(_data: Chunks): Promise<Result<ErrorCode>> {
    return outcome();
  }
  advise(_offset: bigint, _length: bigint, _advice: string): void {
    denied();
  }
  syncData(): void {
    denied();
  }
  getFlags(): Flags {
    return denied();
  }
  getType(): { readonly tag: string } {
    return denied();
  }
  setSize(_size: bigint): void {
    denied();
  }
  setTimes(_dataAccessTimestamp: NewTimestamp, _dataModificationTimestamp: NewTimestamp): void {
    denied();
  }
  readDirectory(): [Iterable<never>, Promise<Result<ErrorCode>>] {
    return [[], outcome()];
  }
  sync(): void {
    denied();
  }
  createDirectoryAt(_path: string): void {
    denied();
  }
  stat(): unknown {
    return denied();
  }
  statAt(_pathFlags: Flags, _path: string): unknown {
    return denied();
  }
  setTimesAt(_pathFlags: Flags, _path: string, _dataAccessTimestamp: NewTimestamp, _dataModificationTimestamp: NewTimestamp): void {
    denied();
  }
  linkAt(_oldPathFlags: Flags, _oldPath: string, _newDescriptor: Descriptor, _newPath: string): void {
    denied();
  }
  openAt(_pathFlags: Flags, _path: string, _openFlags: Flags, _flags: Flags): Descriptor {
    return denied();
  }
  readlinkAt(_path: string): string {
    return denied();
  }
  removeDirectoryAt(_path: string): void {
    denied();
  }
  renameAt(_oldPath: string, _newDescriptor: Descriptor, _newPath: string): void {
    denied();
  }
  symlinkAt(_oldPath: string, _newPath: string): void {
    denied();
  }
  unlinkFileAt(_path: string): void {
    denied();
  }
  isSameObject(other: Descriptor): boolean {
    return this === other;
  }
  metadataHash(): { readonly lower: bigint; readonly upper: bigint } {
    return denied();
  }
  metadataHashAt(_pathFlags: Flags, _path: string): { readonly lower: bigint; readonly upper: bigint } {
    return denied();
  }
}

export const types = { Descriptor };
