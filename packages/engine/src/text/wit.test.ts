import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DEFAULT_FEATURES } from "../binary/features.ts";
import type { ComponentType, ExternType, NameAttributes, ResourceType, ValueType } from "../types/component-types.ts";
import { validateComponent } from "../validate/validate-component.ts";
import { wit } from "./wit.ts";

const string: ValueType = { kind: "string" };
const u32: ValueType = { kind: "u32" };
const func = (params: Record<string, ValueType> = {}, result?: ValueType, async = false): ExternType => ({
  sort: "func",
  type: { kind: "func", async, params: Object.entries(params).map(([name, type]) => ({ name, type })), result },
});
const type = (of: ValueType | ResourceType, attributes?: NameAttributes): ExternType => ({ sort: "type", type: of, ...(attributes && { attributes }) });
const instance = (exports: Record<string, ExternType>, attributes?: NameAttributes): ExternType => ({
  sort: "instance",
  type: { kind: "instance", exports: new Map(Object.entries(exports)), resources: [] },
  ...(attributes && { attributes }),
});
/** A type exported again by another name or instance. */
const again = <T extends ValueType | ResourceType>(of: T): T => ({ ...of, aliasOf: of });
const resource = (name: string): ResourceType => ({ kind: "resource", identity: { name, rep: undefined } });
const own = (of: ResourceType): ValueType => ({ kind: "own", resource: of });
const borrow = (of: ResourceType): ValueType => ({ kind: "borrow", resource: of });

function textOf(imports: Record<string, ExternType>, exports: Record<string, ExternType> = {}): string {
  const type: ComponentType = {
    kind: "component",
    imports: new Map(Object.entries(imports)),
    exports: new Map(Object.entries(exports)),
    importedResources: [],
    definedResources: [],
  };
  return wit({ type });
}
/** The lines of the interface `a:b/c`, without its frame. */
function interfaceOf(exports: Record<string, ExternType>): string {
  const text = textOf({ "a:b/c": instance(exports) });
  const frame = /^package root:component;\n\nworld root \{\n {2}import a:b\/c;\n\}\npackage a:b \{\n {2}interface c \{\n([\s\S]*) {2}\}\n\}\n$/.exec(text);
  assert.ok(frame !== null, text);
  return frame[1]!.replace(/^ {4}/gm, "");
}

const file = resource("file");
const fields: ValueType = {
  kind: "record",
  fields: [
    { name: "type", type: string },
    { name: "n", type: { kind: "option", some: u32 } },
  ],
};
const interfaces: ReadonlyArray<[string, Record<string, ExternType>, string]> = [
  ["nothing", {}, ""],
  [
    "a record, a variant",
    {
      r: type(fields),
      v: type({
        kind: "variant",
        cases: [
          { name: "a", type: u32 },
          { name: "list", type: undefined },
        ],
      }),
    },
    "record r {\n  %type: string,\n  n: option<u32>,\n}\n\nvariant v {\n  a(u32),\n  %list,\n}\n",
  ],
  [
    "an enum, flags",
    { e: type({ kind: "enum", labels: ["x", "use"] }), f: type({ kind: "flags", labels: ["r"] }) },
    "enum e {\n  x,\n  %use,\n}\n\nflags f {\n  r,\n}\n",
  ],
  [
    "a type of its own and another name of it",
    { a: type(fields), b: type(again(fields)) },
    "record a {\n  %type: string,\n  n: option<u32>,\n}\n\ntype b = a;\n",
  ],
  [
    "a resource and its functions",
    {
      file: type(file),
      "[constructor]file": func({ name: string }, own(file)),
      "[method]file.read": func({ self: borrow(file), n: u32 }, { kind: "list", element: { kind: "u8" } }),
      "[static]file.%": func(),
      "[static]file.merge": func({ a: own(file), b: borrow(file) }, undefined, true),
      open: func({}, { kind: "result", ok: own(file), err: undefined }),
    },
    "resource file {\n  constructor(name: string);\n  read: func(n: u32) -> list<u8>;\n  %: static func();\n  merge: static async func(a: file, b: borrow<file>);\n}\n\nopen: func() -> result<file>;\n",
  ],
  [
    "a constructor that may fail",
    { file: type(file), "[constructor]file": func({}, { kind: "result", ok: own(file), err: string }) },
    "resource file {\n  constructor() -> result<file, string>;\n}\n",
  ],
  ["an alias of a handle", { file: type(file), h: type(own(file)) }, "resource file;\n\ntype h = own<file>;\n"],
  [
    "every type constructor",
    {
      f: func({
        a: { kind: "tuple", types: [{ kind: "bool" }, { kind: "char" }] },
        b: { kind: "list", element: { kind: "f64" }, length: 3 },
        c: { kind: "map", key: string, value: u32 },
        d: { kind: "result", ok: undefined, err: undefined },
        e: { kind: "result", ok: undefined, err: u32 },
        f: { kind: "stream", element: undefined },
        g: { kind: "future", element: { kind: "stream", element: u32 } },
        h: { kind: "error-context" },
      }),
    },
    "f: func(a: tuple<bool, char>, b: list<f64, 3>, c: map<string, u32>, d: result, e: result<_, u32>, f: stream, g: future<stream<u32>>, h: error-context);\n",
  ],
  ["an external id", { a: type(u32, { externalId: 'x"\u{1f600}' }) }, '@external-id("x\\"\\u{1f600}")\ntype a = u32;\n'],
];
for (const [name, exports, expected] of interfaces) test(`prints ${name}`, () => assert.equal(interfaceOf(exports), expected));

