/**
 * Routes: where the methods of a handle go. A handle keeps the route that it came by, so it goes on working at its home when the
 * import that it came by leads elsewhere. A route is a record in the control memory, which handles name, and a range of the part's table,
 * which has the route's functions, one for each place where the part imports a method of the resource.
 */
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "../store/component-instance.ts";
import { HandleField, ROUTE_BYTES, RouteField, TypeField, TypeKind } from "../store/control-memory.ts";
import { describeHome, RuntimeResource } from "../store/runtime-resource.ts";
import type { Store } from "../store/store.ts";
import type { Called, Connection, Way } from "./connection.ts";
import type { HostFunction } from "./extern-value.ts";

/** What makes routes for handles that arrive otherwise than from where an end leads: the part. */
export interface RouteMaker {
  readonly store: Store;
  readonly table: RouteTable;
  routeFor(resource: OpenResource, home: RuntimeResource, via: Route | undefined): Route;
  /** The resource type of an object that comes from nowhere where the end leads or led, if it has the methods that the part calls. */
  homeOfStranger(resource: OpenResource, value: object): RuntimeResource | undefined;
}

/** In effect a private field of objects that stand for handles: the route that each came by, where something lies on it. */
const cameBy = new WeakMap<object, Route>();

/** A resource type that a part with open ends imports: it admits handles of any home that its wires lead or led to. */
export class OpenResource extends RuntimeResource {
  readonly part: RouteMaker;
  /** Slot in the part's plan. */
  readonly slot: number;
  /** How many places import its methods. */
  readonly methods: number;
  /** All that handles have or may get, in the order in which they were made. */
  readonly routes: Set<Route> = new Set();
  current: Route | undefined = undefined;
  /** By home, the connection that led there last: for handles that arrive when no other has its route any more. */
  readonly ways: WeakMap<RuntimeResource, Connection> = new WeakMap();

  constructor(name: string, part: RouteMaker, slot: number, methods: number) {
    super(name, part.store, undefined, TypeKind.open);
    this.part = part;
    this.slot = slot;
    this.methods = methods;
    this.set(TypeField.home, 0);
  }

  /** The home that handles arrive from most often. Wires may lead in a circle: then there is none. */
  get home(): RuntimeResource | undefined {
    let home = this.current?.home;
    const seen = home instanceof OpenResource ? new Set<RuntimeResource>([this]) : undefined;
    while (home instanceof OpenResource) {
      if (seen!.has(home)) return undefined;
      seen!.add(home);
      home = home.current?.home;
    }
    return home;
  }

  /** All homes that handles were ever admitted of, and may still be there. */
  #homes(into: Set<RuntimeResource> = new Set()): Set<RuntimeResource> {
    for (const { home } of this.routes) {
      if (into.has(home)) continue;
      into.add(home);
      if (home instanceof OpenResource) home.#homes(into);
    }
    return into;
  }

  override homeOf(value: object): RuntimeResource | undefined {
    const home = this.home?.homeOf(value);
    if (home !== undefined) return home;
    for (const home of this.#homes()) if (home.host?.accepts(value)) return home;
    return this.part.homeOfStranger(this, value);
  }

  admits(home: RuntimeResource): boolean {
    return this.#homes().has(home);
  }

  override routeFor(home: RuntimeResource, via: number): number {
    return this.part.routeFor(this, home, this.store.routes.get(via) as Route | undefined).record;
  }

  override taking(instance: ComponentInstance, index: number): void {
    const { kernel, control, routes } = this.store;
    const entry = kernel.entry(instance.record, this.record, index);
    (routes.get(control.cells[(entry + HandleField.route) >> 2]!) as Route | undefined)?.hold();
  }

  override lifted(object: object, route: number): void {
    const came = this.store.routes.get(route) as Route | undefined;
    if (came?.interposes) cameBy.set(object, came);
    else cameBy.delete(object);
  }

  override routeOf(object: object): number {
    return cameBy.get(object)?.handOn() ?? 0;
  }

  /** From here on handles that arrive get `route`. */
  point(route: Route | undefined): void {
    const left = this.current;
    this.current = route;
    if (left !== route) left?.drain();
    route?.keep();
    this.set(TypeField.home, this.home?.record ?? 0);
    this.set(TypeField.route, route?.record ?? 0);
    this.countRoutes();
  }

  /** Routes have come or gone. */
  countRoutes(): void {
    this.store.wiring += 1;
    this.set(TypeField.otherRoutes, this.routes.size - (this.current === undefined ? 0 : 1));
  }
}

/** A part's table of core functions: first those of its wires, then ranges of routes. */
export class RouteTable {
  readonly table: WebAssembly.Table;
  readonly #free = new Map<number, number[]>();

