/** Components that do what handle scripts say. */
import type { Opcode } from "../../packages/engine/src/binary/opcodes.ts";
import * as Op from "../../packages/engine/src/binary/opcodes.ts";
import { type CodeWriter, ModuleWriter, Type } from "../../packages/engine/src/binary/writer.ts";
import type { CoreNumberType, FuncType, ResourceIdentity, ValueType } from "../../packages/engine/src/types/component-types.ts";
import { ComponentWriter } from "./component-writer.ts";
import type { Built } from "./engine.ts";
import type { Family } from "./family.ts";
import { flatSignature } from "./guest-function.ts";
import { memoryModule } from "./guest-memory.ts";
import { ALL_OPERATIONS, type Argument, type Operation, randomScript, type Script, type Step, scriptCost, smallerScripts, VARIABLES } from "./handle-script.ts";

const IDENTITY: ResourceIdentity = { name: "thing", rep: "i32" };
const RESOURCE = { kind: "resource", identity: IDENTITY } as const;
const OWN: ValueType = { kind: "own", resource: RESOURCE };
const BORROW: ValueType = { kind: "borrow", resource: RESOURCE };
const U32: ValueType = { kind: "u32" };
const OWNS: ValueType = { kind: "list", element: OWN };
const BORROWS: ValueType = { kind: "list", element: BORROW };
const MAYBE: ValueType = { kind: "result", ok: OWN, err: U32 };
const RUN: FuncType = { kind: "func", async: false, params: [], result: { kind: "u64" } };

const PARAMS: Readonly<Record<Operation["params"][number], ValueType>> = {
  number: U32,
  home: U32,
  mid: U32,
  own: OWN,
  borrow: BORROW,
  owns: OWNS,
  borrows: BORROWS,
  maybe: MAYBE,
};

function typeOf({ params, result }: Operation): FuncType {
  const results = { number: U32, home: U32, mid: U32, nothing: U32, handle: OWN, handles: OWNS, maybe: MAYBE } as const;
  return {
    kind: "func",
    async: false,
    params: params.map((param, i) => ({ name: `p${i}`, type: PARAMS[param] })),
    result: result === undefined ? undefined : results[result],
  };
}

const named = (name: string): Operation => ALL_OPERATIONS.find((operation) => operation.name === name)!;
const of = (from: Operation["from"]): Operation[] => ALL_OPERATIONS.filter((operation) => operation.from === from);
const core = (types: readonly CoreNumberType[]): number[] => types.map((type) => Type[type]);

/** Types that must have names are not used. */
const unnamed = (): never => {
  throw new Error("no type of these needs a name");
};

function build(scripts: readonly Script[]): Built {
  const parts = [homeComponent(), midComponent(), scriptComponent(scripts)] as const;
  const root = new ComponentWriter("export", unnamed);
  const home = root.instantiate(root.component(parts[0]), []);
  const thing = ["thing", "type", root.exportOf(home, "type", "thing")] as const;
  const ofHome = of("home").map(({ name }) => [name, "func", root.exportOf(home, "func", name)] as const);
  const mid = root.instantiate(root.component(parts[1]), [thing, ...ofHome]);
  const ofMid = of("mid").map(({ name }) => [name, "func", root.exportOf(mid, "func", name)] as const);
  const script = root.instantiate(root.component(parts[2]), [thing, ...ofHome, ...ofMid]);
  for (const i of scripts.keys()) root.exportFunc(`f${i}`, root.exportOf(script, "func", `f${i}`), root.funcType(RUN));
  root.exportFunc("counts", root.exportOf(home, "func", "counts"), root.funcType(typeOf(named("counts"))));
  return { component: root.encode(), parts };
}

/** A core module over a memory, the built-ins of the resource, and imported functions; each part finds its own by name. */
class GuestModule {
  readonly module = new ModuleWriter();
  readonly #funcs = new Map<string, number>();

  constructor(builtins: readonly ("new" | "rep" | "drop")[], imports: readonly Operation[]) {
    const { module } = this;
    const number = module.funcType([Type.i32], [Type.i32]);
    for (const name of builtins) this.#funcs.set(`[${name}]`, module.importFunc("thing", name, name === "drop" ? module.funcType([Type.i32], []) : number));
    for (const operation of imports) {
      const { params, results } = flatSignature(typeOf(operation), "i32", "lower");
      this.#funcs.set(operation.name, module.importFunc("imports", operation.name, module.funcType(core(params), core(results))));
    }
    this.#funcs.set("realloc", module.importFunc("m", "realloc", module.funcType(Array(4).fill(Type.i32), [Type.i32])));
    module.importMemory("m", "memory", { min: 1 });
  }

