import { type RewindableInstance, Rewinder } from "../link/rewind.ts";
import { LinkedComponent } from "./component.ts";

export type { RewindableInstance, Rewinder };

/**
 * Makes instances that can start over, for hosts that give each request a fresh one: putting one back costs a tenth of making one.
 * `undefined`: those of this component can't, so make them anew. The component is compiled once more.
 */
export function rewinderOf(linked: LinkedComponent): Promise<Rewinder | undefined> {
  const { prepared, providers, bytes } = LinkedComponent.partsOf(linked);
  return Rewinder.of(prepared, providers, bytes);
}
