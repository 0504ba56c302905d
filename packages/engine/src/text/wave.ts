/** WAVE, the text of component values: `@tenon/engine/wave`. */

/** How JavaScript spells the names that WAVE and WIT use. */
export { camelCase, pascalCase } from "../link/js-name.ts";
export { parseCall, parseCallName, parseValue } from "./wave-parser.ts";
export { type PrintOpaque, printValue } from "./wave-printer.ts";
