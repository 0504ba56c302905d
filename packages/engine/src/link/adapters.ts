/**
 * The generator of fused adapters, which is a quarter of the engine: loaded when components are first joined. A page with a component of
 * one piece never downloads it.
 */

import type { GuestBuffer } from "../abi/buffers.ts";
import type { Joint } from "../adapter/joint.ts";
import type { TaskMoves } from "../canon/async-lower.ts";
import type { CoreFunction } from "../canon/lift.ts";
import type { Store } from "../store/store.ts";

const loaded: { adapters?: typeof import("../adapter/fuse.ts") } = {};

/** To be awaited before components are joined; `undefined`: it is there. */
export function loadAdapters(): Promise<void> | undefined {
  if (loaded.adapters !== undefined) return undefined;
  return import("../adapter/fuse.ts").then((adapters) => {
    loaded.adapters = adapters;
  });
}

export function canFuse(joint: Joint): boolean {
  return loaded.adapters!.canFuse(joint);
}

export function fuse(joints: readonly Joint[], store: Store): CoreFunction[] {
  return loaded.adapters!.fuse(joints, store);
}

export function fuseTask(joint: Joint, store: Store): TaskMoves | undefined {
  return loaded.adapters!.fuseTask(joint, store);
}

/** Of elements that pass between components that nobody joined there is no copy. */
export function copyFused(from: GuestBuffer, to: GuestBuffer, count: number): boolean {
  return loaded.adapters?.copyFused(from, to, count) ?? false;
}

export type { Joint };
