/**
 * WASI preview 1, for core modules from before components: the functions of `wasi_snapshot_preview1`, on the same capabilities as the
 * newer versions. They work on the memory of the module, with numbers for what is open. Each gives 0 or an `errno`.
 *
 * A function that has to wait suspends the module by JSPI; those that never wait don't go through it.
 */
import { ComponentError, ErrorCode } from "@tenon/engine";
import type { Later } from "../../capability/later.ts";
import type { WasiHost } from "../options.ts";
import { descriptorFunctions } from "./descriptor-functions.ts";
import { Descriptors } from "./descriptors.ts";
import { environmentFunctions } from "./environment.ts";
import { Errno, errnoOf } from "./errno.ts";
import type { Guest as Given } from "./guest.ts";
import { GuestMemory } from "./guest-memory.ts";
import { pathFunctions } from "./path-functions.ts";
import { pollFunctions } from "./poll.ts";
import { socketFunctions } from "./socket-functions.ts";

/** The name under which modules import the functions. */
export const SNAPSHOT = "wasi_snapshot_preview1";

export interface Guest {
  readonly imports: WebAssembly.ModuleImports;
  readonly memory: GuestMemory;
}

type Value = number | bigint;
type Act = (...args: Value[]) => Later<void>;

/** They ask nobody who could take his time. */
const NEVER_WAIT = /^(args|environ|clock|random|proc|sock)_|^fd_(prestat|tell|fdstat|close|renumber)/;

/** Opens what the host gives. */
export async function preview1(host: WasiHost): Promise<Guest> {
  const guest: Given = { host, memory: new GuestMemory(), descriptors: new Descriptors(host.open) };
  const { descriptors } = guest;
  descriptors.add({ kind: "input", source: host.stdin });
  descriptors.add({ kind: "output", sink: host.stdout.sink });
  descriptors.add({ kind: "output", sink: host.stderr.sink });
  for (const [name, directory] of host.directories) {
    descriptors.add({ kind: "directory", handle: await directory.open(), preopen: name, listing: undefined });
  }
  const functions = {
    ...environmentFunctions(guest),
    ...descriptorFunctions(guest),
    ...pathFunctions(guest),
    ...pollFunctions(guest),
    ...socketFunctions(guest),
  };
  const imports: Record<string, WebAssembly.ImportValue> = Object.create(null);
  for (const [name, act] of Object.entries(functions)) imports[name] = imported(name, act as Act);
  return { imports, memory: guest.memory };
}

function imported(name: string, act: Act): WebAssembly.ImportValue {
  const call = (...args: Value[]): Later<number> => {
    try {
      const done = act(...args);
      return done instanceof Promise ? done.then(() => Errno.success, errnoOf) : Errno.success;
    } catch (error) {
      return errnoOf(error);
    }
  };
  if (NEVER_WAIT.test(name)) return call as () => number;
  const { Suspending } = WebAssembly as { readonly Suspending?: new (act: typeof call) => () => number };
  return Suspending === undefined ? withoutWaiting(name, call) : new Suspending(call);
}

function withoutWaiting(name: string, call: (...args: Value[]) => Later<number>): (...args: Value[]) => number {
  return (...args) => {
    const errno = call(...args);
    if (!(errno instanceof Promise)) return errno;
    throw new ComponentError(ErrorCode.WouldSuspend, `\`${name}\` has to wait`, {
      hint: "this JavaScript engine can't suspend WebAssembly (no JSPI): use one that can",
    });
  };
}
