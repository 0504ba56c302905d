/**
 * Times to the nanosecond, which Node's own functions can't set: they take seconds as one floating point number. `utimensat` of the
 * system can, where Node lets us call it (`node:ffi`, from 26 on). It is asked only for times that would come out wrong otherwise.
 */
import type { NewTime } from "../../../directory/node.ts";

interface ForeignFunctions {
  dlopen(
    library: null,
    functions: { readonly utimensat: { readonly arguments: readonly string[]; readonly return: string } },
  ): {
    readonly lib: { close(): void };
    readonly functions: { utimensat(directory: number, path: Uint8Array, times: BigInt64Array, flags: number): number };
  };
}

const NANOSECONDS = 1_000_000_000n;
// As <fcntl.h> and <sys/stat.h> of Linux have them.
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const UTIME_NOW = (1n << 30n) - 1n;
const UTIME_OMIT = (1n << 30n) - 2n;
/** Where `struct timespec` is two numbers of 64 bits. */
const ARCHITECTURES = ["x64", "arm64", "riscv64", "loong64", "ppc64", "s390x"];

/** Whether Node's functions set exactly this time. */
export function isPlain(time: NewTime): boolean {
  if (typeof time !== "bigint") return true;
  if (time < 0n) return false;
  const [seconds, rest] = [Number(time / NANOSECONDS), Number(time % NANOSECONDS)];
  // What libuv makes of the number.
  return Math.trunc((seconds + rest / 1e9 - seconds) * 1e9) === rest;
}

/** Sets both times of what is at that path. False: it can't be done this way, or failed. */
export function setExactTimes(path: string, followLast: boolean, accessed: NewTime, modified: NewTime): boolean {
  if (process.platform !== "linux" || !ARCHITECTURES.includes(process.arch)) return false;
  try {
    const { lib, functions } = utimensat();
    try {
      const times = BigInt64Array.of(...timespec(accessed), ...timespec(modified));
      return functions.utimensat(AT_FDCWD, new TextEncoder().encode(`${path}\0`), times, followLast ? 0 : AT_SYMLINK_NOFOLLOW) === 0;
    } finally {
      lib.close();
    }
  } catch {
    // An older Node, one that is not allowed to, or one whose functions are others by now.
    return false;
  }
}

function utimensat(): ReturnType<ForeignFunctions["dlopen"]> {
  return foreignFunctions().dlopen(null, { utimensat: { arguments: ["i32", "pointer", "pointer", "i32"], return: "i32" } });
}

/** Loads `node:ffi` without the warning that it is experimental, which would be the user's to read: what we call is tried first, and done without otherwise. */
function foreignFunctions(): ForeignFunctions {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule("node:ffi" as "node:fs") as unknown as ForeignFunctions;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function timespec(time: NewTime): [seconds: bigint, nanoseconds: bigint] {
  if (time === "now") return [0n, UTIME_NOW];
  if (time === "no-change") return [0n, UTIME_OMIT];
  const rest = ((time % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  const seconds = (time - rest) / NANOSECONDS;
  if (seconds !== BigInt.asIntN(64, seconds)) throw new RangeError(`${seconds} seconds`);
  return [seconds, rest];
}
