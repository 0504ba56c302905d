/** As much of JSON Schema draft-07 as the published schema uses; another keyword is an error, so that none goes unjudged. */
import type { Json, JsonObject } from "./document.ts";

type Judge = (value: Json, keyword: Json, schema: JsonObject) => boolean;

const ANNOTATIONS = new Set(["$schema", "title", "description", "default", "examples", "definitions", "then", "else"]);

export class TestSchema {
  readonly #root: JsonObject;
  readonly #judges: ReadonlyMap<string, Judge>;

  constructor(root: JsonObject) {
    this.#root = root;
    const names = (value: Json): string[] => (isObject(value) ? Object.keys(value) : []);
    const of = (keyword: Json): [string, Json][] => Object.entries(keyword as JsonObject);
    const all = (value: Json, schemas: Json): boolean[] => (schemas as readonly Json[]).map((each) => this.accepts(value, each));
    this.#judges = new Map<string, Judge>([
      ["$ref", (value, keyword) => this.accepts(value, this.#definition(keyword as string))],
      ["type", (value, keyword) => typeOf(value) === keyword || (keyword === "number" && typeOf(value) === "integer")],
      ["const", (value, keyword) => JSON.stringify(value) === JSON.stringify(keyword)],
      ["enum", (value, keyword) => (keyword as readonly Json[]).some((each) => JSON.stringify(value) === JSON.stringify(each))],
      ["minLength", (value, keyword) => typeof value !== "string" || [...value].length >= (keyword as number)],
      ["pattern", (value, keyword) => typeof value !== "string" || new RegExp(keyword as string, "u").test(value)],
      ["minimum", (value, keyword) => typeof value !== "number" || value >= (keyword as number)],
      ["maximum", (value, keyword) => typeof value !== "number" || value <= (keyword as number)],
      ["minProperties", (value, keyword) => !isObject(value) || names(value).length >= (keyword as number)],
      ["maxProperties", (value, keyword) => !isObject(value) || names(value).length <= (keyword as number)],
      ["required", (value, keyword) => !isObject(value) || (keyword as readonly string[]).every((name) => Object.hasOwn(value, name))],
      ["properties", (value, keyword) => of(keyword).every(([name, each]) => !hasOwn(value, name) || this.accepts((value as JsonObject)[name]!, each))],
      [
        "additionalProperties",
        (value, keyword, { properties = {} }) => names(value).every((name) => hasOwn(properties, name) || this.accepts((value as JsonObject)[name]!, keyword)),
      ],
      ["propertyNames", (value, keyword) => names(value).every((name) => this.accepts(name, keyword))],
      [
        "dependencies",
        (value, keyword) => of(keyword).every(([name, others]) => !hasOwn(value, name) || (others as readonly string[]).every((other) => hasOwn(value, other))),
      ],
      ["items", (value, keyword) => !Array.isArray(value) || value.every((each) => this.accepts(each, keyword))],
      ["anyOf", (value, keyword) => all(value, keyword).some(Boolean)],
      ["allOf", (value, keyword) => all(value, keyword).every(Boolean)],
      ["not", (value, keyword) => !this.accepts(value, keyword)],
      ["if", (value, keyword, { then: yes = true, else: no = true }) => this.accepts(value, this.accepts(value, keyword) ? yes : no)],
    ]);
  }

  accepts(value: Json, schema: Json = this.#root): boolean {
    if (typeof schema === "boolean") return schema;
    return Object.entries(schema as JsonObject).every(([name, keyword]) => {
      const judge = this.#judges.get(name);
      if (judge === undefined && !ANNOTATIONS.has(name)) throw new Error(`the schema uses \`${name}\``);
      return judge === undefined || judge(value, keyword, schema as JsonObject);
    });
  }

  #definition(reference: string): Json {
    return (this.#root.definitions as JsonObject)[reference.replace("#/definitions/", "")]!;
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasOwn(value: Json, name: string): boolean {
  return isObject(value) && Object.hasOwn(value, name);
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
