/** Flags, times and such of `wasi:filesystem/types`, which 0.2 and 0.3 put alike, in the words of handles and back. */
import type { Datetime } from "../../clock/clock.ts";
import type { NewTime, OpenFlags, Rights } from "../../directory/handle.ts";

/** A `flags` value. */
export type Flags = Readonly<Record<string, boolean>>;

export type NewTimestamp = { readonly tag: "no-change" | "now" } | { readonly tag: "timestamp"; readonly val: Datetime };

const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** Nanoseconds since 1970; what is before has negative seconds. */
export function datetime(nanoseconds: bigint): Datetime {
  const rest = nanoseconds % NANOSECONDS_PER_SECOND;
  const fraction = rest < 0n ? rest + NANOSECONDS_PER_SECOND : rest;
  return { seconds: (nanoseconds - fraction) / NANOSECONDS_PER_SECOND, nanoseconds: Number(fraction) };
}

export function newTime(timestamp: NewTimestamp): NewTime {
  if (timestamp.tag !== "timestamp") return timestamp.tag;
  const { seconds, nanoseconds } = timestamp.val;
  return seconds * NANOSECONDS_PER_SECOND + BigInt(nanoseconds);
}

export function followsLast({ symlinkFollow }: Flags): boolean {
  return symlinkFollow === true;
}

export function openFlags({ create, directory, exclusive, truncate }: Flags): OpenFlags {
  return { create: create === true, directory: directory === true, exclusive: exclusive === true, truncate: truncate === true };
}

export function wantedRights({ read, write, mutateDirectory }: Flags): Rights {
  return { read: read === true, write: write === true, mutate: mutateDirectory === true };
}

/** Whether writes are asked to reach the disk by themselves, which no backend does: a guest that relies on it has to know. */
export function asksForSync({ fileIntegritySync, dataIntegritySync, requestedWriteSync }: Flags): boolean {
  return fileIntegritySync === true || dataIntegritySync === true || requestedWriteSync === true;
}

export function descriptorFlags(kind: "file" | "directory", { read, write, mutate }: Rights): Flags {
  return {
    read,
    write: kind === "file" && write,
    fileIntegritySync: false,
    dataIntegritySync: false,
    requestedWriteSync: false,
    mutateDirectory: kind === "directory" && mutate,
  };
}
