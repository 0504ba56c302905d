/** What a guest asked for and did not get, and how to grant it. */
import type { Use } from "@tenon/runtime";

/** A guest may ask for any number of things. */
const MAX_TOLD = 8;

const REFUSED: ReadonlySet<string> = new Set(["access-denied", "HTTP-request-denied", "destination-IP-prohibited"]);

/** What a look-up found, rather than what it was for. */
const ADDRESS = /^(?:[\d.]+|\[.*\])$/;

/** What the messages of languages say when no directory holds a path: then the guest looked for files. */
const NO_FILES = /pre-?open|no such file|not permitted|insufficient|bad file descriptor|no file descriptor|FileNotFound/i;

export class Refusals {
  readonly #told = new Set<string>();
  readonly #tell: (line: string) => void;

  /** `tell` gets each line once. */
  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** For the audit of a capability. */
  readonly note = ({ operation, target, outcome }: Use): void => {
    if (!REFUSED.has(outcome)) return;
    // The target is in the guest's words.
    const line = outcome === "destination-IP-prohibited" ? neighbour(printable(target)) : lineOf(operation, printable(target));
    if (this.#told.has(line) || this.#told.size === MAX_TOLD) return;
    this.#told.add(line);
    this.#tell(line);
  };
}

function lineOf(operation: string, target: string): string {
  if (operation.includes("create")) return "it asked for a socket and was refused: --allow-net HOST:PORT or --listen ADDRESS:PORT grants one";
  if (/resolve|lookup/.test(operation) && ADDRESS.test(target)) {
    return `a name that it looked up has the address ${target}, which is not a public one, and that was refused: --allow-net ${target}:PORT grants it`;
  }
  if (/resolve|lookup/.test(operation)) return `it asked for the addresses of ${target} and was refused: --allow-net ${target}:PORT grants it`;
  if (/bind|listen/.test(operation)) return `it asked to listen on ${target} and was refused: --listen ${target} grants it`;
  if (/^https?:/.test(target)) return `it asked for ${target} and was refused: --allow-net ${authorityOf(target)} grants it`;
  return `it asked to connect to ${target} and was refused: --allow-net ${target} grants it`;
}

function neighbour(url: string): string {
  return `it asked for ${url}, whose host has no public address, and was refused: --allow-net ADDRESS:PORT, with that address, grants it`;
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\uFFFD");
}

function authorityOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === "" ? (protocol === "http:" ? 80 : 443) : port}`;
}

/** Said when nothing else was refused. */
export const NO_DIRECTORY = "it looked for a file and has no directory: --dir HOST::GUEST gives it one, --dir HOST::GUEST:ro to read only";

/** Whether a program that imports this, and wrote this before it failed, looked for a file. */
export function missesFiles(imports: readonly { readonly name: string }[], written: string): boolean {
  return imports.some(({ name }) => /^wasi:filesystem\/preopens@|^wasi_snapshot_preview1$/.test(name)) && NO_FILES.test(written);
}
