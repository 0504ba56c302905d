/**
 * Routes: where the methods of a handle go. A handle keeps the route that it came by, so it goes on working at its home when the
 * import that it came by leads elsewhere. A route is a record in the control memory, which handles name, and a range of the part's table,
 * which has the route's functions, one for each place where the part imports a method of the resource.
 */
import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import { ROUTE_BYTES, RouteField, TypeField, TypeKind } from "../store/control-memory.ts";
import { RuntimeResource } from "../store/runtime-resource.ts";
import type { Store } from "../store/store.ts";
import type { Connection } from "./connection.ts";

/** What makes routes for handles that arrive otherwise than from where an end leads: the part. */
export interface RouteMaker {
  readonly store: Store;
  readonly table: RouteTable;
  routeFor(resource: OpenResource, home: RuntimeResource, via: Route | undefined): Route;
}

/** A resource type that a part with open ends imports: it admits handles of any home that its wires lead or led to. */
export class OpenResource extends RuntimeResource {
  readonly #part: RouteMaker;
  /** Slot in the part's plan. */
  readonly slot: number;
  /** How many places import its methods. */
  readonly methods: number;
  /** All that handles have or may get; the first is where the import leads. */
  readonly routes: Set<Route> = new Set();
  current: Route | undefined = undefined;

  constructor(name: string, part: RouteMaker, slot: number, methods: number) {
    super(name, part.store, undefined, TypeKind.open);
    this.#part = part;
    this.slot = slot;
    this.methods = methods;
    this.set(TypeField.home, 0);
  }

  /** The home that handles arrive from most often. */
  get home(): RuntimeResource | undefined {
    const home = this.current?.home;
    return home instanceof OpenResource ? home.home : home;
  }

  override homeOf(value: object): RuntimeResource | undefined {
    for (const route of this.routes) {
      const home = route.home.homeOf(value);
      if (home !== undefined) return home;
    }
    return undefined;
  }

  /** Whether handles of this home were ever admitted, and may still be there. */
  admits(home: RuntimeResource): boolean {
    for (const route of this.routes) if (route.leadsTo(home)) return true;
    return false;
  }

  override routeFor(home: RuntimeResource, via: number): number {
    return this.#part.routeFor(this, home, this.store.routes.get(via) as Route | undefined).record;
  }

  /** From here on handles that arrive get `route`. */
  point(route: Route | undefined): void {
    if (this.current !== undefined && this.current !== route) this.current.drain();
    this.current = route;
    if (route !== undefined) route.keep();
    this.set(TypeField.home, this.home?.record ?? 0);
    this.set(TypeField.route, route?.record ?? 0);
    this.countRoutes();
  }

  /** Routes have come or gone. */
  countRoutes(): void {
    this.set(TypeField.otherRoutes, this.routes.size - (this.current === undefined ? 0 : 1));
  }
}

/** A part's table of core functions: first those of its wires, then ranges of routes. */
export class RouteTable {
  readonly table: WebAssembly.Table;
  readonly #free = new Map<number, number[]>();

  constructor(wires: number) {
    this.table = new WebAssembly.Table({ element: "anyfunc", initial: wires });
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

export class Route {
  readonly resource: OpenResource;
  /** Whose handles have it. An open resource of another part stands for all that it admits. */
  readonly home: RuntimeResource;
  /** The wire that leads there; `undefined`: straight to the home. */
  readonly connection: Connection | undefined;
  /** Address in the control memory. */
  readonly record: number;
  readonly #base: number;
  readonly #table: RouteTable;

  constructor(resource: OpenResource, home: RuntimeResource, connection: Connection | undefined, table: RouteTable) {
    this.resource = resource;
    this.home = home;
    this.connection = connection;
    this.#table = table;
    this.#base = table.allocate(resource.methods);
    this.record = resource.store.allocate(ROUTE_BYTES);
    this.#set(RouteField.base, this.#base);
    this.#set(RouteField.draining, 1);
    this.interposed = (connection?.through.length ?? 0) > 0;
    resource.store.routes.set(this.record, this);
    resource.routes.add(this);
    resource.countRoutes();
  }

  #set(field: number, value: number): void {
    this.resource.store.control.cells[(this.record + field) >> 2] = value;
  }

  set interposed(is: boolean) {
    this.#set(RouteField.interposed, is ? 1 : 0);
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
    const { resource } = this;
    if (!resource.routes.delete(this)) return;
    resource.countRoutes();
    this.#table.release(this.#base, resource.methods);
    resource.store.routes.delete(this.record);
    resource.store.release(this.record);
  }
}

export function foreignHandle(home: RuntimeResource, expected: RuntimeResource, why: string): Trap {
  return new Trap(TrapCode.ForeignHandle, `wasm trap: a handle of \`${home.name}\` can't be used as \`${expected.name}\`: ${why}`);
}
