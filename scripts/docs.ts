/** Finds the examples of a page of docs/: its blocks of JavaScript, made into modules that check what the page says they give. */

export interface Example {
  /** Line of the page at which the block begins. */
  readonly line: number;
  /** The block as a module: `x; // → y` asserts, `x; // throws message` too. */
  readonly source: string;
}

const BLOCK = /^```js\n([\s\S]*?)^```$/gm;
const GIVES = /^(\s*)(?:const (\w+) = )?(.*?);\s*\/\/ → (.*)$/;
const THROWS = /^(\s*)(.*?);\s*\/\/ throws (.*)$/;

export function examplesOf(page: string): Example[] {
  return [...page.matchAll(BLOCK)].map((match) => ({
    line: page.slice(0, match.index).split("\n").length,
    source: ['import assert from "node:assert/strict";', ...match[1]!.split("\n").map(checked)].join("\n"),
  }));
}

function checked(line: string): string {
  const gives = GIVES.exec(line);
  if (gives !== null) {
    const [, indent, name, expression, expected] = gives;
    return name === undefined
      ? `${indent}assert.deepEqual(${expression}, ${expected});`
      : `${indent}const ${name} = ${expression}; assert.deepEqual(${name}, ${expected});`;
  }
  const throws = THROWS.exec(line);
  if (throws === null) return line;
  const [, indent, expression, message] = throws;
  return `${indent}await assert.rejects(async () => ${expression}, (error) => error.message.includes(${JSON.stringify(message)}) || assert.fail(error.message));`;
}
