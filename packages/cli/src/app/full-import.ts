import { InputError } from "../failure.ts";
import type { Changeable } from "./reach.ts";

/**
 * The import that is meant: by its whole name, or by the end of it without a version, where only one of the part's imports ends so: `store` or
 * `keyvalue/store` for `wasi:keyvalue/store@0.2.0-draft`. A prefix with `*` stays what it is.
 */
export async function fullImport(app: Pick<Changeable, "imports">, part: string, given: string): Promise<string> {
  if (given.endsWith("*")) return given;
  const imports = await app.imports(part);
  if (imports.includes(given)) return given;
  const found = imports.filter((name) => {
    const bare = name.replace(/@.*$/, "");
    return bare === given || bare.endsWith(`/${given}`) || bare.endsWith(`:${given}`);
  });
  if (found.length > 1) throw new InputError(`\`${part}\` has several imports that end in \`${given}\`: ${found.map((each) => `\`${each}\``).join(", ")}`);
  // What isn't one is told by the operation.
  return found[0] ?? given;
}
