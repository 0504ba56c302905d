/**
 * What fills an import or stands behind an export at run time. JavaScript objects that the engine hands out remember theirs, so that
 * an export of one instance given as an import to another is recognised, type-checked and wired without JavaScript values between.
 */
import type { LiftedFunction } from "../canon/lift.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import type { ComponentType, FuncType, ModuleType, ResourceIdentity } from "../types/component-types.ts";

export type HostFunction = (...args: unknown[]) => unknown;

/** The run-time resource that a static identity stands for, where that is settled. */
export type ResourceLookup = (identity: ResourceIdentity) => RuntimeResource | undefined;

export interface FuncValue {
  readonly sort: "func";
  readonly type: FuncType;
  readonly resourceOf: ResourceLookup;
  readonly lifted: LiftedFunction;
  /** The JavaScript function takes its first argument as `this`. */
  readonly method?: boolean;
}
/** A function that a part with open ends imports and exports: it goes where the end leads. */
export interface PassedOnValue {
  readonly sort: "passed-on";
  readonly type: FuncType;
  readonly resourceOf: ResourceLookup;
  /** Of a method, with the resource as first argument. */
  readonly call: HostFunction;
  /** Whether a call can make the caller wait. `seen`: what was asked. */
  maySuspend(seen: Set<object>): boolean;
}
export interface ModuleValue {
  readonly sort: "module";
  readonly type: ModuleType;
}
export interface ComponentValue {
  readonly sort: "component";
  readonly type: ComponentType;
}
export interface ResourceValue {
  readonly sort: "resource";
  readonly resource: RuntimeResource;
}
export type ExternValue = FuncValue | PassedOnValue | ModuleValue | ComponentValue | ResourceValue;

/** In effect a private field of functions, classes and modules that the engine made. */
const values = new WeakMap<object, ExternValue>();

export function remember<T extends object>(object: T, value: ExternValue): T {
  values.set(object, value);
  return object;
}

export function recall(object: unknown): ExternValue | undefined {
  return (typeof object === "object" && object !== null) || typeof object === "function" ? values.get(object) : undefined;
}
