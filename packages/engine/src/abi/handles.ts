import { invariant } from "../diagnostics/invariant.ts";
import type { HostRepresentation } from "../store/runtime-resource.ts";
import type { BorrowType, OwnType } from "../types/component-types.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import { codec, reject } from "./codec.ts";
import type { LiftLowerContext } from "./context.ts";
import type { CoreValue } from "./core-value.ts";

/**
 * `lift_own`, `lift_borrow`, `lower_own`, `lower_borrow`. Towards JavaScript a handle becomes an object by the resource's
 * `HostRepresentation`; between components (`cx.raw`) the bare representation passes.
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
      return cx.resources[slot]!.host?.accepts?.(value) ?? true;
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
      const resource = cx.resources[slot]!;
      const rep = cx.instance.handles.removeOwn(resource, handle as number);
      return cx.raw ? rep : hostOf(resource.host).liftOwn(rep);
    },
    lower: (cx, value) => {
      const resource = cx.resources[slot]!;
      const rep = cx.raw ? (value as number) : (hostOf(resource.host).lowerOwn(value) ?? reject());
      return cx.instance.handles.addOwn(resource, rep);
    },
  };
}

function borrowMoves(slot: number): Moves {
  return {
    lift: (cx: LiftLowerContext, handle: CoreValue) => {
      const resource = cx.resources[slot]!;
      const rep = cx.instance.handles.lend(resource, handle as number, cx.scope!);
      return cx.raw ? rep : hostOf(resource.host).liftBorrow(rep, cx.scope!);
    },
    lower: (cx, value) => {
      const resource = cx.resources[slot]!;
      const rep = cx.raw ? (value as number) : (hostOf(resource.host).lowerBorrow(value, cx.scope!) ?? reject());
      // The definer of a resource gets its own representation back: no handle to drop.
      return resource.instance === cx.instance ? rep : cx.instance.handles.addBorrow(resource, rep, cx.scope!);
    },
  };
}

function hostOf(host: HostRepresentation | undefined): HostRepresentation {
  invariant(host !== undefined, "a resource met JavaScript before its host representation was made");
  return host;
}
