import type { Place } from "./document.ts";

/** What is wrong with a document, or with what was to be done to it. */
export interface Problem {
  /**
   * `document/*`: its form; `app/*`: parts and wires; `grant/*`: authority; `lock/*`: code that is not as it was locked. Those of a
   * document's form and of locks are in `docs/app-document.md`.
   */
  readonly code: string;
  /** A sentence: what was found, what was expected. */
  readonly message: string;
  readonly place: Place;
  /** The document's file, if it isn't the top one. */
  readonly file?: string;
  /** Both from 1. Absent where no document text was there. */
  readonly line?: number;
  readonly column?: number;
  /** The next step, mostly the line to write. */
  readonly hint?: string;
}

/** Nothing was changed, because of these. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: string;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join("\n"));
    this.code = problems[0]?.code ?? "app/unknown";
    this.problems = problems;
  }
}

/** `tenon.jsonc:12:5: message` and, on a line of its own, the hint. */
export function describeProblem({ file, line, column, message, hint }: Problem): string {
  const at = [file, line, line === undefined ? undefined : column].filter((each) => each !== undefined).join(":");
  return `${at === "" ? "" : `${at}: `}${message}${hint === undefined ? "" : `\n  ${hint.replaceAll("\n", "\n  ")}`}`;
}
