/**
 * Reads the text of a document. Everything that is wrong is found, each with its line, and what can be written instead.
 */
import type { Node } from "jsonc-parser";
import type {
  AppDocument,
  ComponentPart,
  InterposerDocument,
  Json,
  JsonObject,
  LimitsDocument,
  NeedDocument,
  PartDocument,
  Place,
  Reference,
  RestartDocument,
  WireDocument,
} from "./document.ts";
import { durationOf } from "./duration.ts";
import { nearest } from "./nearest.ts";
import { AppError } from "./problem.ts";
import { isObject, nounOf, plain, type Saying, Source, type Value } from "./source.ts";

export interface ParsedDocument {
  readonly document: AppDocument;
  /** Both from 1, of a key (or, where there is none, of the value). What isn't there is where it would be: at what it would be in. */
  locate(place: Place, what?: "key" | "value"): { readonly line: number; readonly column: number };
  /** As it was read. */
  readonly root: Node;
}

/** @throws AppError with every problem */
export function parseDocument(text: string, file: string): ParsedDocument {
  const source = new Source(text, file);
  const document = new Reader(source).top();
  if (source.problems.length > 0 || document === undefined) throw new AppError(source.problems);
  return { document, locate: (place, what) => source.locate(place, what), root: source.root! };
}

const DEFAULT_RESTART: RestartDocument = { strategy: "one-for-one", most: 5, within: 60_000 };
const STRATEGIES = ["one-for-one", "one-for-all", "rest-for-one", "never"] as const;

const TOP_KEYS = ["$schema", "tenon", "name", "purpose", "parts", "wires", "exports", "people", "words", "needs"];
const COMPONENT_KEYS = ["component", "purpose", "source", "build", "restart", "tests", "limits"];
const CAPABILITY_KEYS = ["capability", "with", "purpose"];
const APP_KEYS = ["app", "purpose"];
const WIRE_KEYS = ["to", "through", "deadline", "onFailure", "guard"];

