/** Where the race is run: a guest's root, and beside it what no guest may see or change. */
import { type BigIntStats, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of a length that no file inside has. */
export const SECRET: string = "not for guests ".repeat(300);
export const INSIDE = "inside";
/** The only name that is outside alone. */
export const CANARY = "canary";

const OUTSIDE = ["f", CANARY, "b/f", `b/${CANARY}`, "b/c/f", `b/c/${CANARY}`];

export interface Place {
  readonly path: string;
  readonly root: string;
  readonly outside: string;
}

export function makePlace(): Place {
  const path = mkdtempSync(join(tmpdir(), "tenon-race-"));
  const place = { path, root: join(path, "root"), outside: join(path, "outside") };
  mkdirSync(join(place.outside, "b/c"), { recursive: true });
  for (const file of OUTSIDE) writeFileSync(join(place.outside, file), SECRET);
  fill(place.root);
  return place;
}

/** Puts all in the root back in its place, whatever has become of it. */
export function fill(root: string): void {
  rmSync(root, { recursive: true, force: true, maxRetries: 20 });
  mkdirSync(join(root, "a/b/c"), { recursive: true });
  for (const file of ["f", "a/f", "a/b/f", "a/b/c/f"]) writeFileSync(join(root, file), INSIDE);
  // Each is exchanged for what its name begins with; in its place it leads out.
  symlinkSync("../outside", join(root, "a.link"));
  symlinkSync("../../outside/b", join(root, "a/b.link"));
  symlinkSync("../../../outside/b/c", join(root, "a/b/c.link"));
  symlinkSync("../../outside/f", join(root, "a/f.link"));
  symlinkSync(join(root, "../outside/canary"), join(root, "f.link"));
}

/** Everything about what is outside that a change would change. But for the time of the last access: links that are followed leave it alone. */
export function outsideOf({ path, outside }: Place): string {
  const told: string[] = [readdirSync(path).sort().join()];
  for (const file of readdirSync(outside, { recursive: true, encoding: "utf8" }).sort()) {
    const stats: BigIntStats = lstatSync(join(outside, file), { bigint: true });
    told.push([file, stats.ino, stats.mode, stats.size, stats.nlink, stats.mtimeNs, stats.ctimeNs].join());
    if (stats.isFile() && readFileSync(join(outside, file), "utf8") !== SECRET) told.push(`${file} has changed`);
  }
  return told.join("\n");
}
