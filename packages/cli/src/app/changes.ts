/** The commands that change an app: each is one operation, applied to the app that runs or to its document. */
import { History, type InterposerDocument, type Json, type JsonObject, type Operation, type Revision } from "@tenon/runtime/app";
import type { Command, CommandLine, Option } from "../command.ts";
import { UsageError } from "../failure.ts";
import { print } from "../print.ts";
import { codeFrom } from "./code.ts";
import { fullImport } from "./full-import.ts";
import { numberOf } from "./number.ts";
import { appOption, type Changeable, changeOf, jsonOption, withApp } from "./reach.ts";

interface ChangeCommand extends Pick<Command, "name" | "usage" | "about" | "examples"> {
  readonly operands: number | { readonly least: number; readonly most: number };
  readonly options?: Readonly<Record<string, Option>>;
  /** Several are one change. */
  readonly operation: (line: CommandLine, app: Changeable) => Operation | readonly Operation[] | Promise<Operation>;
}

const commonOptions: Readonly<Record<string, Option>> = {
  ...appOption,
  reason: { type: "string", value: "TEXT", help: "why: it is kept with the revision" },
  base: { type: "string", value: "N", help: "refuse, if the app has changed since revision N" },
  grant: { type: "boolean", help: "grant what the change asks of this machine beyond the app's folder; without it such a change is refused" },
  "dry-run": { type: "boolean", help: "say what would change, and who would gain what; change nothing" },
  ...jsonOption,
};

const CHANGES: readonly ChangeCommand[] = [
  {
    name: "wire",
    usage: "PART IMPORT TO",
    about: "Leads an import of a part to another part, or to one of its exports: `part#export`. What lies on the wire stays.",
    examples: ["tenon wire counter store other-store", "tenon wire caller scores c --reason 'to compare'"],
    operands: 3,
    options: {
      deadline: { type: "string", value: "TIME", help: "calls that wait for longer fail: 250ms, 1s, 5m" },
      "on-failure": { type: "string", value: "JSON", help: "the error that calls get when the wire is broken" },
    },
    async operation(line, app) {
      const [from, name, to] = line.operands as [string, string, string];
      const [deadline, onFailure] = [line.option("deadline"), line.option("on-failure")];
      return {
        op: "wire",
        from,
        import: await fullImport(app, from, name),
        to,
        ...(deadline === undefined ? {} : { deadline }),
        ...(onFailure === undefined ? {} : { onFailure: jsonOf("--on-failure", onFailure) }),
      };
    },
  },
  {
    name: "cut",
    usage: "PART IMPORT",
    about: "Cuts a wire: it leads nowhere, calls by it fail, and so do those by handles that came by it.",
    examples: ["tenon cut counter store"],
    operands: 2,
    operation: async ({ operands: [from, name] }, app) => ({ op: "cut", from: from!, import: await fullImport(app, from!, name!) }),
  },
  {
    name: "unwire",
    usage: "PART IMPORT",
    about: "Takes the import's own line out of the document, so that a line with `*` holds for it again.",
    examples: ["tenon unwire counter store"],
    operands: 2,
    operation: async ({ operands: [from, name] }, app) => ({ op: "unwire", from: from!, import: await fullImport(app, from!, name!) }),
  },
  {
    name: "interpose",
    usage: "PART IMPORT INTERPOSER",
    about:
      "Puts something on a wire: `log`, `limit`, `gate`, `delay`, `fail`, `mock`, with its configuration as JSON after `=`, or a part of the app that has\n" +
      "the interface on both sides: `part=NAME`.",
    examples: [
      "tenon interpose counter store log",
      `tenon interpose counter store 'limit={"calls":10,"per":"1s"}'`,
      "tenon interpose caller scores part=referee",
    ],
    operands: 3,
    options: { at: { type: "string", value: "N", help: "its place among those on the wire, from 0; default: the last" } },
    async operation(line, app) {
      const [from, name, interposer] = line.operands as [string, string, string];
      const at = numberOf(line, "at");
      return {
        op: "interpose",
        from,
        import: await fullImport(app, from, name),
        interposer: interposerOf(interposer),
        ...(at === undefined ? {} : { at }),
      };
    },
  },
  {
    name: "uninterpose",
    usage: "PART IMPORT INTERPOSER",
    about: "Takes something off a wire, by its kind or by its place from 0.",
    examples: ["tenon uninterpose counter store log"],
    operands: 3,
    async operation({ operands: [from, name, interposer] }, app) {
      const which = /^\d+$/.test(interposer!) ? Number(interposer) : interposer!;
      return { op: "uninterpose", from: from!, import: await fullImport(app, from!, name!), interposer: which };
    },
  },
  {
    name: "swap",
    usage: "PART FILE [IMPORT=TO]...",
    about:
      "Gives a part other code. Its wires stay, its state moves if both versions can hand it over, and a trap soon after brings the old one back.\n" +
      "What only the new code imports is led to TO in the same change.",
    examples: ["tenon swap counter ./counter.js.wasm", "tenon swap counter ./counter.go.wasm 'wasi:*=basics'"],
    operands: { least: 2, most: 1024 },
    operation: (line) => {
      const [name, file, ...wires] = line.operands as [string, string, ...string[]];
      return [{ op: "swap", name, component: codeFrom(line, file) }, ...wires.map((each) => wireOf(name, each))];
    },
  },
  {
    name: "add",
    usage: "NAME PART [IMPORT=TO]...",
    about:
      "Adds a part: a component's file, `npm:package/file.wasm`, another app's document, `capability:KIND`, or JSON as the document has it.\n" +
      "What it imports is led to TO in the same change; `IMPORT=` leads it nowhere.",
    examples: [
      "tenon add referee ./referee.wasm 'demo:scores/*=c' 'wasi:*=basics'",
      "tenon add memory capability:keyvalue",
      `tenon add store '{"capability":"keyvalue","with":{"backend":"sqlite","path":"./data.db"}}'`,
    ],
    operands: { least: 2, most: 1024 },
    operation: (line) => {
      const [name, part, ...wires] = line.operands as [string, string, ...string[]];
      return [{ op: "add", name, part: partOf(line, part) }, ...wires.map((each) => wireOf(name, each))];
    },
  },
  {
    name: "remove",
    usage: "PART",
    about: "Takes a part away. Wires that lead to it are cut.",
    examples: ["tenon remove referee"],
    operands: 1,
    operation: ({ operands: [name] }) => ({ op: "remove", name: name! }),
  },
  {
    name: "rename",
    usage: "PART NAME",
    about: "Calls a part something else, wherever the document names it. It goes on running.",
    examples: ["tenon rename store visits"],
    operands: 2,
    operation: ({ operands: [name, to] }) => ({ op: "rename", name: name!, to: to! }),
  },
  {
    name: "configure",
    usage: "PART KEY=VALUE...",
    about: "Changes a capability's configuration. Values are JSON, or text as it is; an empty one takes the key out.",
    examples: ["tenon configure site port=8081", "tenon configure store backend=sqlite path=./visits.db"],
    operands: { least: 2, most: 32 },
    operation: ({ operands: [name, ...settings] }) => ({ op: "configure", name: name!, with: Object.fromEntries(settings.map(settingOf)) }),
  },
  {
    name: "group",
    usage: "NAME PART...",
    about: "Makes parts into an app of that name within the app. They go on running.",
    examples: ["tenon group shop cart prices"],
    operands: { least: 2, most: 1024 },
    operation: ({ operands: [name, ...parts] }) => ({ op: "group", name: name!, parts }),
  },
  {
    name: "ungroup",
    usage: "NAME",
    about: "Brings the parts of an app within the app out of it. They go on running.",
    examples: ["tenon ungroup shop"],
    operands: 1,
    operation: ({ operands: [name] }) => ({ op: "ungroup", name: name! }),
  },
];

