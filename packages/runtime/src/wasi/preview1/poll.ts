/** `poll_oneoff`: waits for clocks and descriptors, as `wasi:io/poll` does. */
import { after, type Later } from "../../capability/later.ts";
import { Alarm } from "../../clock/clock.ts";
import { MAX_POLLABLES } from "../../limits.ts";
import { anyReady, type Waitable } from "../../streams/waitable.ts";
import type { File } from "./descriptors.ts";
import { realTime } from "./environment.ts";
import { Errno, Failure } from "./errno.ts";
import type { Guest } from "./guest.ts";

const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
/** `eventtype`. */
const CLOCK = 0;
const FD_READ = 1;
const FD_WRITE = 2;
/** `clockid`. */
const REALTIME = 0;
const MONOTONIC = 1;
/** `subclockflags`. */
const ABSTIME = 1;
/** `eventrwflags`. */
const HANGUP = 1;

interface Subscription {
  readonly userdata: bigint;
  readonly type: number;
  readonly waitable: Waitable;
  /** The file that it is about. */
  readonly file?: File | undefined;
}

const ALWAYS: Waitable = { ready: () => true, onReady: () => () => {} };

export function pollFunctions(guest: Guest) {
  const { memory } = guest;
  return {
    poll_oneoff(subscriptions: number, events: number, count: number, out: number): Later<void> {
      const wanted = count >>> 0;
      if (wanted === 0 || wanted > MAX_POLLABLES) throw new Failure(Errno.inval);
      memory.bytes(events, wanted * EVENT_BYTES);
      const all = Array.from({ length: wanted }, (_, i) => subscription(guest, (subscriptions >>> 0) + i * SUBSCRIPTION_BYTES));
      const put = (): Later<void> => putEvents(guest, all, events, out);
      return all.some(({ waitable }) => waitable.ready()) ? put() : anyReady(all.map(({ waitable }) => waitable)).then(put);
    },
  };
}

function subscription({ host, memory, descriptors }: Guest, at: number): Subscription {
  const userdata = memory.u64(at);
  const type = memory.u8(at + 8);
  if (type === CLOCK) return { userdata, type, waitable: alarm(host, memory.u32(at + 16), memory.u64(at + 24), memory.u16(at + 40)) };
  if (type !== FD_READ && type !== FD_WRITE) throw new Failure(Errno.inval);
  const descriptor = descriptors.get(memory.u32(at + 16));
  if (descriptor.kind === "file") return { userdata, type, waitable: ALWAYS, file: descriptor };
  if (descriptor.kind === "input" && type === FD_READ) return { userdata, type, waitable: descriptor.source };
  if (descriptor.kind === "output" && type === FD_WRITE) return { userdata, type, waitable: descriptor.sink };
  throw new Failure(Errno.badf);
}

function alarm({ monotonicClock, wallClock }: Guest["host"], clock: number, timeout: bigint, flags: number): Waitable {
  if (clock !== REALTIME && clock !== MONOTONIC) throw new Failure(Errno.inval);
  const absolute = (flags & ABSTIME) !== 0;
  if (absolute && clock === MONOTONIC) return new Alarm(monotonicClock, timeout);
  const left = absolute ? timeout - realTime(wallClock.now()) : timeout;
  return new Alarm(monotonicClock, monotonicClock.now() + (left > 0n ? left : 0n));
}

function putEvents({ memory }: Guest, all: readonly Subscription[], events: number, out: number): Later<void> {
  const ready = all.filter(({ waitable }) => waitable.ready());
  let i = 0;
  const next = (): Later<void> => {
    for (; i < ready.length; i++) {
      const { userdata, type, file } = ready[i]!;
      const at = (events >>> 0) + i * EVENT_BYTES;
      memory.bytes(at, EVENT_BYTES).fill(0);
      memory.setU64(at, userdata);
      memory.setU8(at + 10, type);
      if (type === CLOCK) continue;
      // How much there is, is known of files only; elsewhere something is.
      memory.setU64(at + 16, 1n);
      if (file === undefined || type === FD_WRITE) continue;
      const told = after(file.handle.stat(), ({ size }) => {
        const left = size > file.position ? size - file.position : 0n;
        memory.setU64(at + 16, left);
        memory.setU16(at + 24, left === 0n ? HANGUP : 0);
      });
      if (told instanceof Promise) {
        i += 1;
        return told.then(next);
      }
    }
    memory.setU32(out, ready.length);
  };
  return next();
}
