/** Whether what is exported here can stand for what is imported there, from their types alone: before anything is instantiated. */
import type { ExternType, InstanceType, ResourceIdentity } from "./component-types.ts";
import { differenceInFunctions } from "./subtype.ts";

/**
 * The first thing in which `offered` falls short of `wanted`, in words; `undefined`: it fits, if the resources of both are of one home, which
 * only instances show. More than is wanted may be offered.
 */
export function differenceBetween(wanted: ExternType, offered: ExternType): string | undefined {
  const known = fitting.get(wanted.type)?.has(offered.type);
  if (known === true) return undefined;
  const found = compared(wanted, offered);
  if (found === undefined) fitting.set(wanted.type, (fitting.get(wanted.type) ?? new WeakSet()).add(offered.type));
  return found;
}

/** Types that were found to fit: apps ask the same again at each change. */
const fitting = new WeakMap<object, WeakSet<object>>();

function compared(wanted: ExternType, offered: ExternType): string | undefined {
  const pairs = new Map<ResourceIdentity, ResourceIdentity>();
  return difference(wanted, offered, (theirs, ours) => {
    const known = pairs.get(ours);
    // Resources that come from a third interface are compared by name.
    if (known === undefined) pairs.set(ours, theirs);
    return known === undefined ? ours.name === theirs.name || ours.name === undefined || theirs.name === undefined : known === theirs;
  });
}

type SameResource = (theirs: ResourceIdentity, ours: ResourceIdentity) => boolean;

function difference(wanted: ExternType, offered: ExternType, same: SameResource): string | undefined {
  if (wanted.sort === "instance" && offered.sort === "instance") return inInterface(wanted.type, offered.type, same);
  if (wanted.sort === "func" && offered.sort === "func") return differenceInFunctions(offered.type, wanted.type, same);
  return wanted.sort === offered.sort ? undefined : `a ${noun(wanted)} is wanted, a ${noun(offered)} is offered`;
}

function inInterface(wanted: InstanceType, offered: InstanceType, same: SameResource): string | undefined {
  for (const [name, type] of wanted.exports) {
    if (type.sort !== "func") continue;
    const found = offered.exports.get(name);
    if (found === undefined) return `it has no function \`${name}\``;
    const inner = difference(type, found, same);
    if (inner !== undefined) return `\`${name}\`: ${inner}`;
  }
  return undefined;
}

function noun({ sort }: ExternType): string {
  return sort === "instance" ? "whole interface" : sort === "func" ? "function" : sort;
}
