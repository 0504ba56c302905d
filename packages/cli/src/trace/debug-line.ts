/**
 * DWARF line tables (versions 2 to 5, `.debug_line`): from an address to file and line. Only what a trace needs:
 * no columns beyond the row's, no inlining.
 */
import { ByteCursor } from "./byte-cursor.ts";

export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

interface Unit {
  readonly start: number;
  readonly end: number;
  readonly offsetSize: 4 | 8;
  readonly version: number;
}

interface Header {
  readonly minimumInstructionLength: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly opcodeLengths: readonly number[];
  readonly program: number;
  readonly fileName: (index: number) => string;
}

/** The line whose code covers `address` (relative to the code section), if a table tells. */
export function findLine(custom: ReadonlyMap<string, Uint8Array>, address: number): SourceLine | undefined {
  const section = custom.get(".debug_line");
  if (section === undefined) return undefined;
  const cursor = new ByteCursor(section);
  while (!cursor.done) {
    const unit = readUnit(cursor);
    const found = runProgram(cursor, unit, readHeader(cursor, unit, custom), address);
    if (found !== undefined) return found;
    cursor.at = unit.end;
  }
  return undefined;
}

function readUnit(cursor: ByteCursor): Unit {
  const start = cursor.at;
  const length = cursor.u32();
  const offsetSize = length === 0xffffffff ? 8 : 4;
  const end = (offsetSize === 8 ? cursor.u64() : length) + cursor.at;
  return { start, end, offsetSize, version: cursor.u16() };
}

function readHeader(cursor: ByteCursor, { offsetSize, version }: Unit, custom: ReadonlyMap<string, Uint8Array>): Header {
  if (version >= 5) cursor.at += 2;
  const headerLength = offsetSize === 8 ? cursor.u64() : cursor.u32();
  const program = cursor.at + headerLength;
  const minimumInstructionLength = cursor.u8();
  if (version >= 4) cursor.u8();
  cursor.u8();
  const lineBase = cursor.i8();
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  const opcodeLengths = Array.from({ length: opcodeBase - 1 }, () => cursor.u8());
  const fileName = version >= 5 ? filesOfVersion5(cursor, offsetSize, custom) : filesOfVersion4(cursor);
  return { minimumInstructionLength, lineBase, lineRange, opcodeBase, opcodeLengths, program, fileName };
}

function filesOfVersion4(cursor: ByteCursor): (index: number) => string {
  const directories = [""];
  for (let name = cursor.cString(); name !== ""; name = cursor.cString()) directories.push(name);
  const files = ["?"];
  for (let name = cursor.cString(); name !== ""; name = cursor.cString()) {
    files.push(join(directories[cursor.uleb()] ?? "", name));
    cursor.uleb();
    cursor.uleb();
  }
  return (index) => files[index] ?? "?";
}

function filesOfVersion5(cursor: ByteCursor, offsetSize: 4 | 8, custom: ReadonlyMap<string, Uint8Array>): (index: number) => string {
  const directories = readEntries(cursor, offsetSize, custom).map(({ path }) => path);
  const files = readEntries(cursor, offsetSize, custom).map(({ path, directory }) => join(directories[directory] ?? "", path));
  return (index) => files[index] ?? "?";
}

/** A directory or file table of version 5, which describes its own format. */
function readEntries(cursor: ByteCursor, offsetSize: 4 | 8, custom: ReadonlyMap<string, Uint8Array>): { path: string; directory: number }[] {
  const formats = Array.from({ length: cursor.u8() }, () => [cursor.uleb(), cursor.uleb()] as const);
  return Array.from({ length: cursor.uleb() }, () => {
    let path = "";
    let directory = 0;
    for (const [content, form] of formats) {
      const value = readForm(cursor, form, offsetSize, custom);
      if (content === 1) path = String(value);
      else if (content === 2) directory = Number(value);
    }
    return { path, directory };
  });
}

function readForm(cursor: ByteCursor, form: number, offsetSize: 4 | 8, custom: ReadonlyMap<string, Uint8Array>): string | number {
  const offset = () => (offsetSize === 8 ? cursor.u64() : cursor.u32());
  const stringAt = (section: string) => new ByteCursor(custom.get(section) ?? new Uint8Array([0]), offset()).cString();
  switch (form) {
    case 0x08:
      return cursor.cString();
    case 0x0e:
      return stringAt(".debug_str");
    case 0x1f:
      return stringAt(".debug_line_str");
    case 0x0b:
      return cursor.u8();
    case 0x05:
      return cursor.u16();
    case 0x06:
      return cursor.u32();
    case 0x07:
      return cursor.u64();
    case 0x0f:
      return cursor.uleb();
    case 0x1e:
      cursor.bytes(16);
      return 0;
    case 0x09:
      cursor.bytes(cursor.uleb());
      return 0;
    default:
      throw new RangeError(`unknown DWARF form ${form}`);
  }
}

/** Runs the line-number program up to the row that covers `address`. */
function runProgram(cursor: ByteCursor, unit: Unit, header: Header, address: number): SourceLine | undefined {
  cursor.at = header.program;
  let row = { address: 0, file: 1, line: 1 };
  let previous: typeof row | undefined;
  const covers = () => previous !== undefined && previous.address <= address && address < row.address;
  const found = () => ({ file: header.fileName(previous!.file), line: previous!.line });
  while (cursor.at < unit.end) {
    const opcode = cursor.u8();
    if (opcode >= header.opcodeBase) {
      const adjusted = opcode - header.opcodeBase;
      row.address += Math.floor(adjusted / header.lineRange) * header.minimumInstructionLength;
      row.line += header.lineBase + (adjusted % header.lineRange);
      if (covers()) return found();
      previous = { ...row };
    } else if (opcode === 0) {
      const length = cursor.uleb();
      const end = cursor.at + length;
      const extended = cursor.u8();
      if (extended === 1) {
        if (covers()) return found();
        previous = undefined;
        row = { address: 0, file: 1, line: 1 };
      } else if (extended === 2) row.address = length === 9 ? cursor.u64() : cursor.u32();
      cursor.at = end;
    } else if (opcode === 1) {
      if (covers()) return found();
      previous = { ...row };
    } else if (opcode === 2) row.address += cursor.uleb() * header.minimumInstructionLength;
    else if (opcode === 3) row.line += cursor.sleb();
    else if (opcode === 4) row.file = cursor.uleb();
    else if (opcode === 8) row.address += Math.floor((255 - header.opcodeBase) / header.lineRange) * header.minimumInstructionLength;
    else if (opcode === 9) row.address += cursor.u16();
    else for (let count = header.opcodeLengths[opcode - 1] ?? 0; count > 0; count--) cursor.uleb();
  }
  return undefined;
}

function join(directory: string, name: string): string {
  return directory === "" || name.startsWith("/") ? name : `${directory}/${name}`;
}
