/**
 * The worst megabyte we can think of, many times over: each input aims at one way in which reading, validating or planning could
 * take more time or memory than its bytes suggest. An engine may refuse them all; it may not be slow or large about it.
 */
import { type Bytes, component, concat, EMPTY_CORE_MODULE, externName, fill, leb, Section, section, sized, text, typeIndex, vec } from "./component-bytes.ts";

const MEGABYTE = 1 << 20;

/** Up to this much per input, so that a section header fits too. */
const ROOM = MEGABYTE - 64;

const U32 = 0x79;
const STRING = 0x73;
const Kind = { Func: 0x01, Type: 0x03, Component: 0x04, Instance: 0x05 } as const;

const record = (fields: readonly Bytes[]): number[] => concat([[0x72], vec(fields)]);
const tuple = (...types: readonly Bytes[]): number[] => [0x6f, ...vec(types)];
const instanceType = (declarations: readonly Bytes[]): number[] => concat([[0x42], vec(declarations)]);
const componentType = (declarations: readonly Bytes[]): number[] => concat([[0x41], vec(declarations)]);
const declareExport = (name: string, extern: Bytes): number[] => [0x04, ...externName(name), ...extern];
const ofInstance = (type: number): number[] => [Kind.Instance, ...leb(type)];
const anyResource: Bytes = [Kind.Type, 0x01];
const outerType = (count: number, index: number): number[] => [0x02, 0x03, 0x02, ...leb(count), ...leb(index)];
const instantiate = (index: number, args: readonly Bytes[] = []): number[] => [0x00, ...leb(index), ...vec(args)];
const argument = (name: string, sort: number, index: number): number[] => [...text(name), sort, ...leb(index)];
const exported = (name: string, sort: number, index: number): number[] => [...externName(name), sort, ...leb(index), 0x00];
const imported = (name: string, extern: Bytes): number[] => [...externName(name), ...extern];
const types = (items: readonly Bytes[]): number[] => section(Section.Type, items);

/** Opens `depth` levels and leaves their ends to `close`; built without nesting arrays. */
function nest(depth: number, open: Bytes, core: Bytes): number[] {
  return concat([...Array<Bytes>(depth).fill(open), core]);
}

/** Components within components: each wraps the last in its preamble and a section header. */
function nestedComponents(depth: number): number[] {
  const headers: Bytes[] = [];
  let inside = 8;
  for (let level = 0; level < depth; level++) {
    const header = [Section.Component, ...leb(inside)];
    headers.push(header);
    inside += header.length + 8;
  }
  const preamble = component();
  return concat([...headers.reverse().flatMap((header) => [preamble, header]), preamble]);
}

/** Component `i` instantiates `i - 1` as often as it is told: a plan that is unrolled grows to the power. */
function instantiationTree(levels: number, times: number): number[] {
  const sections: Bytes[] = [sized(Section.Component, component())];
  for (let level = 1; level < levels; level++) {
    const alias = section(Section.Alias, [[Kind.Component, 0x02, 0x01, ...leb(level - 1)]]);
    const instances = section(
      Section.Instance,
      Array.from({ length: times }, () => instantiate(0)),
    );
    sections.push(sized(Section.Component, component(alias, instances)));
  }
  sections.push(section(Section.Instance, [instantiate(levels - 1)]));
  return component(...sections);
}

/** Instance type `i` exports two instances of type `i - 1`: 2 ** levels nodes if it is ever walked as a tree. */
function doublingInstanceTypes(levels: number): Bytes[] {
  return Array.from({ length: levels }, (_, level) =>
    level === 0
      ? instanceType([declareExport("f", anyResource)])
      : instanceType([outerType(1, level - 1), declareExport("a", ofInstance(0)), declareExport("b", ofInstance(0))]),
  );
}

