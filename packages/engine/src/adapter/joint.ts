/** What is joined: a function that a component lowers to the function of another that it calls. */
import type { LiftLowerContext } from "../abi/context.ts";
import type { Signature } from "../abi/signature.ts";
import * as Op from "../binary/opcodes.ts";
import { ModuleWriter } from "../binary/writer.ts";
import { isTask, type LiftedFunction } from "../canon/lift.ts";
import { MAX_CACHED_ADAPTERS } from "../diagnostics/limits.ts";
import type { ResourceIdentity, ValueType } from "../types/component-types.ts";
import { type Numbering, type Shape, Shapes } from "./shape.ts";

export interface Joint {
  /** The caller's. */
  readonly signature: Signature;
  readonly caller: LiftLowerContext;
  readonly callee: LiftedFunction;
}

/** Whether a call is one adapter: it makes no task, or none that could be observed, and the engine can run what is generated. */
export function canFuse({ caller, callee }: Joint): boolean {
  const { abi, cx } = callee;
  if (isTask(callee) && !(abi === "sync" && cx.instance.endsAtOnce)) return false;
  const [from, to] = [caller.instance, callee.cx.instance];
  // A call that always traps is left to the closures.
  return !to.selfAndAncestors.includes(from) && !from.selfAndAncestors.includes(to) && hasFeatures();
}

const found: { features?: boolean } = {};

/** Whether the engine has several memories, and `try_table`. */
export function hasFeatures(): boolean {
  if (found.features === undefined) {
    const module = new ModuleWriter();
    for (const name of ["a", "b"]) module.importMemory("", name, { min: 0 });
    const { code } = module.func(module.funcType([], []));
    code.begin(Op.block).catchAll(0).op(Op.memory_size, 1).op(Op.drop).end().end();
    found.features = WebAssembly.validate(module.encode());
  }
  return found.features;
}

/** Whose handles pass: the identities of one resource, the caller's and the callee's. */
export type ResourcePair = readonly [caller: ResourceIdentity, callee: ResourceIdentity];
/** Whose ends of streams and futures, or error contexts, pass. */
export type EndPair = readonly [caller: ValueType, callee: ValueType];

/** What an adapter is made for, of the types alone. */
export interface JointShape {
  readonly params: readonly Shape[];
  readonly result: Shape | undefined;
}

export function jointShape({ signature, callee }: Joint, shapes: Shapes, numbering: Numbering): JointShape {
  const walk = shapes.walker(numbering);
  const [from, to] = [signature.type, callee.signature.type];
  return {
    params: from.params.map(({ type }, i) => walk(type, to.params[i]!.type)),
    result: from.result && walk(from.result, to.result!),
  };
}

interface JointKey {
  /** Equal for joints whose adapters differ at most in what is imported. */
  readonly key: number;
  readonly resources: readonly ResourcePair[];
  readonly ends: readonly EndPair[];
  /** Arguments can be such that they can't be passed: numbers can't. */
  readonly canBeWrong: boolean;
}
/** Keys are long and compared often: each has a number, which is never given twice. */
const numbers = { next: 0, of: new Map<string, number>() };
const known = new WeakMap<Signature, WeakMap<Signature, JointKey>>();

/** Found once for two signatures, so that joining functions again costs no walk over their types. */
export function jointKey(joint: Joint): JointKey {
  const { signature, callee } = joint;
  let byCallee = known.get(signature);
  if (byCallee === undefined) known.set(signature, (byCallee = new WeakMap()));
  let key = byCallee.get(callee.signature);
  if (key === undefined) byCallee.set(callee.signature, (key = makeKey(joint)));
  return key;
}

function makeKey(joint: Joint): JointKey {
  const shapes = new Shapes();
  const resources: ResourcePair[] = [];
  const ends: EndPair[] = [];
  const { params, result } = jointShape(joint, shapes, { resource: (...pair) => addPair(resources, pair), end: (...pair) => addPair(ends, pair) });
  const { signature, callee } = joint;
  const options = [signature, callee.signature].map(({ options: { encoding, address, async, lifted } }) => `${encoding} ${address} ${async} ${lifted ?? ""}`);
  const key = `${options.join()}:${params.map(({ id }) => id).join()}>${result?.id ?? ""}:${shapes.keys.join(";")}`;
  let number = numbers.of.get(key);
  if (number === undefined) {
    if (numbers.of.size >= MAX_CACHED_ADAPTERS) numbers.of.clear();
    numbers.of.set(key, (number = numbers.next++));
  }
  return { key: number, resources, ends, canBeWrong: signature.spilledParams !== undefined || params.some(({ plain }) => !plain) };
}

function addPair<T>(pairs: (readonly [T, T])[], pair: readonly [T, T]): number {
  const at = pairs.findIndex(([caller, callee]) => caller === pair[0] && callee === pair[1]);
  return at >= 0 ? at : pairs.push(pair) - 1;
}
