/**
 * Names of imports and exports (Explainer.md "Import and Export Definitions") and the labels in them. Parsing says
 * what is wrong in words and leaves it to the caller to say where. The forms with `=` are those that wasm-tools
 * reads besides the specification's: dependencies, URLs and hashes, for imports of components not yet bundled.
 */
import type { Features } from "../binary/features.ts";
import { semverProblem } from "./semver.ts";

export interface ExternName {
  readonly kind: "label" | "constructor" | "method" | "static" | "interface" | "dependency" | "url" | "hash";
  /** The `R` of `[method]R.m`, `[static]R.m` and `[constructor]R`. */
  readonly resource: string;
  /** What follows `@` in an interface name. */
  readonly version: string | undefined;
  /** Names with equal keys are not strongly unique: no two imports and no two exports may have them. */
  readonly key: string;
}

/** Thrown by parsing: the reason alone, to be put in context by whoever knows the name's role. */
export class NameProblem extends Error {}

// The alternatives exclude one another: with two that both match digits, `a-1-1-1-…!` would take exponential time.
const LABEL = /^(?:[a-z][a-z\d]*|[A-Z][A-Z\d]*)(?:-(?:\d+|\d*[a-z][a-z\d]*|\d*[A-Z][A-Z\d]*))*$/;

/** Whether `text` is a `label`: words of one case each, joined by `-`, the first beginning with a letter. */
export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

/** A plain name that most names are: a label, or an annotated one. */
const PLAIN = /^(?:\[(constructor|method|static)\])?([\w-]+)(?:\.([\w-]+))?$/;

export function parseExternName(name: string, features: Pick<Features, "cmNestedNames">): ExternName {
  const [, annotation, first, second] = PLAIN.exec(name) ?? [];
  const asMember = annotation === "method" || annotation === "static";
  if (first !== undefined && isLabel(first) && asMember === (second !== undefined) && (second === undefined || isLabel(second))) {
    return plainName(annotation as "constructor" | "method" | "static" | undefined, first, second);
  }
  return new NameParser(name, features).parse();
}

function plainName(annotation: "constructor" | "method" | "static" | undefined, first: string, second: string | undefined): ExternName {
  const low = first.toLowerCase();
  if (annotation === undefined) return { kind: "label", resource: "", version: undefined, key: low };
  if (annotation === "constructor") return { kind: annotation, resource: first, version: undefined, key: `[constructor]${low}` };
  // `[method]a.b` and `[static]a.b` clash, and each of `[*]a.a` with `a` (Explainer.md "strongly-unique").
  const member = second!.toLowerCase();
  return { kind: annotation, resource: first, version: undefined, key: member === low ? low : `${low}.${member}` };
}

class NameParser {
  readonly #name: string;
  readonly #features: Pick<Features, "cmNestedNames">;
  #rest: string;

  constructor(name: string, features: Pick<Features, "cmNestedNames">) {
    this.#name = this.#rest = name;
    this.#features = features;
  }