class Reader {
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  #say(code: string, place: Place, message: string, saying?: Saying): void {
    this.#source.say(code, place, message, saying);
  }

  top(): AppDocument | undefined {
    const { value } = this.#source;
    if (value === undefined) return undefined;
    if (!isObject(value)) {
      this.#say("document/type", [], `a document is an object, not ${nounOf(value)}`);
      return undefined;
    }
    if (value.get("tenon") !== 1) {
      const found = value.has("tenon") ? `\`tenon\` is ${JSON.stringify(plain(value.get("tenon")!))}` : "`tenon` is missing";
      this.#say("document/version", value.has("tenon") ? ["tenon"] : [], `${found}: this version reads documents of version 1`, { hint: '"tenon": 1' });
    }
    return this.#app(value, []);
  }

  #app(value: ReadonlyMap<string, Value>, place: Place): AppDocument {
    this.#keys(value, place, place.length === 0 ? TOP_KEYS : TOP_KEYS.slice(2), place.length === 0 ? "an app" : "an app within an app");
    if (place.length === 0 && value.has("$schema")) this.#text1(value.get("$schema"), ["$schema"]);
    const name = this.#text1(value.get("name"), [...place, "name"], place.length > 0 ? "" : undefined);
    const parts = new Map<string, PartDocument>();
    for (const [key, part] of this.#object(value.get("parts"), [...place, "parts"])) {
      const at = [...place, "parts", key];
      if (key === "") this.#say("document/name", at, "a part has a name, this one's is empty", { at: "key" });
      if (key === "..") this.#say("document/name", at, "a part can't be called `..`: that is the app around", { at: "key" });
      if (key.includes("#"))
        this.#say("document/name", at, `a part can't have \`#\` in its name, as \`${key}\` has: it stands before the name of an export`, { at: "key" });
      const read = this.#part(part, at);
      if (read !== undefined) parts.set(key, read);
    }
    const wires = new Map<string, ReadonlyMap<string, WireDocument>>();
    for (const [key, each] of this.#object(value.get("wires"), [...place, "wires"])) {
      const own = new Map<string, WireDocument>();
      if (!isObject(each)) {
        const hint = `${JSON.stringify(key)}: { "*": ${typeof each === "string" ? JSON.stringify(each) : '"part"'} }`;
        this.#say("document/type", [...place, "wires", key], `the wires of \`${key}\` are an object with its imports as keys, not ${nounOf(each)}`, { hint });
        continue;
      }
      for (const [name, wire] of each) {
        if (name === "") this.#say("document/name", [...place, "wires", key, name], "an import has a name, this one's is empty", { at: "key" });
        const star = name.indexOf("*");
        if (star >= 0 && star < name.length - 1)
          this.#say("document/wildcard", [...place, "wires", key, name], `\`*\` stands at the end of a key only, not as in \`${name}\``, { at: "key" });
        const read = this.#wire(wire, [...place, "wires", key, name]);
        if (read !== undefined) own.set(name, read);
      }
      wires.set(key, own);
    }
    const exports = new Map<string, Reference>();
    for (const [key, each] of this.#object(value.get("exports"), [...place, "exports"])) {
      if (key === "") this.#say("document/name", [...place, "exports", key], "an export has a name, this one's is empty", { at: "key" });
      const read = this.#reference(each, [...place, "exports", key]);
      if (read?.part === "..") this.#say("document/reference", [...place, "exports", key], "an app exports what its own parts export, not what is around it");
      else if (read !== undefined) exports.set(key, read);
    }
    const people = this.#texts(value.get("people"), [...place, "people"]);
    const words = this.#texts(value.get("words"), [...place, "words"]);
    const needs = this.#list(value.get("needs"), [...place, "needs"]).map((each, i) => this.#need(each, [...place, "needs", i], people));
    return { name, ...this.#purpose(value, place), parts, wires, exports, people, words, needs: needs.filter((need) => need !== undefined) };
  }

  #part(value: Value, place: Place): PartDocument | undefined {
    if (!isObject(value)) {
      this.#say("document/type", place, `a part is an object, not ${nounOf(value)}`, { hint: '{ "component": "./part.wasm" }' });
      return undefined;
    }
    const kinds = ["component", "capability", "app"].filter((key) => value.has(key));
    if (kinds.length !== 1 && !(kinds.length === 0 && value.has("source"))) {
      const message =
        kinds.length === 0
          ? "a part is a `component`, a `capability` or an `app`; this one is none"
          : `a part is one thing, this one is ${kinds.map((key) => `\`${key}\``).join(" and ")}`;
      this.#say("document/part", place, message, { at: "key", hint: kinds.length === 0 ? '{ "component": "./part.wasm" }' : undefined });
      return undefined;
    }
    const common = { ...this.#purpose(value, place), definition: definitionOf(value) };
    if (value.has("capability")) {
      this.#keys(value, place, CAPABILITY_KEYS, "a capability");
      const config = value.get("with");
      if (config !== undefined && !isObject(config)) this.#say("document/type", [...place, "with"], `\`with\` is an object, not ${nounOf(config)}`);
      return {
        kind: "capability",
        capability: this.#text1(value.get("capability"), [...place, "capability"]),
        with: isObject(config) ? (plain(config) as JsonObject) : {},
        ...common,
      };
    }
    if (value.has("app")) {
      this.#keys(value, place, APP_KEYS, "a nested app");
      const app = value.get("app")!;
      if (isObject(app)) return { kind: "app", app: this.#app(app, [...place, "app"]), ...common };
      return { kind: "app", app: this.#text1(app, [...place, "app"]), ...common };
    }
    this.#keys(value, place, COMPONENT_KEYS, "a component");
    return this.#component(value, place, common);
  }

  #component(value: ReadonlyMap<string, Value>, place: Place, common: Pick<ComponentPart, "purpose" | "definition">): ComponentPart {
    const folder = value.has("source") ? this.#text1(value.get("source"), [...place, "source"]) : undefined;
    const build = value.has("build") ? this.#text1(value.get("build"), [...place, "build"]) : undefined;
    if (build !== undefined && folder === undefined)
      this.#say("document/part", [...place, "build"], "`build` needs `source`, the folder in which it runs", { at: "key", hint: '"source": "./folder"' });
    const component = value.has("component") ? this.#text1(value.get("component"), [...place, "component"]) : this.#builtIn(folder ?? "", place);
    const tests = this.#list(value.get("tests"), [...place, "tests"]).map((each, i) => this.#text1(each, [...place, "tests", i]));
    const source = folder === undefined ? {} : { source: { folder, ...(build === undefined ? {} : { build }) } };
    return {
      kind: "component",
      component,
      ...source,
      restart: this.#restart(value.get("restart"), [...place, "restart"]),
      tests,
      limits: this.#limits(value.get("limits"), [...place, "limits"]),
      ...common,
    };
  }

  /** What a folder's source is built to, where nothing else is said: `./counter/counter.wasm`. */
  #builtIn(folder: string, place: Place): string {
    const name = folder.split("/").filter(Boolean).at(-1) ?? "";
    if (folder !== "" && /^\.*$/.test(name)) {
      const hint = '"component": "./part.wasm"';
      this.#say("document/missing", place, `\`component\` is missing: what \`${folder}\` is built to can't be told from its name`, { at: "key", hint });
    }
    return `${folder.replace(/\/+$/, "")}/${name}.wasm`;
  }

  #restart(value: Value | undefined, place: Place): RestartDocument {
    if (value === undefined) return DEFAULT_RESTART;
    const object = isObject(value);
    if (object) this.#keys(value, place, ["strategy", "most", "within"], "`restart`");
    const found = object && !value.has("strategy") ? DEFAULT_RESTART.strategy : object ? value.get("strategy") : value;
    const strategy = STRATEGIES.find((each) => each === found);
    if (strategy === undefined) {
      const at = object ? [...place, "strategy"] : place;
      this.#say(
        "document/restart",
        at,
        `a restart strategy is ${STRATEGIES.map((each) => `"${each}"`).join(", ")}, not ${JSON.stringify(plain(found as Value))}`,
      );
    }
    const most = object ? this.#count(value.get("most"), [...place, "most"]) : undefined;
    const within = object ? this.#duration(value.get("within"), [...place, "within"]) : undefined;
    return { strategy: strategy ?? "one-for-one", most: most ?? DEFAULT_RESTART.most, within: within ?? DEFAULT_RESTART.within };
  }

  #limits(value: Value | undefined, place: Place): LimitsDocument {
    if (value === undefined) return {};
    if (!isObject(value)) {
      this.#say("document/type", place, `\`limits\` is an object, not ${nounOf(value)}`);
      return {};
    }
    this.#keys(value, place, ["queue", "log"], "`limits`");
    const [queue, log] = [this.#count(value.get("queue"), [...place, "queue"]), this.#count(value.get("log"), [...place, "log"])];
    return { ...(queue === undefined ? {} : { queue }), ...(log === undefined ? {} : { log }) };
  }

  #wire(value: Value, place: Place): WireDocument | undefined {
    if (!isObject(value)) {
      if (value === null) return { to: null, through: [], guard: false };
      const to = this.#reference(value, place);
      return to && { to, through: [], guard: false };
    }
    this.#keys(value, place, WIRE_KEYS, "a wire");
    if (!value.has("to")) this.#say("document/wire", place, "a wire needs `to`: where it leads, or `null`", { at: "key", hint: '"to": "part"' });
    const to = value.get("to") ?? null;
    const reference = to === null ? null : this.#reference(to, [...place, "to"]);
    const through = this.#list(value.get("through"), [...place, "through"]).map((each, i) => this.#interposer(each, [...place, "through", i]));
    const deadline = this.#duration(value.get("deadline"), [...place, "deadline"]);
    const guard = value.has("guard") ? value.get("guard")! : false;
    if (typeof guard !== "boolean") this.#say("document/type", [...place, "guard"], `\`guard\` is true or false, not ${nounOf(guard)}`);
    const onFailure = value.get("onFailure");
    return {
      to: reference ?? null,
      through: through.filter((each) => each !== undefined),
      guard: guard === true,
      ...(deadline === undefined ? {} : { deadline }),
      ...(onFailure === undefined ? {} : { onFailure: plain(onFailure) }),
    };
  }

  #interposer(value: Value, place: Place): InterposerDocument | undefined {
    if (typeof value === "string" && value !== "") return { kind: value, with: {} };
    if (isObject(value) && value.size === 1 && !value.has("")) {
      const [kind, config] = [...value][0]!;
      if (kind === "part" && typeof config !== "string")
        this.#say("document/type", [...place, "part"], `\`part\` is the name of a part, not ${nounOf(config)}`);
      return { kind, with: plain(config) };
    }
    this.#say(
      "document/interposer",
      place,
      'an interposer is a name, as "log", or an object with one key, as { "limit": { "calls": 10, "per": "1s" } } or { "part": "filter" }',
    );
    return undefined;
  }

  #need(value: Value, place: Place, people: ReadonlyMap<string, string>): NeedDocument | undefined {
    if (!isObject(value)) {
      this.#say("document/type", place, `a need is an object, not ${nounOf(value)}`, { hint: '{ "who": "visitor", "want": "see the count go up by one" }' });
      return undefined;
    }
    this.#keys(value, place, ["who", "want", "check"], "a need");
    const who = this.#text1(value.get("who"), [...place, "who"]);
    if (who !== "" && !people.has(who)) {
      const hint = (): string => {
        const near = nearest(who, people.keys());
        return near === undefined ? `"people": { ${JSON.stringify(who)}: "..." }` : `did you mean \`${near}\`?`;
      };
      this.#say("document/person", [...place, "who"], `there is nobody called \`${who}\` in \`people\``, { hint });
    }
    const check = value.has("check") ? { check: this.#text1(value.get("check"), [...place, "check"]) } : {};
    return { who, want: this.#text1(value.get("want"), [...place, "want"]), ...check };
  }

  #reference(value: Value, place: Place): Reference | undefined {
    if (typeof value !== "string" || value === "" || value.startsWith("#") || value.endsWith("#")) {
      this.#say(
        "document/reference",
        place,
        `an end of a wire is "part" or "part#export", not ${typeof value === "string" ? JSON.stringify(value) : nounOf(value)}`,
      );
      return undefined;
    }
    const at = value.indexOf("#");
    return at < 0 ? { part: value } : { part: value.slice(0, at), export: value.slice(at + 1) };
  }

  #purpose(value: ReadonlyMap<string, Value>, place: Place): { readonly purpose?: string } {
    return value.has("purpose") ? { purpose: this.#text1(value.get("purpose"), [...place, "purpose"]) } : {};
  }

  /** A text that isn't empty; `absent` for one that needn't be there. */
  #text1(value: Value | undefined, place: Place, absent?: string): string {
    if (typeof value === "string" && value !== "") return value;
    if (value === undefined && absent !== undefined) return absent;
    const last = place.at(-1)!;
    const key = typeof last === "number" ? `an entry of \`${place.at(-2)}\`` : `\`${last}\``;
    if (value === undefined) this.#say("document/missing", place, `${key} is missing`, { at: "key", hint: `${JSON.stringify(last)}: "..."` });
    else this.#say("document/type", place, value === "" ? `${key} is empty` : `${key} is a text, not ${nounOf(value)}`);
    return "";
  }

  #count(value: Value | undefined, place: Place): number | undefined {
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    this.#say("document/type", place, `\`${place.at(-1)}\` is a whole number, not ${typeof value === "number" ? value : nounOf(value)}`);
    return undefined;
  }

  #duration(value: Value | undefined, place: Place): number | undefined {
    if (value === undefined) return undefined;
    const found = typeof value === "string" ? durationOf(value) : undefined;
    if (found !== undefined) return found;
    this.#say("document/duration", place, `\`${place.at(-1)}\` is a time as "250ms", "1s", "5m" or "1h", not ${JSON.stringify(plain(value))}`);
    return undefined;
  }

  #texts(value: Value | undefined, place: Place): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    for (const [key, each] of this.#object(value, place)) texts.set(key, this.#text1(each, [...place, key]));
    return texts;
  }

  #object(value: Value | undefined, place: Place): ReadonlyMap<string, Value> {
    if (value === undefined) return new Map();
    if (isObject(value)) return value;
    this.#say("document/type", place, `\`${place.at(-1)}\` is an object, not ${nounOf(value)}`);
    return new Map();
  }

  #list(value: Value | undefined, place: Place): readonly Value[] {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value as readonly Value[];
    this.#say("document/type", place, `\`${place.at(-1)}\` is a list, not ${nounOf(value)}`);
    return [];
  }

  #keys(value: ReadonlyMap<string, Value>, place: Place, known: readonly string[], of: string): void {
    for (const key of value.keys()) {
      if (known.includes(key)) continue;
      const hint = (): string => {
        const near = nearest(key, known);
        return near === undefined ? `${of} has ${known.map((each) => `\`${each}\``).join(", ")}` : `did you mean \`${near}\`?`;
      };
      this.#say("document/unknown-key", [...place, key], `${of} has no \`${key}\``, { at: "key", hint });
    }
  }
}

/** Of a part: what makes it another part. Keys in a fixed order. */
function definitionOf(part: ReadonlyMap<string, Value>): string {
  const sorted = (value: Value): Json => {
    if (isObject(value)) return [...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]);
    return Array.isArray(value) ? (value as readonly Value[]).map(sorted) : (value as Json);
  };
  return JSON.stringify(sorted(new Map([...part].filter(([key]) => key !== "purpose"))));
}
