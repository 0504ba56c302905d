/** Changes of wires, as one transaction: all of them or none. */
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import type { FuncType, ResourceIdentity } from "../types/component-types.ts";
import type { SameResource } from "../types/mismatch.ts";
import { differenceInFunctions } from "../types/subtype.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { type FuncValue, type PassedOnValue, recall } from "./extern-value.ts";
import { type HostClass, hostResource } from "./host-resource.ts";
import { describe, find, isGiven, targetOf } from "./linker.ts";
import { End, type Made, type OpenEnds } from "./open-ends.ts";
import { OpenResource } from "./route.ts";
import { otherStore, type Target } from "./target.ts";

export interface Change extends ConnectionOptions {
  readonly end: End;
  /** What it is to lead to: an export of another instance, functions and classes of the host, `null`: nothing. Absent: where it leads now. */
  readonly to?: unknown;
}

/**
 * Changes where ends lead. Calls under way finish where they are; handles go on working at their homes, unless their end is cut.
 *
 * @throws ComponentError `link/*`, naming the import and the first difference; then nothing has changed.
 */
export function rewire(changes: Iterable<Change>): void {
  prepareRewire(changes)();
}

/**
 * Resolves and checks changes, and makes all that they need. The function returned makes them, cannot fail, and is good until an end is
 * changed otherwise.
 *
 * @throws ComponentError as `rewire`.
 */
export function prepareRewire(changes: Iterable<Change>): () => void {
  const next = new Map<End, Connection>();
  for (const { end, to, ...options } of changes) {
    const before = next.get(end) ?? End.partsOf(end).connection;
    next.set(end, to === undefined ? before.with(options) : known(end, to, options));
  }
  const check = new Check(next);
  for (const end of next.keys()) {
    const { part } = End.partsOf(end);
    // What the others of its bundle lead to must fit, too.
    for (const name of end.bundle) check.end(part.ends.get(name)!);
  }
  const made: [End, Connection, readonly Made[]][] = [...next].map(([end, connection]) => [end, connection, End.partsOf(end).part.prepare(end, connection)]);
  return () => {
    for (const [end, connection, functions] of made) End.partsOf(end).part.commit(end, connection, functions);
  };
}

function known(end: End, to: unknown, options: ConnectionOptions): Connection {
  const found = End.known(end, to, () => resolve(end, to));
  // What was given for the connection before is not kept.
  return new Connection(found.name, found.to, found.targets, found.homes, options, found.shared);
}

/** Finds what stands for each function and resource of an end. */
function resolve(end: End, to: unknown): Connection {
  const { name } = end;
  const { part, leaves } = End.partsOf(end);
  const targets = new Map<number, Target>();
  const homes = new Map<number, RuntimeResource>();
  const label = `${part.name} → ${name}`;
  if (to === null) return Connection.broken(label);
  for (const leaf of leaves) {
    const { type, slot } = leaf;
    if (type.sort !== "func" && part.ownerOf(slot) !== name) continue;
    // Another name of a resource (`type headers = fields`) need not be given.
    if (type.sort === "type" && homes.has(slot) && !isGiven(leaf, { [name]: to })) continue;
    const found = find(leaf, { [name]: to });
    if (type.sort === "func") {
      const value = recall(found);
      if (value?.sort === "func" && value.lifted.cx.instance.store !== part.store) throw otherStore(name);
      targets.set(slot, targetOf(found));
    } else if (type.sort === "type") {
      const value = recall(found);
      const resource =
        value?.sort === "resource"
          ? value.resource
          : part.store.hostResource(found as HostClass, () => hostResource(leaf.path.at(-1)!, found as HostClass, part.store));
      if (resource.store !== part.store) throw otherStore(name);
      homes.set(slot, resource);
    }
  }
  return new Connection(label, to, targets, homes);
}

/** Checks by type, with the resources as they will be. */
class Check {
  readonly #next: ReadonlyMap<End, Connection>;

  constructor(next: ReadonlyMap<End, Connection>) {
    this.#next = next;
  }

  end(end: End): void {
    const connection = this.#of(end);
    if (connection.shared.checked) return;
    const { part, leaves } = End.partsOf(end);
    for (const leaf of leaves) {
      const target = leaf.type.sort === "func" ? typed(connection.targets.get(leaf.slot)) : undefined;
      if (leaf.type.sort !== "func" || target === undefined) continue;
      const difference = differenceOf(target.type, leaf.type.type, (theirs, ours) => {
        const slot = part.slotOf(ours);
        const home = target.resourceOf(theirs);
        if (slot === undefined || home === undefined) return false;
        const owner = part.ownerOf(slot)!;
        // Handles of other bundles may come from anywhere: they keep their homes. An end that leads nowhere has none.
        return !end.bundle.includes(owner) || this.#agree(home, this.#of(part.ends.get(owner)!).homes.get(slot));
      });
      if (difference !== undefined) throw new ComponentError(ErrorCode.ImportMismatch, `${describe(leaf.path)}: ${difference}`, hint(end));
    }
    connection.shared.checked = end.bundle.length === 1;
  }

  /** The connection of an end as it will be. */
  #of(end: End): Connection {
    return this.#next.get(end) ?? End.partsOf(end).connection;
  }

  /** Whether what a function takes and gives is of the home that the wire leads to: it is so where other parts' wires end. */
  #agree(theirs: RuntimeResource, home: RuntimeResource | undefined): boolean {
    if (theirs === home || home === undefined) return true;
    const [a, b] = [this.#endOf(theirs), this.#endOf(home)];
    // Where a wire leads nowhere yet, it may still come to lead to the same.
    return a === b || a === undefined || b === undefined;
  }

  /** Where the wires behind a resource end; `undefined`: nowhere, or in a circle. */
  #endOf(resource: RuntimeResource): RuntimeResource | undefined {
    const seen = new Set<RuntimeResource>();
    let at: RuntimeResource | undefined = resource;
    while (at instanceof OpenResource && !seen.has(at)) {
      seen.add(at);
      const part: OpenEnds = at.part as OpenEnds;
      at = this.#of(part.ends.get(part.ownerOf(at.slot)!)!).homes.get(at.slot);
    }
    return at instanceof OpenResource ? undefined : at;
  }
}

/** A target whose type is known. */
function typed(target: Target | undefined): FuncValue | PassedOnValue | undefined {
  if (typeof target !== "function") return target;
  const value = recall(target);
  return value?.sort === "passed-on" ? value : undefined;
}

function hint({ bundle }: End): { hint?: string } {
  return bundle.length > 1 ? { hint: `${bundle.map((name) => `\`${name}\``).join(", ")} belong together: re-wire them in one transaction` } : {};
}

/** By two types that fit, the resources that must be the same: comparing the types again takes longer than anything else in a change. */
const fitting = new WeakMap<FuncType, WeakMap<FuncType, readonly (readonly [ResourceIdentity, ResourceIdentity])[]>>();

function differenceOf(theirs: FuncType, ours: FuncType, same: SameResource): string | undefined {
  if (
    fitting
      .get(theirs)
      ?.get(ours)
      ?.every((pair) => same(...pair))
  )
    return undefined;
  const pairs: [ResourceIdentity, ResourceIdentity][] = [];
  const difference = differenceInFunctions(theirs, ours, (a, b) => {
    pairs.push([a, b]);
    return same(a, b);
  });
  if (difference !== undefined) return difference;
  const known = fitting.get(theirs) ?? new WeakMap();
  fitting.set(theirs, known.set(ours, pairs));
  return undefined;
}
