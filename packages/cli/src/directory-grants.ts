/** The directories of `--dir`. */
import { statSync } from "node:fs";
import type { Directory } from "@tenon/runtime";
import { directory } from "@tenon/runtime/node";
import { InputError, UsageError } from "./failure.ts";

export interface DirectoryGrant {
  readonly host: string;
  readonly guest: string;
  readonly rights: "read" | "write";
}

export function directoryGrants(options: readonly string[]): readonly DirectoryGrant[] {
  const grants = new Map<string, DirectoryGrant>();
  for (const option of options) {
    const grant = directoryGrant(option);
    const other = grants.get(grant.guest);
    if (other !== undefined && (other.host !== grant.host || other.rights !== grant.rights))
      throw new UsageError(`\`--dir\`: the component would find both ${other.host} and ${grant.host} as \`${grant.guest}\`; write --dir HOST::GUEST`);
    grants.set(grant.guest, grant);
  }
  return [...grants.values()];
}

/** @throws ComponentError where `strict` can't be kept */
export function openDirectories(grants: readonly DirectoryGrant[], strict: boolean): Record<string, Directory> {
  return Object.fromEntries(grants.map(({ host, guest, rights }) => [guest, directory({ path: host, rights, strict })]));
}
function directoryGrant(option: string): DirectoryGrant {
  const at = option.indexOf("::");
  const host = at < 0 ? option : option.slice(0, at);
  const name = at < 0 ? option : option.slice(at + 2);
  const readOnly = at >= 0 && name.endsWith(":ro");
  const guest = readOnly ? name.slice(0, -":ro".length) : name;
  if (host === "" || guest === "") throw new UsageError(`\`--dir ${option}\`: write --dir HOST, --dir HOST::GUEST or --dir HOST::GUEST:ro`);
  checkDirectory(host);
  return { host, guest, rights: readOnly ? "read" : "write" };
}

function checkDirectory(host: string): void {
  const found = statSync(host, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined) throw new InputError(`\`--dir ${host}\`: ${host} is not a directory`);
  const bare = host.replace(/:r[ow]$/, "");
  const hint = bare !== host && statSync(bare, { throwIfNoEntry: false }) !== undefined ? `; write --dir ${bare}::${bare}:ro` : "";
  throw new InputError(`\`--dir ${host}\`: there is no directory ${host}${hint}`);
}
