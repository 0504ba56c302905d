import type { ComponentInstance } from "./component-instance.ts";

/**
 * How JavaScript sees the resources of one type. Guest-made ones are instances of a class that holds the
 * representation; host-made ones are the host's own objects, kept in a table whose index is the representation.
 */
export interface HostRepresentation {
  /** Whether `lowerOwn` and `lowerBorrow` would take the object: asked of all arguments before any is moved. Changes nothing. */
  accepts?(value: object): boolean;
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
  /** The instance that defined it; `undefined`: the host. */
  readonly instance: ComponentInstance | undefined;
  /**
   * Called with the representation when the last owner drops it; enters `instance` from `caller` (`undefined`: the host).
   * Set once its core function exists.
   */
  destructor: ((rep: number, caller: ComponentInstance | undefined) => void) | undefined = undefined;
  host: HostRepresentation | undefined = undefined;

  constructor(name: string, instance: ComponentInstance | undefined) {
    this.name = name;
    this.instance = instance;
  }
}

/**
 * What a call must give back before it ends: `Task.num_borrows` and `Subtask.lenders` of definitions.py.
 * Made only for functions whose type has a borrow.
 */
export class BorrowScope {
  /** Borrowed handles that the callee holds; must be 0 when it returns. */
  borrows = 0;
  readonly #returns: (() => void)[] = [];

  /** Runs `giveBack` when the call ends: an owner lent its handle for the call. */
  lend(giveBack: () => void): void {
    this.#returns.push(giveBack);
  }

  /** Ends all loans. */
  end(): void {
    for (const giveBack of this.#returns) giveBack();
    this.#returns.length = 0;
  }
}
