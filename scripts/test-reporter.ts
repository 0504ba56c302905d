/**
 * Reports a run of `node --test` in few words: each failure in full when it happens, skipped tests with their reason, the summary
 * (`# pass 12`) at the end. Hundreds of lines that say that all is well would hide the one that doesn't.
 */

import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

const REASONS_SHOWN = 20;

export default async function* testReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const skipped = new Map<string, number>();
  for await (const event of source) {
    if (event.type === "test:fail") {
      const { name, file, line, details } = event.data;
      const cause: unknown = details.error.cause ?? details.error;
      // A parent that fails only because a subtest did has been told already.
      if ("failureType" in details.error && details.error.failureType === "subtestsFailed") continue;
      yield `✖ ${name} (${file ?? ""}:${line ?? ""})\n${inspect(cause).replace(/^/gm, "    ")}\n`;
    } else if (event.type === "test:pass" && event.data.skip !== undefined) {
      const reason = typeof event.data.skip === "string" && event.data.skip !== "" ? event.data.skip : event.data.name;
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    } else if (event.type === "test:stderr" || event.type === "test:stdout") {
      yield event.data.message;
    } else if (
      event.type === "test:diagnostic" &&
      event.data.nesting === 0 &&
      /^(?:tests|pass|fail|cancelled|skipped|todo|duration_ms) /.test(event.data.message)
    ) {
      if (event.data.message.startsWith("tests ")) for (const [reason, count] of [...skipped].slice(0, REASONS_SHOWN)) yield `skipped ${count}: ${reason}\n`;
      yield `# ${event.data.message}\n`;
    }
  }
}
