import { ErrorCode } from "../diagnostics/error-code.ts";
import type { BinaryReader } from "./reader.ts";

/** Version and layer, the second four bytes (Binary.md `preamble`). */
const ENCODINGS = new Map<number, "module" | "component">([
  [0x00000001, "module"],
  [0x0001000d, "component"],
]);

/** Reads the first eight bytes of a component or core module, of which the binary must be. */
export function readPreamble(reader: BinaryReader, expected: "module" | "component"): void {
  const { offset } = reader;
  const magic = [...reader.bytes.subarray(reader.skip(4), reader.position)];
  if (String.fromCharCode(...magic) !== "\0asm") {
    const hex = (bytes: readonly number[]): string => `[${bytes.map((byte) => `0x${byte.toString(16)}`).join(", ")}]`;
    throw reader.error(
      ErrorCode.BadPreamble,
      `magic header not detected: bad magic number - expected=${hex([0x00, 0x61, 0x73, 0x6d])} actual=${hex(magic)}`,
      offset,
    );
  }
  const at = reader.skip(4);
  const { bytes } = reader;
  const version = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  const encoding = ENCODINGS.get(version);
  if (encoding === undefined) throw reader.error(ErrorCode.BadPreamble, `unknown binary version: 0x${version.toString(16)}`, offset + 4);
  if (encoding === expected) return;
  const isRootModule = encoding === "module" && offset === 0;
  throw reader.error(ErrorCode.BadPreamble, `expected a version header for a ${expected}, found that of a ${encoding}`, offset, {
    ...(isRootModule && { hint: "this is a core module: `wasm-tools component new` makes a component of one whose imports are known" }),
  });
}
