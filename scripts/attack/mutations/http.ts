/** Of HTTP: fields, heads of requests, and where they go. */
import type { Mutation } from "../mutations.ts";

const FOLDER = "packages/runtime/src/http";
const FIELDS = { file: `${FOLDER}/field-list.ts`, test: `${FOLDER}/field-list.test.ts` };

export const HTTP: readonly Mutation[] = [
  { threat: 17, defence: "the look at names of fields", ...FIELDS, find: 'if (!TOKEN.test(name)) return "invalid-syntax";', replace: "" },
  {
    threat: 17,
    defence: "the fields that are the host's",
    ...FIELDS,
    find: 'return FORBIDDEN.has(name.toLowerCase()) ? "forbidden" : undefined;',
    replace: "return undefined;",
  },
  { threat: 17, defence: "the fields of a peer's connection", ...FIELDS, find: "if (!FORBIDDEN.has(raw[i]!.toLowerCase())) list", replace: "list" },
  {
    threat: 17,
    defence: "the look at values of fields",
    ...FIELDS,
    find: "if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f) return undefined;",
    replace: "",
  },
  { threat: 17, defence: "one length, in digits", ...FIELDS, find: "return values.length === 1 && ", replace: "return " },
  {
    threat: 11,
    defence: "the limits on fields",
    ...FIELDS,
    find: "if (size > MAX_FIELDS_BYTES || this.#flat.length >= 2 * MAX_FIELD_COUNT) return false;",
    replace: "if (size > MAX_FIELDS_BYTES * 2 ** 20 || this.#flat.length >= 2 ** 20 * MAX_FIELD_COUNT) return false;",
  },
];
