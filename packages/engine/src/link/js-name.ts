/** How names of WIT are spelled in JavaScript: as jco spells them, but for `then`. */

/** The parts of a plain name: `[method]counter.get-next` is a method of `counter`. */
export interface PlainName {
  readonly annotation: "constructor" | "method" | "static" | undefined;
  readonly resource: string;
  readonly label: string;
}

export function parsePlainName(name: string): PlainName {
  const match = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/.exec(name);
  if (match === null) return { annotation: undefined, resource: "", label: name };
  return { annotation: match[1] as PlainName["annotation"], resource: match[2]!, label: match[3] ?? match[2]! };
}

/**
 * `get-next` → `getNext`, `XML-parse` → `xmlParse`. Interface names (`wasi:cli/run@0.2.0`) stay as they are.
 * `then` becomes `then_`, so that `await` never calls a guest by mistake.
 */
export function camelCase(name: string): string {
  if (/[:/]/.test(name)) return name;
  const camel = name.toLowerCase().replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return camel === "then" ? "then_" : camel;
}

/** `input-stream` → `InputStream`. */
export function pascalCase(name: string): string {
  const camel = name.toLowerCase().replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}
