/** WAVE, the text of component values: `@tenon/engine/wave`. */
export { parseCall, parseCallName, parseValue } from "./wave-parser.ts";
export { printValue } from "./wave-printer.ts";
