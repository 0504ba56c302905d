/** `canon` (Binary.md "Canonical Definitions"): one table, an opcode with a name and its operands in order. */
import { MAX_CANONICAL_OPTIONS } from "../diagnostics/limits.ts";
import { readCoreValType } from "./core-types.ts";
import type { BinaryReader } from "./reader.ts";
import type { CanonOptionSyntax, CanonSyntax } from "./syntax.ts";
import { readResultList } from "./types.ts";

type Operand = "coreFunc" | "func" | "type" | "options" | "result" | "valueType" | "slot" | "async" | "cancellable" | "memory" | "table" | "shared";

/** By opcode; a space before each operand. `lift` and `lower` have a sort byte before theirs. */
const TABLE: Readonly<Record<number, string>> = {
  0: "lift coreFunc options type",
  1: "lower func options",
  2: "resource.new type",
  3: "resource.drop type",
  4: "resource.rep type",
  5: "task.cancel",
  6: "subtask.cancel async",
  9: "task.return result options",
  10: "context.get valueType slot",
  11: "context.set valueType slot",
  12: "thread.yield cancellable",
  13: "subtask.drop",
  14: "stream.new type",
  15: "stream.read type options",
  16: "stream.write type options",
  17: "stream.cancel-read type async",
  18: "stream.cancel-write type async",
  19: "stream.drop-readable type",
  20: "stream.drop-writable type",
  21: "future.new type",
  22: "future.read type options",
  23: "future.write type options",
  24: "future.cancel-read type async",
  25: "future.cancel-write type async",
  26: "future.drop-readable type",
  27: "future.drop-writable type",
  28: "error-context.new options",
  29: "error-context.debug-message options",
  30: "error-context.drop",
  31: "waitable-set.new",
  32: "waitable-set.wait cancellable memory",
  33: "waitable-set.poll cancellable memory",
  34: "waitable-set.drop",
  35: "waitable.join",
  36: "backpressure.inc",
  37: "backpressure.dec",
  38: "thread.index",
  39: "thread.new-indirect type table",
  40: "thread.resume-later",
  41: "thread.suspend cancellable",
  42: "thread.suspend-then-resume cancellable",
  43: "thread.yield-then-resume cancellable",
  44: "thread.suspend-then-promote cancellable",
  45: "thread.yield-then-promote cancellable",
  // Binary.md has a byte for `shared` here; wasm-tools, which writes all such binaries, knows these as shared only and writes none.
  64: "thread.spawn-ref shared type",
  65: "thread.spawn-indirect shared type table",
  66: "thread.available-parallelism shared",
};

const BUILTINS: [canon: string, ...operands: Operand[]][] = [];
for (const [opcode, entry] of Object.entries(TABLE)) BUILTINS[Number(opcode)] = entry.split(" ") as [string, ...Operand[]];

const OPTIONS = ["utf8", "utf16", "latin1+utf16", "memory", "realloc", "post-return", "async", "callback", "core-type", "gc"] as const;

function readOption(reader: BinaryReader): CanonOptionSyntax {
  const { offset } = reader;
  const byte = reader.u8();
  const kind = OPTIONS[byte];
  switch (kind) {
    case undefined:
      throw reader.invalidLeadingByte(byte, "canonical option");
    case "utf8":
    case "utf16":
    case "latin1+utf16":
    case "async":
    case "gc":
      return { kind, offset };
    default:
      return { kind, index: reader.u32(), offset };
  }
}

function readOperand(reader: BinaryReader, operand: Operand): unknown {
  switch (operand) {
    case "options":
      return reader.vec("canonical options", MAX_CANONICAL_OPTIONS, readOption);
    case "result":
      return readResultList(reader);
    case "valueType":
      return readCoreValType(reader);
    case "async":
    case "cancellable":
      return reader.bool();
    case "shared":
      return true;
    default:
      return reader.u32();
  }
}

export function readCanon(reader: BinaryReader): CanonSyntax {
  const opcode = reader.u8();
  const builtin = BUILTINS[opcode];
  if (builtin === undefined) throw reader.invalidLeadingByte(opcode, "canonical function");
  const canon = builtin[0];
  if (opcode <= 0x01) {
    const sort = reader.u8();
    if (sort !== 0x00) throw reader.invalidLeadingByte(sort, `canonical function ${canon}`);
  }
  const fields: Record<string, unknown> = { canon };
  for (let i = 1; i < builtin.length; i++) {
    const operand = builtin[i] as Operand;
    fields[operand === "valueType" ? "type" : operand] = readOperand(reader, operand);
  }
  return fields as unknown as CanonSyntax;
}
