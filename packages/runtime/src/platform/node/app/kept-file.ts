import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Kept } from "../../../kinds/platform-makers.ts";

/** `.tenon/kept/…` in the app's folder. Paths of parts may hold anything, and be long: the file has a name that is made of them. */
export function keptFile(folder: string, part: string): Kept {
  const parent = join(folder, ".tenon", "kept");
  const file = join(parent, `${createHash("sha256").update(part).digest("hex").slice(0, 32)}.json`);
  return {
    async read() {
      try {
        return await readFile(file, "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    async write(text) {
      await mkdir(parent, { recursive: true });
      const written = `${file}.new`;
      // An app may have come with one that leads elsewhere.
      await rm(written, { force: true });
      const handle = await open(written, "wx");
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(written, file);
    },
  };
}
