/**
 * Host functions that may return a promise. A `WebAssembly.Suspending` import always suspends, also for a plain value, and
 * breaks calls from the synchronous side. So core code calls a *gate*: a wasm function that calls the plain JavaScript
 * function, and only when that left `pending` set calls a suspending one that waits for the promise. A plain value
 * pays one more wasm call. One gate module per list of signatures, one instance of it per component instance.
 */
import type { CoreFunction, CoreSignature, CoreValue } from "../abi/core-value.ts";
import type { Signature } from "../abi/signature.ts";
import { Op } from "../binary/opcode.ts";
import { ModuleWriter, Type } from "../binary/writer.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import { ErrorCode } from "../diagnostics/error-code.ts";
import type { Store } from "../store/store.ts";

type Wrap = (f: CoreFunction) => (...values: CoreValue[]) => Promise<CoreValue | undefined>;
interface Jspi {
  readonly promising?: Wrap;
  readonly Suspending?: new (f: () => Promise<CoreValue | undefined>) => object;
}
const { promising, Suspending } = WebAssembly as Jspi;

/** The core function as one that returns a promise; `undefined` where the JavaScript engine can't suspend wasm. */
export function promisingCore(core: CoreFunction): ReturnType<Wrap> | undefined {
  return Suspending === undefined ? undefined : promising?.(core);
}

/** The promise that core code has to wait for, and the cell that tells the gate of it. */
class PendingCell {
  readonly global: WebAssembly.Global = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  readonly wait: object;
  promise: Promise<CoreValue | undefined> | undefined = undefined;

  constructor() {
    this.wait = new Suspending!(() => {
      const { promise } = this;
      this.global.value = 0;
      this.promise = undefined;
      return promise!;
    });
  }
}

/** Distinguishes the gate modules that a component's instances share. */
export interface Gate {
  readonly module: WebAssembly.Module | undefined;
}

/** Made once per component: core code reaches the functions of these signatures through it. */
export function gate(signatures: readonly Signature[]): Gate {
  return { module: Suspending === undefined ? undefined : new WebAssembly.Module(gateModule(signatures.map(({ lowered }) => lowered))) };
}

/** The gated functions, in the order of the gate's signatures. */
export function openGate({ module }: Gate, functions: readonly CoreFunction[], store: Store): CoreFunction[] {
  if (module === undefined) return [...functions];
  const { global, wait } = pendingCell(store);
  const waits = { wait, waiti32: wait, waiti64: wait, waitf32: wait, waitf64: wait } as WebAssembly.ModuleImports;
  const { exports } = new WebAssembly.Instance(module, { f: functions as unknown as WebAssembly.ModuleImports, w: waits, g: { global } });
  return functions.map((_, i) => exports[i] as CoreFunction);
}

function pendingCell(store: Store): PendingCell {
  return (store.pending ??= new PendingCell()) as PendingCell;
}

/**
 * Makes the gate wait for `promise`; returns what the imported function must give the gate meanwhile. `promise` is already
 * being handled, so it may reject when nobody waits.
 */
export function suspend(store: Store, promise: Promise<CoreValue | undefined>, { results }: CoreSignature): CoreValue {
  const cell = pendingCell(store);
  cell.promise = promise;
  cell.global.value = 1;
  return results[0] === "i64" ? 0n : 0;
}

/** Whether the import `name` may make its caller wait now; throws when not. */
export function checkMaySuspend(store: Store, name: string, gated: boolean): void {
  const found = `import \`${name}\` returned a promise`;
  if (Suspending === undefined) {
    throw new ComponentError(ErrorCode.WouldSuspend, found, {
      hint: "this JavaScript engine can't suspend WebAssembly (no JSPI): return a plain value, or use an engine that has it",
    });
  }
  if (store.syncDepth > 0) throw new ComponentError(ErrorCode.WouldSuspend, found, { hint: "call the export through `promising`, or return a plain value" });
  if (!gated) throw new ComponentError(ErrorCode.WouldSuspend, found, { hint: "this import can't wait: return a plain value" });
}

function gateModule(signatures: readonly CoreSignature[]): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const types = signatures.map(({ params, results }) =>
    module.funcType(
      params.map((type) => Type[type]),
      results.map((type) => Type[type]),
    ),
  );
  const functions = types.map((type, i) => module.importFunc("f", String(i), type));
  const waits = new Map<string, number>();
  for (const { results } of signatures) {
    const name = `wait${results[0] ?? ""}`;
    if (waits.has(name)) continue;
    const type = module.funcType(
      [],
      results.map((result) => Type[result]),
    );
    waits.set(name, module.importFunc("w", name, type));
  }
  const pending = module.importGlobal("g", "global", Type.i32, true);
  for (const [i, { params, results }] of signatures.entries()) {
    const { index, code } = module.func(types[i]!);
    const result = results[0];
    for (let param = 0; param < params.length; param++) code.get(param);
    code.call(functions[i]!);
    const value = result === undefined ? undefined : code.local(Type[result]);
    if (value !== undefined) code.set(value);
    code
      .op(Op.global_get, pending)
      .begin(Op.if)
      .call(waits.get(`wait${result ?? ""}`)!);
    if (value !== undefined) code.set(value);
    code.end();
    if (value !== undefined) code.get(value);
    module.export(String(i), "func", index);
  }
  return module.encode();
}
