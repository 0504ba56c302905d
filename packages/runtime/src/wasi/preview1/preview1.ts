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
import { ENDED, gated } from "./gate.ts";
import type { Guest as Given } from "./guest.ts";
import { GuestMemory } from "./guest-memory.ts";
import { pathFunctions } from "./path-functions.ts";
import { pollFunctions } from "./poll.ts";
import type { FunctionName } from "./signatures.ts";
import { socketFunctions } from "./socket-functions.ts";

/** The name under which modules import the functions. */
export const SNAPSHOT = "wasi_snapshot_preview1";

export interface Guest {
  readonly imports: WebAssembly.ModuleImports;
  readonly memory: GuestMemory;
  /** What a function ended the module with: its `proc_exit`, or a failure that it can't be told. Then the module traps. */
  readonly thrown: readonly unknown[];
}

type Value = number | bigint;
type Act = (...args: Value[]) => Later<void>;
type Call = (...args: Value[]) => Later<number>;

/** They ask nobody who could take his time. */
const NEVER_WAIT = /^(args|environ|clock|random|proc|sock)_|^fd_(prestat|tell|fdstat|close|renumber)/;

/** The functions, and what the host gives, opened. */
export async function preview1(host: WasiHost): Promise<Guest> {
  const guest: Given = { host, memory: new GuestMemory(), descriptors: new Descriptors(host.open) };
  await openGiven(guest);
  const thrown: unknown[] = [];
  const functions = Object.fromEntries(Object.entries(functionsOf(guest)).map(([name, act]) => [name, imported(name, act as Act, thrown)]));
  return { imports: await gated(functions as Record<FunctionName, WebAssembly.ImportValue>), memory: guest.memory, thrown };
}

/** The standard streams have the first numbers, the directories the next. */
export async function openGiven({ host, descriptors }: Given): Promise<void> {
  descriptors.add({ kind: "input", source: host.stdin });
  descriptors.add({ kind: "output", sink: host.stdout.sink });
  descriptors.add({ kind: "output", sink: host.stderr.sink });
  for (const [name, directory] of host.directories) {
    descriptors.add({ kind: "directory", handle: await directory.open(), preopen: name, listing: undefined });
  }
}

/** The functions as they are: what fails throws `Failure` or an error of the capability's. */
export function functionsOf(guest: Given) {
  return {
    ...environmentFunctions(guest),
    ...descriptorFunctions(guest),
    ...pathFunctions(guest),
    ...pollFunctions(guest),
    ...socketFunctions(guest),
  } satisfies Record<FunctionName, unknown>;
}

/** Gives an `errno`; `ENDED` for what was thrown and is none. */
function told(act: Act, thrown: unknown[]): Call {
  const failed = (error: unknown): number => {
    const errno = errnoOf(error);
    if (errno !== undefined) return errno;
    thrown.push(error);
    return ENDED;
  };
  return (...args) => {
    try {
      const done = act(...args);
      return done instanceof Promise ? done.then(() => Errno.success, failed) : Errno.success;
    } catch (error) {
      return failed(error);
    }
  };
}

function imported(name: string, act: Act, thrown: unknown[]): WebAssembly.ImportValue {
  if (NEVER_WAIT.test(name)) return told(act, thrown) as () => number;
  const { Suspending } = WebAssembly as { readonly Suspending?: new (call: Call) => () => number };
  return Suspending === undefined ? (told(withoutWaiting(name, act), thrown) as () => number) : new Suspending(told(act, thrown));
}

function withoutWaiting(name: string, act: Act): Act {
  return (...args) => {
    const done = act(...args);
    if (!(done instanceof Promise)) return;
    // Nobody will hear of it.
    done.catch(() => {});
    throw new ComponentError(ErrorCode.WouldSuspend, `\`${name}\` has to wait`, {
      hint: "this JavaScript engine can't suspend WebAssembly (no JSPI): use one that can",
    });
  };
}
