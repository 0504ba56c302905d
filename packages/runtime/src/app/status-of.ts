import type { Assembly } from "./assembly.ts";
import type { PlannedWire } from "./plan.ts";
import type { Running } from "./running.ts";
import type { AppStatus, PartStatus, WireStatus } from "./status.ts";

export function statusOf(assembly: Assembly): Pick<AppStatus, "parts" | "wires"> {
  const { plan, parts } = assembly;
  return {
    // In the order of the document, not in that in which they came to be.
    parts: [...plan.parts.keys()].flatMap((path) => parts.get(path) ?? []).map((part) => statusOfPart(part, assembly)),
    wires: [...plan.wires].flatMap(([path, wires]) => wires.map((wire) => statusOfWire(wire, parts.get(path)))),
  };
}

function statusOfPart(part: Running, assembly: Assembly): PartStatus {
  const { planned } = part;
  const { path, part: document } = planned;
  const purpose = document.purpose === undefined ? {} : { purpose: document.purpose };
  if (part.kind === "capability") {
    const trouble = part.withheld.length > 0 ? `not granted: ${part.withheld.map(({ words }) => words).join(", ")}` : part.capability?.trouble;
    return {
      path,
      kind: "capability",
      of: part.planned.of.name,
      ...purpose,
      health: trouble === undefined ? "up" : "broken",
      ...(trouble === undefined ? {} : { trouble }),
      restarts: 0,
      drains: 0,
      exports: part.planned.of.exports,
    };
  }
  const { health, trouble, restarts } = assembly.supervisor.healthOf(path);
  return {
    path,
    kind: "component",
    of: part.planned.part.component,
    ...purpose,
    digest: part.planned.digest,
    health: health === "up" && assembly.isOnTrial(path) ? "trying" : health,
    ...(trouble === undefined ? {} : { trouble }),
    restarts,
    drains: 0,
    exports: part.planned.component.exports.map(({ name }) => name),
  };
}

function statusOfWire(wire: PlannedWire, from: Running | undefined): WireStatus {
  const end = from?.kind === "component" ? from.instance.ends.get(wire.import) : undefined;
  return {
    from: wire.from,
    import: wire.import,
    to: wire.to ?? null,
    ...(wire.to === undefined ? {} : { export: wire.export }),
    through: wire.through.map(({ kind }) => ({ kind: kind.name, power: kind.power })),
    maySuspend: end?.maySuspend ?? true,
    handles: end?.drains.reduce((sum, { handles }) => sum + handles, 0) ?? 0,
  };
}
