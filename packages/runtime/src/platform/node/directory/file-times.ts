/**
 * Times for `fs.utimesSync` and its like. They take seconds as one floating point number, which for today has steps of 238 ns: where
 * `setExactTimes` can't help, what a guest sets is kept to the nearest of them, and before 1970 to the millisecond.
 */
import type { BigIntStats } from "node:fs";
import { FileError } from "../../../directory/file-error.ts";
import type { NewTime } from "../../../directory/node.ts";
import { isPlain, setExactTimes } from "./exact-times.ts";

const NANOSECONDS = 1_000_000_000n;
/** Seconds that a number holds exactly, with room for the part after the point. */
const MAX_SECONDS = 2n ** 52n;
const MAX_DATE_SECONDS = 8_640_000_000_000n;

export interface TimesOf {
  /** Asked only where the platform can't leave a time alone. */
  readonly stat: () => BigIntStats;
  readonly set: (accessed: number | Date, modified: number | Date) => void;
  /** For times to the nanosecond. */
  readonly path: string;
  readonly followLast: boolean;
}

/** Sets both times, of which one or both stay as they are. */
export function setTimes(accessed: NewTime, modified: NewTime, { stat, set, path, followLast }: TimesOf): void {
  if (accessed === "no-change" && modified === "no-change") return;
  const old = (accessed === "no-change" || modified === "no-change") && !leavesTimesAlone() ? stat() : undefined;
  const [newAccessed, newModified] = [platformTime(accessed, old?.atimeNs), platformTime(modified, old?.mtimeNs)];
  if (!(isPlain(accessed) && isPlain(modified)) && setExactTimes(path, followLast, accessed, modified)) return;
  set(newAccessed, newModified);
}

function platformTime(time: NewTime, old: bigint | undefined): number | Date {
  if (time === "now") return (performance.timeOrigin + performance.now()) / 1000;
  if (time === "no-change") return old === undefined ? new Date(Number.NaN) : platformTime(old, undefined);
  if (time < 0n) {
    // Node takes a negative number for "now", but not a negative date.
    if (time / NANOSECONDS < -MAX_DATE_SECONDS) throw new FileError("overflow");
    return new Date(Math.floor(Number(time) / 1e6));
  }
  const seconds = time / NANOSECONDS;
  if (seconds > MAX_SECONDS) throw new FileError("overflow");
  return Number(seconds) + Number(time % NANOSECONDS) / 1e9;
}

/** libuv leaves a time alone that is not a number, from 1.51 on; before it made one up. */
function leavesTimesAlone(): boolean {
  const [major = 0, minor = 0] = process.versions.uv.split(".").map(Number);
  return major > 1 || (major === 1 && minor >= 51);
}