export const changeCommands: readonly Command[] = CHANGES.map(({ operands, operation, options, ...words }) => ({
  ...words,
  usage: `[OPTIONS] ${words.usage}`,
  options: { ...options, ...commonOptions },
  operands: typeof operands === "number" ? { least: operands, most: operands } : operands,
  run: (line) =>
    withApp(line, async (app) => {
      const change = changeOf(line);
      const operations = [await operation(line, app)].flat();
      const isDry = line.flag("dry-run");
      // What would be refused is refused when it is tried, too.
      if (isDry) new History(await app.revisions()).checkBase(change);
      const effects = await app.preview(operations);
      const revision = isDry ? undefined : await app.apply(operations, change);
      if (line.flag("json")) print(`${JSON.stringify({ revision: revision?.number ?? null, effects }, undefined, 2)}\n`);
      else print(inWords(revision, effects));
      return 0;
    }),
}));

function inWords(revision: Revision | undefined, effects: readonly string[]): string {
  const head = revision === undefined ? "nothing is changed; this would:" : `revision ${revision.number}: ${revision.what}`;
  const none = revision === undefined ? "change the document alone, no part and no wire" : "the document alone is changed, no part and no wire";
  const lines = effects.length === 0 ? [none] : effects;
  return [head, ...lines.map((each) => `  ${each}`), ""].join("\n");
}

function interposerOf(text: string): string | InterposerDocument {
  const at = text.indexOf("=");
  if (at < 0) return text;
  const [kind, config] = [text.slice(0, at), text.slice(at + 1)];
  return { kind, with: kind === "part" ? config : jsonOf(kind, config) };
}

function partOf(line: CommandLine, text: string): JsonObject {
  if (text.startsWith("{")) return jsonOf("the part", text) as JsonObject;
  if (text.startsWith("capability:")) return { capability: text.slice("capability:".length) };
  const code = codeFrom(line, text);
  return text.endsWith(".jsonc") ? { app: code } : { component: code };
}

/** Imports of code that is not there yet: they are named as they are, or by a prefix with `*`. */
function wireOf(from: string, text: string): Operation {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`\`${text}\`: a wire is IMPORT=TO`);
  const [name, to] = [text.slice(0, at), text.slice(at + 1)];
  return to === "" ? { op: "cut", from, import: name } : { op: "wire", from, import: name, to };
}

function settingOf(text: string): [string, Json] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`\`${text}\`: a setting is KEY=VALUE`);
  const [key, value] = [text.slice(0, at), text.slice(at + 1)];
  if (value === "") return [key, null];
  try {
    return [key, JSON.parse(value) as Json];
  } catch {
    return [key, value];
  }
}

function jsonOf(what: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UsageError(`${what}: \`${text}\` is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}