  /** Calls an imported function or a built-in. */
  call(code: CodeWriter, name: string): CodeWriter {
    return code.call(this.#funcs.get(name)!);
  }

  allocate(code: CodeWriter, size: number): CodeWriter {
    return this.call(code.i32(0).i32(0).i32(4).i32(size), "realloc");
  }

  /** Exports the core function of an operation. */
  define(name: string, write: (code: CodeWriter) => unknown): void {
    const { params, results } = flatSignature(typeOf(named(name)), "i32", "lift");
    const { index, code } = this.module.func(this.module.funcType(core(params), core(results)));
    write(code);
    this.module.export(name, "func", index);
  }
}

interface Memory {
  readonly instance: number;
  readonly memory: number;
  readonly realloc: number;
}

function addMemory(writer: ComponentWriter): Memory {
  const instance = writer.instantiateCore(writer.coreModule(memoryModule({ wide: false, image: 0, inPlace: false, lie: undefined })), []);
  return { instance, memory: writer.coreMemory(instance, "memory"), realloc: writer.coreFunc(instance, "realloc") };
}

/** Exports the functions that a core instance has for operations. */
function liftAll(writer: ComponentWriter, operations: readonly Operation[], instance: number, { memory, realloc }: Memory): void {
  for (const operation of operations) {
    const type = writer.funcType(typeOf(operation));
    writer.exportFunc(operation.name, writer.lift(writer.coreFunc(instance, operation.name), { memory, realloc }, type), type);
  }
}

/** Imports the resource and functions: a core instance of the built-in `drop`, and one of the functions, lowered. */
function importAll(writer: ComponentWriter, operations: readonly Operation[], { memory, realloc }: Memory): { thing: number; imports: number } {
  const resource = writer.importResource("thing", IDENTITY);
  const lowered = operations.map((operation) => {
    const func = writer.importFunc(operation.name, writer.funcType(typeOf(operation)));
    return [operation.name, writer.lower(func, { memory, realloc })] as const;
  });
  return { thing: writer.coreExports([["drop", writer.resourceBuiltin("drop", resource)]]), imports: writer.coreExports(lowered) };
}

/** Defines the resource; its destructor counts what is dropped, and adds up their representations. */
function homeComponent(): Uint8Array<ArrayBuffer> {
  const writer = new ComponentWriter("export", unnamed);
  const memory = addMemory(writer);
  const state = writer.instantiateCore(writer.coreModule(stateModule()), []);
  const resource = writer.defineResource(IDENTITY, writer.coreFunc(state, "dtor"));
  writer.exportResource("thing", IDENTITY);
  const guest = new GuestModule(["new", "rep", "drop"], []);
  const counts = guest.module.importGlobal("state", "counts", Type.i32, true);
  const rep = (code: CodeWriter, index = 0): CodeWriter => guest.call(code.get(index), "[rep]");
  const take = (code: CodeWriter, index: number): CodeWriter => guest.call(rep(code, index).get(index), "[drop]");
  guest.define("make", (code) => guest.call(code.get(0), "[new]"));
  guest.define("get", (code) => code.get(0));
  guest.define("take", (code) => take(code, 0));
  guest.define("keep", (code) => code.get(0));
  guest.define("give", (code) => code.get(0));
  guest.define("both", (code) => take(code, 1).get(0).i32(8).op(Op.i32_shl).op(Op.i32_add));
  guest.define("pass", (code) => returnPair(guest, code));
  guest.define("look", (code) => {
    const sum = code.local(Type.i32);
    code.begin(Op.block).begin(Op.loop).get(1).op(Op.i32_eqz).op(Op.br_if, 1);
    code.get(sum).i32(3).op(Op.i32_mul).get(0).memory(Op.i32_load, 2).op(Op.i32_add).set(sum);
    code.get(0).i32(4).op(Op.i32_add).set(0).get(1).i32(1).op(Op.i32_sub).set(1).op(Op.br, 0).end().end().get(sum);
  });
  guest.define("choose", (code) => returnPair(guest, code));
  guest.define("rep-at", (code) => rep(code));
  guest.define("drop-at", (code) => guest.call(code.get(0), "[drop]"));
  guest.define("counts", (code) => code.op(Op.global_get, counts));
  const builtins = writer.coreExports((["new", "rep", "drop"] as const).map((name) => [name, writer.resourceBuiltin(name, resource)]));
  const instance = writer.instantiateCore(writer.coreModule(guest.module.encode()), [
    ["thing", builtins],
    ["m", memory.instance],
    ["state", state],
  ]);
  liftAll(writer, of("home"), instance, memory);
  return writer.encode();
}

/** Both parameters, as they lie in memory. */
function returnPair(guest: GuestModule, code: CodeWriter): void {
  const at = code.local(Type.i32);
  guest.allocate(code, 8).tee(at).get(0).memory(Op.i32_store, 2);
  code.get(at).get(1).memory(Op.i32_store, 2, 4).get(at);
}

function stateModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const counts = module.global(Type.i32, true, (code) => code.i32(0));
  const { index, code } = module.func(module.funcType([Type.i32], []));
  code.op(Op.global_get, counts).get(0).op(Op.i32_add).i32(0x10000).op(Op.i32_add).op(Op.global_set, counts);
  return module.export("counts", "global", counts).export("dtor", "func", index).encode();
}