/** `count` resources in an instance that is imported, and its type handed on again and again. */
function resourcesTimesInstances(resources: number, times: number): number[] {
  const exports = Array.from({ length: resources }, (_, index) => declareExport(`r${index}`, anyResource));
  return component(
    types([instanceType(exports)]),
    section(
      Section.Import,
      Array.from({ length: times }, (_, index) => imported(`i${index}`, ofInstance(0))),
    ),
  );
}

/** A component whose export is an instance of many resources, instantiated many times: each time makes new resources of them. */
function freshResources(resources: number, times: number): number[] {
  const inner = component(
    types(Array.from({ length: resources }, () => [0x3f, 0x7f, 0x00])),
    section(
      Section.Export,
      Array.from({ length: resources }, (_, index) => exported(`r${index}`, Kind.Type, index)),
    ),
  );
  return component(
    sized(Section.Component, inner),
    section(
      Section.Instance,
      Array.from({ length: times }, () => instantiate(0)),
    ),
  );
}

/** Instances given as arguments, each checked against a wide type. */
function wideSubtyping(exports: number, times: number): number[] {
  const wide = instanceType(Array.from({ length: exports }, (_, index) => declareExport(`e${index}`, anyResource)));
  const needs = component(types([wide]), section(Section.Import, [imported("i", ofInstance(0))]));
  return component(
    types([wide]),
    section(Section.Import, [imported("i", ofInstance(0))]),
    sized(Section.Component, needs),
    section(
      Section.Instance,
      Array.from({ length: times }, () => instantiate(0, [argument("i", Kind.Instance, 0)])),
    ),
  );
}

/** The same type twice, compared by an instantiation. */
function doublingSubtyping(levels: number): number[] {
  const needs = component(types(doublingInstanceTypes(levels)), section(Section.Import, [imported("i", ofInstance(levels - 1))]));
  return component(
    types(doublingInstanceTypes(levels)),
    section(Section.Import, [imported("i", ofInstance(levels - 1))]),
    sized(Section.Component, needs),
    section(Section.Instance, [instantiate(0, [argument("i", Kind.Instance, 0)])]),
  );
}

/** A function of a parameter type, imported, so that it is flattened and laid out. */
const functionOf = (prefix: readonly Bytes[], parameter: Bytes): number[] =>
  component(
    types([...prefix, [0x40, ...vec([concat([text("x"), parameter])]), 0x01, 0x00]]),
    section(Section.Import, [imported("f", [Kind.Func, ...leb(prefix.length)])]),
    section(Section.Canon, [[0x01, 0x00, 0x00, 0x00]]),
  );

/** A chain of types, each made of the one before. */
const chain = (room: number, first: Bytes, next: (previous: number) => Bytes): Bytes[] => fill(room, (index) => (index === 0 ? first : next(index - 1)));

const hugeCount = leb(0xffff_ffff);

