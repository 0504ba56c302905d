/**
 * Reads what a core module asks for and offers: its types, imports and exports, with the types of what is exported.
 * Of code, data and elements only headers are looked at, so the time does not depend on their size; the JavaScript
 * engine validates them, and everything else that is not an import, export or type.
 */
import { ErrorCode } from "../diagnostics/error-code.ts";
import { MAX_CORE_MEMORIES, MAX_CORE_SECTION_ENTRIES, MAX_CORE_TABLES } from "../diagnostics/limits.ts";
import { skipConstExpr } from "./const-expr.ts";
import { readCoreExternType, readGlobalType, readMemoryType, readRecGroup, readTableType, readTagType } from "./core-types.ts";
import { readPreamble } from "./preamble.ts";
import { BinaryReader } from "./reader.ts";
import { contentsOf, readSectionHeader } from "./sections.ts";
import { readCoreSort } from "./sorts.ts";
import type { CoreExternTypeSyntax, CoreRecGroupSyntax } from "./syntax.ts";

export interface CoreModuleImport {
  readonly module: string;
  readonly name: string;
  readonly type: CoreExternTypeSyntax;
  readonly offset: number;
}
export interface CoreModuleExport {
  readonly name: string;
  readonly type: CoreExternTypeSyntax;
  readonly offset: number;
}
/** Type indices are those of the module's type section: the groups of `types` laid end to end. */
export interface CoreModuleSyntax {
  readonly types: readonly CoreRecGroupSyntax[];
  readonly imports: readonly CoreModuleImport[];
  readonly exports: readonly CoreModuleExport[];
}

const Section = {
  Custom: 0,
  Type: 1,
  Import: 2,
  Function: 3,
  Table: 4,
  Memory: 5,
  Global: 6,
  Export: 7,
  Start: 8,
  Element: 9,
  Code: 10,
  Data: 11,
  DataCount: 12,
  Tag: 13,
} as const;

/** The place of each section among the others, by id. */
const ORDER = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6];

/** The module lies at `start` to `end` of the whole binary `bytes`. */
export function readCoreModule(bytes: Uint8Array, start = 0, end: number = bytes.length): CoreModuleSyntax {
  return new CoreModuleDecoder(new BinaryReader(bytes, 0, start, end)).decode();
}

class CoreModuleDecoder {
  readonly #reader: BinaryReader;
  readonly #types: CoreRecGroupSyntax[] = [];
  readonly #imports: CoreModuleImport[] = [];
  readonly #exports: CoreModuleExport[] = [];
  /** The index spaces of what can be exported; of functions only the types' indices, since there are many. */
  readonly #importedFunctions: number[] = [];
  #functions: Uint32Array = new Uint32Array();
  readonly #spaces: Record<Exclude<CoreExternTypeSyntax["sort"], "func">, CoreExternTypeSyntax[]> = { table: [], memory: [], global: [], tag: [] };
  /** Counts of sections that must agree. */
  #codeCount: number | undefined;
  #dataCount: number | undefined;
  #segmentCount: number | undefined;

  constructor(reader: BinaryReader) {
    this.#reader = reader;
  }

  decode(): CoreModuleSyntax {
    const reader = this.#reader;
    readPreamble(reader, "module");
    let last = 0;
    while (!reader.atEnd) {
      const header = readSectionHeader(reader);
      const contents = contentsOf(reader, header);
      if (header.id === Section.Custom) {
        contents.name();
        continue;
      }
      const order = ORDER[header.id];
      if (order === undefined) throw contents.error(ErrorCode.MalformedSection, `malformed section id: ${header.id}`);
      if (order <= last) throw contents.error(ErrorCode.MalformedSection, "section out of order");
      last = order;
      this.#section(header.id, contents);
    }
    this.#checkCounts();
    return { types: this.#types, imports: this.#imports, exports: this.#exports };
  }

  #section(id: number, reader: BinaryReader): void {
    switch (id) {
      case Section.Start:
      case Section.Element:
        return;
      case Section.Code:
        this.#codeCount = reader.u32();
        return;
      case Section.Data:
        this.#segmentCount = reader.u32();
        return;
      case Section.DataCount:
        this.#dataCount = reader.u32();
        if (!reader.atEnd) throw reader.error(ErrorCode.MalformedSection, "unexpected content in the data count section");
        return;
    }
    const limit = id === Section.Memory ? MAX_CORE_MEMORIES : id === Section.Table ? MAX_CORE_TABLES : MAX_CORE_SECTION_ENTRIES;
    const count = reader.count("section entries", limit);
    if (id === Section.Function) {
      this.#functions = reader.u32s(count);
    } else {
      for (let left = count; left > 0; left--) this.#entry(id, reader);
    }
    reader.finish();
  }

  #entry(id: number, reader: BinaryReader): void {
    const { offset } = reader;
    switch (id) {
      case Section.Type:
        this.#types.push(readRecGroup(reader));
        return;
      case Section.Import: {
        const entry = { module: reader.name(), name: reader.name(), type: readCoreExternType(reader), offset };
        this.#imports.push(entry);
        if (entry.type.sort === "func") this.#importedFunctions.push(entry.type.type);
        else this.#spaces[entry.type.sort].push(entry.type);
        return;
      }
      case Section.Table:
        this.#spaces.table.push(readTable(reader));
        return;
      case Section.Memory:
        this.#spaces.memory.push(readMemoryType(reader));
        return;
      case Section.Global:
        this.#spaces.global.push(readGlobalType(reader));
        skipConstExpr(reader);
        return;
      case Section.Tag:
        this.#spaces.tag.push(readTagType(reader));
        return;
      case Section.Export: {
        const name = reader.name();
        const sort = readCoreSort(reader) as CoreExternTypeSyntax["sort"];
        const index = reader.u32();
        const type = this.#typeOf(sort, index);
        if (type === undefined) {
          const noun = sort === "func" ? "function" : sort;
          throw reader.error(ErrorCode.InvalidCoreModule, `unknown ${noun} ${index}: exported ${noun} index out of bounds`, offset);
        }
        this.#exports.push({ name, type, offset });
      }
    }
  }

  #typeOf(sort: CoreExternTypeSyntax["sort"], index: number): CoreExternTypeSyntax | undefined {
    if (sort !== "func") return this.#spaces[sort][index];
    const imported = this.#importedFunctions;
    const type = index < imported.length ? imported[index] : this.#functions[index - imported.length];
    return type === undefined ? undefined : { sort, type };
  }

  #checkCounts(): void {
    const fail = (message: string): never => {
      throw this.#reader.error(ErrorCode.MalformedSection, message);
    };
    if (this.#codeCount !== undefined && this.#functions.length !== this.#codeCount) fail("function and code section have inconsistent lengths");
    if (this.#codeCount === undefined && this.#functions.length > 0) fail("function section has non-zero count but code section is absent");
    if (this.#dataCount === undefined) return;
    if (this.#segmentCount !== undefined && this.#dataCount !== this.#segmentCount) fail("data count and data section have inconsistent lengths");
    if (this.#segmentCount === undefined && this.#dataCount > 0) fail("data count is non-zero but data section is absent");
  }
}

/** An entry of the table section, which may have an initial value. */
function readTable(reader: BinaryReader): CoreExternTypeSyntax {
  if (reader.peek() !== 0x40) return readTableType(reader);
  reader.u8();
  if (reader.u8() !== 0x00) throw reader.error(ErrorCode.InvalidLeadingByte, "invalid table encoding", reader.offset - 1);
  const type = readTableType(reader);
  skipConstExpr(reader);
  return type;
}
