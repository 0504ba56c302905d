/** WIT text: `@tenon/engine/wit`. */
export { wit } from "./wit-printer.ts";