function midComponent(): Uint8Array<ArrayBuffer> {
  const writer = new ComponentWriter("export", unnamed);
  const memory = addMemory(writer);
  const { thing, imports } = importAll(writer, of("home"), memory);
  const guest = new GuestModule(["drop"], of("home"));
  const drop = (code: CodeWriter): CodeWriter => guest.call(code.get(0), "[drop]");
  guest.define("m-get", (code) => drop(guest.call(code.get(0), "get")));
  guest.define("m-take", (code) => guest.call(code.get(0), "take"));
  guest.define("m-echo", (code) => code.get(0));
  guest.define("m-both", (code) => drop(guest.call(code.get(0).get(1), "both")));
  guest.define("m-hold", (code) => code.get(0));
  guest.define("m-release", (code) => code.get(0));
  guest.define("m-drop", drop);
  guest.define("m-forget", (code) => code.op(Op.nop));
  guest.define("m-twice", (code) => drop(drop(code)));
  guest.define("m-steal", (code) => guest.call(code.get(0), "take"));
  guest.define("m-return", (code) => code.get(0));
  const instance = writer.instantiateCore(writer.coreModule(guest.module.encode()), [
    ["thing", thing],
    ["imports", imports],
    ["m", memory.instance],
  ]);
  liftAll(writer, of("mid"), instance, memory);
  return writer.encode();
}

function scriptComponent(scripts: readonly Script[]): Uint8Array<ArrayBuffer> {
  const writer = new ComponentWriter("export", unnamed);
  const memory = addMemory(writer);
  const operations = [...of("home"), ...of("mid")];
  const { thing, imports } = importAll(writer, operations, memory);
  const guest = new GuestModule(["drop"], operations);
  for (const [i, { steps }] of scripts.entries()) {
    const { index, code } = guest.module.func(guest.module.funcType([], [Type.i64]));
    const frame: Frame = {
      code,
      guest,
      variables: Array.from({ length: VARIABLES }, () => code.local(Type.i32)),
      at: code.local(Type.i32),
      digest: code.local(Type.i64),
    };
    for (const step of steps) writeStep(frame, step);
    // What was destroyed, at last.
    guest.call(code, "counts");
    mix(frame);
    code.get(frame.digest);
    guest.module.export(`f${i}`, "func", index);
  }
  const instance = writer.instantiateCore(writer.coreModule(guest.module.encode()), [
    ["thing", thing],
    ["imports", imports],
    ["m", memory.instance],
  ]);
  for (const i of scripts.keys()) {
    const type = writer.funcType(RUN);
    writer.exportFunc(`f${i}`, writer.lift(writer.coreFunc(instance, `f${i}`), {}, type), type);
  }
  return writer.encode();
}

interface Frame {
  readonly code: CodeWriter;
  readonly guest: GuestModule;
  readonly variables: readonly number[];
  /** An address. */
  readonly at: number;
  readonly digest: number;
}

/** The number on the stack becomes part of the result. */
function mix({ code, digest }: Frame): void {
  code.op(Op.i64_extend_i32_u).get(digest).i64(1_000_003n).op(Op.i64_mul).op(Op.i64_add).set(digest);
}

function push({ code, variables }: Frame, argument: Argument): CodeWriter {
  return "constant" in argument ? code.i32(argument.constant) : code.get(variables[argument.variable]!);
}

function writeStep(frame: Frame, { name, args, to }: Step): void {
  const { code, guest, variables, at } = frame;
  if (name === "drop") {
    guest.call(push(frame, args[0]![0]!), "[drop]");
    return;
  }
  const { params, result } = named(name);
  for (const [i, param] of params.entries()) {
    if (param === "owns" || param === "borrows") pushList(frame, args[i]!);
    else for (const argument of args[i]!) push(frame, argument);
  }
  const inMemory = result === "handles" || result === "maybe";
  if (inMemory) guest.allocate(code, 8).tee(at);
  guest.call(code, name);
  if (inMemory) {
    const load = (op: Opcode, offset: number): CodeWriter => code.get(at).memory(op, 0, offset);
    // The case, or the length.
    load(result === "maybe" ? Op.i32_load8_u : Op.i32_load, result === "maybe" ? 0 : 4);
    mix(frame);
    for (const [i, variable] of to.entries()) {
      if (result === "maybe") load(Op.i32_load, 4);
      else load(Op.i32_load, 0).memory(Op.i32_load, 2, 4 * i);
      code.tee(variables[variable]!);
      mix(frame);
    }
  } else if (result !== undefined) {
    const [variable] = to;
    if (variable !== undefined) code.tee(variables[variable]!);
    mix(frame);
  }
}

function pushList(frame: Frame, elements: readonly Argument[]): void {
  const { code, guest, at } = frame;
  guest.allocate(code, 4 * elements.length).set(at);
  for (const [i, element] of elements.entries()) {
    code.get(at);
    push(frame, element).memory(Op.i32_store, 2, 4 * i);
  }
  code.get(at).i32(elements.length);
}

/** Scripts of what is done with handles; what they give is made of all that could be seen on the way. */
export const HANDLE_CASES: Family<Script> = {
  name: "handles",
  random: randomScript,
  build,
  callsOf: (_, number) => [{ text: `f${number}()`, afterwards: "counts()" }],
  expected: () => undefined,
  isUndefined: () => false,
  fresh: true,
  smaller: smallerScripts,
  cost: scriptCost,
};
