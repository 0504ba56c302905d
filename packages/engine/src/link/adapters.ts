/**
 * The generator of fused adapters, which is a quarter of the engine: loaded when components are first joined. A page with a component of
 * one piece never downloads it.
 */
import type { Joint } from "../adapter/joint.ts";
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

export type { Joint };
