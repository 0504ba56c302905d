/** Section headers, which components and core modules share. */
import { ErrorCode } from "../diagnostics/error-code.ts";
import { BinaryReader } from "./reader.ts";

export interface SectionHeader {
  readonly id: number;
  /** The contents, as indices into the reader's bytes. */
  readonly start: number;
  readonly end: number;
}

/** Reads the id and size of the next section and passes over its contents, which must end within `reader`. */
export function readSectionHeader(reader: BinaryReader): SectionHeader {
  const { bytes, position, offset } = reader;
  // Where two binaries were concatenated the magic number would pass for a long custom section.
  if (bytes[position] === 0 && bytes[position + 1] === 0x61 && bytes[position + 2] === 0x73 && bytes[position + 3] === 0x6d) {
    throw reader.error(ErrorCode.MalformedSection, "expected section, got wasm magic number");
  }
  const id = reader.u8();
  if (id & 0x80) throw reader.error(ErrorCode.MalformedSection, "malformed section id", offset);
  const size = reader.u32();
  if (size > reader.bytesLeft && reader.end < bytes.length) {
    throw reader.error(ErrorCode.MalformedSection, `section too large, ${size} goes past 0x${(reader.base + reader.end).toString(16)}`, offset + 1);
  }
  const start = reader.skip(size);
  return { id, start, end: reader.position };
}

/** A reader of what `readSectionHeader` passed over. */
export function contentsOf(reader: BinaryReader, { start, end }: SectionHeader): BinaryReader {
  return new BinaryReader(reader.bytes, reader.base, start, end);
}
