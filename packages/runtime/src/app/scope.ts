/** A document with those of the apps nested in it: where names of parts are looked up. */
import type { AppDocument, CapabilityPart, ComponentPart, Place } from "../document/document.ts";
import { pathOf } from "../document/names.ts";
import { type ParsedDocument, parseDocument } from "../document/parse.ts";
import { AppError, type Problem } from "../document/problem.ts";
import { MAX_NESTED_APPS } from "../limits.ts";
import type { AppPlatform } from "./platform.ts";

/** A part that something runs for, where it stands. */
export interface Member {
  readonly path: string;
  readonly name: string;
  readonly scope: Scope;
  readonly part: ComponentPart | CapabilityPart;
}

export class Scope {
  /** "" of the top app. */
  readonly path: string;
  readonly document: AppDocument;
  /** Relative paths start from its folder. */
  readonly file: string;
  /** What it is nested in, and under which name. */
  readonly outer: { readonly scope: Scope; readonly name: string } | undefined;
  /** In the document's order. */
  readonly members: ReadonlyMap<string, Member | Scope>;
  /** The file that the document is in. */
  readonly parsed: ParsedDocument;
  /** Where the document begins in its file. */
  readonly #place: Place;

  constructor(
    document: AppDocument,
    at: { path: string; file: string; outer: Scope["outer"]; parsed: ParsedDocument; place: Place },
    makeMembers: (scope: Scope) => Map<string, Member | Scope>,
  ) {
    this.document = document;
    this.path = at.path;
    this.file = at.file;
    this.outer = at.outer;
    this.parsed = at.parsed;
    this.#place = at.place;
    this.members = makeMembers(this);
  }

  /** A problem at a place of this document. */
  problem(code: string, place: Place, message: string, { hint, at = "key" }: { hint?: string | undefined; at?: "key" | "value" } = {}): Problem {
    const whole = [...this.#place, ...place];
    return { code, message, place: whole, file: this.file, ...this.parsed.locate(whole, at), ...(hint === undefined ? {} : { hint }) };
  }

  /** All parts that something runs for, here and in nested apps. */
  *all(): Iterable<Member> {
    for (const member of this.members.values()) {
      if (member instanceof Scope) yield* member.all();
      else yield member;
    }
  }

  /** This app and those nested in it. */
  *scopes(): Iterable<Scope> {
    yield this;
    for (const member of this.members.values()) if (member instanceof Scope) yield* member.scopes();
  }
}

/** Parses a document and, by reading them, those of the apps in files of their own that it nests. */
export async function loadScope(text: string, file: string, platform: Pick<AppPlatform, "resolve" | "read">): Promise<Scope> {
  const top = parseDocument(text, file);
  const files = new Map<string, ParsedDocument>();
  await readNested(top.document, file, [file], { platform, parsed: top, files });
  return scopeOf(top.document, { path: "", file, outer: undefined, parsed: top, place: [] }, { platform, files });
}

interface Reading {
  readonly platform: Pick<AppPlatform, "resolve" | "read">;
  readonly parsed: ParsedDocument;
  readonly files: Map<string, ParsedDocument>;
}

/** `chain`: files from the top to this one. */
async function readNested(document: AppDocument, file: string, chain: readonly string[], reading: Reading, within: Place = []): Promise<void> {
  const { platform, parsed, files } = reading;
  for (const [name, part] of document.parts) {
    if (part.kind !== "app") continue;
    const place = [...within, "parts", name, "app"];
    const refuse = (code: string, message: string, hint?: string): never => {
      throw new AppError([{ code, message, place, file, ...parsed.locate(place, "value"), ...(hint === undefined ? {} : { hint }) }]);
    };
    if (chain.length > MAX_NESTED_APPS) refuse("app/too-deep", `\`${name}\` is nested more than ${MAX_NESTED_APPS} apps deep`);
    if (typeof part.app !== "string") {
      await readNested(part.app, file, [...chain, file], reading, place);
      continue;
    }
    const inner = platform.resolve(part.app, file);
    if (chain.includes(inner))
      refuse("app/contains-itself", `\`${name}\` is an app that contains itself: ${[...chain.slice(chain.indexOf(inner)), inner].join(" → ")}`);
    if (!files.has(inner)) {
      let bytes: Uint8Array;
      try {
        bytes = await platform.read(inner);
      } catch (error) {
        return refuse("app/unreadable", `\`${name}\`: ${part.app} can't be read: ${error instanceof Error ? error.message : error}`);
      }
      files.set(inner, parseDocument(new TextDecoder().decode(bytes), inner));
    }
    const read = files.get(inner)!;
    await readNested(read.document, inner, [...chain, inner], { ...reading, parsed: read });
  }
}

function scopeOf(document: AppDocument, at: ConstructorParameters<typeof Scope>[1], reading: Pick<Reading, "platform" | "files">): Scope {
  return new Scope(document, at, (scope) => {
    const members = new Map<string, Member | Scope>();
    for (const [name, part] of document.parts) {
      const path = pathOf(at.path, name);
      if (part.kind !== "app") members.set(name, { path, name, scope, part });
      else if (typeof part.app !== "string") {
        members.set(name, scopeOf(part.app, { ...at, path, outer: { scope, name }, place: [...at.place, "parts", name, "app"] }, reading));
      } else {
        const file = reading.platform.resolve(part.app, at.file);
        const parsed = reading.files.get(file)!;
        members.set(name, scopeOf(parsed.document, { path, file, outer: { scope, name }, parsed, place: [] }, reading));
      }
    }
    return members;
  });
}
