import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "../app/operation.ts";
import { editDocument } from "./edit.ts";
import { parseDocument } from "./parse.ts";
import { AppError } from "./problem.ts";

const VISITORS = `{
  // Counts visits.
  "tenon": 1,
  "name": "visitors",
  "parts": {
    // Adds one.
    "counter": { "component": "./counter.wasm", "tests": ["try"] }, // in Rust
    "try": { "component": "./try.wasm" },

    /* Where numbers are. */
    "store": { "capability": "keyvalue", "with": {
      "backend": "sqlite", // a file
      "path": "./visits.db"
    } },
    "basics": { "capability": "basics" }
  },
  "wires": {
    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },
    "try": {
      "wasi:*": "basics", // all of it
      "a:b/c@1.0.0": "counter#a:b/c@1.0.0"
    }
  },
  "exports": { "handler": "counter" },
  "people": { "visitor": "reads" },
  "needs": [{ "who": "visitor", "want": "a number", "check": "try" }]
}
`;

interface Case {
  readonly name: string;
  readonly operations: readonly Operation[];
  /** Lines that go and come. */
  readonly gone: readonly string[];
  readonly come: readonly string[];
  readonly moves?: readonly (readonly [string, string])[];
}

const cases: readonly Case[] = [
  {
    name: "add",
    operations: [{ op: "add", name: "mem", part: { capability: "keyvalue", with: { backend: "memory" } } }],
    gone: ['    "basics": { "capability": "basics" }'],
    come: ['    "basics": { "capability": "basics" },', '    "mem": { "capability": "keyvalue", "with": { "backend": "memory" } }'],
  },
  {
    name: "remove a part that is wired: its wires are cut, its comment goes with it",
    operations: [{ op: "remove", name: "store" }],
    gone: [
      "    /* Where numbers are. */",
      '    "store": { "capability": "keyvalue", "with": {',
      '      "backend": "sqlite", // a file',
      '      "path": "./visits.db"',
      "    } },",
      '    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },',
    ],
    come: ['    "counter": { "wasi:keyvalue/*": { "to": null, "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },'],
  },
  {
    name: "remove an interposer: the wires on which it stood stay",
    operations: [
      { op: "interpose", from: "counter", import: "wasi:keyvalue/*", interposer: { kind: "part", with: "try" }, at: 0 },
      { op: "interpose", from: "counter", import: "wasi:*", interposer: { kind: "part", with: "basics" } },
      { op: "remove", name: "basics" },
      { op: "rename", name: "try", to: "between" },
    ],
    gone: [
      '    "counter": { "component": "./counter.wasm", "tests": ["try"] }, // in Rust',
      '    "try": { "component": "./try.wasm" },',
      "    } },",
      '    "basics": { "capability": "basics" }',
      '    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },',
      '    "try": {',
      '      "wasi:*": "basics", // all of it',
      '  "needs": [{ "who": "visitor", "want": "a number", "check": "try" }]',
    ],
    come: [
      '    "counter": { "component": "./counter.wasm", "tests": ["between"] }, // in Rust',
      '    "between": { "component": "./try.wasm" },',
      "    } }",
      '    "counter": { "wasi:keyvalue/*": { "to": "store", "through": [{ "part": "between" }, "log"], "deadline": "1s" }, "wasi:*": null },',
      '    "between": {',
      '      "wasi:*": null, // all of it',
      '  "needs": [{ "who": "visitor", "want": "a number", "check": "between" }]',
    ],
    moves: [["try", "between"]],
  },
  {
    name: "remove a test: nobody names it any more",
    operations: [{ op: "remove", name: "try" }],
    gone: [
      '    "counter": { "component": "./counter.wasm", "tests": ["try"] }, // in Rust',
      '    "try": { "component": "./try.wasm" },',
      '    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },',
      '    "try": {',
      '      "wasi:*": "basics", // all of it',
      '      "a:b/c@1.0.0": "counter#a:b/c@1.0.0"',
      "    }",
      '  "needs": [{ "who": "visitor", "want": "a number", "check": "try" }]',
    ],
    come: [
      '    "counter": { "component": "./counter.wasm" }, // in Rust',
      '    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" }',
      '  "needs": [{ "who": "visitor", "want": "a number" }]',
    ],
  },
  {
    name: "rename: every mention follows",
    operations: [
      { op: "rename", name: "counter", to: 'adds "1"' },
      { op: "rename", name: "try", to: "trial" },
    ],
    gone: [
      '    "counter": { "component": "./counter.wasm", "tests": ["try"] }, // in Rust',
      '    "try": { "component": "./try.wasm" },',
      '    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },',
      '    "try": {',
      '      "a:b/c@1.0.0": "counter#a:b/c@1.0.0"',
      '  "exports": { "handler": "counter" },',
      '  "needs": [{ "who": "visitor", "want": "a number", "check": "try" }]',
    ],
    come: [
      '    "adds \\"1\\"": { "component": "./counter.wasm", "tests": ["trial"] }, // in Rust',
      '    "trial": { "component": "./try.wasm" },',
      '    "adds \\"1\\"": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },',
      '    "trial": {',
      '      "a:b/c@1.0.0": "adds \\"1\\"#a:b/c@1.0.0"',
      '  "exports": { "handler": "adds \\"1\\"" },',
      '  "needs": [{ "who": "visitor", "want": "a number", "check": "trial" }]',
    ],
    moves: [
      ["counter", 'adds "1"'],
      ["try", "trial"],
    ],
  },
  {
    name: "wire an import that a wildcard has: it gets a line of its own, and what lay on it",
    operations: [{ op: "wire", from: "counter", import: "wasi:keyvalue/store@0.2.0-draft", to: "basics" }],
    gone: ['    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },'],
    come: [
      '    "counter": {',
      '      "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" },',
      '      "wasi:*": "basics",',
      '      "wasi:keyvalue/store@0.2.0-draft": { "to": "basics", "through": ["log"], "deadline": "1s" }',
      "    },",
    ],
  },
  {
    name: "wire an import that has a line: the comment on it stays",
    operations: [{ op: "wire", from: "try", import: "wasi:*", to: "store" }],
    gone: ['      "wasi:*": "basics", // all of it'],
    come: ['      "wasi:*": "store", // all of it'],
  },
  {
    name: "an import is found by its name without a version",
    operations: [{ op: "wire", from: "try", import: "a:b/c", to: "store", deadline: "5s", onFailure: { tag: "x" } }],
    gone: ['      "a:b/c@1.0.0": "counter#a:b/c@1.0.0"'],
    come: ['      "a:b/c@1.0.0": { "to": "store", "deadline": "5s", "onFailure": { "tag": "x" } }'],
  },
  {
    name: "a part without wires gets its first",
    operations: [{ op: "wire", from: "store", import: "x", to: "counter" }],
    gone: ["    }"],
    come: ["    },", '    "store": { "x": "counter" }'],
  },
  {
    name: "cut and wire again",
    operations: [
      { op: "cut", from: "try", import: "a:b/c@1.0.0" },
      { op: "cut", from: "counter", import: "wasi:keyvalue/*" },
      { op: "wire", from: "counter", import: "wasi:keyvalue/*", to: "store" },
    ],
    gone: ['      "a:b/c@1.0.0": "counter#a:b/c@1.0.0"'],
    come: ['      "a:b/c@1.0.0": null'],
  },
  {
    name: "unwire: the comment behind a line goes with it, the comma before the last one, too",
    operations: [
      { op: "unwire", from: "try", import: "wasi:*" },
      { op: "unwire", from: "counter", import: "wasi:*" },
    ],
    gone: [
      '    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },',
      '      "wasi:*": "basics", // all of it',
    ],
    come: ['    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" } },'],
  },
  {
    name: "interpose, at a place and at the end, and off again",
    operations: [
      { op: "interpose", from: "try", import: "wasi:*", interposer: { kind: "limit", with: { calls: 1 } } },
      { op: "interpose", from: "try", import: "wasi:*", interposer: "log", at: 0 },
      { op: "uninterpose", from: "counter", import: "wasi:keyvalue/*", interposer: "log" },
    ],
    gone: [
      '    "counter": { "wasi:keyvalue/*": { "to": "store", "through": ["log"], "deadline": "1s" }, "wasi:*": "basics" },',
      '      "wasi:*": "basics", // all of it',
    ],
    come: [
      '    "counter": { "wasi:keyvalue/*": { "to": "store", "deadline": "1s" }, "wasi:*": "basics" },',
      '      "wasi:*": { "to": "basics", "through": ["log", { "limit": { "calls": 1 } }] }, // all of it',
    ],
  },
  {
    name: "swap",
    operations: [{ op: "swap", name: "counter", component: "./counter.js.wasm" }],
    gone: ['    "counter": { "component": "./counter.wasm", "tests": ["try"] }, // in Rust'],
    come: ['    "counter": { "component": "./counter.js.wasm", "tests": ["try"] }, // in Rust'],
  },
  {
    name: "configure: what isn't named stays, with its comment",
    operations: [{ op: "configure", name: "store", with: { path: null, limits: { bytes: 10, keys: null } } }],
    gone: ['      "path": "./visits.db"'],
    come: ['      "limits": { "bytes": 10 }'],
  },
];

