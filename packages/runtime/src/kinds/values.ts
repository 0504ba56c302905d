/** Values that stand in a document, or that it names: `"Hej"`, `{ "env": "TOKEN" }`. What is named is a secret, and never told. */
import type { Json, JsonObject } from "../document/document.ts";
import type { Ask, CapabilityContext } from "./kind.ts";

export function isValue(value: Json | undefined): boolean {
  return typeof value === "string" || nameOf(value) !== undefined;
}

/** The variable of the environment that a value names. */
export function nameOf(value: Json | undefined): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { env, ...more } = value as JsonObject;
  return typeof env === "string" && env !== "" && Object.keys(more).length === 0 ? env : undefined;
}

/** Values by name. */
export function areValues(value: Json): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isValue);
}

/** For each variable of the environment that is named. */
export function asksOfValues(values: Iterable<Json>): Ask[] {
  const names = new Set([...values].map(nameOf).filter((name) => name !== undefined));
  return [...names].map((name) => ({ id: `env ${name}`, words: `knows the value of ${name} of the environment`, own: false }));
}

/** @throws Error if it is named and there is none of that name */
export function resolved(value: Json, { secret }: Pick<CapabilityContext, "secret">): string {
  const name = nameOf(value);
  if (name === undefined) return value as string;
  const found = secret(name);
  if (found === undefined) throw new Error(`the environment has no ${name}: set it where the app is run`);
  return found;
}
