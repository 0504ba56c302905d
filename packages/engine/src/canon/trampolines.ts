/**
 * The core functions that the engine gives to core code, as one module per component: each instantiation makes one instance of it.
 * - A JavaScript function is reached through a *gate*: when it left `pending` set, the gate waits for the promise, or executes `unreachable`
 *   since a trap was recorded, which no guest can catch. A `WebAssembly.Suspending` import always suspends, also for a plain value, and
 *   breaks calls from the synchronous side; through the gate a plain value pays one more wasm call.
 * - An import of a part with open ends jumps to where its wire leads: an entry of the part's table. A method jumps to where the route of
 *   its handle leads, which is another place when the wire was re-pointed since the handle came.
 * - The resource built-ins call the kernel, `context.get` and `context.set` read and write the instance's record: no JavaScript.
 */
import type { CoreFunction, CoreSignature } from "../abi/core-value.ts";
import * as Op from "../binary/opcodes.ts";
import { type CodeWriter, ModuleWriter, Type } from "../binary/writer.ts";
import { HANDLE_BYTES, HandleField, Header, InstanceField, Pending, RouteField, TypeField } from "../store/control-memory.ts";
import { catchesExceptions, Destroys } from "../store/kernel.ts";
import { callDestructor } from "../store/kernel-module.ts";
import type { RuntimeResource } from "../store/runtime-resource.ts";
import type { Store } from "../store/store.ts";
import { WasmTrap } from "../store/wasm-trap.ts";

export type TrampolineShape =
  | { readonly kind: "function"; readonly signature: CoreSignature }
  | { readonly kind: "resource.new" | "resource.rep" }
  /** `open`: an import of a part with open ends, whose handles have routes. */
  | { readonly kind: "resource.drop"; readonly open?: boolean }
  /**
   * `at`: the entry of the wire; `method`: the place of the function among those of a route; `memory`: the parameters lie in the caller's
   * memory, whose addresses are of this type.
   */
  | { readonly kind: "wire"; readonly signature: CoreSignature; readonly at: number; readonly method: number | undefined; readonly memory?: "i32" | "i64" }
  | { readonly kind: "context.get" | "context.set"; readonly type: "i32" | "i64"; readonly slot: number };

/** What a trampoline is made for: the function, or the records of the instance and the resource type. */
export type TrampolineTarget = CoreFunction | { readonly instance: number; readonly type: number; readonly resource?: RuntimeResource };

/** The table of a part with open ends, and the memory of shapes that have one. */
export interface PartImports {
  readonly table?: WebAssembly.Table;
  readonly memory?: WebAssembly.Memory;
  /** What the core functions must keep alive: they name records. */
  readonly holds?: object;
}

/** Made once per component. */
export function trampolineModule(shapes: readonly TrampolineShape[]): WebAssembly.Module {
  return new WebAssembly.Module(encode(shapes));
}

/** The core functions, in the order of the shapes that the module was made for. */
export function trampolines(
  module: WebAssembly.Module,
  targets: readonly TrampolineTarget[],
  store: Store,
  { holds, ...part }: PartImports = {},
): CoreFunction[] {
  const functions: WebAssembly.ModuleImports = {};
  const records: WebAssembly.ModuleImports = {};
  for (const [i, target] of targets.entries()) {
    if (typeof target === "function") functions[i] = target;
    else {
      records[`i${i}`] = target.instance;
      records[`t${i}`] = target.type;
    }
  }
  const { kernel } = store;
  // What is bound is held.
  const trap = store.trap.bind(holds);
  const { wait, resumed } = store.agent;
  const waits = { wait, waiti32: wait, waiti64: wait, waitf32: wait, waitf64: wait } as WebAssembly.ModuleImports;
  const kernelImports = { ...kernel, trap, resumed, memory: store.control.memory } as unknown as WebAssembly.ModuleImports;
  const { exports } = new WebAssembly.Instance(module, { f: functions, r: records, w: waits, k: kernelImports, p: { ...part } });
  const { destructors } = exports as { readonly destructors?: WebAssembly.Table };
  for (const [i, target] of targets.entries()) {
    if (destructors !== undefined && typeof target === "object" && i < destructors.length) target.resource?.putDestructor(destructors, i);
  }
  return targets.map((_, i) => exports[i] as CoreFunction);
}

