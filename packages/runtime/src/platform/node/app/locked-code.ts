/**
 * The code that an app was last taken with: `tenon.lock` beside its document says which, for everybody; `.tenon/locked` keeps it on this
 * machine, so that an update can be judged by the types of both.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { compile } from "@tenon/engine";
import type { Plan } from "../../../app/plan.ts";
import { compareComponents, type Verdict } from "../../../app/update.ts";
import { type Lock, type LockedComponent, lockProblems, lockText, parseLock } from "../../../document/lock.ts";
import type { Problem } from "../../../document/problem.ts";
import { packageOf } from "./npm.ts";
import { stateFolder } from "./state-folder.ts";

export interface CodeChange {
  readonly reference: string;
  readonly change: "new" | "gone" | "other";
  /** Of other code whose last version this machine has kept. */
  readonly verdict?: Verdict;
  /** Versions of its package, where it comes from one. */
  readonly versions?: { readonly before: string; readonly after: string };
}

export class LockedCode {
  readonly #document: string;
  readonly #file: string;
  readonly #kept: string;

  constructor(document: string) {
    this.#document = path.resolve(document);
    const name = path.basename(this.#document);
    this.#file = path.join(path.dirname(this.#document), name === "tenon.jsonc" ? "tenon.lock" : `${name}.lock`);
    this.#kept = path.join(stateFolder(document), "locked");
  }

  /** What is not as it is locked; nothing, where there is no lock. @throws AppError `lock/*` of a lock that isn't one */
  problems(plan: Plan): readonly Problem[] {
    const lock = this.#read();
    return lock === undefined ? [] : lockProblems(lock, this.#lockOf(plan), this.#file);
  }

  /** What is different from what is locked. @throws AppError `lock/*` */
  async changes(plan: Plan): Promise<readonly CodeChange[]> {
    const [before, after] = [this.#read() ?? new Map<string, LockedComponent>(), this.#lockOf(plan)];
    const changes: CodeChange[] = [...before.keys()].filter((each) => !after.has(each)).map((reference) => ({ reference, change: "gone" }));
    for (const [reference, now] of after) {
      const old = before.get(reference);
      if (old === undefined) changes.push({ reference, change: "new" });
      else if (old.sha256 !== now.sha256) changes.push({ reference, change: "other", ...(await this.#judge(old, now, reference, plan)) });
    }
    return changes.sort((a, b) => (a.reference < b.reference ? -1 : 1));
  }

  /** Locks the code that the plan has. */
  write(plan: Plan): void {
    const lock = this.#lockOf(plan);
    mkdirSync(this.#kept, { recursive: true, mode: 0o700 });
    const names = new Set<string>();
    for (const part of plan.parts.values()) {
      if (part.kind !== "component") continue;
      const name = `${part.digest}.wasm`;
      names.add(name);
      const kept = path.join(this.#kept, name);
      if (existsSync(kept)) continue;
      const bytes = readFileSync(part.file);
      // The file may be another one by now: then the old one is not kept, and an update of it not judged.
      if (digestOf(bytes) === part.digest) writeWhole(kept, bytes);
    }
    writeWhole(this.#file, lockText(lock));
    for (const name of readdirSync(this.#kept)) if (!names.has(name)) rmSync(path.join(this.#kept, name), { force: true });
  }

  #read(): Lock | undefined {
    if (!existsSync(this.#file)) return undefined;
    return parseLock(readFileSync(this.#file, "utf8"), this.#file);
  }

  #lockOf(plan: Plan): Lock {
    const lock = new Map<string, LockedComponent>();
    for (const part of plan.parts.values()) {
      if (part.kind !== "component") continue;
      const { component: reference } = part.part;
      const from = reference.startsWith("npm:") ? packageOf(reference.slice(4), part.file) : undefined;
      lock.set(this.#keyOf(reference, part.member.scope.file), { sha256: part.digest, ...(from === undefined ? {} : { package: from }) });
    }
    return lock;
  }

  #keyOf(reference: string, document: string): string {
    const folder = path.relative(path.dirname(this.#document), path.dirname(document)).split(path.sep).join("/");
    return folder === "" ? reference : `${folder}: ${reference}`;
  }

  async #judge(old: LockedComponent, now: LockedComponent, reference: string, plan: Plan): Promise<Pick<CodeChange, "verdict" | "versions">> {
    const versions = old.package === undefined || now.package === undefined ? {} : { versions: { before: old.package.version, after: now.package.version } };
    const kept = path.join(this.#kept, `${old.sha256}.wasm`);
    const bytes = existsSync(kept) ? readFileSync(kept) : undefined;
    if (bytes === undefined || digestOf(bytes) !== old.sha256) return versions;
    const part = [...plan.parts.values()].find(
      (each) => each.kind === "component" && each.digest === now.sha256 && this.#keyOf(each.part.component, each.member.scope.file) === reference,
    );
    if (part?.kind !== "component") return versions;
    return { ...versions, verdict: compareComponents(await compile(bytes), part.component) };
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** All of it, or what was there before. */
function writeWhole(file: string, content: string | Uint8Array): void {
  const beside = `${file}.new`;
  writeFileSync(beside, content);
  renameSync(beside, file);
}
