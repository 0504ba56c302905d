/**
 * Open ends: the imports of a part, each of which can be led somewhere else while the part runs. Core code calls an import through the
 * part's table (`canon/trampolines.ts`), so re-pointing one is setting entries of that table. A change resolves and checks everything
 * first, for all ends of the transaction, then makes the functions, and then, where nothing can fail, sets the entries.
 */

import type { CoreFunction } from "../canon/lift.ts";
import { lowerHostFunction, lowerLifted } from "../canon/lower.ts";
import type { ImportPlan, LowerPlan } from "../plan/plan.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import type { Store } from "../store/store.ts";
import { bundlesOf } from "../types/bundles.ts";
import type { ExternType, FuncType, ResourceIdentity } from "../types/component-types.ts";
import { differenceInFunctions } from "../types/subtype.ts";
import { canFuse, fuse, fuseTask, type Joint } from "./adapters.ts";
import { Connection, callable, type Interposer } from "./connection.ts";
import { type HostFunction, type ResourceLookup, recall, remember } from "./extern-value.ts";
import { GuestResource } from "./guest-resource.ts";
import { type HostClass, hostResource } from "./host-resource.ts";
import type { Instantiation } from "./instantiate.ts";
import { camelCase, parsePlainName } from "./js-name.ts";
import { foreignHandle, OpenResource, Route, type RouteMaker, RouteTable } from "./route.ts";
import type { Target } from "./target.ts";
import type { WirePlan } from "./wire-plan.ts";

/** Which function a wire is to call. */
interface Lead {
  readonly wire: WirePlan;
  readonly target: Target | undefined;
  readonly connection: Connection;
  readonly via?: Route | undefined;
}

/** One import of a part: what can be led elsewhere (`rewire`). */
export class End {
  /** As the component names it. */
  readonly name: string;
  readonly type: ExternType;
  /** Names of the imports that are re-pointed together with it, itself included: they pass handles to one another. */
  readonly bundle: readonly string[];
  readonly #part: OpenEnds;
  readonly #leaves: readonly ImportPlan[];
  #connection: Connection;
  /** By provider: going back to one costs next to nothing. */
  readonly #known = new WeakMap<object, Connection>();

  /** @internal */
  constructor(part: OpenEnds, name: string, type: ExternType, bundle: readonly string[], leaves: readonly ImportPlan[]) {
    this.#part = part;
    this.name = name;
    this.type = type;
    this.bundle = bundle;
    this.#leaves = leaves;
    this.#connection = Connection.broken(`${part.name} → ${name}`);
  }

  /** What it leads to, as it was given; `undefined`: nowhere. */
  get to(): unknown {
    return this.#connection.to;
  }

  get through(): readonly Interposer[] {
    return this.#connection.through;
  }

  /** Whether a call through it can make the part wait: JavaScript lies there, or further on. */
  get maySuspend(): boolean {
    return this.#connection.maySuspend(new Set());
  }

  /** Ends that it led to before, which handles still go to; `close` closes those handles. */
  get drains(): readonly Drain[] {
    return this.#part.drainsOf(this);
  }

  /** @internal */
  static partsOf(end: End): { readonly part: OpenEnds; readonly leaves: readonly ImportPlan[]; readonly connection: Connection } {
    return { part: end.#part, leaves: end.#leaves, connection: end.#connection };
  }

  /** The connection to a provider, found once if that is an instance: objects of the host may change. @internal */
  static known(end: End, to: unknown, find: () => Connection): Connection {
    let known = typeof to === "object" && to !== null ? end.#known.get(to) : undefined;
    if (known === undefined) {
      known = find();
      if (known.leadsToInstance) end.#known.set(to as object, known);
    }
    return known;
  }

  /** @internal */
  static connect(end: End, connection: Connection): void {
    end.#connection = connection;
  }
}

/** An end that is still there for the handles that came from it. */
export interface Drain {
  /** The resource type, as the part knows it. */
  readonly resource: string;
  /** How many handles. */
  readonly handles: number;
  /** Their methods fail from now on; they can be dropped. */
  close(): void;
}

export class OpenEnds implements RouteMaker {
  readonly name: string;
  readonly instantiation: Instantiation;
  readonly store: Store;
  readonly wireOf = new Map<LowerPlan, WirePlan>();
  readonly table: RouteTable;
  readonly ends = new Map<string, End>();
  readonly resources = new Map<number, OpenResource>();
  readonly #wires: readonly WirePlan[];
  /** Wires whose memory and realloc exist, and those of them that have no function yet. */
  readonly #ready = new Set<WirePlan>();
  readonly #waiting: WirePlan[] = [];
  /** Which end owns a resource: the first import that has it. */
  readonly #owners = new Map<number, string>();
  readonly #slots = new Map<ResourceIdentity, number>();

