/** What the tests of each version's bindings share: a table of the functions of a release, compared with what is provided. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Imports } from "@tenon/engine";

/** By interface without package and version: free functions, then by resource `new` for a constructor, statics marked, each with the number of its parameters. */
export type FunctionTable = Readonly<Record<string, string>>;

type Class = { readonly prototype: Record<string, unknown>; readonly [key: string]: unknown };

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const pascal = (name: string): string => camel(`-${name}`);

/** The entries of one interface: who holds the function, how it is called, its number of parameters. */
function* functionsOf(text: string): Generator<{ resource: string | undefined; kind: string; name: string; parameters: number }> {
  for (const [index, group] of text.split(" | ").entries()) {
    const [resource, list] = index === 0 ? [undefined, group] : (group.split(":") as [string, string]);
    for (const [, fixed, name, parameters] of list.matchAll(/(static )?([\w-]+)\/(\d)/g)) {
      const kind = resource === undefined ? "free" : fixed !== undefined ? "static" : name === "new" ? "constructor" : "method";
      yield { resource, kind, name: name!, parameters: Number(parameters) };
    }
  }
}

export function testFunctions(table: FunctionTable, provided: () => Imports, release: { version: string; interfaces: number; functions: number }): void {
  test(`the table has the ${release.interfaces} interfaces and ${release.functions} functions of ${release.version}`, () => {
    const functions = Object.values(table).flatMap((text) => [...functionsOf(text)]);
    assert.deepEqual([Object.keys(table).length, functions.length], [release.interfaces, release.functions]);
  });

  test(`nothing but the interfaces of ${release.version} is provided`, () => {
    const names = Object.keys(table).map((name) => `wasi:${name}@${release.version}`);
    const found = Object.keys(provided()).filter((name) => name.endsWith(`@${release.version}`));
    assert.deepEqual(found.sort(), names.sort());
  });

  for (const [name, text] of Object.entries(table)) {
    test(`wasi:${name}@${release.version} has every function with its parameters, and every resource`, () => {
      const found = provided()[`wasi:${name}@${release.version}`] as Record<string, unknown>;
      for (const { resource, kind, name: label, parameters } of functionsOf(text)) {
        const owner = resource === undefined ? found : (found[pascal(resource)] as Class);
        if (kind === "constructor") assert.equal(typeof owner, "function");
        else {
          const holder = (kind === "method" ? (owner as Class).prototype : owner) as Record<string, unknown>;
          const member = holder[camel(label)];
          assert.equal(typeof member, "function", `${resource ?? ""} ${label}`);
          assert.equal((member as () => void).length, parameters, `${resource ?? ""} ${label}`);
        }
      }
      for (const [, resource] of text.matchAll(/\| ([\w-]+):/g)) assert.equal(typeof (found[pascal(resource!)] as Class).prototype, "object");
    });
  }
}
