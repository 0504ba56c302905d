/**
 * Names for people: the core `name` section (function names) and the component's `component-name` section. Read on
 * demand and apart from the main bundle, for traces and inspection. An invalid name section is as good as none.
 */
import { MAX_CORE_SECTION_ENTRIES } from "../diagnostics/limits.ts";
import { type CustomSection, coreCustomSections, ifWellFormed } from "./custom-section.ts";
import { BinaryReader } from "./reader.ts";
import { contentsOf, readSectionHeader } from "./sections.ts";
import type { Sort } from "./syntax.ts";

type Names = ReadonlyMap<number, string>;

/** What was read before an error stays in `names`. */
function readNameMap(reader: BinaryReader, names: Map<number, string>): void {
  for (let left = reader.count("names", MAX_CORE_SECTION_ENTRIES); left > 0; left--) names.set(reader.u32(), reader.name());
}

/** Subsections have the headers of sections. */
function readSubsections(bytes: Uint8Array, { start, end }: Omit<CustomSection, "name">, read: (id: number, reader: BinaryReader) => void): void {
  ifWellFormed(() => {
    const reader = new BinaryReader(bytes, 0, start, end);
    while (!reader.atEnd) {
      const header = readSectionHeader(reader);
      read(header.id, contentsOf(reader, header));
    }
  });
}

const MODULE_NAME = 0;
const FUNCTION_NAMES = 1;

export interface CoreNames {
  readonly module: string | undefined;
  readonly functions: Names;
}

/** The names of the core module at `start` to `end` of the whole binary. */
export function readCoreNames(bytes: Uint8Array, start = 0, end: number = bytes.length): CoreNames {
  let module: string | undefined;
  const functions = new Map<number, string>();
  for (const section of coreCustomSections(bytes, start, end)) {
    if (section.name !== "name") continue;
    readSubsections(bytes, section, (id, reader) => {
      if (id === MODULE_NAME) module = reader.name();
      else if (id === FUNCTION_NAMES) readNameMap(reader, functions);
    });
  }
  return { module, functions };
}

export interface ComponentNames {
  readonly component: string | undefined;
  readonly bySort: ReadonlyMap<Sort, Names>;
}

const CORE_SORTS = new Map<number, Sort>([
  [0x00, "core func"],
  [0x01, "core table"],
  [0x02, "core memory"],
  [0x03, "core global"],
  [0x04, "core tag"],
  [0x10, "core type"],
  [0x11, "core module"],
  [0x12, "core instance"],
]);
const SORTS = new Map<number, Sort>([
  [0x01, "func"],
  [0x02, "value"],
  [0x03, "type"],
  [0x04, "component"],
  [0x05, "instance"],
]);

function readAnySort(reader: BinaryReader): Sort {
  const byte = reader.u8();
  const core = byte === 0x00;
  const code = core ? reader.u8() : byte;
  const sort = (core ? CORE_SORTS : SORTS).get(code);
  if (sort === undefined) throw reader.invalidLeadingByte(code, "sort");
  return sort;
}

const COMPONENT_NAME = 0;
const SORT_NAMES = 1;

/** The contents of a `component-name` section (Binary.md "Name Section"). */
export function readComponentNames(bytes: Uint8Array, section: Omit<CustomSection, "name">): ComponentNames {
  let component: string | undefined;
  const bySort = new Map<Sort, Names>();
  readSubsections(bytes, section, (id, reader) => {
    if (id === COMPONENT_NAME) component = reader.name();
    if (id !== SORT_NAMES) return;
    const names = new Map<number, string>();
    bySort.set(readAnySort(reader), names);
    readNameMap(reader, names);
  });
  return { component, bySort };
}
