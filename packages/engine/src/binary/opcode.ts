/** For who still imports an object of them. */
import * as Op from "./opcodes.ts";

export { Op };