  parse(): ExternName {
    const result = this.#parse();
    if (this.#rest !== "") fail(`trailing characters found: \`${this.#rest}\``);
    return result;
  }

  #parse(): ExternName {
    for (const annotation of ["constructor", "method", "static"] as const) {
      if (!this.#eat(`[${annotation}]`)) continue;
      if (annotation === "constructor") return plainName(annotation, this.#restAsLabel(), undefined);
      const resource = label(this.#until("."));
      this.#eat(".");
      return plainName(annotation, resource, this.#restAsLabel());
    }
    if (this.#eat("unlocked-dep=")) {
      this.#expect("<");
      this.#packagePath(false);
      if (this.#eat("@")) this.#versionRange();
      this.#expect(">");
      return this.#whole("dependency");
    }
    if (this.#eat("locked-dep=")) {
      this.#expect("<");
      this.#packagePath(false);
      if (this.#eat("@")) semver(this.#rest.includes(">") ? this.#until(">") : this.#all());
      this.#expect(">");
      this.#optionalHash();
      return this.#whole("dependency");
    }
    if (this.#eat("url=")) {
      this.#expect("<");
      if (this.#until(">").includes("<")) fail("url cannot contain `<`");
      this.#expect(">");
      this.#optionalHash();
      return this.#whole("url");
    }
    if (this.#eat("integrity=")) {
      this.#expect("<");
      this.#hash();
      return this.#whole("hash");
    }
    if (!this.#rest.includes(":")) return plainName(undefined, this.#restAsLabel(), undefined);
    this.#packagePath(true);
    // The version is judged together with the `versionsuffix` beside the name.
    return { ...this.#whole("interface"), version: this.#eat("@") ? this.#all() : undefined };
  }

  #whole(kind: ExternName["kind"]): ExternName {
    return { kind, resource: "", version: undefined, key: this.#name };
  }

  /** `namespace+ words projection*`. */
  #packagePath(projected: boolean): void {
    this.#words();
    this.#expect(":");
    this.#words();
    while (this.#features.cmNestedNames && this.#eat(":")) this.#words();
    if (this.#eat("/")) {
      this.#label();
      while (this.#features.cmNestedNames && this.#eat("/")) this.#label();
    } else if (projected) {
      fail("expected `/` after package name");
    }
  }

  #label(): string {
    const end = /[^a-zA-Z\d-]/.exec(this.#rest)?.index ?? this.#rest.length;
    return label(this.#take(end));
  }

  /** A label in lower case. */
  #words(): void {
    const upper = /[A-Z]/.exec(this.#label());
    if (upper !== null) fail(`character \`${upper[0]}\` is not lowercase in package name/namespace`);
  }

  #versionRange(): void {
    if (this.#eat("*")) return;
    this.#expect("{");
    const range = this.#until("}");
    this.#expect("}");
    if (range === "*") return;
    const [, lower, upper] = /^>=([^ ]*)(?: (.*))?$/s.exec(range) ?? [];
    if (lower === undefined) {
      if (range[0] !== "<") fail("expected `>=` or `<` at start of version range");
      semver(range.slice(1));
      return;
    }
    semver(lower);
    if (upper === undefined) return;
    if (upper[0] !== "<") fail("expected `<` at start of version range upper bounds");
    semver(upper.slice(1));
  }

  #optionalHash(): void {
    if (!this.#eat(",")) return;
    this.#expect("integrity=<");
    this.#hash();
  }

  /** `integrity-metadata` of the W3C's Subresource Integrity, and the `>` after it. */
  #hash(): void {
    const hashes = this.#until(">").split(/\s+/).filter(Boolean);
    for (const hash of hashes) {
      const [, digest] = /^sha(?:256|384|512)(.*)$/s.exec(hash) ?? [];
      if (digest === undefined) fail(`unrecognized hash algorithm: \`${hash}\``);
      if (digest[0] !== "-") fail(`expected \`-\` after hash algorithm: ${hash}`);
      const base64 = digest.slice(1).replace(/\?.*$/s, "");
      if (!/^[\w+/]+={0,2}$/.test(base64) || base64.includes("_")) fail(`not valid base64: \`${base64}\``);
    }
    if (hashes.length === 0) fail("integrity hash cannot be empty");
    this.#expect(">");
  }

  #eat(prefix: string): boolean {
    if (!this.#rest.startsWith(prefix)) return false;
    this.#rest = this.#rest.slice(prefix.length);
    return true;
  }

  #expect(prefix: string): void {
    if (!this.#eat(prefix)) fail(`expected \`${prefix}\` at \`${this.#rest}\``);
  }

  /** What comes before `mark`, which is left. */
  #until(mark: string): string {
    const end = this.#rest.indexOf(mark);
    if (end < 0) fail(`failed to find \`${mark}\` character`);
    return this.#take(end);
  }

  #take(length: number): string {
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return taken;
  }

  #all(): string {
    return this.#take(this.#rest.length);
  }

  #restAsLabel(): string {
    return label(this.#all());
  }
}

function label(text: string): string {
  if (!isLabel(text)) fail(`\`${text}\` is not in kebab case`);
  return text;
}

function semver(text: string): void {
  const problem = semverProblem(text);
  if (problem !== undefined) fail(`\`${text}\` is not a valid semver: ${problem}`);
}

function fail(problem: string): never {
  throw new NameProblem(problem);
}
