import { ErrorCode } from "../diagnostics/error-code.ts";
import { readHeapType } from "./core-types.ts";
import type { BinaryReader } from "./reader.ts";

const END = 0x0b;
const REF_NULL = 0xd0;

/** How long each constant instruction's immediates are: of fixed size in bytes, or this many LEB128 integers. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [0x43, 4],
  [0x44, 8],
  [0xfd0c, 16],
]);
const INTEGERS: ReadonlyMap<number, number> = new Map([
  ...[0x23, 0x41, 0x42, 0xd2, 0xfb00, 0xfb01, 0xfb06, 0xfb07].map((opcode) => [opcode, 1] as const),
  ...[0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e, 0xfb1a, 0xfb1b, 0xfb1c].map((opcode) => [opcode, 0] as const),
  [0xfb08, 2],
]);

/** Passes over a constant expression. What it computes is the JavaScript engine's to check. */
export function skipConstExpr(reader: BinaryReader): void {
  for (;;) {
    const { offset } = reader;
    let opcode = reader.u8();
    if (opcode === END) return;
    if (opcode === REF_NULL) {
      readHeapType(reader);
      continue;
    }
    if (opcode === 0xfb || opcode === 0xfd) opcode = opcode * 0x100 + (reader.u32() & 0xff);
    const fixed = FIXED.get(opcode);
    if (fixed !== undefined) {
      reader.skip(fixed);
      continue;
    }
    let integers = INTEGERS.get(opcode);
    if (integers === undefined) {
      throw reader.error(ErrorCode.InvalidCoreModule, `constant expression required: non-constant operator 0x${opcode.toString(16)}`, offset);
    }
    while (integers > 0) if (reader.u8() < 0x80) integers--;
  }
}