/** Name, and the bytes when they are asked for. */
export const WORST_INPUTS: Readonly<Record<string, () => number[]>> = {
  "components in components": () => nestedComponents(70_000),
  "component types in component types": () => component(sized(Section.Type, concat([[0x01], nest(ROOM / 3, [0x41, 0x01, 0x01], [0x41, 0x00])]))),
  "instance types in instance types": () => component(sized(Section.Type, concat([[0x01], nest(ROOM / 3, [0x42, 0x01, 0x01], [0x42, 0x00])]))),
  "lists of lists": () =>
    functionOf(
      chain(ROOM, [0x70, U32], (at) => [0x70, ...typeIndex(at)]),
      [0x00],
    ),
  "a type a hundred thousand deep": () => {
    const deep = chain(5 * 100_000, [0x70, U32], (at) => [0x70, ...typeIndex(at)]);
    return functionOf(deep, typeIndex(deep.length - 1));
  },
  "options of options": () =>
    functionOf(
      chain(400, [0x6b, U32], (at) => [0x6b, ...typeIndex(at)]),
      typeIndex(99),
    ),
  "tuples that double": () => {
    const doubling = chain(ROOM, tuple([U32], [U32]), (at) => tuple(typeIndex(at), typeIndex(at)));
    return functionOf(doubling, typeIndex(doubling.length - 1));
  },
  "tuples that double, forty levels": () =>
    functionOf(
      chain(160, tuple([U32], [U32]), (at) => tuple(typeIndex(at), typeIndex(at))),
      leb(39),
    ),
  "tuples times a thousand": () =>
    functionOf(
      chain(3_000, tuple([STRING], [STRING]), (at) => tuple(...Array<Bytes>(1_000).fill(typeIndex(at)))),
      leb(1),
    ),
  "a record of a hundred thousand fields": () =>
    functionOf(
      [
        record(
          fill(ROOM, (index) => {
            return [...text(`f${index}`), U32];
          }),
        ),
      ],
      [0x00],
    ),
  "a record of equal fields": () => functionOf([record(fill(ROOM, () => [...text("same"), U32]))], [0x00]),
  "records of long common prefixes": () => functionOf([record(fill(ROOM, (index) => [...text(`${"a".repeat(900)}-b${index}`), U32]))], [0x00]),
  "a variant of a hundred thousand cases": () =>
    functionOf(
      [
        concat([
          [0x71],
          vec(
            fill(ROOM, (index) => {
              return [...text(`c${index}`), 0x00, 0x00];
            }),
          ),
        ]),
      ],
      [0x00],
    ),
  "flags without end": () => functionOf([concat([[0x6e], vec(fill(ROOM, (index) => text(`f${index}`)))])], [0x00]),
  "a million outer aliases": () =>
    component(
      types([[U32]]),
      section(
        Section.Alias,
        fill(ROOM, () => [Kind.Type, 0x02, 0x00, 0x00]),
      ),
    ),
  "outer aliases of an instance type": () => component(types([instanceType(fill(ROOM, () => outerType(1, 0)))])),
  "aliases of exports": () =>
    component(
      types([instanceType([declareExport("t", anyResource)])]),
      section(Section.Import, [imported("i", ofInstance(0))]),
      section(
        Section.Alias,
        fill(ROOM, () => [Kind.Type, 0x00, 0x00, ...text("t")]),
      ),
    ),
  "instance types that double": () => component(types(doublingInstanceTypes(30_000))),
  "instance types that double, imported": () => component(types(doublingInstanceTypes(60)), section(Section.Import, [imported("i", ofInstance(59))])),
  "instance types that double, compared": () => doublingSubtyping(40),
  "component types that double": () =>
    component(
      types(
        Array.from({ length: 60 }, (_, level) =>
          level === 0
            ? componentType([])
            : componentType([outerType(1, level - 1), declareExport("a", [Kind.Component, 0x00]), declareExport("b", [Kind.Component, 0x00])]),
        ),
      ),
      section(Section.Import, [imported("c", [Kind.Component, 59])]),
    ),
  "instantiations that double": () => instantiationTree(60, 2),
  "instantiations times a hundred": () => instantiationTree(6, 100),
  "a hundred thousand instantiations": () =>
    component(
      sized(Section.Component, component()),
      section(
        Section.Instance,
        fill(ROOM, () => instantiate(0)),
      ),
    ),
  "a hundred thousand resources": () =>
    component(
      types(fill(ROOM, () => [0x3f, 0x7f, 0x00])),
      section(
        Section.Canon,
        Array.from({ length: 1_000 }, (_, index) => [0x02, ...leb(index)]),
      ),
    ),
  "resources times instances": () => resourcesTimesInstances(1_000, 990),
  "fresh resources, instantiated": () => freshResources(1_000, 1_000),
  "wide instances as arguments": () => wideSubtyping(1_000, 4_000),
  "core modules without end": () => component(concat(fill(ROOM, () => sized(Section.Module, EMPTY_CORE_MODULE)))),
  "four thousand core instances": () =>
    component(
      sized(Section.Module, EMPTY_CORE_MODULE),
      section(
        Section.CoreInstance,
        Array.from({ length: 4_000 }, () => [0x00, 0x00, 0x00]),
      ),
    ),
  "a thousand core modules": () => component(concat(Array.from({ length: 990 }, () => sized(Section.Module, EMPTY_CORE_MODULE)))),
  "core instances without end": () =>
    component(
      sized(Section.Module, EMPTY_CORE_MODULE),
      section(
        Section.CoreInstance,
        fill(ROOM, () => [0x00, 0x00, 0x00]),
      ),
    ),
  "components without end": () => component(concat(fill(ROOM, () => sized(Section.Component, component())))),
  "core types without end": () =>
    component(
      section(
        Section.CoreType,
        fill(ROOM, () => [0x60, 0x00, 0x00]),
      ),
    ),
  "core types in a chain": () =>
    component(
      section(
        Section.CoreType,
        fill(ROOM, (index) => (index === 0 ? [0x00, 0x50, 0x00, 0x5f, 0x00] : [0x00, 0x50, 0x01, ...leb(index - 1), 0x5f, 0x00])),
      ),
    ),
  "module types in a type": () => component(section(Section.CoreType, [concat([[0x50], vec(fill(ROOM, () => [0x01, 0x60, 0x00, 0x00]))])])),
  "exports of one thing": () =>
    component(
      types([[U32]]),
      section(
        Section.Export,
        fill(ROOM, (index) => exported(`e${index}`, Kind.Type, 0)),
      ),
    ),
  "imports of functions": () =>
    component(
      types([[0x40, 0x00, 0x01, 0x00]]),
      section(
        Section.Import,
        fill(ROOM, (index) => imported(`f${index}`, [Kind.Func, 0x00])),
      ),
    ),
  "a name of a megabyte": () =>
    component(types([[0x40, 0x00, 0x01, 0x00]]), section(Section.Import, [imported(`a${"-b".repeat(ROOM / 2 - 32)}`, [Kind.Func, 0x00])])),
  "interface names of long versions": () =>
    component(
      types([instanceType([])]),
      section(
        Section.Import,
        fill(ROOM, (index) => imported(`a:b/c@1.${index}.9-${"x.".repeat(400)}y`, ofInstance(0))),
      ),
    ),
  "one version track": () =>
    component(
      types([instanceType([])]),
      section(
        Section.Import,
        fill(ROOM, (index) => imported(`a:b/c@1.2.${index}`, ofInstance(0))),
      ),
    ),
  "functions of many parameters": () => component(types([concat([[0x40], vec(fill(ROOM, (index) => [...text(`p${index}`), U32])), [0x01, 0x00]])])),
  "a bag of exports as an instance": () =>
    component(types([[U32]]), section(Section.Instance, [concat([[0x01], vec(fill(ROOM, (index) => [...externName(`e${index}`), Kind.Type, 0x00]))])])),
  "sections without contents": () => component(concat(fill(ROOM, () => [Section.Type, 0x01, 0x00]))),
  "custom sections": () => component(concat(fill(ROOM, () => sized(0, text("n"))))),
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((id) => [
      `section ${id} that counts four billion`,
      () => component(sized(id, concat([hugeCount, Array(1_000).fill(0)]))),
    ]),
  ),
  "a record that counts four billion": () => component(sized(Section.Type, [0x01, 0x72, ...hugeCount, 0x01, 0x61, U32])),
  "a section that claims four billion bytes": () => component([Section.Type, ...hugeCount]),
  "a fixed-length list of four billion": () => functionOf([[0x67, U32, ...hugeCount]], [0x00]),
  "fixed-length lists of fixed-length lists": () =>
    functionOf(
      chain(400, [0x67, U32, ...leb(1_000)], (at) => [0x67, ...typeIndex(at), ...leb(1_000)]),
      leb(20),
    ),
};
