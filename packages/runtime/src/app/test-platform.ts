/** A machine in memory for tests of apps: files, a journal, grants, a clock that is moved by hand. */
import { createHash } from "node:crypto";
import { standardInterposers } from "../interposers/standard.ts";
import type { Ask } from "../kinds/kind.ts";
import { standardKinds } from "../kinds/standard.ts";
import type { Revision } from "./operation.ts";
import type { AppPlatform, Journal } from "./platform.ts";

export class MemoryJournal implements Journal {
  readonly revisions: Revision[] = [];

  async append(revision: Revision): Promise<void> {
    this.revisions.push(revision);
  }

  async retract(): Promise<void> {
    this.revisions.pop();
  }
}

export interface TestPlatform extends AppPlatform {
  readonly files: Map<string, Uint8Array>;
  readonly journal: MemoryJournal;
  readonly granted: Set<string>;
  /** Moves the clock: what was to happen until then does. */
  pass(milliseconds: number): void;
}

/** `files`: by path, of texts or bytes; the document is `/app/tenon.jsonc`. */
export function testPlatform(files: Readonly<Record<string, string | Uint8Array>> = {}, more: Partial<Omit<AppPlatform, "journal">> = {}): TestPlatform {
  const all = new Map(
    Object.entries(files).map(([path, content]) => [
      resolve(path, "/app/tenon.jsonc"),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    ]),
  );
  const granted = new Set<string>();
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly act: () => void }>();
  return {
    file: "/app/tenon.jsonc",
    folder: "/app",
    kinds: standardKinds(),
    interposers: standardInterposers,
    files: all,
    journal: new MemoryJournal(),
    granted,
    grants: { allows: ({ id }: Ask) => granted.has(id), grant: ({ id }: Ask) => void granted.add(id) },
    resolve,
    async read(path) {
      const bytes = all.get(path);
      if (bytes === undefined) throw new Error("there is no such file");
      return bytes;
    },
    secret: () => undefined,
    digest: async (bytes) => createHash("sha256").update(bytes).digest("hex"),
    now: () => now,
    after(milliseconds, act) {
      const timer = { at: now + milliseconds, act };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pass(milliseconds) {
      const until = now + milliseconds;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = next.at;
        next.act();
      }
      now = until;
    },
    ...more,
  };
}

function resolve(path: string, from: string): string {
  return new URL(path, `file://${from}`).pathname;
}
