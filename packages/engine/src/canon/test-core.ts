/** What the tests of this folder share: component instances around core modules that are written on the spot. */
import { LiftLowerContext } from "../abi/context.ts";
import type { CoreFunction, CoreType as CoreKind } from "../abi/core-value.ts";
import { type Signature, type SignatureOptions, signature, TypeCache } from "../abi/signature.ts";
import * as Op from "../binary/opcodes.ts";
import { type CodeWriter, type CoreType, ModuleWriter, Type } from "../binary/writer.ts";
import { ComponentInstance } from "../store/component-instance.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import { Store } from "../store/store.ts";
import type { FuncType, ResourceIdentity, ValueType } from "../types/component-types.ts";
import type { LiftedFunction } from "./lift.ts";
import { trampolineModule, trampolines } from "./trampolines.ts";

export const { i32, i64 } = Type;

export function func(params: Readonly<Record<string, ValueType>>, result?: ValueType): FuncType {
  return { kind: "func", async: false, params: Object.entries(params).map(([name, type]) => ({ name, type })), result };
}

/** Resource identities by number: their slots. */
export const identities: readonly ResourceIdentity[] = ["first", "second"].map((name) => ({ name, rep: "i32" }));

const cache = new TypeCache();

export function sign(type: FuncType, options: Partial<SignatureOptions> = {}): Signature {
  return signature(type, { encoding: "utf8", address: "i32", async: false, ...options }, (identity) => identities.indexOf(identity), cache);
}

/** One function of a core module: its type, and its code, which calls others by name. */
export interface CoreDefinition {
  readonly params?: readonly CoreType[];
  readonly results?: readonly CoreType[];
  readonly code: (code: CodeWriter, call: (name: string) => number) => void;
}
export type CoreImport = readonly [params: readonly CoreType[], results: readonly CoreType[], implementation: CoreFunction];

const realloc: CoreDefinition = {
  params: [i32, i32, i32, i32],
  results: [i32],
  // Moves on by what is asked for, aligned to 8; keeps nothing.
  code: (code) => code.op(Op.global_get, 0).op(Op.global_get, 0).get(3).op(Op.i32_add).i32(7).op(Op.i32_add).i32(-8).op(Op.i32_and).op(Op.global_set, 0),
};

/** A component instance with one core module: a page of memory, a bump allocator from 1024 as `realloc`, a tag and these functions. */
export class TestComponent {
  readonly instance: ComponentInstance;
  readonly cx: LiftLowerContext;
  readonly exports: Record<string, CoreFunction>;
  readonly memory: WebAssembly.Memory;

  constructor(
    definitions: Readonly<Record<string, CoreDefinition>>,
    { imports = {}, resources = [], store = new Store(), parent, name = "part" }: TestOptions = {},
  ) {
    this.instance = new ComponentInstance(store, name, parent);
    this.cx = new LiftLowerContext(this.instance, resources);
    const module = new ModuleWriter();
    const indices = new Map<string, number>();
    const given = typeof imports === "function" ? imports(this) : imports;
    for (const [name, [params, results]] of Object.entries(given)) indices.set(name, module.importFunc("", name, module.funcType(params, results)));
    module.tag(module.funcType([], []));
    const all = Object.entries({ realloc, ...definitions }).map(([name, definition]) => {
      const { index, code } = module.func(module.funcType(definition.params ?? [], definition.results ?? []));
      indices.set(name, index);
      module.export(name, "func", index);
      return { definition, code };
    });
    module.global(i32, true, (code) => code.i32(1024));
    module.export("memory", "memory", module.memory({ min: 1 }));
    for (const { definition, code } of all) definition.code(code, (name) => indices.get(name)!);
    const functions = Object.fromEntries(
      Object.entries(given).map(([name, [params, results, implementation]]) => [name, gated(params, results, implementation, store)]),
    );
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { "": functions as WebAssembly.ModuleImports });
    this.exports = exports as Record<string, CoreFunction>;
    this.memory = exports.memory as WebAssembly.Memory;
    this.cx.setMemory(this.memory);
    this.cx.setRealloc(this.exports.realloc!);
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  lift(name: string, type: FuncType, postReturn?: string): LiftedFunction {
    return {
      name,
      async: type.async,
      abi: "sync",
      callback: undefined,
      signature: sign(type),
      cx: this.cx,
      core: this.exports[name]!,
      postReturn: postReturn === undefined ? undefined : this.exports[postReturn]!,
    };
  }
}

const names = new Map<CoreType, CoreKind>([
  [Type.i32, "i32"],
  [Type.i64, "i64"],
  [Type.f32, "f32"],
  [Type.f64, "f64"],
]);

/** A JavaScript function as core code reaches it: what it records as a trap is one. */
export function gated(params: readonly CoreType[], results: readonly CoreType[], implementation: CoreFunction, store: Store): CoreFunction {
  const signature = { params: params.map((type) => names.get(type)!), results: results.map((type) => names.get(type)!) };
  return trampolines(trampolineModule([{ kind: "function", signature }]), [implementation], store)[0]!;
}

/** A resource built-in as core code imports it. */
export function resourceBuiltin(kind: "resource.new" | "resource.rep" | "resource.drop", instance: ComponentInstance, resource: RuntimeResource): CoreFunction {
  return trampolines(trampolineModule([{ kind }]), [{ instance: instance.record, type: resource.record, resource }], instance.store)[0]!;
}

/** `context.get` or `context.set` of an i32 slot as core code imports it. */
export function contextBuiltin(kind: "context.get" | "context.set", { record, store }: ComponentInstance, slot: number): CoreFunction {
  return trampolines(trampolineModule([{ kind, type: "i32", slot }]), [{ instance: record, type: 0 }], store)[0]!;
}

/** What a call that was not made from JavaScript's side of a component throws. */
export function trapOf(store: Store, run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    throw store.agent.takeTrap(store.activations.current) ?? error;
  }
}

export interface TestOptions {
  readonly imports?: Readonly<Record<string, CoreImport>> | ((component: TestComponent) => Readonly<Record<string, CoreImport>>);
  readonly resources?: readonly RuntimeResource[];
  readonly store?: Store;
  readonly parent?: ComponentInstance;
  readonly name?: string;
}

/** Wraps code so that whatever it throws is caught and forgotten. */
export function catchAll(code: CodeWriter, body: (code: CodeWriter) => void): void {
  code.begin(Op.block).raw(0x1f, 0x40, 1, 2, 0);
  body(code);
  code.end().end();
}