for (const { name, operations, gone, come, moves = [] } of cases) {
  for (const eol of ["\n", "\r\n"]) {
    test(`${name}${eol === "\n" ? "" : ", with CRLF"}`, () => {
      const before = VISITORS.replaceAll("\n", eol);
      const edited = editDocument(before, operations);
      const difference = (a: string, b: string): string[] => {
        const left = b.split(eol);
        return a.split(eol).filter((line) => {
          const at = left.indexOf(line);
          if (at >= 0) left.splice(at, 1);
          return at < 0;
        });
      };
      // What comes back by removing a blank line's neighbours isn't looked at.
      assert.deepEqual(difference(before, edited.text).filter(Boolean), gone);
      assert.deepEqual(difference(edited.text, before).filter(Boolean), come);
      assert.deepEqual([...edited.moves], moves);
      parseDocument(edited.text, "");
    });
  }
}

const refused: ReadonlyArray<[name: string, operation: Operation, code: string, message: string]> = [
  ["a part that isn't there", { op: "swap", name: "stroe", component: "x" }, "app/no-part", "there is no part `stroe`\n  did you mean `store`?"],
  [
    "a part in what is no app",
    { op: "remove", name: "store/x" },
    "app/no-part",
    "there is no part `store/x`: `store` is no app\n  a `/` in a part's name is written `~1`",
  ],
  [
    "a name that is taken",
    { op: "add", name: "store", part: { component: "x" } },
    "app/name-taken",
    "there is a part `store` already\n  `tenon swap store FILE` gives it other code",
  ],
  ["another part's name", { op: "rename", name: "store", to: "try" }, "app/name-taken", "there is a part `try` already"],
  ["its own name", { op: "rename", name: "store", to: "store" }, "app/no-change", "`store` is called that"],
  ["a wire to nothing", { op: "wire", from: "try", import: "x", to: "stor#y" }, "app/no-part", "there is no part `stor`\n  did you mean `store`?"],
  [
    "unwiring what a wildcard has",
    { op: "unwire", from: "try", import: "wasi:io/poll" },
    "app/no-wire",
    "`try` has no wire `wasi:io/poll` of its own\n  `wasi:*` has it: `cut` cuts it alone",
  ],
  ["unwiring nothing", { op: "unwire", from: "try", import: "wasj:*" }, "app/no-wire", "`try` has no wire `wasj:*` of its own\n  did you mean `wasi:*`?"],
  [
    "interposing on nothing",
    { op: "interpose", from: "try", import: "a:b/d@1.0.0", interposer: "log" },
    "app/no-wire",
    "`try` has no wire `a:b/d@1.0.0`\n  did you mean `a:b/c@1.0.0`?",
  ],
  [
    "interposing beyond the end",
    { op: "interpose", from: "try", import: "wasi:*", interposer: "log", at: 1 },
    "app/no-place",
    "there are 0 interposers on the wire: places go from 0 to 0, not 1",
  ],
  [
    "taking off what isn't there",
    { op: "uninterpose", from: "counter", import: "wasi:keyvalue/*", interposer: "lgo" },
    "app/no-interposer",
    "there is no `lgo` on the wire `counter` → `wasi:keyvalue/*`: there is `log`",
  ],
  [
    "other code for a capability",
    { op: "swap", name: "store", component: "x" },
    "app/no-component",
    "`store` is no component: `configure` changes a capability",
  ],
  ["configuring a component", { op: "configure", name: "try", with: {} }, "app/no-capability", "`try` is no capability: it has no configuration"],
  ["grouping nothing", { op: "group", parts: [], name: "g" }, "app/no-part", "a group needs a part"],
  ["a group with a name that is taken", { op: "group", parts: ["try", "counter"], name: "store" }, "app/name-taken", "there is a part `store` already"],
  [
    "a group without a test",
    { op: "group", parts: ["counter"], name: "g" },
    "app/no-group",
    "`try` tests `counter`: they are grouped together or not at all\n  group `try`, too",
  ],
  ["ungrouping a part", { op: "ungroup", name: "try" }, "app/no-group", "`try` is no nested app"],
];

