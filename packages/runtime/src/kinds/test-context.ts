/** What makes capabilities in tests, and uses them. */
import type { Use } from "../capability/authority.ts";
import type { LogEntry } from "../log/log.ts";
import type { CapabilityContext, Importer } from "./kind.ts";

export interface TestContext extends CapabilityContext {
  /** Lines of the log of the capability and of all importers: `part: message`. */
  readonly lines: string[];
  readonly uses: Use[];
  importer(part: string): Importer;
}

export function testContext(folder = "/app", secrets: ReadonlyMap<string, string> = new Map()): TestContext {
  const lines: string[] = [];
  const uses: Use[] = [];
  const log = (part: string) => (entry: LogEntry) => void lines.push(`${part}: ${entry.message}`);
  return {
    part: "capability",
    folder,
    resolve: (path) => (path.startsWith("/") ? path : `${folder}/${path}`),
    secret: (name) => secrets.get(name),
    log: log("capability"),
    audit: (use) => void uses.push(use),
    lines,
    uses,
    importer: (part) => ({ part, log: log(part) }),
  };
}
