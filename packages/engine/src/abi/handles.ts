import { invariant } from "../diagnostics/invariant.ts";
import { type BorrowScope, type HostRepresentation, type Representation, type RuntimeResource, representation } from "../store/runtime-resource.ts";
import type { BorrowType, OwnType } from "../types/component-types.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import { codec, reject } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import type { CoreValue } from "./core-value.ts";

/**
 * `lift_own`, `lift_borrow`, `lower_own`, `lower_borrow`. Towards JavaScript a handle becomes an object by the resource's
 * `HostRepresentation`; between components (`cx.raw`) the representation passes, with its home.
 */
export function handleCodec(type: OwnType | BorrowType, { slotOf }: CodecOptions): Codec {
  const slot = slotOf(type.resource.identity);
  const { lift, lower } = type.kind === "own" ? ownMoves(slot) : borrowMoves(slot);
  return codec({
    type,
    size: 4,
    align: 4,
    flat: ["i32"],
    hasResource: true,
    hasBorrow: type.kind === "borrow",
    accepts: (cx, value) => {
      if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
      return cx.resources[slot]!.homeOf(value) !== undefined;
    },
    lift,
    lower,
    load: (cx, at) => lift(cx, cx.view.getInt32(at, true)),
    store: (cx, value, at) => {
      // Lowered first: an object's hooks may run.
      const handle = lower(cx, value);
      cx.view.setInt32(at, handle as number, true);
    },
  });
}

type Moves = Pick<Codec, "lift" | "lower">;

function ownMoves(slot: number): Moves {
  return {
    lift: (cx, handle) => {
      const { store, record } = cx.instance;
      const resource = cx.resources[slot]!;
      resource.taking(cx.instance, handle as number);
      const taken = representation(store, store.kernel.take(record, resource.record, handle as number));
      if (cx.raw) return taken;
      const object = hostOf(store.resource(taken.home)).liftOwn(taken.rep);
      resource.lifted(object, taken.route);
      return object;
    },
    lower: (cx, value) => {
      const { store, record } = cx.instance;
      const resource = cx.resources[slot]!;
      if (cx.raw) {
        const { home, rep, route } = value as Representation;
        return store.kernel.add(record, resource.record, home, rep, 0, route);
      }
      const home = resource.homeOf(value as object) ?? reject();
      const rep = hostOf(home).lowerOwn(value) ?? reject();
      return store.kernel.add(record, resource.record, home.record, rep, 0, resource.routeOf(value as object));
    },
  };
}

function borrowMoves(slot: number): Moves {
  return {
    lift: (cx: LiftLowerContext, handle: CoreValue) => {
      const { store, record } = cx.instance;
      const resource = cx.resources[slot]!;
      const lent = representation(store, store.kernel.borrow(record, resource.record, handle as number, cx.scope!.record));
      if (cx.raw) return lent;
      const object = hostOf(store.resource(lent.home)).liftBorrow(lent.rep, cx.scope!);
      resource.lifted(object, lent.route);
      return object;
    },
    lower: (cx, value) => {
      const { store, record } = cx.instance;
      const resource = cx.resources[slot]!;
      const { home, rep, route } = cx.raw ? (value as Representation) : lowerObject(resource, value, cx.scope!);
      if (resource.instance !== cx.instance) return store.kernel.add(record, resource.record, home, rep, cx.scope!.record, route);
      // The definer of a resource gets its own representation back: no handle to drop.
      if (home !== resource.record) resource.routeFor(store.resource(home), 0);
      return rep;
    },
  };
}

function lowerObject(resource: RuntimeResource, value: unknown, scope: BorrowScope): Representation {
  const home = resource.homeOf(value as object) ?? reject();
  return { home: home.record, rep: hostOf(home).lowerBorrow(value, scope) ?? reject(), route: resource.routeOf(value as object) };
}

function hostOf({ host }: RuntimeResource): HostRepresentation {
  invariant(host !== undefined, "a resource met JavaScript before its host representation was made");
  return host;
}
