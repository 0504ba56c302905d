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

/** Ids of sections. Constants by themselves, not an object of them, are numbers in a bundle. */
const CUSTOM = 0;
const TYPE = 1;
const IMPORT = 2;
const FUNCTION = 3;
const TABLE = 4;
const MEMORY = 5;
const GLOBAL = 6;
const EXPORT = 7;
const START = 8;
const ELEMENT = 9;
const CODE = 10;
const DATA = 11;
const DATA_COUNT = 12;
const TAG = 13;

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
      if (header.id === CUSTOM) {
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
      case START:
      case ELEMENT:
        return;
      case CODE:
        this.#codeCount = reader.u32();
        return;
      case DATA:
        this.#segmentCount = reader.u32();
        return;
      case DATA_COUNT:
        this.#dataCount = reader.u32();
        if (!reader.atEnd) throw reader.error(ErrorCode.MalformedSection, "unexpected content in the data count section");
        return;
    }
    const limit = id === MEMORY ? MAX_CORE_MEMORIES : id === TABLE ? MAX_CORE_TABLES : MAX_CORE_SECTION_ENTRIES;
    const count = reader.count("section entries", limit);
    if (id === FUNCTION) {
      this.#functions = reader.u32s(count);
    } else {
      for (let left = count; left > 0; left--) this.#entry(id, reader);
    }
    reader.finish();
  }

  #entry(id: number, reader: BinaryReader): void {
    const { offset } = reader;
    switch (id) {
      case TYPE:
        this.#types.push(readRecGroup(reader));
        return;
      case IMPORT: {
        const entry = { module: reader.name(), name: reader.name(), type: readCoreExternType(reader), offset };
        this.#imports.push(entry);
        if (entry.type.sort === "func") this.#importedFunctions.push(entry.type.type);
        else this.#spaces[entry.type.sort].push(entry.type);
        return;
      }
      case TABLE:
        this.#spaces.table.push(readTable(reader));
        return;
      case MEMORY:
        this.#spaces.memory.push(readMemoryType(reader));
        return;
      case GLOBAL:
        this.#spaces.global.push(readGlobalType(reader));
        skipConstExpr(reader);
        return;
      case TAG:
        this.#spaces.tag.push(readTagType(reader));
        return;
      case EXPORT: {
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
