/** For tests: definitions of components as bytes, section by section. */
import { DEFAULT_FEATURES, type Features } from "../binary/features.ts";
import { component, coreModule, leb, section, text } from "../binary/test-bytes.ts";
import type { ValidationResult } from "./definitions.ts";
import { validateComponent } from "./validate-component.ts";

type Bytes = readonly number[];

const vec = (elements: readonly Bytes[]): number[] => [...leb(elements.length), ...elements.flat()];
const sectionOf =
  (id: number) =>
  (...elements: Bytes[]): number[] =>
    section(id, ...vec(elements));

export const coreModules = (...sections: number[][]): number[] => section(1, ...coreModule(...sections));
export const coreInstances = sectionOf(2);
export const coreTypes = sectionOf(3);
export const nested = (...sections: number[][]): number[] => section(4, ...component(...sections));
export const instances = sectionOf(5);
export const aliases = sectionOf(6);
export const types = sectionOf(7);
export const canons = sectionOf(8);
export const start = (func: number, args: number[], results: number): number[] => section(9, func, ...leb(args.length), ...args, results);
export const imports = (...named: (readonly [name: string, type: Bytes])[]): number[] =>
  section(10, ...vec(named.map(([name, type]) => [0x00, ...text(name), ...type])));
/** `item` is a sort and an index. */
export const exports = (...named: (readonly [name: string, item: Bytes, type?: Bytes])[]): number[] =>
  section(11, ...vec(named.map(([name, item, type]) => [0x00, ...text(name), ...item, ...(type === undefined ? [0x00] : [0x01, ...type])])));
export const values = (type: number, ...bytes: number[]): number[] => section(12, 1, type, ...leb(bytes.length), ...bytes);

export const U8 = 0x7d;
export const U32 = 0x79;
export const CHAR = 0x74;
export const STRING = 0x73;
export const record = (...fields: [name: string, type: number][]): number[] => [0x72, ...vec(fields.map(([name, type]) => [...text(name), type]))];
export const labels = (opcode: number, ...names: string[]): number[] => [opcode, ...vec(names.map(text))];
export const tuple = (...of: number[]): number[] => [0x6f, ...leb(of.length), ...of];
/** A type index where a primitive could stand: a signed number. */
export const typeIndex = (index: number): number[] => (index < 0x40 ? [index] : [index | 0x80, 0x00]);
export const list = (...of: number[]): number[] => [0x70, ...of];
export const fixed = (of: number, length: number): number[] => [0x67, of, ...leb(length)];
export const own = (resource: number): number[] => [0x69, resource];
export const borrow = (resource: number): number[] => [0x68, resource];
export const func = (params: [name: string, type: number][], result?: number, async = false): number[] => [
  async ? 0x43 : 0x40,
  ...vec(params.map(([name, type]) => [...text(name), type])),
  ...(result === undefined ? [0x01, 0x00] : [0x00, result]),
];
export const resource = (dtor?: number, rep = 0x7f): number[] => [0x3f, rep, ...(dtor === undefined ? [0x00] : [0x01, dtor])];
export const instanceType = (...declarators: Bytes[]): number[] => [0x42, ...vec(declarators)];
export const componentType = (...declarators: Bytes[]): number[] => [0x41, ...vec(declarators)];
/** Declarators. */
export const declareType = (type: Bytes): number[] => [0x01, ...type];
export const declareAlias = (alias: Bytes): number[] => [0x02, ...alias];
export const declareImport = (name: string, type: Bytes): number[] => [0x03, 0x00, ...text(name), ...type];
export const declareExport = (name: string, type: Bytes): number[] => [0x04, 0x00, ...text(name), ...type];
/** Types of imports and exports. */
export const aModule = (type: number): number[] => [0x00, 0x11, type];
export const aFunc = (type: number): number[] => [0x01, type];
export const aValue = (type: number): number[] => [0x02, type];
export const aType = (type: number): number[] => [0x03, 0x00, type];
export const aResource: number[] = [0x03, 0x01];
export const aComponent = (type: number): number[] => [0x04, type];
export const anInstance = (type: number): number[] => [0x05, type];
export const outer = (sort: Bytes, count: number, index: number): number[] => [...sort, 0x02, count, index];
export const exportOf = (sort: Bytes, instance: number, name: string): number[] => [...sort, 0x00, instance, ...text(name)];
export const coreExportOf = (sort: number, instance: number, name: string): number[] => [0x00, sort, 0x01, instance, ...text(name)];

/** A core module with a memory `m`, an allocator `r` and functions `f: () -> ()` and `g: (i32) -> i32`, and its instance. */
export const LIBC: number[] = [
  ...coreModules(
    section(1, 3, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f),
    section(3, 3, 0, 1, 2),
    section(5, 1, 0x00, 1),
    section(7, 4, ...text("m"), 0x02, 0, ...text("f"), 0x00, 0, ...text("g"), 0x00, 1, ...text("r"), 0x00, 2),
    section(10, 3, 2, 0, 0x0b, 4, 0, 0x20, 0, 0x0b, 3, 0, 0x00, 0x0b),
  ),
  ...coreInstances([0x00, 0, 0]),
  ...aliases(coreExportOf(0x02, 0, "m"), coreExportOf(0x00, 0, "f"), coreExportOf(0x00, 0, "g"), coreExportOf(0x00, 0, "r")),
];

export function validate(sections: number[][], features: Features = DEFAULT_FEATURES): ValidationResult {
  return validateComponent(Uint8Array.from(component(...sections)), features);
}
