/** A function between two components, with what is passed through it; and the component that several such cases make. */

import { printValue } from "../../packages/engine/src/text/wave.ts";
import type { FuncType, ValueType } from "../../packages/engine/src/types/component-types.ts";
import { Random } from "../../scripts/soak/random.ts";
import { breakSite } from "./break.ts";
import { ComponentWriter, type StringEncoding } from "./component-writer.ts";
import type { Built, Call } from "./engine.ts";
import { type Address, calleeModule, callerModule, type Fixed, flatSignature } from "./guest-function.ts";
import { IMAGE, type Lie, memoryModule } from "./guest-memory.ts";
import { Image } from "./image.ts";

export interface Side {
  readonly encoding: StringEncoding;
  readonly address: Address;
  readonly inPlace: boolean;
  readonly lie: Lie | undefined;
}

export interface Case {
  /** Of junk in images and of what is broken there. */
  readonly seed: number;
  /** Has nothing that wasmtime does not do: see `Engine.standardOnly`. */
  readonly standard: boolean;
  readonly params: readonly ValueType[];
  /** Whose values the callee gets: those that the host passes to the caller in each of `calls`, or those of the only one, from the caller's image. */
  readonly from: "host" | "image";
  readonly calls: readonly (readonly unknown[])[];
  /** What it answers: its parameters, or a value from its own image. */
  readonly answer: "echo" | { readonly type: ValueType; readonly value: unknown } | undefined;
  readonly caller: Side;
  readonly callee: Side;
  /** Both functions are of async type: calls are tasks. */
  readonly async: boolean;
  /** Whose image is broken. */
  readonly broken: "caller" | "callee" | undefined;
}

/** The callee's function. */
function innerType({ params, answer, async }: Case): FuncType {
  const echo = params.length === 0 ? undefined : params.length === 1 ? params[0] : ({ kind: "tuple", types: params } as const);
  return {
    kind: "func",
    async,
    params: params.map((type, i) => ({ name: `p${i}`, type })),
    result: answer === "echo" ? echo : answer?.type,
  };
}

/** What the callee's function is to the host. */
function outerType(given: Case, inner: FuncType): FuncType {
  return given.from === "host" ? inner : { ...inner, params: [] };
}

export function callsOf(given: Case, number: number): Call[] {
  return given.calls.map((args) => {
    const texts = given.params.map((type, i) => printValue(args[i], type)).join(", ");
    return { text: `f${number}(${given.from === "host" ? texts : ""})`, afterwards: `callee${number}(${texts})` };
  });
}

/** What each call gives when nothing is broken and nobody lies; `undefined` when that is not known. */
export function expected(given: Case): string[] | undefined {
  if (given.broken !== undefined || given.caller.lie !== undefined || given.callee.lie !== undefined) return undefined;
  const { result } = innerType(given);
  return given.calls.map((args) => {
    if (result === undefined) return "";
    if (typeof given.answer === "object") return printValue(given.answer.value, result);
    return printValue(args.length === 1 ? args[0] : args, result);
  });
}

/** Components that export the function of each case as `f0`, `f1`, ..., and the callee's as `callee0`, `callee1`, ... */
export function build(cases: readonly Case[]): Built {
  const names = new Map<ValueType, string>();
  const nameOf = (type: ValueType): string => {
    const name = names.get(type) ?? `t${names.size}`;
    names.set(type, name);
    return name;
  };
  const inner = cases.map(innerType);
  const parts = [calleeComponent(cases, inner, nameOf), callerComponent(cases, inner, nameOf)] as const;
  const root = new ComponentWriter("export", nameOf);
  const [callee, caller] = [root.instantiate(root.component(parts[0]), []), root.component(parts[1])];
  const named = [...names.values()];
  const args = [
    ...named.map((name) => [name, "type", root.exportOf(callee, "type", name)] as const),
    ...cases.map((_, i) => [`callee${i}`, "func", root.exportOf(callee, "func", `callee${i}`)] as const),
  ];
  const instance = root.instantiate(caller, args);
  for (const [i, given] of cases.entries()) {
    const func = root.exportOf(instance, "func", `f${i}`);
    root.exportFunc(`f${i}`, func, root.funcType(outerType(given, inner[i]!)));
    root.exportFunc(`callee${i}`, root.exportOf(callee, "func", `callee${i}`), root.funcType(inner[i]!));
  }
  return { component: root.encode(), parts };
}

