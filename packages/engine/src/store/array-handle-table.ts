import { TrapCode } from "../diagnostics/error-code.ts";
import { MAX_HANDLES } from "../diagnostics/limits.ts";
import { Trap } from "../diagnostics/trap.ts";
import type { HandleTable } from "./handle-table.ts";
import type { BorrowScope, RuntimeResource } from "./runtime-resource.ts";

/** `ResourceHandle` of definitions.py. */
interface ResourceHandle {
  readonly resource: RuntimeResource;
  readonly rep: number;
  /** `undefined`: the handle owns. */
  readonly scope: BorrowScope | undefined;
  /** A lent handle cannot be dropped or given away until its subtask resolves. */
  lends: number;
}

/** `Table` of definitions.py: index 0 is never used, freed indices are used again, last freed first. */
export class ArrayHandleTable implements HandleTable {
  readonly #handles: (ResourceHandle | undefined)[] = [undefined];
  readonly #free: number[] = [];

  get size(): number {
    return this.#handles.length - 1 - this.#free.length;
  }

  addOwn(resource: RuntimeResource, rep: number): number {
    return this.#add({ resource, rep, scope: undefined, lends: 0 });
  }

  addBorrow(resource: RuntimeResource, rep: number, scope: BorrowScope): number {
    scope.borrows += 1;
    return this.#add({ resource, rep, scope, lends: 0 });
  }

  rep(resource: RuntimeResource, index: number): number {
    return this.#get(resource, index).rep;
  }

  removeOwn(resource: RuntimeResource, index: number): number {
    const handle = this.#get(resource, index);
    if (handle.scope !== undefined) throw new Trap(TrapCode.WrongHandleType, `cannot lift borrowed handle index ${index >>> 0} as an owned one`);
    this.#remove(handle, index);
    return handle.rep;
  }

  lend(resource: RuntimeResource, index: number, scope: BorrowScope): number {
    const handle = this.#get(resource, index);
    handle.lends += 1;
    scope.lend(() => {
      handle.lends -= 1;
    });
    return handle.rep;
  }

  drop(resource: RuntimeResource, index: number): number | undefined {
    const handle = this.#get(resource, index);
    this.#remove(handle, index);
    if (handle.scope === undefined) return handle.rep;
    handle.scope.borrows -= 1;
    return undefined;
  }

  clear(): void {
    this.#handles.length = 1;
    this.#free.length = 0;
  }

  #add(handle: ResourceHandle): number {
    const reused = this.#free.pop();
    if (reused !== undefined) {
      this.#handles[reused] = handle;
      return reused;
    }
    if (this.#handles.length > MAX_HANDLES) throw new Trap(TrapCode.TooLong, `resource table has no free keys: ${MAX_HANDLES} handles are in use`);
    return this.#handles.push(handle) - 1;
  }

  #get(resource: RuntimeResource, index: number): ResourceHandle {
    const handle = this.#handles[index >>> 0];
    if (handle === undefined) throw new Trap(TrapCode.UnknownHandle, `unknown handle index ${index >>> 0}`);
    if (handle.resource !== resource) throw wrongType(index >>> 0, resource, handle.resource);
    return handle;
  }

  #remove(handle: ResourceHandle, index: number): void {
    if (handle.lends > 0) throw new Trap(TrapCode.HandleLent, `cannot remove owned resource while borrowed: handle index ${index >>> 0} is lent`);
    this.#handles[index >>> 0] = undefined;
    this.#free.push(index >>> 0);
  }
}

function wrongType(index: number, expected: RuntimeResource, found: RuntimeResource): Trap {
  const kind = (resource: RuntimeResource) => (resource.instance === undefined ? "host-defined resource" : "guest-defined resource");
  const different = kind(expected) === kind(found) ? `a different ${kind(found)}` : kind(found);
  return new Trap(
    TrapCode.WrongHandleType,
    `handle index ${index} used with the wrong type, expected ${kind(expected)} but found ${different} (\`${expected.name}\` and \`${found.name}\`)`,
  );
}
