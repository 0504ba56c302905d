/** What is in a component, as plain data: for `tenon inspect` and for whoever wants to look before running. */
import { DEFAULT_FEATURES, type Features } from "../binary/features.ts";
import type { ComponentType, ExternType } from "../types/component-types.ts";
import type { ValidComponent } from "../validate/definitions.ts";
import { validateComponent } from "../validate/validate-component.ts";
import { type CustomSection, type ModuleDescription, type Producers, readCustomSections, readModule } from "./inspect-module.ts";
import { wit, witOfFunction, witOfInterface } from "./wit-printer.ts";
import { readWorld, type World, type WorldItem } from "./wit-world.ts";

export interface ComponentDescription {
  readonly kind: "component";
  /** By its name section. */
  readonly name: string | null;
  /** Bytes, with all that is nested. */
  readonly size: number;
  readonly imports: readonly ExternDescription[];
  readonly exports: readonly ExternDescription[];
  /** WIT text of the world; of the outermost component only. */
  readonly wit?: string;
  /** Core modules defined in it, in order; not those of nested components. */
  readonly modules: readonly ModuleDescription[];
  readonly components: readonly ComponentDescription[];
  readonly producers: Producers;
  readonly customSections: readonly CustomSection[];
}
export interface ExternDescription {
  readonly name: string;
  readonly sort: ExternType["sort"];
  /** WIT text: a function's type, or what stands between the braces of an interface. Empty for what WIT can't express. */
  readonly type: string;
}

/**
 * Describes a component by its bytes (or a compiled one, which has them), after validating it. All is JSON.
 *
 * @throws ComponentError `decode/*`, `validate/*`
 */
export function inspectComponent(component: Uint8Array | { readonly bytes: Uint8Array }, features: Features = DEFAULT_FEATURES): ComponentDescription {
  const bytes = component instanceof Uint8Array ? component : component.bytes;
  const valid = validateComponent(bytes, features).component;
  return { ...describe(bytes, valid), wit: wit(valid) };
}

function describe(bytes: Uint8Array, component: ValidComponent): ComponentDescription {
  const { start, end, type, definitions } = component;
  const world = readWorld(type);
  const { name, producers, customSections } = readCustomSections(bytes, start, end, "component");
  return {
    kind: "component",
    name,
    size: end - start,
    imports: describeItems(world, world.imports, type.imports),
    exports: describeItems(world, world.exports, type.exports),
    modules: definitions.flatMap((one) => (one.kind === "core-module" ? [readModule(bytes, one.module.start, one.module.end)] : [])),
    components: definitions.flatMap((one) => (one.kind === "component" ? [describe(bytes, one.component)] : [])),
    producers,
    customSections,
  };
}

function describeItems(world: World, items: readonly WorldItem[], types: ComponentType["imports"]): ExternDescription[] {
  return items.map((item) => ({ name: item.name, sort: types.get(item.name)!.sort, type: describeItem(world, item) }));
}

function describeItem(world: World, item: WorldItem): string {
  if (item.kind === "interface") return witOfInterface(world, item.interface);
  return item.kind === "func" ? witOfFunction(world, item.function.type) : "";
}
