/** What the tests of this folder share. */
import assert from "node:assert/strict";
import * as Op from "../binary/opcodes.ts";
import { type CodeWriter, ModuleWriter, Type } from "../binary/writer.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { HANDLE_BYTES, HandleField, Header, InstanceField, NodeField } from "./control-memory.ts";
import type { Store } from "./store.ts";

/** Fields of the handle with that index, whether it is there or not. */
export function handleAt({ store: { control }, record }: ComponentInstance, index: number): Record<keyof typeof HandleField, number> {
  const { cells } = control;
  const entry = cells[(record + InstanceField.handles) >> 2]! + index * HANDLE_BYTES;
  return Object.fromEntries(Object.entries(HandleField).map(([name, offset]) => [name, cells[(entry + offset) >> 2]!])) as never;
}

/** Fields of an instance's record. */
export function fieldOf({ store: { control }, record }: ComponentInstance, name: keyof typeof InstanceField): number {
  return control.cells[(record + InstanceField[name]) >> 2]!;
}

/** How many nodes are free. */
export function freeNodes({ control: { cells } }: Store): number {
  let count = 0;
  for (let node = cells[Header.freeNode >> 2]!; node !== 0; node = cells[(node + NodeField.next) >> 2]!) count++;
  return count;
}

/** `run` executes `unreachable`, having recorded this trap. */
export function traps(store: Store, run: () => unknown, expected: object): void {
  assert.throws(run, WebAssembly.RuntimeError);
  assert.throws(() => {
    throw store.agent.takeTrap(store.activations.current);
  }, expected);
}

/** A wasm function of one i32 that calls `run`, and then has this code. */
export function coreFunction(run: (value: number) => void, code?: (code: CodeWriter) => unknown): (value: number) => void {
  const module = new ModuleWriter();
  const type = module.funcType([Type.i32], []);
  const imported = module.importFunc("", "run", type);
  module.tag(module.funcType([], []));
  const made = module.func(type);
  made.code.get(0).call(imported);
  code?.(made.code);
  module.export("f", "func", made.index);
  return new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { "": { run } }).exports.f as never;
}

export const unreachable = (code: CodeWriter): unknown => code.op(Op.unreachable);
export const throwing = (code: CodeWriter): unknown => code.op(Op.throw, 0);