function encode(shapes: readonly TrampolineShape[]): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const { i32 } = Type;
  const func = (params: number, results: number) => module.funcType(Array<number>(params).fill(i32), Array<number>(results).fill(i32));
  const typeOf = ({ params, results }: CoreSignature) =>
    module.funcType(
      params.map((type) => Type[type]),
      results.map((type) => Type[type]),
    );
  const targets = shapes.map((shape, i) => (shape.kind === "function" ? module.importFunc("f", String(i), typeOf(shape.signature)) : 0));
  const waits = new Map<string, number>();
  for (const shape of shapes) {
    if (shape.kind !== "function") continue;
    const { results } = shape.signature;
    const name = `wait${results[0] ?? ""}`;
    if (!waits.has(name)) waits.set(name, module.importFunc("w", name, typeOf({ params: [], results })));
  }
  const kernel = {
    trap: module.importFunc("k", "trap", func(3, 0)),
    resumed: module.importFunc("k", "resumed", func(0, 1)),
    add: module.importFunc("k", "add", func(6, 1)),
    entry: module.importFunc("k", "entry", func(3, 1)),
    drop: module.importFunc("k", "drop", func(4, 1)),
    enterDestructor: module.importFunc("k", "enterDestructor", func(2, 0)),
    leaveDestructor: module.importFunc("k", "leaveDestructor", func(3, 0)),
  };
  module.importMemory("k", "memory", { min: 1 });
  // That all wires have an entry need not be checked at each call.
  const entries = Math.max(...shapes.map((shape) => (shape.kind === "wire" ? shape.at + 1 : shape.kind === "resource.drop" && shape.open ? 1 : 0)));
  const wide = shapes.map((shape) => shape.kind === "wire" && shape.memory).find(Boolean);
  if (wide) module.importMemory("p", "memory", { min: 0, is64: wide === "i64" });
  if (entries > 0) module.importTable("p", "table", Type.funcref, { min: entries });
  // The destructor of a resource lies where the built-in does that drops it.
  const ownDrops = shapes.findLastIndex((shape) => shape.kind === "resource.drop" && !shape.open) + 1;
  const destructors = ownDrops > 0 ? module.table(Type.funcref, { min: ownDrops }) : -1;
  if (ownDrops > 0) module.export("destructors", "table", destructors);
  const records = shapes.map((shape, i) =>
    shape.kind === "function" ? undefined : { instance: module.importGlobal("r", `i${i}`, i32, false), type: module.importGlobal("r", `t${i}`, i32, false) },
  );

  const checkMayLeave = (code: CodeWriter, instance: number): void => {
    code.op(Op.global_get, instance).memory(Op.i32_load, 2, InstanceField.mayLeave).op(Op.i32_eqz).begin(Op.if);
    code.i32(WasmTrap.cannotLeave).op(Op.global_get, instance).i32(0).call(kernel.trap).op(Op.unreachable).end();
  };
  for (const [i, shape] of shapes.entries()) {
    const record = records[i]!;
    switch (shape.kind) {
      case "function": {
        const made = module.func(typeOf(shape.signature));
        writeGate(made.code, shape.signature, targets[i]!, waits, kernel.resumed);
        module.export(String(i), "func", made.index);
        break;
      }
      case "wire": {
        const type = typeOf(shape.signature);
        const made = module.func(type);
        writeWire(made.code, shape, type, record);
        module.export(String(i), "func", made.index);
        break;
      }
      case "resource.new": {
        const { index, code } = module.func(func(1, 1));
        checkMayLeave(code, record.instance);
        code.op(Op.global_get, record.instance).op(Op.global_get, record.type).op(Op.global_get, record.type);
        code.get(0).i32(0).i32(0).call(kernel.add);
        module.export(String(i), "func", index);
        break;
      }
      case "resource.rep": {
        // Allowed where leaving is not.
        const { index, code } = module.func(func(1, 1));
        code.op(Op.global_get, record.instance).op(Op.global_get, record.type).get(0).call(kernel.entry).memory(Op.i32_load, 2, HandleField.rep);
        module.export(String(i), "func", index);
        break;
      }
      case "resource.drop": {
        const { index, code } = module.func(func(1, 0));
        checkMayLeave(code, record.instance);
        writeDrop(code, shape.open ? undefined : { table: destructors, entry: i }, record, kernel, func(1, 0));
        module.export(String(i), "func", index);
        break;
      }
      default: {
        const type = Type[shape.type];
        const get = shape.kind === "context.get";
        const { index, code } = module.func(module.funcType(get ? [] : [type], get ? [type] : []));
        code.op(Op.global_get, record.instance);
        if (!get) code.get(0);
        const wide = shape.type === "i64";
        const access = get ? (wide ? Op.i64_load : Op.i32_load) : wide ? Op.i64_store : Op.i32_store;
        code.memory(access, wide ? 3 : 2, InstanceField.context + 8 * shape.slot);
        module.export(String(i), "func", index);
      }
    }
  }
  return module.encode();
}