function calleeComponent(cases: readonly Case[], inner: readonly FuncType[], nameOf: (type: ValueType) => string): Uint8Array<ArrayBuffer> {
  const writer = new ComponentWriter("export", nameOf);
  for (const [i, given] of cases.entries()) {
    const { address, encoding } = given.callee;
    const type = inner[i]!;
    const answer = typeof given.answer === "object" ? imageOf(given, "callee", type) : "echo";
    const guest = memoryOf(writer, given.callee, answer === "echo" ? 0 : answer.bytes.length);
    const module = writer.coreModule(calleeModule({ address, inspects: given.callee.lie === undefined, inner: type, answer }));
    const core = writer.instantiateCore(module, [["m", guest.instance]]);
    const options = { encoding, memory: guest.memory, realloc: guest.realloc, postReturn: writer.coreFunc(core, "post") };
    const funcType = writer.funcType(type);
    writer.exportFunc(`callee${i}`, writer.lift(writer.coreFunc(core, "run"), options, funcType), funcType);
  }
  return writer.encode();
}

function callerComponent(cases: readonly Case[], inner: readonly FuncType[], nameOf: (type: ValueType) => string): Uint8Array<ArrayBuffer> {
  const writer = new ComponentWriter("import", nameOf);
  for (const [i, given] of cases.entries()) {
    const { address, encoding } = given.caller;
    const [innerFunc, outerFunc] = [inner[i]!, outerType(given, inner[i]!)];
    const imported = writer.importFunc(`callee${i}`, writer.funcType(innerFunc));
    const fixed = given.from === "image" ? imageOf(given, "caller", innerFunc) : undefined;
    const { instance, memory, realloc } = memoryOf(writer, given.caller, fixed?.bytes.length ?? 0);
    const lowered = writer.lower(imported, { encoding, memory, realloc });
    const module = writer.coreModule(callerModule({ address, inspects: given.caller.lie === undefined, outer: outerFunc, inner: innerFunc, fixed }));
    const core = writer.instantiateCore(module, [
      ["m", instance],
      ["callee", writer.coreExports([["run", lowered]])],
    ]);
    const options = { encoding, memory, realloc, postReturn: writer.coreFunc(core, "post") };
    const funcType = writer.funcType(outerFunc);
    writer.exportFunc(`f${i}`, writer.lift(writer.coreFunc(core, "run"), options, funcType), funcType);
  }
  return writer.encode();
}

function memoryOf(writer: ComponentWriter, { address, inPlace, lie }: Side, image: number): { instance: number; memory: number; realloc: number } {
  const module = writer.coreModule(memoryModule({ wide: address === "i64", image, inPlace, lie }));
  const instance = writer.instantiateCore(module, []);
  return { instance, memory: writer.coreMemory(instance, "memory"), realloc: writer.coreFunc(instance, "realloc") };
}

/** The caller's parameters or the callee's result, broken if the case says so. */
function imageOf(given: Case, who: "caller" | "callee", inner: FuncType): Fixed {
  const { encoding, address } = given[who];
  const random = new Random(given.seed);
  const image = new Image(IMAGE, { encoding, address, random });
  const signature = flatSignature(inner, address, who === "caller" ? "lower" : "lift");
  const spilled = who === "caller" ? signature.paramsSpilled : signature.resultSpilled;
  const params = { kind: "tuple", types: inner.params.map(({ type }) => type) } as const;
  const [type, value] = typeof given.answer === "object" && who === "callee" ? [inner.result!, given.answer.value] : [params, given.calls[0]];
  const lanes = spilled ? [{ type: address, bits: BigInt(image.place(type, value)) }] : image.lower(type, value);
  if (given.broken === who) breakSite(image, lanes, spilled ? undefined : address, random);
  return { bytes: image.bytes, lanes };
}
