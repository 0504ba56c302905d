/** `rights`: each is a bit, in the order of the list. What a handle may do is decided by its capability; these only say so. */
const NAMES = [
  "fd-datasync",
  "fd-read",
  "fd-seek",
  "fd-fdstat-set-flags",
  "fd-sync",
  "fd-tell",
  "fd-write",
  "fd-advise",
  "fd-allocate",
  "path-create-directory",
  "path-create-file",
  "path-link-source",
  "path-link-target",
  "path-open",
  "fd-readdir",
  "path-readlink",
  "path-rename-source",
  "path-rename-target",
  "path-filestat-get",
  "path-filestat-set-size",
  "path-filestat-set-times",
  "fd-filestat-get",
  "fd-filestat-set-size",
  "fd-filestat-set-times",
  "path-symlink",
  "path-remove-directory",
  "path-unlink-file",
  "poll-fd-readwrite",
  "sock-shutdown",
  "sock-accept",
] as const;

type Right = (typeof NAMES)[number];

export function rights(...names: readonly Right[]): bigint {
  return names.reduce((all, name) => all | (1n << BigInt(NAMES.indexOf(name))), 0n);
}

export const FD_READ: bigint = rights("fd-read");
export const FD_WRITE: bigint = rights("fd-write");
const ALL = (1n << BigInt(NAMES.length)) - 1n;

/** What C libraries expect of a directory that they were given. */
export const PREOPEN_BASE: bigint = rights(
  "path-create-directory",
  "path-create-file",
  "path-link-source",
  "path-link-target",
  "path-open",
  "fd-readdir",
  "path-readlink",
  "path-rename-source",
  "path-rename-target",
  "path-symlink",
  "path-remove-directory",
  "path-unlink-file",
  "path-filestat-get",
  "path-filestat-set-times",
  "fd-filestat-get",
  "fd-filestat-set-times",
);

export const PREOPEN_INHERITING: bigint =
  PREOPEN_BASE |
  rights(
    "fd-datasync",
    "fd-read",
    "fd-seek",
    "fd-fdstat-set-flags",
    "fd-sync",
    "fd-tell",
    "fd-write",
    "fd-advise",
    "fd-allocate",
    "fd-filestat-set-size",
    "poll-fd-readwrite",
  );

export const OF_DIRECTORY: bigint = ALL & ~rights("fd-seek", "fd-filestat-set-size", "path-filestat-set-size", "fd-write");

export function ofFile({ read, write }: { readonly read: boolean; readonly write: boolean }): bigint {
  return ALL & ~(read ? 0n : rights("fd-read", "fd-readdir")) & ~(write ? 0n : FD_WRITE);
}