for (const [name, operation, code, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => editDocument(VISITORS, [operation]),
      (error: unknown) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.code, error.message], [code, message]);
        return true;
      },
    );
  });
}

test("a part that gets its own name back has not moved", () => {
  const there: Operation = { op: "rename", name: "store", to: "x" };
  assert.deepEqual([...editDocument(VISITORS, [there, { op: "rename", name: "x", to: "store" }]).moves], []);
  assert.deepEqual([...editDocument(VISITORS, [there, { op: "rename", name: "x", to: "y" }]).moves], [["store", "y"]]);
});

test("a comment with an empty line behind it belongs to nothing that is removed", () => {
  const text =
    '{\n  "tenon": 1, "name": "a",\n  "parts": {\n    // Stores:\n\n    // the first\n    // of all\n    "s": { "component": "s" },\n    "t": { "component": "t" }\n  }\n}\n';
  assert.equal(editDocument(text, [{ op: "remove", name: "s" }]).text, text.replace(/ {4}\/\/ the first[\s\S]*"s".*\n/, ""));
});

test("parts of an app in a file of its own are edited there, those of one in place here", () => {
  const text = `{ "tenon": 1, "name": "a", "parts": {
  "other": { "app": "./other/tenon.jsonc" },
  "a/b": { "app": { "parts": { "x": { "component": "x" }, "y": { "component": "y" } }, "wires": { "x": { "i": "y" } } } } } }
`;
  assert.throws(() => editDocument(text, [{ op: "swap", name: "other/x", component: "y" }]), {
    message: "`other/x` is described in ./other/tenon.jsonc: that file is to be edited",
  });
  assert.throws(() => editDocument(text, [{ op: "wire", from: "a~1b/x", import: "i", to: "other/z" }]), {
    message: "there is no part `other/z`",
  });
  assert.throws(() => editDocument(text, [{ op: "wire", from: "other", import: "i", to: "a~1b/x" }]), {
    message: "there is no part `a~1b/x` to lead a wire to from outside\n  wires lead to what the app `a/b` exports: `a/b` or `a/b#export`",
  });
  assert.throws(() => editDocument(text, [{ op: "ungroup", name: "other" }]), {
    message: "`other` is described in ./other/tenon.jsonc: only a nested app that is written in place can be ungrouped",
  });
  const edited = editDocument(text, [
    { op: "rename", name: "a~1b/y", to: "z" },
    { op: "rename", name: "a~1b", to: "c" },
  ]);
  assert.match(
    edited.text,
    /"c": \{ "app": \{ "parts": \{ "x": \{ "component": "x" \}, "z": \{ "component": "y" \} \}, "wires": \{ "x": \{ "i": "z" \} \} \} \} \}/,
  );
  assert.deepEqual(
    [...edited.moves].sort(),
    [
      ["a~1b/y", "c/z"],
      ["a~1b", "c"],
      ["a~1b/x", "c/x"],
    ].sort(),
  );
});
