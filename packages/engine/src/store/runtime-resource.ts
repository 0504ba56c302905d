import { TrapCode } from "../diagnostics/error-code.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { HandleField, TYPE_BYTES, TypeField, TypeKind } from "./control-memory.ts";
import type { Store } from "./store.ts";

/**
 * How JavaScript sees the resources of one type. Guest-made ones are instances of a class that holds the
 * representation; host-made ones are the host's own objects, kept in a table whose index is the representation.
 */
export interface HostRepresentation {
  /** The class, for instanceof and for methods. */
  readonly class: abstract new (
    ...args: never[]
  ) => object;
  /** Whether `lowerOwn` and `lowerBorrow` would take the object: asked of all arguments before any is moved. Changes nothing. */
  accepts(value: object): boolean;
  /** The object for an `own` handle that the guest gives away. */
  liftOwn(rep: number): object;
  /** The object for a `borrow` that the host may use until `scope` ends. */
  liftBorrow(rep: number, scope: BorrowScope): object;
  /** Takes the representation out of an object that is given to the guest; `undefined`: it is no such resource. */
  lowerOwn(value: unknown): number | undefined;
  /** The representation of an object that is lent to the guest until `scope` ends; `undefined`: no such resource. */
  lowerBorrow(value: unknown, scope: BorrowScope): number | undefined;
  /** Forgets all objects: the instances that held them start over. */
  clear?(): void;
}

/** `ResourceType` of definitions.py: one per resource definition and instance, or per class that the host provides. */
export class RuntimeResource {
  readonly name: string;
  readonly store: Store;
  /** The instance that defined it; `undefined`: the host. */
  readonly instance: ComponentInstance | undefined;
  /** Address in the control memory. */
  readonly record: number;
  host: HostRepresentation | undefined = undefined;
  #destructor: unknown = undefined;
  /** Where it goes once it exists. */
  readonly #places: { readonly table: WebAssembly.Table; readonly entry: number }[] = [];

  constructor(name: string, store: Store, instance: ComponentInstance | undefined, kind: number = instance === undefined ? TypeKind.host : TypeKind.guest) {
    this.name = name;
    this.store = store;
    this.instance = instance;
    this.record = store.allocate(TYPE_BYTES);
    this.set(TypeField.kind, kind);
    this.set(TypeField.home, this.record);
    this.set(TypeField.definer, instance?.record ?? 0);
    store.register(this);
  }

  protected set(field: number, value: number): void {
    this.store.control.cells[(this.record + field) >> 2] = value;
  }

  /** The destructor of a guest's resource, an exported core function; set once it exists. */
  get destructor(): unknown {
    return this.#destructor;
  }
  set destructor(core: unknown) {
    this.#destructor = core;
    this.set(TypeField.destructor, 1);
    for (const { table, entry } of this.#places.splice(0)) table.set(entry, core);
  }

  /** Whoever drops handles without JavaScript has the destructor in a table: nothing else may hold on to the guest. */
  putDestructor(table: WebAssembly.Table, entry: number): void {
    if (this.#destructor === undefined) this.#places.push({ table, entry });
    else table.set(entry, this.#destructor);
  }

  /** Of the resource types that handles of this one may have as home, the one that a JavaScript object belongs to; `undefined`: none. */
  homeOf(value: object): RuntimeResource | undefined {
    return this.host?.accepts(value) ? this : undefined;
  }

  /** The route for a handle of `home` that comes by the route `via`: only where the type is an open import. */
  routeFor(home: RuntimeResource, _via: number): number {
    throw new Trap(TrapCode.ForeignHandle, `wasm trap: a handle of ${describeHome(home)} has another home than \`${this.name}\``);
  }

  /** JavaScript is about to take a handle, to pass it on. */
  taking(_instance: ComponentInstance, _index: number): void {}

  /** A handle that came by `route` is an object of JavaScript from here on: passing that on passes the handle on. */
  lifted(_object: object, _route: number): void {}

  /** The record of the route that an object came by when it was a handle; 0: none that matters. */
  routeOf(_object: object): number {
    return 0;
  }

  /** What a guest dropped, host-made, is let go. */
  destroyHost(rep: number): number {
    const object = this.host!.liftOwn(rep) as Partial<Disposable>;
    try {
      object[Symbol.dispose]?.();
      return 0;
    } catch (cause) {
      if (cause instanceof Trap) throw cause;
      throw new Trap(TrapCode.HostThrew, `the destructor of \`${this.name}\` threw: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}

/** A resource type's name, and whose it is. */
export function describeHome({ name, instance }: RuntimeResource): string {
  return instance === undefined ? `\`${name}\` of the host` : `\`${name}\` of \`${instance.name}\``;
}

/**
 * What a call must give back before it ends: `Task.num_borrows` and `Subtask.lenders` of definitions.py.
 * Made only for functions whose type has a borrow.
 */
export class BorrowScope {
  /** Address in the control memory. */
  readonly record: number;
  readonly #store: Store;
  readonly #returns: (() => void)[] = [];

  constructor(store: Store) {
    this.#store = store;
    this.record = store.kernel.begin();
  }

  /** Runs `giveBack` when the call ends: the host lent its handle for the call. */
  lend(giveBack: () => void): void {
    this.#returns.push(giveBack);
  }

  /** Ends all loans; traps when borrowed handles remain. */
  end(): void {
    this.#store.kernel.end(this.record);
    this.#giveBack();
  }

  /** Ends all loans of a call that failed. */
  abandon(): void {
    this.#store.kernel.giveBack(this.record);
    this.#giveBack();
  }

  #giveBack(): void {
    for (const giveBack of this.#returns) giveBack();
    this.#returns.length = 0;
  }
}

/** A handle that is under way: where it comes from, and what it stands for there. */
export interface Representation {
  readonly home: number;
  readonly rep: number;
  readonly route: number;
}

/** Reads a handle's entry, whose address the kernel gave. */
export function representation(store: Store, entry: number): Representation {
  const { cells } = store.control;
  const at = entry >> 2;
  return { home: cells[at + (HandleField.home >> 2)]!, rep: cells[at + (HandleField.rep >> 2)]!, route: cells[at + (HandleField.route >> 2)]! };
}
