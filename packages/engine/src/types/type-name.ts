import { unreachable } from "../diagnostics/invariant.ts";
import type { AnyType, FuncType, ResourceType, ValueType } from "./component-types.ts";

/** How deep a name goes before it says `...`: nested types can be exponentially long when written out. */
const MAX_DEPTH = 3;
/** How many fields, cases, labels or parameters a name lists. */
const MAX_MEMBERS = 3;

/**
 * The short WIT name of a type for messages: `list<tuple<u32, string>>`, `record { name: string, age: u8, ... }`.
 * Deep and wide types are cut with `...`.
 */
export function typeName(type: AnyType | undefined): string {
  return name(type, 0);
}

function name(type: AnyType | undefined, depth: number): string {
  if (type === undefined) return "_";
  if (depth > MAX_DEPTH) return "...";
  const inner = (of: ValueType | undefined): string => name(of, depth + 1);
  switch (type.kind) {
    case "record":
      return `record ${braces(type.fields, (field) => `${field.name}: ${inner(field.type)}`)}`;
    case "variant":
      return `variant ${braces(type.cases, ({ name, type }) => (type === undefined ? name : `${name}(${inner(type)})`))}`;
    case "flags":
    case "enum":
      return `${type.kind} ${braces(type.labels, (label) => label)}`;
    case "list":
      return `list<${inner(type.element)}${type.length === undefined ? "" : `, ${type.length}`}>`;
    case "map":
      return `map<${inner(type.key)}, ${inner(type.value)}>`;
    case "tuple":
      return `tuple<${some(type.types, inner)}>`;
    case "option":
      return `option<${inner(type.some)}>`;
    case "result":
      if (type.err !== undefined) return `result<${inner(type.ok)}, ${inner(type.err)}>`;
      return type.ok === undefined ? "result" : `result<${inner(type.ok)}>`;
    case "stream":
    case "future":
      return type.element === undefined ? type.kind : `${type.kind}<${inner(type.element)}>`;
    case "own":
      return resourceName(type.resource);
    case "borrow":
      return `borrow<${resourceName(type.resource)}>`;
    case "resource":
      return `resource ${resourceName(type)}`;
    case "func":
      return funcName(type, inner);
    case "instance":
      return `instance ${braces([...type.exports.keys()], (key) => key)}`;
    case "component":
      return `component ${braces([...type.exports.keys()], (key) => key)}`;
    case "bool":
    case "s8":
    case "u8":
    case "s16":
    case "u16":
    case "s32":
    case "u32":
    case "s64":
    case "u64":
    case "f32":
    case "f64":
    case "char":
    case "string":
    case "error-context":
      return type.kind;
    default:
      return unreachable(type);
  }
}

function funcName({ async, params, result }: FuncType, inner: (of: ValueType) => string): string {
  const arrow = result === undefined ? "" : ` -> ${inner(result)}`;
  return `${async ? "async " : ""}func(${some(params, (param) => `${param.name}: ${inner(param.type)}`)})${arrow}`;
}

function resourceName({ identity }: ResourceType): string {
  return identity.name ?? "resource";
}

function braces<T>(members: readonly T[], print: (member: T) => string): string {
  return members.length === 0 ? "{}" : `{ ${some(members, print)} }`;
}

function some<T>(members: readonly T[], print: (member: T) => string): string {
  const shown = members.slice(0, MAX_MEMBERS).map(print);
  return (members.length > MAX_MEMBERS ? [...shown, "..."] : shown).join(", ");
}
