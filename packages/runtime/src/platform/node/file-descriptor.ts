/** What a file descriptor stands for, as far as reading and writing without blocking needs to know. */
import { constants, fstatSync, openSync, readSync, writeSync } from "node:fs";

export type DescriptorKind = "file" | "terminal" | "pipe" | "socket" | "device" | "closed";

/** The major number of `/dev/null`, `/dev/zero` and their like on Linux. */
const MEMORY_DEVICES = 1;

export function kindOf(fd: number): DescriptorKind {
  try {
    const stat = fstatSync(fd);
    if (stat.isFIFO()) return "pipe";
    if (stat.isSocket()) return "socket";
    if (process.platform !== "win32" && !stat.isCharacterDevice()) return "file";
    if (process.platform === "linux" && stat.rdev >> 8 === MEMORY_DEVICES) return "device";
    // Loaded only where it may be one: a command starts some milliseconds earlier without it.
    if (process.getBuiltinModule("node:tty").isatty(fd)) return "terminal";
    return stat.isCharacterDevice() ? "device" : "file";
  } catch {
    return "closed";
  }
}

/**
 * A pipe opened once more, non-blocking: setting that on `fd` itself would change it for every process that shares it. Only Linux
 * can; `undefined` elsewhere.
 */
export function reopenNonBlocking(fd: number, access: "read" | "write"): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return openSync(`/proc/self/fd/${fd}`, (access === "read" ? constants.O_RDONLY : constants.O_WRONLY) | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** Bytes read; 0: the end; `undefined`: none there yet. */
export function tryRead(fd: number, into: Uint8Array, length: number): number | undefined {
  for (;;) {
    try {
      return readSync(fd, into, 0, length, null);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EINTR") continue;
      if (code === "EAGAIN" || code === "EWOULDBLOCK") return undefined;
      // Windows' word for the end of a pipe.
      if (code === "EOF") return 0;
      throw error;
    }
  }
}

/** Bytes written; `undefined`: none can be taken now. */
export function tryWrite(fd: number, bytes: Uint8Array, start: number): number | undefined {
  for (;;) {
    try {
      return writeSync(fd, bytes, start, bytes.length - start);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EINTR") continue;
      if (code === "EAGAIN" || code === "EWOULDBLOCK") return undefined;
      throw error;
    }
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
