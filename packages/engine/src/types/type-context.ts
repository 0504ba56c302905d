/**
 * What questions about types share while one component is validated or linked: facts of each type, found once, and a
 * budget of steps, so that no input makes walks over types (which share parts) take exponential or quadratic time.
 */
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_TYPE_DEPTH, MAX_TYPE_SIZE, MAX_TYPE_STEPS } from "../diagnostics/limits.ts";
import type { AnyType, ExternType, ModuleType, ResourceIdentity, ValueType } from "./component-types.ts";

export interface TypeFacts {
  /** How many types a walk meets that doesn't know of sharing. */
  readonly size: number;
  readonly depth: number;
  readonly hasBorrow: boolean;
  /** A string, list or map is in it, so its values need memory. */
  readonly hasPointer: boolean;
  /** A resource, or an alias made by an import or export, is in it: substitution may change it. */
  readonly hasNames: boolean;
  /** Resources it speaks of that it does not itself introduce. */
  readonly free: ReadonlySet<ResourceIdentity>;
}

const CLOSED: ReadonlySet<ResourceIdentity> = new Set();
const PLAIN: TypeFacts = { size: 1, depth: 1, hasBorrow: false, hasPointer: false, hasNames: false, free: CLOSED };

/** Steps that a new type, item or member of a set counts for: it stays in memory. */
export const NEW_OBJECT_STEPS = 8;

export class TypeContext {
  /** Ends the question with an error. Who asks sets it to say where. */
  readonly fail: (message: string, code?: string) => never;
  readonly #facts = new Map<object, TypeFacts>();
  readonly #closed = new Map<number, TypeFacts>();
  #steps = 0;

  constructor(
    fail: (message: string, code?: string) => never = (message, code = ErrorCode.Invalid) => {
      throw new ComponentError(code, message);
    },
  ) {
    this.fail = fail;
  }

  /** Accounts for work on types that is not bounded by the size of the binary. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_TYPE_STEPS) this.fail(`comparing and substituting types takes more than ${MAX_TYPE_STEPS} steps`, ErrorCode.TooMany);
  }

  facts(type: AnyType | ModuleType): TypeFacts {
    if (type.kind === "own") return this.facts(type.resource);
    let facts = this.#facts.get(type);
    if (facts === undefined) {
      facts = this.#shared(this.#find(type));
      this.#facts.set(type, facts);
    }
    return facts;
  }

  /** Most types without resources have facts in common with many others. */
  #shared(facts: TypeFacts): TypeFacts {
    if (facts.free.size > 0) return facts;
    const { size, depth, hasBorrow, hasPointer, hasNames } = facts;
    const key = ((size * 2 ** 10 + depth) * 2 + Number(hasBorrow)) * 4 + Number(hasPointer) * 2 + Number(hasNames);
    let known = this.#closed.get(key);
    if (known === undefined) {
      known = { size, depth, hasBorrow, hasPointer, hasNames, free: CLOSED };
      this.#closed.set(key, known);
    }
    return known;
  }

  #find(type: AnyType | ModuleType): TypeFacts {
    switch (type.kind) {
      case "module":
        return { ...PLAIN, size: moduleSize(type) };
      case "string":
        return { ...PLAIN, hasPointer: true, hasNames: type.aliasOf !== undefined };
      case "resource":
        return { ...PLAIN, hasNames: true, free: new Set([type.identity]) };
      case "own":
      case "borrow":
        return { ...this.facts(type.resource), hasBorrow: type.kind === "borrow" };
      case "func":
        return this.#combine([...type.params.map((p) => p.type), type.result], new Total(this));
      case "instance":
        return this.#scope([...type.exports.values()], type.resources);
      case "component":
        return this.#scope([...type.imports.values(), ...type.exports.values()], [...type.importedResources, ...type.definedResources]);
      default: {
        const parts = partsOf(type);
        const isAlias = type.aliasOf !== undefined;
        if (parts.length === 0 && !isAlias) return PLAIN;
        const total = this.#combine(parts, new Total(this, isAlias));
        // The elements of streams and futures are not in the value; those of lists and maps are behind a pointer.
        if (type.kind === "stream" || type.kind === "future") total.hasPointer = false;
        else if (type.kind === "map" || (type.kind === "list" && type.length === undefined)) total.hasPointer = true;
        return total;
      }
    }
  }

  #combine(parts: readonly (ValueType | undefined)[], total: Total): Total {
    for (const part of parts) if (part !== undefined) total.add(this.facts(part));
    return total;
  }

  #scope(items: readonly ExternType[], introduced: readonly ResourceIdentity[]): Total {
    const total = new Total(this, introduced.length > 0);
    for (const item of items) total.add(this.facts(item.type));
    if (introduced.length > 0) {
      this.spend(NEW_OBJECT_STEPS * (total.free.size + introduced.length));
      total.free = total.free.difference(new Set(introduced));
    }
    return total;
  }
}

/** Facts of a type, summed over its parts. */
class Total implements TypeFacts {
  readonly #context: TypeContext;
  size = 1;
  depth = 1;
  hasBorrow = false;
  hasPointer = false;
  hasNames: boolean;
  free: ReadonlySet<ResourceIdentity> = CLOSED;
  /** `free`, when no other type has it. */
  #own: Set<ResourceIdentity> | undefined = undefined;

  constructor(context: TypeContext, hasNames = false) {
    this.#context = context;
    this.hasNames = hasNames;
  }

  add(part: TypeFacts): void {
    this.size += part.size;
    if (this.size >= MAX_TYPE_SIZE) this.#context.fail(`effective type size exceeds the limit of ${MAX_TYPE_SIZE}`, ErrorCode.TooMany);
    this.depth = Math.max(this.depth, part.depth + 1);
    if (this.depth > MAX_TYPE_DEPTH) this.#context.fail("type nesting is too deep", ErrorCode.TooMany);
    this.hasBorrow ||= part.hasBorrow;
    this.hasPointer ||= part.hasPointer;
    this.hasNames ||= part.hasNames;
    if (part.free.size > 0) this.#addFree(part.free);
  }

  /** Types mostly share the sets of their parts; a set that is no part's is added to in place. */
  #addFree(more: ReadonlySet<ResourceIdentity>): void {
    if (this.free.size === 0) this.free = more;
    if (this.free === more) return;
    this.#context.spend(more.size);
    if (this.#own === undefined) {
      if (more.isSubsetOf(this.free)) return;
      this.#context.spend(NEW_OBJECT_STEPS * this.free.size);
      this.free = this.#own = new Set(this.free);
    }
    for (const identity of more) this.#own.add(identity);
  }
}

/** The value types that one is made of, in order; absent payloads are `undefined`. */
export function partsOf(type: ValueType): readonly (ValueType | undefined)[] {
  switch (type.kind) {
    case "record":
      return type.fields.map((field) => field.type);
    case "variant":
      return type.cases.map((each) => each.type);
    case "tuple":
      return type.types;
    case "list":
    case "stream":
    case "future":
      return [type.element];
    case "map":
      return [type.key, type.value];
    case "option":
      return [type.some];
    case "result":
      return [type.ok, type.err];
    default:
      return [];
  }
}

/** Core types count by their own members. */
function moduleSize({ imports, exports }: ModuleType): number {
  let size = 1;
  for (const type of [...imports.map((i) => i.type), ...exports.values()]) {
    const composite = type.sort === "func" || type.sort === "tag" ? type.type.composite : undefined;
    size += composite?.kind === "func" ? 2 + composite.params.length + composite.results.length : 1;
  }
  return size;
}
