/** What an app is, for who trusts it: its parts with their code and configuration, and its wires. Comments and purposes don't matter. */
import type { Plan } from "./plan.ts";
import type { AppPlatform } from "./platform.ts";

export function identityOf({ parts, wires }: Plan, { digest }: Pick<AppPlatform, "digest">): Promise<string> {
  const own = [...parts.values()].map((part) => JSON.stringify([part.path, part.part.definition, part.kind === "component" ? part.digest : ""]));
  const led = [...wires.values()].flatMap((of) => of.map(({ from, import: name, to, export: end }) => JSON.stringify([from, name, to ?? null, end])));
  return digest(new TextEncoder().encode(JSON.stringify([own.sort(), led.sort()])));
}

/** The owner has changed an app by operations. */
export async function keepGrants(before: Plan, after: Plan, moves: ReadonlyMap<string, string>, platform: AppPlatform): Promise<void> {
  const { grants } = platform;
  if (grants.changed === undefined || grants.isEmpty === true) return;
  const [from, to] = [await identityOf(before, platform), await identityOf(after, platform)];
  if (from !== to) grants.changed({ from, to, moves });
}
