import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Case, Field, ValueType } from "@tenon/engine";
import { parseValue, printValue } from "@tenon/engine/wave";
import { examplesOf } from "./docs.ts";
import { ROOT } from "./source-files.ts";

const DOCS = join(ROOT, "docs");
const PAGES = readdirSync(DOCS).filter((name) => name.endsWith(".md"));

for (const page of ["README.md", ...PAGES.map((name) => `docs/${name}`)]) {
  for (const { line, source } of examplesOf(readFileSync(join(ROOT, page), "utf8"))) {
    test(`${page}: the example at line ${line} gives what it says`, () => {
      try {
        // From standard input, and from the root: packages are found by name, files as a reader would name them.
        execFileSync(process.execPath, ["--input-type=module"], { cwd: ROOT, input: source, stdio: "pipe" });
      } catch (error) {
        assert.fail(String((error as { stderr?: Buffer }).stderr ?? error));
      }
    });
  }
}

test("an example that gives something else fails", () => {
  const [example] = examplesOf("text\n```js\nf(1); // → 2\nconst a = g(); // → [1]\nh(); // throws bad\nplain();\n```\n");
  assert.equal(example!.line, 2);
  assert.match(example!.source, /^assert\.deepEqual\(f\(1\), 2\);$/m);
  assert.match(example!.source, /^const a = g\(\); assert\.deepEqual\(a, \[1\]\);$/m);
  assert.match(example!.source, /^await assert\.rejects\(async \(\) => h\(\), .*"bad"/m);
  assert.match(example!.source, /^plain\(\);$/m);
});

// ---------------------------------------------------------------- the table of docs/values.md

/** Reads the WIT types of the table's first column. */
function parseType(text: string): ValueType {
  const tokens = text.match(/[\w-]+|[<>{}(),:]/g)!;
  const take = (expected?: string): string => {
    const token = tokens.shift()!;
    if (expected !== undefined) assert.equal(token, expected, text);
    return token;
  };
  const separated = <T>(close: string, read: () => T): T[] => {
    const all: T[] = [];
    while (tokens[0] !== close) {
      all.push(read());
      if (tokens[0] === ",") take();
    }
    take(close);
    return all;
  };
  const field = (): Field => {
    const name = take();
    take(":");
    return { name, type: read() };
  };
  const one = (): Case => {
    const name = take();
    if (tokens[0] !== "(") return { name, type: undefined };
    take("(");
    const type = read();
    take(")");
    return { name, type };
  };
  const args = (): (ValueType | number)[] => {
    if (tokens[0] !== "<") return [];
    take("<");
    return separated(">", () => (/^\d/.test(tokens[0]!) ? Number(take()) : read()));
  };
  const read = (): ValueType => {
    const kind = take();
    if (kind === "record" || kind === "variant" || kind === "enum" || kind === "flags") {
      take("{");
      if (kind === "record") return { kind, fields: separated("}", field) };
      return kind === "variant" ? { kind, cases: separated("}", one) } : { kind, labels: separated("}", () => take()) };
    }
    const [first, second] = args() as [ValueType, ValueType | number | undefined];
    switch (kind) {
      case "list":
        return typeof second === "number" ? { kind, element: first, length: second } : { kind, element: first };
      case "tuple":
        return { kind, types: [first, second as ValueType] };
      case "map":
        return { kind, key: first, value: second as ValueType };
      case "option":
        return { kind, some: first };
      case "result":
        return { kind, ok: first, err: second as ValueType | undefined };
      default:
        return { kind } as ValueType;
    }
  };
  return read();
}

const rows = readFileSync(join(DOCS, "values.md"), "utf8").matchAll(/^\| (`[^|]*`) \| `([^|]*)` \| `([^|]*)` \|$/gm);
for (const [, types, javascript, wave] of rows) {
  for (const [, type] of types!.matchAll(/`([^`]+)`/g)) {
    test(`docs/values.md: ${type} is ${javascript} is ${wave}`, async () => {
      const { default: value } = (await import(`data:text/javascript,export default ${encodeURIComponent(`(${javascript})`)}`)) as { default: unknown };
      assert.equal(printValue(value, parseType(type!)), wave);
      assert.deepEqual(parseValue(wave!, parseType(type!)), value);
    });
  }
}