  constructor(instantiation: Instantiation) {
    const { prepared, store } = instantiation;
    const { plan } = prepared;
    this.instantiation = instantiation;
    this.store = store;
    this.#wires = prepared.wires;
    this.table = new RouteTable(this.#wires.reduce((entries, { at, entry }) => Math.max(entries, at + 1, entry + 1), 0));
    this.name = instantiation.instances[0]!.name;
    for (const wire of this.#wires) this.wireOf.set(wire.lower, wire);
    for (const leaf of plan.imports) {
      const { type, slot } = leaf;
      if (type.sort !== "type" || type.type.kind !== "resource") continue;
      this.#slots.set(type.type.identity, slot);
      if (!this.#owners.has(slot)) this.#owners.set(slot, leaf.path[0]!);
    }
    for (const [slot, end] of this.#owners) {
      const methods = this.#wires.filter(({ method }) => method?.resource === slot).length;
      this.resources.set(slot, new OpenResource(`${end} ${plan.resources[slot]!.name}`, this, slot, methods));
    }
    prepared.bundles ??= bundlesOf(plan.type.imports);
    for (const bundle of prepared.bundles) {
      for (const name of bundle) {
        const leaves = plan.imports.filter(({ path }) => path[0] === name);
        const type = plan.type.imports.get(name)!;
        if (type.sort !== "func" && type.sort !== "instance" && type.sort !== "type") continue;
        this.ends.set(name, new End(this, name, type, bundle, leaves));
      }
    }
  }

  /** The name of the end that has the resource's methods. */
  ownerOf(slot: number): string | undefined {
    return this.#owners.get(slot);
  }

  slotOf(identity: ResourceIdentity): number | undefined {
    return this.#slots.get(identity);
  }

  /** The memory and realloc of a wire exist: it gets its function at the next `flush`. */
  ready(wire: WirePlan): void {
    this.#ready.add(wire);
    this.#waiting.push(wire);
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    const wires = this.#waiting.splice(0);
    for (const wire of wires) if (wire.entry !== wire.at) this.table.table.set(wire.entry, this.instantiation.dispatcher(wire));
    this.#set(this.#make(wires.map((wire) => this.#lead(wire, this.#connection(wire)))));
  }

  /** The functions of an end as `connection` has them, of wires that are ready; made, not yet set. */
  prepare(end: End, connection: Connection): readonly Made[] {
    const { shared, isPlain } = connection;
    if (isPlain && shared.plain !== undefined) return shared.plain;
    const made = this.#make([...this.#ready].filter((wire) => this.#end(wire) === end).map((wire) => this.#lead(wire, connection)));
    // While the part is being instantiated some wires are still to come.
    if (isPlain && this.#ready.size === this.#wires.length) shared.plain = made;
    return made;
  }

  /** Leads an end to what was prepared. */
  commit(end: End, connection: Connection, made: readonly Made[]): void {
    const moved = connection.to !== end.to;
    End.connect(end, connection);
    this.store.wiring += 1;
    for (const resource of this.resources.values()) {
      if (this.#owners.get(resource.slot) !== end.name) continue;
      const home = connection.homes.get(resource.slot);
      if (home === undefined) {
        // Cut: what came by it is closed.
        for (const route of resource.routes) this.#close(route, connection, made);
        resource.point(undefined);
        continue;
      }
      resource.ways.set(home, connection);
      if (moved || resource.current === undefined) resource.point(new Route(resource, home, connection));
      else resource.current.connection = connection;
    }
    this.#set(made);
  }

  routeFor(resource: OpenResource, home: RuntimeResource, via: Route | undefined): Route {
    const through = via?.interposes && via.resource !== resource ? via : undefined;
    const known = this.#route(resource, home, through);
    if (known !== undefined) return known;
    const connection = (through === undefined && resource.ways.get(home)) || this.#straight(resource, home);
    const wires = [...this.#ready].filter(({ method }) => method?.resource === resource.slot);
    const made = this.#make(wires.map((wire) => ({ wire, target: this.#methodOf(home, wire.leaf, resource, connection), connection, via: through })));
    const route = new Route(resource, home, connection, through);
    for (const { wire, core } of made) route.lead(wire.method!.at, core);
    return route;
  }

  /** A route there is: where the import leads now, else the newest that works. */
  #route({ current, routes }: OpenResource, home: RuntimeResource, via: Route | undefined): Route | undefined {
    if (via === undefined && current?.leadsTo(home)) return current;
    const fitting = [...routes].filter((route) => route.via === via && route.handles > 0 && route.leadsTo(home));
    return fitting.findLast(({ closed }) => !closed) ?? fitting.at(-1);
  }

  /** To a home that no end leads to: it came otherwise, as the request that a handler is given. */
  #straight({ slot }: OpenResource, home: RuntimeResource): Connection {
    return new Connection(`${this.name} → ${this.#owners.get(slot)}`, home, new Map(), new Map());
  }

  /** A method as the connection has it, else of the home; `undefined` where the connection is broken. */
  #methodOf(home: RuntimeResource, leaf: ImportPlan, resource: OpenResource, { to, targets }: Connection): Target | undefined {
    if (to === undefined) return undefined;
    const target = targets.get(leaf.slot);
    if (target !== undefined) return target;
    const found = methodOfClass(home.host!.class, leaf);
    if (typeof found === "string") throw foreignHandle(home, resource, found);
    return found;
  }

  homeOfStranger({ slot }: OpenResource, value: object): RuntimeResource | undefined {
    const state = GuestResource.stateOf(value);
    const found = state?.resource.host?.class ?? (Object.getPrototypeOf(value) as object | null)?.constructor;
    if (typeof found !== "function" || found === Object || found === Promise) return undefined;
    for (const { method, leaf } of this.#wires) {
      if (method?.resource === slot && typeof methodOfClass(found as unknown as HostClass, leaf) === "string") return undefined;
    }
    return state?.resource ?? this.store.hostResource(found, () => hostResource(found.name, found as unknown as HostClass, this.store));
  }

  drainsOf(end: End): Drain[] {
    const drains: Drain[] = [];
    for (const resource of this.resources.values()) {
      if (this.#owners.get(resource.slot) !== end.name) continue;
      for (const route of resource.routes) {
        if (route === resource.current || route.handles === 0) continue;
        const close = () => {
          const broken = Connection.broken(route.connection.name, { onFailure: route.connection.onFailure });
          this.#close(route, broken, this.prepare(end, broken));
        };
        drains.push({ resource: resource.name, handles: route.handles, close });
      }
    }
    return drains;
  }

  /** `made`: the functions of an end that leads nowhere, which `broken` is. */
  #close(route: Route, broken: Connection, made: readonly Made[]): void {
    const { resource, connection, home } = route;
    // Handles that are still to come from there are closed, too.
    if (resource.ways.get(home) === connection) resource.ways.set(home, broken);
    route.connection = broken;
    for (const { wire, core } of made) if (wire.method?.resource === resource.slot) route.lead(wire.method.at, core);
  }

  /** Whether a call into the part can make its caller wait. */
  maySuspend(seen: Set<object>): boolean {
    for (const end of this.ends.values()) if (End.partsOf(end).connection.maySuspend(seen)) return true;
    for (const { routes } of this.resources.values()) for (const { connection } of routes) if (connection.maySuspend(seen)) return true;
    return false;
  }

  /** An import of the part as a function of JavaScript: the part exports it. */
  passedOn(slot: number, type: FuncType, resourceOf: ResourceLookup): HostFunction {
    const leaf = this.instantiation.prepared.plan.imports.find(({ type, slot: its }) => type.sort === "func" && its === slot)!;
    const end = this.ends.get(leaf.path[0]!)!;
    const { activations } = this.store;
    const name = { import: leaf.path[0]!, function: leaf.path.at(-1)!, type };
    const resource = this.#resourceOfMethod(leaf);
    const call: HostFunction = (...args) => {
      let { connection } = End.partsOf(end);
      let target = connection.targets.get(slot);
      const home = resource?.homeOf(args[0] as object);
      if (resource !== undefined && home !== undefined) {
        connection = this.#route(resource, home, undefined)?.connection ?? resource.ways.get(home) ?? this.#straight(resource, home);
        target = this.#methodOf(home, leaf, resource, connection);
      }
      if (target === undefined) throw connection.broken();
      return connection.interposed(callable(target), name, activations)(...args);
    };
    const maySuspend = (seen: Set<object>): boolean => {
      if (seen.has(end)) return false;
      seen.add(end);
      return End.partsOf(end).connection.maySuspend(seen);
    };
    return remember(call, { sort: "passed-on", type, resourceOf, call, maySuspend });
  }

  /** The resource that an import is a method of. */
  #resourceOfMethod({ path, type }: ImportPlan): OpenResource | undefined {
    if (type.sort !== "func" || parsePlainName(path.at(-1)!).annotation !== "method") return undefined;
    const self = type.type.params[0]?.type;
    return self?.kind === "borrow" ? this.resources.get(this.#slots.get(self.resource.identity)!) : undefined;
  }

  #end({ leaf }: WirePlan): End {
    return this.ends.get(leaf.path[0]!)!;
  }

  #connection(wire: WirePlan): Connection {
    return End.partsOf(this.#end(wire)).connection;
  }

  #lead(wire: WirePlan, connection: Connection): Lead {
    return { wire, target: connection.targets.get(wire.leaf.slot), connection };
  }

  #make(leads: readonly Lead[]): Made[] {
    const made: Made[] = [];
    const fused: { readonly wire: WirePlan; readonly joint: Joint }[] = [];
    const others: { readonly wire: WirePlan; readonly core: CoreFunction }[] = [];
    for (const { wire, target, connection, via } of leads) {
      const { prepared, contexts } = this.instantiation;
      const signature = prepared.signature(wire.lower);
      const caller = contexts[wire.lower.context]!;
      const path = wire.leaf.path;
      const lead = connection.lead(target, { import: path[0]!, function: path.at(-1)!, signature, cx: caller }, via);
      if (typeof lead === "function") others.push({ wire, core: lowerHostFunction(path.join("."), signature, caller, lead) });
      else {
        const joint = { signature, caller, callee: lead.lifted };
        if (canFuse(joint)) fused.push({ wire, joint });
        else others.push({ wire, core: lowerLifted(signature, caller, lead.lifted, caller.instance, true, () => fuseTask(joint, this.store)) });
      }
    }
    if (fused.length > 0) {
      const functions = fuse(
        fused.map(({ joint }) => joint),
        this.store,
      );
      for (const [i, { wire }] of fused.entries()) made.push({ wire, core: functions[i]! });
    }
    if (others.length > 0) {
      const functions = this.instantiation.gated(
        others.map(({ wire }) => wire.trampoline),
        others.map(({ core }) => core),
      );
      for (const [i, { wire }] of others.entries()) made.push({ wire, core: functions[i]! });
    }
    return made;
  }

  #set(made: readonly Made[]): void {
    for (const { wire, core } of made) {
      this.table.table.set(wire.at, core);
      if (wire.method !== undefined) this.resources.get(wire.method.resource)?.current?.lead(wire.method.at, core);
    }
  }
}

/** What a class has for an import that is a method; why it doesn't fit, in words. */
function methodOfClass(of: HostClass, { path, type }: ImportPlan): Target | string {
  const key = camelCase(parsePlainName(path.at(-1)!).label);
  const method = (of.prototype as Record<string, unknown>)[key];
  const value = recall(method);
  if (value?.sort === "func") {
    const difference = type.sort === "func" ? differenceInFunctions(value.type, type.type, () => true) : undefined;
    return difference ?? value;
  }
  if (typeof method !== "function") return `it has no method \`${key}\``;
  return (self, ...args) => (self as Record<string, HostFunction>)[key]!(...args);
}

/** A function for a wire, to be set. */
export interface Made {
  readonly wire: WirePlan;
  readonly core: CoreFunction;
}
