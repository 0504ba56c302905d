import { FileError, type FileErrorCode } from "../../directory/file-error.ts";

/** `errno` of `wasi_snapshot_preview1`, as far as it is used. */
export const Errno = {
  success: 0,
  access: 2,
  again: 6,
  already: 7,
  badf: 8,
  busy: 10,
  deadlk: 16,
  dquot: 19,
  exist: 20,
  fault: 21,
  fbig: 22,
  ilseq: 25,
  inprogress: 26,
  intr: 27,
  inval: 28,
  io: 29,
  isdir: 31,
  loop: 32,
  mfile: 33,
  mlink: 34,
  msgsize: 35,
  nametoolong: 37,
  nodev: 43,
  noent: 44,
  nolck: 46,
  nomem: 48,
  nospc: 51,
  notdir: 54,
  notempty: 55,
  notrecoverable: 56,
  notsock: 57,
  notsup: 58,
  notty: 59,
  nxio: 60,
  overflow: 61,
  perm: 63,
  pipe: 64,
  rofs: 69,
  spipe: 70,
  txtbsy: 74,
  xdev: 75,
} as const;

export type Errno = (typeof Errno)[keyof typeof Errno];

/** Thrown by the functions of this folder: what the guest gets instead of `success`. It happens all the time, so it carries no stack. */
export class Failure {
  readonly errno: Errno;

  constructor(errno: Errno) {
    this.errno = errno;
  }
}

const OF_FILE: Readonly<Record<FileErrorCode, Errno>> = {
  access: Errno.access,
  "would-block": Errno.again,
  already: Errno.already,
  "bad-descriptor": Errno.badf,
  busy: Errno.busy,
  deadlock: Errno.deadlk,
  quota: Errno.dquot,
  exist: Errno.exist,
  "file-too-large": Errno.fbig,
  "illegal-byte-sequence": Errno.ilseq,
  "in-progress": Errno.inprogress,
  interrupted: Errno.intr,
  invalid: Errno.inval,
  io: Errno.io,
  "is-directory": Errno.isdir,
  loop: Errno.loop,
  "too-many-links": Errno.mlink,
  "message-size": Errno.msgsize,
  "name-too-long": Errno.nametoolong,
  "no-device": Errno.nodev,
  "no-entry": Errno.noent,
  "no-lock": Errno.nolck,
  "insufficient-memory": Errno.nomem,
  "insufficient-space": Errno.nospc,
  "not-directory": Errno.notdir,
  "not-empty": Errno.notempty,
  "not-recoverable": Errno.notrecoverable,
  unsupported: Errno.notsup,
  "no-tty": Errno.notty,
  "no-such-device": Errno.nxio,
  overflow: Errno.overflow,
  "not-permitted": Errno.perm,
  pipe: Errno.pipe,
  "read-only": Errno.rofs,
  "invalid-seek": Errno.spipe,
  "text-file-busy": Errno.txtbsy,
  "cross-device": Errno.xdev,
};

/** `undefined` for what is no failure that a guest can be told. */
export function errnoOf(error: unknown): Errno | undefined {
  if (error instanceof Failure) return error.errno;
  return error instanceof FileError ? OF_FILE[error.code] : undefined;
}