  constructor(wires: number) {
    // Entry 0 of a table without wires stays empty: no route begins there.
    this.table = new WebAssembly.Table({ element: "anyfunc", initial: Math.max(wires, 1) });
  }

  allocate(size: number): number {
    return this.#free.get(size)?.pop() ?? this.table.grow(size);
  }

  release(base: number, size: number): void {
    for (let i = 0; i < size; i++) this.table.set(base + i, null);
    const freed = this.#free.get(size);
    if (freed === undefined) this.#free.set(size, [base]);
    else freed.push(base);
  }
}

export class Route implements Way {
  readonly resource: OpenResource;
  /** Whose handles have it. An open resource of another part stands for all that it admits. */
  readonly home: RuntimeResource;
  /** The route in another part by which the handles came to this one, where something lies on it. */
  readonly via: Route | undefined;
  /** Address in the control memory. */
  record: number;
  #connection: Connection;
  #held = 0;
  readonly #base: number;
  readonly #table: RouteTable;

  constructor(resource: OpenResource, home: RuntimeResource, connection: Connection, via?: Route) {
    const { table } = resource.part;
    this.resource = resource;
    this.home = home;
    this.via = via;
    this.#connection = connection;
    this.#table = table;
    this.#base = table.allocate(resource.methods + 1);
    if (home.destructor !== undefined) home.putDestructor(table.table, this.#base + resource.methods);
    this.record = this.#register();
    resource.routes.add(this);
    resource.countRoutes();
  }

  #register(): number {
    const { store } = this.resource;
    this.record = store.allocate(ROUTE_BYTES);
    store.routes.add(this);
    this.#set(RouteField.base, this.#base);
    // An open resource of another part has several homes: JavaScript finds the destructor.
    if (this.home.destructor !== undefined) this.#set(RouteField.destructor, this.#base + this.resource.methods);
    this.#set(RouteField.draining, 1);
    this.connection = this.#connection;
    return this.record;
  }

  #set(field: number, value: number): void {
    this.resource.store.control.cells[(this.record + field) >> 2] = value;
  }

  /** The wire that leads there: handles that came by it pass what lies on it, also what is put there later. */
  get connection(): Connection {
    return this.#connection;
  }
  set connection(connection: Connection) {
    this.#connection = connection;
    this.#set(RouteField.interposed, this.interposes ? 1 : 0);
  }

  get interposes(): boolean {
    return this.via !== undefined || this.connection.through.length > 0 || this.closed;
  }

  /** Its methods fail. */
  get closed(): boolean {
    return this.connection.to === undefined;
  }

  /** Of a handle that came by this route and was passed on to another part: each call looks at what lies on it then. */
  pass(next: HostFunction, called: Called): HostFunction {
    const { activations } = this.resource.store;
    return (...args) => {
      if (this.closed) return this.connection.fail(called, undefined);
      return this.connection.interposed(this.via?.pass(next, called) ?? next, { ...called, type: called.signature.type }, activations)(...args);
    };
  }

  /** Handles that have it. */
  get handles(): number {
    return this.resource.store.control.cells[(this.record + RouteField.handles) >> 2]!;
  }

  /** `at`: place among the resource's methods. */
  lead(at: number, to: unknown): void {
    this.#table.table.set(this.#base + at, to);
  }

  leadsTo(home: RuntimeResource): boolean {
    return this.home === home || (this.home instanceof OpenResource && this.home.admits(home));
  }

  /** It is where an import leads: it stays, also without handles. */
  keep(): void {
    this.#set(RouteField.draining, 0);
  }

  /** It goes when its last handle is gone. */
  drain(): void {
    this.#set(RouteField.draining, 1);
    if (this.handles === 0) this.drained();
  }

  drained(): void {
    this.#release();
  }

  /** The record that stands for it until JavaScript is left. */
  handOn(): number {
    if (this.record === 0) this.#register();
    this.hold();
    return this.record;
  }

  /** Its last handle may be on its way to another part, which asks by what route: it stays until JavaScript is left. */
  hold(): void {
    if (!this.interposes) return;
    this.#held += 1;
    Promise.resolve().then(() => {
      this.#held -= 1;
      this.#release();
    });
  }

  #release(): void {
    const { resource, record } = this;
    if (record === 0 || resource.current === this || this.handles > 0 || this.#held > 0) return;
    this.record = 0;
    resource.store.routes.delete(record);
    resource.store.release(record);
    if (!resource.routes.delete(this)) return;
    resource.countRoutes();
    this.#table.release(this.#base, resource.methods + 1);
  }
}

export function foreignHandle(home: RuntimeResource, expected: RuntimeResource, why: string): Trap {
  return new Trap(TrapCode.ForeignHandle, `wasm trap: a handle of ${describeHome(home)} can't be used as \`${expected.name}\`: ${why}`);
}
