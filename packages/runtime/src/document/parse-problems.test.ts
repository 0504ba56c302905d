import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_DOCUMENT_BYTES } from "../limits.ts";
import { parseDocument } from "./parse.ts";
import { AppError } from "./problem.ts";

/** A table: whatever can be wrong in a document, with what is said of it, to the letter. */
const refused: readonly { readonly text: string; readonly codes: readonly string[]; readonly message: string }[] = [
  {
    text: ``,
    codes: ["document/empty"],
    message: `tenon.jsonc:1:1: the document is empty
  { "tenon": 1, "name": "my-app", "parts": {}, "wires": {} }`,
  },
  {
    text: `  // nothing`,
    codes: ["document/empty"],
    message: `tenon.jsonc:1:1: the document is empty
  { "tenon": 1, "name": "my-app", "parts": {}, "wires": {} }`,
  },
  {
    text: `[]`,
    codes: ["document/type"],
    message: `tenon.jsonc:1:1: a document is an object, not a list`,
  },
  {
    text: `null`,
    codes: ["document/type"],
    message: `tenon.jsonc:1:1: a document is an object, not null`,
  },
  {
    text: `{`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:2: \`}\` is expected`,
  },
  {
    text: `{ tenon: 1 }`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:3: \`tenon\` means nothing here
  keys and texts stand in double quotes: "tenon"`,
  },
  {
    text: `{ "tenon": 1 "name": "a" }`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:14: \`,\` is expected`,
  },
  {
    text: `{ "tenon": 1, "name": "a }`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:23: a text has no end`,
  },
  {
    text: `{ "tenon": 1, "name": }`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:23: a value is expected`,
  },
  {
    text: `{} {}`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:4: something follows the end of the document`,
  },
  {
    text: `/* `,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:1: a comment has no end`,
  },
  {
    text: `{"a": 1.}`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:7: a number that isn't one`,
  },
  {
    text: `{"a": tru}`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:7: \`tru\` means nothing here
  keys and texts stand in double quotes: "tru"`,
  },
  {
    text: `{"a": "\\x"}`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:7: an escape that isn't one`,
  },
  {
    text: `{"a": "\\u12"}`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:7: an escape that isn't one`,
  },
  {
    text: `{"a": "	"}`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:7: a character that can't be in a text: write it as an escape`,
  },
  {
    text: `{"a" 1}`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:6: \`:\` is expected`,
  },
  {
    text: `["a"`,
    codes: ["document/syntax"],
    message: `tenon.jsonc:1:5: \`]\` is expected`,
  },
  {
    text: `{ "name": "a" }`,
    codes: ["document/version"],
    message: `tenon.jsonc:1:1: \`tenon\` is missing: this version reads documents of version 1
  "tenon": 1`,
  },
  {
    text: `{ "tenon": 2, "name": "a" }`,
    codes: ["document/version"],
    message: `tenon.jsonc:1:12: \`tenon\` is 2: this version reads documents of version 1
  "tenon": 1`,
  },
  {
    text: `{ "tenon": "1", "name": "a" }`,
    codes: ["document/version"],
    message: `tenon.jsonc:1:12: \`tenon\` is "1": this version reads documents of version 1
  "tenon": 1`,
  },
  {
    text: `{ "tenon": 1 }`,
    codes: ["document/missing"],
    message: `tenon.jsonc:1:1: \`name\` is missing
  "name": "..."`,
  },
  {
    text: `{ "tenon": 1, "name": "" }`,
    codes: ["document/type"],
    message: `tenon.jsonc:1:23: \`name\` is empty`,
  },
  {
    text: `{ "tenon": 1, "name": 5 }`,
    codes: ["document/type"],
    message: `tenon.jsonc:1:23: \`name\` is a text, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "name": "b" }`,
    codes: ["document/duplicate"],
    message: `tenon.jsonc:1:28: \`name\` is there twice
  keep one of the two`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "part": {} }`,
    codes: ["document/unknown-key"],
    message: `tenon.jsonc:2:3: an app has no \`part\`
  did you mean \`parts\`?`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "frobnicate": {} }`,
    codes: ["document/unknown-key"],
    message: `tenon.jsonc:2:3: an app has no \`frobnicate\`
  an app has \`$schema\`, \`tenon\`, \`name\`, \`purpose\`, \`parts\`, \`wires\`, \`exports\`, \`people\`, \`words\`, \`needs\``,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "parts": [] }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:12: \`parts\` is an object, not a list`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "wires": 1 }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:12: \`wires\` is an object, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "purpose": [] }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:14: \`purpose\` is a text, not a list`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "people": { "ann": 1 } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:22: \`ann\` is a text, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "words": [] }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:12: \`words\` is an object, not a list`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "needs": {} }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:12: \`needs\` is a list, not an object`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "needs": ["x"] }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:13: a need is an object, not a text
  { "who": "visitor", "want": "see the count go up by one" }`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "needs": [{ "who": "visitr", "want": "x" }], "people": { "visitor": "x" } }`,
    codes: ["document/person"],
    message: `tenon.jsonc:2:22: there is nobody called \`visitr\` in \`people\`
  did you mean \`visitor\`?`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "needs": [{ "who": "ann", "want": "x" }] }`,
    codes: ["document/person"],
    message: `tenon.jsonc:2:22: there is nobody called \`ann\` in \`people\`
  "people": { "ann": "..." }`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "needs": [{ "who": "ann" , "whant": "y"}], "people": { "ann": "x" } }`,
    codes: ["document/unknown-key", "document/missing"],
    message: `tenon.jsonc:2:30: a need has no \`whant\`
  did you mean \`want\`?
tenon.jsonc:2:13: \`want\` is missing
  "want": "..."`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "exports": { "x": 1 } }`,
    codes: ["document/reference"],
    message: `tenon.jsonc:2:21: an end of a wire is "part" or "part#export", not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "exports": { "x": ".." } }`,
    codes: ["document/reference"],
    message: `tenon.jsonc:2:21: an app exports what its own parts export, not what is around it`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "exports": { "x": "a#" } }`,
    codes: ["document/reference"],
    message: `tenon.jsonc:2:21: an end of a wire is "part" or "part#export", not "a#"`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "parts": { "": { "component": "x" } } }`,
    codes: ["document/name"],
    message: `tenon.jsonc:2:14: a part has a name, this one's is empty`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "parts": { "..": { "component": "x" } } }`,
    codes: ["document/name"],
    message: `tenon.jsonc:2:14: a part can't be called \`..\`: that is the app around`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "parts": { "a#b": { "component": "x" } } }`,
    codes: ["document/name"],
    message: `tenon.jsonc:2:14: a part can't have \`#\` in its name, as \`a#b\` has: it stands before the name of an export`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": 1 } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:8: a part is an object, not a number
  { "component": "./part.wasm" }`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": {} } }`,
    codes: ["document/part"],
    message: `tenon.jsonc:2:3: a part is a \`component\`, a \`capability\` or an \`app\`; this one is none
  { "component": "./part.wasm" }`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "capability": "y" } } }`,
    codes: ["document/part"],
    message: `tenon.jsonc:2:3: a part is one thing, this one is \`component\` and \`capability\``,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": 1 } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:23: \`component\` is a text, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "" } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:23: \`component\` is empty`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "with": {} } } }`,
    codes: ["document/unknown-key"],
    message: `tenon.jsonc:2:28: a component has no \`with\`
  a component has \`component\`, \`purpose\`, \`source\`, \`build\`, \`restart\`, \`tests\`, \`limits\``,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "build": "make" } } }`,
    codes: ["document/part"],
    message: `tenon.jsonc:2:28: \`build\` needs \`source\`, the folder in which it runs
  "source": "./folder"`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "test": ["a"] } } }`,
    codes: ["document/unknown-key"],
    message: `tenon.jsonc:2:28: a component has no \`test\`
  did you mean \`tests\`?`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "tests": "a" } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:37: \`tests\` is a list, not a text`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "tests": [1] } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:38: an entry of \`tests\` is a text, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "restart": "always" } } }`,
    codes: ["document/restart"],
    message: `tenon.jsonc:2:39: a restart strategy is "one-for-one", "one-for-all", "rest-for-one", "never", not "always"`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "restart": 5 } } }`,
    codes: ["document/restart"],
    message: `tenon.jsonc:2:39: a restart strategy is "one-for-one", "one-for-all", "rest-for-one", "never", not 5`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "restart": { "strategy": "one", "most": -1, "within": "1 minute", "x": 1 } } } }`,
    codes: ["document/unknown-key", "document/restart", "document/type", "document/duration"],
    message: `tenon.jsonc:2:94: \`restart\` has no \`x\`
  \`restart\` has \`strategy\`, \`most\`, \`within\`
tenon.jsonc:2:53: a restart strategy is "one-for-one", "one-for-all", "rest-for-one", "never", not "one"
tenon.jsonc:2:68: \`most\` is a whole number, not -1
tenon.jsonc:2:82: \`within\` is a time as "250ms", "1s", "5m" or "1h", not "1 minute"`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "limits": 5 } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:38: \`limits\` is an object, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "limits": { "queue": 1.5, "logs": 1 } } } }`,
    codes: ["document/unknown-key", "document/type"],
    message: `tenon.jsonc:2:54: \`limits\` has no \`logs\`
  did you mean \`log\`?
tenon.jsonc:2:49: \`queue\` is a whole number, not 1.5`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "limits": { "queue": "a" } } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:49: \`queue\` is a whole number, not a text`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "capability": "k", "with": [] } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:37: \`with\` is an object, not a list`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "capability": null } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:24: \`capability\` is a text, not null`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "capability": "k", "wiht": {} } } }`,
    codes: ["document/unknown-key"],
    message: `tenon.jsonc:2:29: a capability has no \`wiht\`
  did you mean \`with\`?`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "app": 1 } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:17: \`app\` is a text, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "app": "" } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:17: \`app\` is empty`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "app": { "tenon": 1, "parts": { "q": 1 } } } } }`,
    codes: ["document/unknown-key", "document/type"],
    message: `tenon.jsonc:2:19: an app within an app has no \`tenon\`
  an app within an app has \`name\`, \`purpose\`, \`parts\`, \`wires\`, \`exports\`, \`people\`, \`words\`, \`needs\`
tenon.jsonc:2:47: a part is an object, not a number
  { "component": "./part.wasm" }`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "app": "x", "name": "y" } } }`,
    codes: ["document/unknown-key"],
    message: `tenon.jsonc:2:22: a nested app has no \`name\`
  a nested app has \`app\`, \`purpose\``,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": 1 } } }`,
    codes: ["document/reference"],
    message: `tenon.jsonc:2:8: an end of a wire is "part" or "part#export", not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": "" } } }`,
    codes: ["document/reference"],
    message: `tenon.jsonc:2:8: an end of a wire is "part" or "part#export", not ""`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": "#x" } } }`,
    codes: ["document/reference"],
    message: `tenon.jsonc:2:8: an end of a wire is "part" or "part#export", not "#x"`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": {} } } }`,
    codes: ["document/wire"],
    message: `tenon.jsonc:2:3: a wire needs \`to\`: where it leads, or \`null\`
  "to": "part"`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": { "to": 5 } } } }`,
    codes: ["document/reference"],
    message: `tenon.jsonc:2:16: an end of a wire is "part" or "part#export", not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": { "to": "a", "trough": [] } } } }`,
    codes: ["document/unknown-key"],
    message: `tenon.jsonc:2:21: a wire has no \`trough\`
  did you mean \`through\`?`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": { "to": "a", "through": "log" } } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:32: \`through\` is a list, not a text`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": { "to": "a", "through": [1, {}, { "a": 1, "b": 2 }, { "part": 1 }, ""] } } } }`,
    codes: ["document/interposer", "document/interposer", "document/interposer", "document/type", "document/interposer"],
    message: `tenon.jsonc:2:33: an interposer is a name, as "log", or an object with one key, as { "limit": { "calls": 10, "per": "1s" } } or { "part": "filter" }
tenon.jsonc:2:36: an interposer is a name, as "log", or an object with one key, as { "limit": { "calls": 10, "per": "1s" } } or { "part": "filter" }
tenon.jsonc:2:40: an interposer is a name, as "log", or an object with one key, as { "limit": { "calls": 10, "per": "1s" } } or { "part": "filter" }
tenon.jsonc:2:70: \`part\` is the name of a part, not a number
tenon.jsonc:2:75: an interposer is a name, as "log", or an object with one key, as { "limit": { "calls": 10, "per": "1s" } } or { "part": "filter" }`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": { "to": "a", "deadline": 5 } } } }`,
    codes: ["document/duration"],
    message: `tenon.jsonc:2:33: \`deadline\` is a time as "250ms", "1s", "5m" or "1h", not 5`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": { "to": "a", "deadline": "5" } } } }`,
    codes: ["document/duration"],
    message: `tenon.jsonc:2:33: \`deadline\` is a time as "250ms", "1s", "5m" or "1h", not "5"`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": { "to": "a", "guard": "yes" } } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:30: \`guard\` is true or false, not a text`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "a*b": "x" } } }`,
    codes: ["document/wildcard"],
    message: `tenon.jsonc:2:3: \`*\` stands at the end of a key only, not as in \`a*b\``,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "*:*": "x" } } }`,
    codes: ["document/wildcard"],
    message: `tenon.jsonc:2:3: \`*\` stands at the end of a key only, not as in \`*:*\``,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "": "x" } } }`,
    codes: ["document/name"],
    message: `tenon.jsonc:2:3: an import has a name, this one's is empty`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "wires": { "p": "store" } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:19: the wires of \`p\` are an object with its imports as keys, not a text
  "p": { "*": "store" }`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": "a", "i": "b" } } }`,
    codes: ["document/duplicate"],
    message: `tenon.jsonc:2:13: \`i\` is there twice
  keep one of the two`,
  },
  {
    text: `[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[`,
    codes: ["document/too-deep"],
    message: `tenon.jsonc:1:1: a document is at most 200 levels deep, this one 201`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "component": "x", "purpose": 1} } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:39: \`purpose\` is a text, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "$schema": 5 }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:14: \`$schema\` is a text, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "source": "./" } } }`,
    codes: ["document/missing"],
    message: `tenon.jsonc:2:3: \`component\` is missing: what \`./\` is built to can't be told from its name
  "component": "./part.wasm"`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "source": 1 } } }`,
    codes: ["document/type"],
    message: `tenon.jsonc:2:20: \`source\` is a text, not a number`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "parts": { "😀": {}, "__proto__": 1, "a/\\"b": 2 } }`,
    codes: ["document/part", "document/type", "document/type"],
    message: `tenon.jsonc:2:14: a part is a \`component\`, a \`capability\` or an \`app\`; this one is none
  { "component": "./part.wasm" }
tenon.jsonc:2:37: a part is an object, not a number
  { "component": "./part.wasm" }
tenon.jsonc:2:49: a part is an object, not a number
  { "component": "./part.wasm" }`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "": "x" } } }`,
    codes: ["document/name"],
    message: `tenon.jsonc:2:3: an import has a name, this one's is empty`,
  },
  {
    text: `{ "tenon": 1, "name": "a",
  "exports": { "": "a" } }`,
    codes: ["document/name"],
    message: `tenon.jsonc:2:16: an export has a name, this one's is empty`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {}, "wires": { "p": {
  "i": { "to": "a", "through": [{ "": 1 }] } } } }`,
    codes: ["document/interposer"],
    message: `tenon.jsonc:2:33: an interposer is a name, as "log", or an object with one key, as { "limit": { "calls": 10, "per": "1s" } } or { "part": "filter" }`,
  },
  {
    text: "[}".repeat(300),
    codes: ["document/too-deep"],
    message: `tenon.jsonc:1:1: a document is at most 200 levels deep, this one 300`,
  },
  {
    text: `{ "tenon": 1, "name": "a", "parts": {
  "p": { "source": ".." } } }`,
    codes: ["document/missing"],
    message: `tenon.jsonc:2:3: \`component\` is missing: what \`..\` is built to can't be told from its name
  "component": "./part.wasm"`,
  },
];

function problemsOf(text: string): AppError {
  try {
    parseDocument(text, "tenon.jsonc");
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error;
  }
  throw new Error("it was taken");
}

for (const { text, codes, message } of refused) {
  test(`refuses ${JSON.stringify(text.slice(0, 120))}`, () => {
    const error = problemsOf(text);
    assert.equal(error.message, message);
    assert.deepEqual(
      error.problems.map(({ code }) => code),
      codes,
    );
  });
}

test("refuses a document that is too large", () => {
  const { message } = problemsOf(" ".repeat(MAX_DOCUMENT_BYTES + 1));
  assert.equal(message, "tenon.jsonc:1:1: a document has at most 16777216 characters, this one has 16777217");
});

test("tells so many problems and no more", () => {
  const parts = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`p${i}`, 1]));
  const { problems } = problemsOf(JSON.stringify({ tenon: 1, name: "a", parts }));
  assert.equal(problems.length, 201);
  assert.equal(problems.at(-1)!.message, "there are more than 200 problems");
});

test("a key that is there twice is at its second place", () => {
  const { problems } = problemsOf('{ "tenon": 1, "name": "a", "wires": { "p": { "i": "a",\n "i": "b" } } }');
  assert.deepEqual([problems[0]!.place, problems[0]!.line, problems[0]!.column], [["wires", "p", "i"], 2, 2]);
});

test("a place of a document with CRLF, tabs and signs of two units", () => {
  const { problems } = problemsOf('{ "tenon": 1,\r\n\t"name": "😀", "x": 1 }');
  assert.deepEqual([problems[0]!.line, problems[0]!.column], [2, 16]);
});
