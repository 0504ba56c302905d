/**
 * Validation of components: the decoder's definitions in, the same definitions with every type resolved out. Everything that the
 * specification asks for is checked (Binary.md, Explainer.md, CanonicalABI.md), except the code of core modules, which
 * the JavaScript engine validates when it compiles them (`core-errors.ts` words its errors). Messages are those of
 * wasmparser where there are such, since the official suites state them. Nested components are an explicit stack: input never recurses here.
 *
 * Known gap: an export can't be ascribed `(type (sub resource))`, as in other tools.
 */
import { decodeComponent } from "../binary/component-decoder.ts";
import type { Features } from "../binary/features.ts";
import type { Definition } from "../binary/syntax.ts";
import { ComponentError } from "../diagnostics/component-error.ts";
import type { ExternType } from "../types/component-types.ts";
import { Comparison } from "../types/subtype.ts";
import { addAlias } from "./aliases.ts";
import { canon } from "./builtins.ts";
import { coreInlineExports, coreInstantiate, coreModule, defineCoreType } from "./core-definitions.ts";
import { defineType } from "./defined-types.ts";
import type { ValidationResult, ValidComponent, ValidDefinition } from "./definitions.ts";
import { addExport, addImport, aliasedType, componentTypeOf, externTypeOf } from "./externs.ts";
import { inlineExports, instantiate } from "./instances.ts";
import { Scope } from "./scope.ts";
import { Validation } from "./validation.ts";
import { checkValuesUsed, start, valueDefinition } from "./values.ts";

export function validateComponent(bytes: Uint8Array, features: Features): ValidationResult {
  const validation = new Validation(bytes, features);
  const customSections: { name: string; start: number; end: number }[] = [];
  let scope = new Scope(validation, "component", undefined);
  /** Of the definition at hand; while the next one is decoded there is none. */
  let at: Definition["kind"] | undefined;
  validation.path = () => pathOf(scope, at);
  try {
    for (const definition of decodeComponent(bytes, features)) {
      const { kind, offset } = definition;
      validation.offset = offset;
      if (kind === "component-end") {
        const component = finish(scope, offset);
        scope = scope.outer!;
        at = "component-begin";
        scope.push("component", component.type);
        scope.definitions.push({ kind: "component", component, offset: component.start });
      } else {
        scope.counts[kind] = (scope.counts[kind] ?? 0) + 1;
        if (kind === "component-begin") scope = new Scope(validation, "component", scope, offset);
        else if (kind !== "custom") {
          at = kind;
          scope.definitions.push(define(scope, definition));
        } else if (scope.outer === undefined) customSections.push({ name: definition.name, start: definition.start, end: definition.end });
      }
      at = undefined;
    }
    validation.offset = bytes.length;
    return { component: finish(scope, bytes.length), customSections };
  } catch (error) {
    if (!(error instanceof ComponentError) || error.detail.path !== undefined) throw error;
    // The decoder knows offsets only.
    throw new ComponentError(error.code, error.reason, { ...error.detail, path: validation.path() });
  }
}

/** `component[0].import[2]`: the third import of the first component in the outermost one. */
function pathOf(scope: Scope, kind: Definition["kind"] | undefined): string {
  const enclosing = scope.outer === undefined ? undefined : pathOf(scope.outer, "component-begin");
  if (kind === undefined) return enclosing ?? "component";
  return `${enclosing === undefined ? "" : `${enclosing}.`}${kind.replace("-begin", "")}[${(scope.counts[kind] ?? 1) - 1}]`;
}

function finish(scope: Scope, end: number): ValidComponent {
  checkValuesUsed(scope);
  return { type: componentTypeOf(scope), definitions: scope.definitions, start: scope.start, end };
}

function define(scope: Scope, definition: Exclude<Definition, { kind: "component-begin" | "component-end" | "custom" }>): ValidDefinition {
  const { offset } = definition;
  switch (definition.kind) {
    case "core-module":
      return { kind: "core-module", module: coreModule(scope, definition), offset };
    case "core-instantiate":
      return coreInstantiate(scope, definition);
    case "core-inline-exports":
      return coreInlineExports(scope, definition);
    case "core-type":
      return { kind: "core-type", types: defineCoreType(scope, definition.type), offset };
    case "instantiate":
      return instantiate(scope, definition);
    case "inline-exports":
      return inlineExports(scope, definition);
    case "alias":
      return addAlias(scope, definition.alias);
    case "type": {
      const { type } = definition;
      return { kind: "type", type: defineType(scope, type), dtor: type.kind === "resource" ? type.dtor : undefined, offset };
    }
    case "canon":
      return canon(scope, definition.canon);
    case "start":
      return start(scope, definition);
    case "value":
      return valueDefinition(scope, definition);
    case "import": {
      const { name } = definition;
      const type = addImport(scope, name, definition.type);
      return { kind: "import", name: name.name, attributes: type.attributes, type, offset };
    }
    case "export": {
      const { name, sort, index } = definition;
      const type = addExport(scope, name, exportType(scope, definition));
      return { kind: "export", name: name.name, attributes: type.attributes, type, sort, index, offset };
    }
  }
}

/** The type that an export has: the item's own, or the ascribed one, which the item's must be a subtype of. */
function exportType(scope: Scope, { sort, index, type: syntax }: Definition & { kind: "export" }): ExternType {
  const { validation } = scope;
  const item = scope.item(sort, index);
  const own = item.sort === "type" ? aliasedType(item.type) : item;
  if (syntax === undefined) return own;
  const ascribed = externTypeOf(scope, syntax);
  validation.explain(
    () => "ascribed type of export is not compatible with item's type",
    () => new Comparison(validation.types).extern(own, ascribed),
  );
  return ascribed;
}
