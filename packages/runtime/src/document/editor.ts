/** A document that is being edited: its parts by path, and its text. One for each operation: its tree is that of the text it began with. */
import type { JSONPath } from "jsonc-parser";
import type { AppDocument } from "./document.ts";
import { DocumentText } from "./document-text.ts";
import { pathOf } from "./names.ts";
import { nearest } from "./nearest.ts";
import type { ParsedDocument } from "./parse.ts";
import type { AppError } from "./problem.ts";
import { refusal } from "./refusal.ts";

/** Names of the imports that a part has, by its path, where somebody knows them. */
export type ImportsOf = (path: string) => readonly string[] | undefined;

/** An app of the document, with the place where it stands. */
export interface Spot {
  readonly app: AppDocument;
  readonly place: JSONPath;
  /** Path of the nested app. */
  readonly scope: string;
}

export class Editor {
  readonly text: DocumentText;
  readonly importsOf: ImportsOf;
  /** Paths of parts, from the old to the new. */
  readonly moves = new Map<string, string>();
  readonly #document: AppDocument;

  constructor(text: string, { document, root }: ParsedDocument, importsOf: ImportsOf) {
    this.text = new DocumentText(text, root);
    this.importsOf = importsOf;
    this.#document = document;
  }

  /** @throws AppError `app/no-part` */
  part(path: string): Spot & { readonly name: string } {
    const spot = this.around(path);
    const name = nameOf(path);
    if (!spot.app.parts.has(name)) throw noPart(path, spot);
    return { ...spot, name };
  }

  /** The app in which a path is, or would be. @throws AppError */
  around(path: string): Spot {
    let spot: Spot = { app: this.#document, place: [], scope: "" };
    for (const segment of path.split("/").slice(0, -1)) {
      const name = nameOf(segment);
      const part = spot.app.parts.get(name);
      if (part === undefined) throw noPart(pathOf(spot.scope, name), spot);
      if (part.kind !== "app")
        throw refusal("app/no-part", `there is no part \`${path}\`: \`${name}\` is no app`, `a \`/\` in a part's name is written \`~1\``);
      if (typeof part.app === "string") throw refusal("app/other-file", `\`${path}\` is described in ${part.app}: that file is to be edited`);
      spot = { app: part.app, place: [...spot.place, "parts", name, "app"], scope: pathOf(spot.scope, name) };
    }
    return spot;
  }

  /** A part has got another path, with all that is in it. */
  moved({ app, scope }: Spot, name: string, to: string): void {
    const from = pathOf(scope, name);
    this.moves.set(from, to);
    for (const inner of innerPaths(app, name, from)) this.moves.set(inner, to + inner.slice(from.length));
  }

  /** Checks of needs follow the parts that are moved. */
  moveChecks({ app, place, scope }: Spot): void {
    const within = scope === "" ? "" : `${scope}/`;
    const moves = new Map([...this.moves].map(([from, to]) => [from.slice(within.length), to.slice(within.length)]));
    for (const [i, { check }] of app.needs.entries()) {
      if (check !== undefined && moves.has(check)) this.text.set([...place, "needs", i, "check"], moves.get(check)!);
    }
  }
}

/** Paths of the parts in a nested app that is written in place. */
function innerPaths(app: AppDocument, name: string, path: string): string[] {
  const part = app.parts.get(name);
  if (part?.kind !== "app" || typeof part.app === "string") return [];
  const { app: nested } = part;
  return [...nested.parts.keys()].flatMap((each) => [pathOf(path, each), ...innerPaths(nested, each, pathOf(path, each))]);
}

/** The last name of a path. */
export function nameOf(path: string): string {
  return path.split("/").at(-1)!.replaceAll("~1", "/").replaceAll("~0", "~");
}

export function noPart(path: string, { app, scope }: Spot): AppError {
  const near = nearest(
    path,
    [...app.parts.keys()].map((name) => pathOf(scope, name)),
  );
  return refusal("app/no-part", `there is no part \`${path}\``, near === undefined ? undefined : `did you mean \`${near}\`?`);
}
