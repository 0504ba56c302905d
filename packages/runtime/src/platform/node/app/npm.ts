/** Components in packages of npm: `npm:package/file.wasm`, found as Node finds a package's files. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** `package/file.wasm` in the nearest `node_modules` that has it; where none has, the nearest place that could. */
export function findPackageFile(name: string, from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const file = path.join(folder, "node_modules", name);
    if (existsSync(file)) return file;
    if (folder === path.dirname(folder)) return path.join(from, "node_modules", name);
  }
}

/** The package that a reference names, with the version that lies where its file was found. */
export function packageOf(name: string, file: string): { readonly name: string; readonly version: string } | undefined {
  const segments = name.split("/");
  const own = segments.slice(0, name.startsWith("@") ? 2 : 1);
  const up = segments.slice(own.length).map(() => "..");
  try {
    const manifest: unknown = JSON.parse(readFileSync(path.join(file, ...up, "package.json"), "utf8"));
    const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
    return typeof version === "string" && version !== "" ? { name: own.join("/"), version } : undefined;
  } catch {
    // A package without a manifest has no version.
    return undefined;
  }
}
