/**
 * Custom sections: where they lie, and what `producers` says. Not of the main bundle: for inspection and traces only.
 * Contents of custom sections are never required to be valid, so nothing here throws because of them.
 */
import { ComponentError } from "../diagnostics/component-error.ts";
import { MAX_CORE_SECTION_ENTRIES } from "../diagnostics/limits.ts";
import { readPreamble } from "./preamble.ts";
import { BinaryReader } from "./reader.ts";
import { contentsOf, readSectionHeader } from "./sections.ts";

/** The contents lie after the name, at `start` to `end` of the whole binary. */
export interface CustomSection {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What `read` gives, or `undefined` when the bytes are not what it expects. */
export function ifWellFormed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ComponentError) return undefined;
    throw error;
  }
}

/** The custom sections of the core module at `start` to `end`, in order; those up to the first error. */
export function coreCustomSections(bytes: Uint8Array, start = 0, end: number = bytes.length): CustomSection[] {
  const found: CustomSection[] = [];
  ifWellFormed(() => {
    const reader = new BinaryReader(bytes, 0, start, end);
    readPreamble(reader, "module");
    while (!reader.atEnd) {
      const header = readSectionHeader(reader);
      if (header.id !== 0) continue;
      const contents = contentsOf(reader, header);
      found.push({ name: contents.name(), start: contents.position, end: header.end });
    }
  });
  return found;
}

export interface Producer {
  readonly name: string;
  readonly version: string;
}

function readProducer(reader: BinaryReader): Producer {
  return { name: reader.name(), version: reader.name() };
}

/** The tool conventions' `producers` section, by field: `language`, `processed-by`, `sdk`. */
export function readProducers(bytes: Uint8Array, { start, end }: Omit<CustomSection, "name">): ReadonlyMap<string, readonly Producer[]> {
  const fields = new Map<string, readonly Producer[]>();
  ifWellFormed(() => {
    const reader = new BinaryReader(bytes, 0, start, end);
    for (let left = reader.count("producers fields", MAX_CORE_SECTION_ENTRIES); left > 0; left--) {
      fields.set(reader.name(), reader.vec("producers", MAX_CORE_SECTION_ENTRIES, readProducer));
    }
  });
  return fields;
}
