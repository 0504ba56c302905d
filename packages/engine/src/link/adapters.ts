/**
 * What only joined components need, and parts: the generator of fused adapters, open ends and what moves them, a third of the engine. `api/`
 * loads it when components are first joined: a page with a component of one piece never downloads it.
 */
import type { GuestBuffer } from "../abi/buffers.ts";
import type * as Adapters from "../adapter/fuse.ts";
import type { Joint } from "../adapter/joint.ts";
import type { TaskMoves } from "../canon/async-lower.ts";
import type { CoreFunction } from "../canon/lift.ts";
import type { Store } from "../store/store.ts";
import type { Instantiation } from "./instantiate.ts";
import type * as Ends from "./open-ends.ts";
import type * as Changes from "./rewire.ts";

export type Joined = Pick<typeof Adapters, "canFuse" | "copyFused" | "fuse" | "fuseTask"> &
  Pick<typeof Ends, "OpenEnds"> &
  Pick<typeof Changes, "prepareRewire" | "rewire">;

const loaded: { joined?: Joined } = {};

/** To be awaited before components are joined; `undefined`: it is there. */
export function loadOnce(load: () => Promise<Joined>): Promise<void> | undefined {
  if (loaded.joined !== undefined) return undefined;
  return load().then((joined) => {
    loaded.joined = joined;
  });
}

export function canFuse(joint: Joint): boolean {
  return loaded.joined!.canFuse(joint);
}

export function fuse(joints: readonly Joint[], store: Store): CoreFunction[] {
  return loaded.joined!.fuse(joints, store);
}

export function fuseTask(joint: Joint, store: Store): TaskMoves | undefined {
  return loaded.joined!.fuseTask(joint, store);
}

/** Of elements that pass between components that nobody joined there is no copy. */
export function copyFused(from: GuestBuffer, to: GuestBuffer, count: number): boolean {
  return loaded.joined?.copyFused(from, to, count) ?? false;
}

export function openEnds(instance: Instantiation): Ends.OpenEnds {
  return new loaded.joined!.OpenEnds(instance);
}

/**
 * Changes where ends lead. Calls under way finish where they are; handles go on working at their homes, unless their end is cut.
 *
 * @throws ComponentError `link/*`, naming the import and the first difference; then nothing has changed.
 */
export function rewire(changes: Iterable<Changes.Change>): void {
  // Who has an end to change has loaded what makes them.
  loaded.joined?.rewire(changes);
}

/**
 * Resolves and checks changes, and makes all that they need. The function returned makes them, cannot fail, and is good until an end is
 * changed otherwise.
 *
 * @throws ComponentError as `rewire`.
 */
export function prepareRewire(changes: Iterable<Changes.Change>): () => void {
  return loaded.joined?.prepareRewire(changes) ?? (() => {});
}

export type { Joint };