function writeGate(code: CodeWriter, { params, results }: CoreSignature, target: number, waits: ReadonlyMap<string, number>, resumed: number): void {
  const result = results[0];
  for (let param = 0; param < params.length; param++) code.get(param);
  code.call(target);
  const value = result === undefined ? undefined : code.local(Type[result]);
  const current = code.local(Type.i32);
  if (value !== undefined) code.set(value);
  const load = (address: number) => code.i32(0).memory(Op.i32_load, 2, address);
  load(Header.pending).begin(Op.if);
  load(Header.pending).i32(Pending.trap).op(Op.i32_eq);
  code.i32(0).i32(Pending.nothing).memory(Op.i32_store, 2, Header.pending);
  code.begin(Op.if).op(Op.unreachable).end();
  // Meanwhile others run.
  load(Header.current).set(current);
  code.i32(0).i32(0).memory(Op.i32_store, 2, Header.current);
  code.call(waits.get(`wait${result ?? ""}`)!);
  if (value !== undefined) code.set(value);
  code.i32(0).get(current).memory(Op.i32_store, 2, Header.current);
  code.call(resumed).begin(Op.if).op(Op.unreachable).end();
  code.end();
  if (value !== undefined) code.get(value);
}

function writeWire(
  code: CodeWriter,
  { signature: { params }, at, method, memory }: TrampolineShape & { kind: "wire" },
  type: number,
  record: { readonly instance: number; readonly type: number },
): void {
  const pass = () => {
    for (let param = 0; param < params.length; param++) code.get(param);
    return code;
  };
  const field = (offset: number) => code.memory(Op.i32_load, 2, offset);
  if (method !== undefined) {
    const [entry, route] = [code.local(Type.i32), code.local(Type.i32)];
    // What is no handle of the type goes to the wire, whose end says so.
    code.op(Op.global_get, record.type);
    field(TypeField.otherRoutes).begin(Op.if);
    const handle = memory === undefined ? 0 : loadHandle(code, memory);
    code.get(handle).op(Op.global_get, record.instance);
    field(InstanceField.fresh).op(Op.i32_lt_u).begin(Op.if).op(Op.global_get, record.instance);
    field(InstanceField.handles).get(handle).i32(HANDLE_BYTES).op(Op.i32_mul).op(Op.i32_add).tee(entry);
    field(HandleField.type).op(Op.global_get, record.type).op(Op.i32_eq).begin(Op.if).get(entry);
    field(HandleField.route).tee(route).begin(Op.if);
    pass().get(route);
    field(RouteField.base).i32(method).op(Op.i32_add).op(Op.return_call_indirect, type, 0).end().end().end();
    if (memory !== undefined) code.end();
    code.end();
  }
  pass().i32(at).op(Op.return_call_indirect, type, 0);
}

/** The first of the parameters that lie in memory, in a local; begins an `if` they lie there: else the end of the wire says so. */
function loadHandle(code: CodeWriter, address: "i32" | "i64"): number {
  const handle = code.local(Type.i32);
  const wide = () => (address === "i32" ? code.op(Op.i64_extend_i32_u) : code);
  code.get(0);
  wide().op(Op.memory_size, 1);
  wide().i64(16n).op(Op.i64_shl).i64(4n).op(Op.i64_sub).op(Op.i64_le_u).begin(Op.if);
  code.get(0).memory(Op.i32_load, 0, 0, 1).set(handle);
  return handle;
}

/** `resource.drop`: the destructor lies at `own`, or where the handle's route says. */
function writeDrop(
  code: CodeWriter,
  own: { readonly table: number; readonly entry: number } | undefined,
  { instance, type }: { readonly instance: number; readonly type: number },
  kernel: Readonly<Record<"drop" | "enterDestructor" | "leaveDestructor" | "trap", number>>,
  destructor: number,
): void {
  const [home, rep, route] = [code.local(Type.i32), code.local(Type.i32), code.local(Type.i32)];
  const load = (local: number, offset: number) => code.get(local).memory(Op.i32_load, 2, offset);
  code.op(Op.global_get, instance).op(Op.global_get, type).get(0);
  code.i32(own === undefined ? Destroys.byRoute : Destroys.byType).call(kernel.drop);
  code.tee(home).begin(Op.if);
  code.i32(0).memory(Op.i32_load, 2, Header.scratch).set(rep);
  code
    .i32(0)
    .memory(Op.i32_load, 2, Header.scratch + 4)
    .set(route);
  code.get(home).op(Op.global_get, instance).call(kernel.enterDestructor);
  const call = () => {
    code.get(rep);
    if (own === undefined) return load(route, RouteField.destructor).op(Op.call_indirect, destructor, 0);
    return code.i32(own.entry).op(Op.call_indirect, destructor, own.table);
  };
  const thrown = () => code.i32(WasmTrap.uncaughtException).get(home).get(home).call(kernel.trap).op(Op.unreachable);
  callDestructor(code, load(home, TypeField.definer), call, catchesExceptions(), thrown);
  code.get(home).op(Op.global_get, instance).get(route).call(kernel.leaveDestructor).end();
}