test("types of other interfaces are used, packages come after those they use", () => {
  const ioError = again(file);
  assert.equal(
    textOf(
      {
        "wasi:io/error@0.2.0": instance({ error: type(file), code: type(fields) }),
        "wasi:http/types@0.2.0": instance({ code: type(again(fields)), "io-error": type(ioError), f: func({ e: own(ioError) }) }),
      },
      { "wasi:http/handler@0.2.0": instance({ code: type(again(fields)), f: func() }), run: func() },
    ),
    `package root:component;

world root {
  import wasi:io/error@0.2.0;
  import wasi:http/types@0.2.0;

  export wasi:http/handler@0.2.0;
  export run: func();
}
package wasi:io@0.2.0 {
  interface error {
    resource error;

    record code {
      %type: string,
      n: option<u32>,
    }
  }
}


package wasi:http@0.2.0 {
  interface types {
    use wasi:io/error@0.2.0.{code, error as io-error};

    f: func(e: io-error);
  }
  interface handler {
    use wasi:io/error@0.2.0.{code};

    f: func();
  }
}
`,
  );
});

test("a world's own types, functions and interfaces", () => {
  assert.equal(
    textOf(
      {
        log: func({ m: string }),
        inner: instance({ f: func() }),
        t: type(fields),
        file: type(file),
        "[method]file.read": func({ self: borrow(file) }),
        extra: { sort: "module", type: { kind: "module", imports: [], exports: new Map() } },
      },
      { list: func(), main: instance({}) },
    ),
    `package root:component;

world root {
  import inner: interface {
    f: func();
  }
  // import module "extra"

  record t {
    %type: string,
    n: option<u32>,
  }

  resource file {
    read: func();
  }
  import log: func(m: string);

  export %list: func();
  export main: interface {
  }
}
`,
  );
});

test("an interface by labels and by a suffix of its version", () => {
  const text = textOf({
    primary: instance({ get: func() }, { implements: "a:b/c@1.0.0" }),
    secondary: instance({ get: func() }, { implements: "a:b/c@1.0.0" }),
    "a:b/d@1": instance({}, { versionSuffix: ".2.3" }),
  });
  assert.match(text, /import primary: a:b\/c@1\.0\.0;\n {2}import secondary: a:b\/c@1\.0\.0;\n {2}import a:b\/d@1\.2\.3;/);
  assert.equal(text.match(/interface c \{/g)!.length, 1);
});

test("an interface that is imported and exported is one", () => {
  const text = textOf(
    { "a:b/c": instance({ t: type(fields), f: func({ t: fields }) }) },
    { "a:b/c": instance({ t: type({ ...fields }), f: func(), g: func() }) },
  );
  assert.match(text, /import a:b\/c;\n\n {2}export a:b\/c;/);
  assert.match(text, /f: func\(t: t\);\n\n {4}g: func\(\);/);
  assert.equal(text.match(/record t/g)!.length, 1);
});

test("a component of nothing", () => assert.equal(textOf({}), "package root:component;\n\nworld root {\n}\n"));

test("the text of a real component is that of wasm-tools", () => {
  const bytes = new Uint8Array(readFileSync(new URL("../../../../examples/kotlin/scoreboard.wasm", import.meta.url)));
  assert.equal(
    wit(validateComponent(bytes, DEFAULT_FEATURES).component),
    `package root:component;

world root {
  import wasi:io/error@0.2.12;
  import wasi:io/streams@0.2.12;
  import wasi:cli/stderr@0.2.12;
  import wasi:random/random@0.2.12;

  export tenon:scoreboard/scores@0.1.0;
}
package wasi:io@0.2.12 {
  interface error {
    resource error;
  }
  interface streams {
    use error.{error};

    resource output-stream {
      blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
    }

    variant stream-error {
      last-operation-failed(error),
      closed,
    }
  }
}


package wasi:cli@0.2.12 {
  interface stderr {
    use wasi:io/streams@0.2.12.{output-stream};

    get-stderr: func() -> output-stream;
  }
}


package wasi:random@0.2.12 {
  interface random {
    get-random-bytes: func(len: u64) -> list<u8>;
  }
}


package tenon:scoreboard@0.1.0 {
  interface scores {
    record entry {
      player: string,
      points: u32,
    }

    variant refusal {
      no-points,
      too-many(u32),
    }

    resource tally {
      constructor(player: string);
      add: func(points: u32) -> result<u32, refusal>;
      entry: func() -> entry;
    }

    greet: func(player: string) -> string;

    rank: func(entries: list<entry>) -> list<entry>;

    best: func(entries: list<entry>) -> option<entry>;
  }
}
`,
  );
});

test("a type that went through a nested component is still used from where it came", () => {
  // (component
  //   (import "a:b/c" (instance $i (type $u u64) (export "t" (type (eq $u)))))
  //   (alias export $i "t" (type $t))
  //   (component $c (type $u u64) (import "t" (type $x (eq $u))) (export $e "t" (type $x)))
  //   (instance $j (instantiate $c (with "t" (type $t))))
  //   (export "a:b/d" (instance $j)))
  const bytes = Uint8Array.fromBase64(
    "AGFzbQ0AAQAHDAFCAgF3BAABdAMAAAoKAQAFYTpiL2MFAAYGAQMAAAF0BEAAYXNtDQABAAcCAXcKBwEAAXQDAAALBwEAAXQDAQAAIA5jb21wb25lbnQtbmFtZQACAWMBCwMDAAF1AQF4AgFlBQgBAAABAXQDAQsLAQAFYTpiL2QFAQAAJw5jb21wb25lbnQtbmFtZQEFAwEBAXQBBQQBAAFjAQgFAgABaQEBag==",
  );
  assert.match(wit(validateComponent(bytes, DEFAULT_FEATURES).component), /interface c \{\n {4}type t = u64;\n {2}\}\n {2}interface d \{\n {4}use c\.\{t\};\n/);
});
