/** `args_*`, `environ_*`, `clock_*`, `random_get`, `proc_*` and `sched_yield`: what needs no descriptor. */
import type { Later } from "../../capability/later.ts";
import { MAX_RANDOM_BYTES } from "../../limits.ts";
import { randomBytes } from "../../random/random-source.ts";
import { Turn } from "../../streams/turn.ts";
import { nextTurn } from "../../streams/waitable.ts";
import { Exit } from "../cli/exit.ts";
import { Errno, Failure } from "./errno.ts";
import type { Guest } from "./guest.ts";

const NANOSECONDS = 1_000_000_000n;
const REALTIME = 0;
const MONOTONIC = 1;

export function environmentFunctions({ host, memory }: Guest) {
  const turn = new Turn();
  const encoder = new TextEncoder();
  const args = () => host.args().map((arg) => encoder.encode(`${arg}\0`));
  const variables = () => host.variables().map(([name, value]) => encoder.encode(`${name}=${value}\0`));

  function sizes(strings: readonly Uint8Array[], count: number, size: number): void {
    memory.setU32(count, strings.length);
    memory.setU32(
      size,
      strings.reduce((sum, { length }) => sum + length, 0),
    );
  }

  /** The strings one after the other, and where each begins. */
  function put(strings: readonly Uint8Array[], pointers: number, text: number): void {
    let at = text >>> 0;
    for (const [i, string] of strings.entries()) {
      memory.setU32((pointers >>> 0) + 4 * i, at);
      memory.bytes(at, string.length).set(string);
      at += string.length;
    }
  }

  return {
    args_get: (pointers: number, text: number): void => put(args(), pointers, text),
    args_sizes_get: (count: number, size: number): void => sizes(args(), count, size),
    environ_get: (pointers: number, text: number): void => put(variables(), pointers, text),
    environ_sizes_get: (count: number, size: number): void => sizes(variables(), count, size),

    clock_res_get(clock: number, out: number): void {
      if (clock === REALTIME) {
        const { seconds, nanoseconds } = host.wallClock.resolution;
        memory.setU64(out, seconds * NANOSECONDS + BigInt(nanoseconds));
      } else if (clock === MONOTONIC) memory.setU64(out, host.monotonicClock.resolution);
      else throw new Failure(clock >>> 0 < 4 ? Errno.badf : Errno.inval);
    },
    clock_time_get(clock: number, _precision: bigint, out: number): void {
      if (clock === REALTIME) memory.setU64(out, realTime(host.wallClock.now()));
      else if (clock === MONOTONIC) memory.setU64(out, host.monotonicClock.now());
      else throw new Failure(clock >>> 0 < 4 ? Errno.badf : Errno.inval);
    },

    random_get(at: number, length: number): void {
      if (length >>> 0 > MAX_RANDOM_BYTES) throw new Failure(Errno.inval);
      const into = memory.bytes(at, length);
      into.set(randomBytes(host.random, into.length));
    },

    proc_exit(status: number): never {
      throw new Exit(status >>> 0);
    },
    proc_raise(_signal: number): never {
      throw new Failure(Errno.notsup);
    },
    sched_yield: (): Later<void> => (turn.isOver() ? nextTurn() : undefined),
  };
}

/** Nanoseconds since 1970, as preview 1 has time. */
export function realTime({ seconds, nanoseconds }: { readonly seconds: bigint; readonly nanoseconds: number }): bigint {
  return BigInt.asUintN(64, seconds * NANOSECONDS + BigInt(nanoseconds));
}
