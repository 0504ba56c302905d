import { isCoreModule } from "../component-file.ts";
import { ByteCursor } from "./byte-cursor.ts";

const PREAMBLE_SIZE = 8;
const CORE_MODULE_SECTION = 1;
const COMPONENT_SECTION = 4;

/** The core modules in a valid component, nested components' too; a core module itself. */
export function coreModules(component: Uint8Array): Uint8Array[] {
  if (isCoreModule(component)) return [component];
  const modules: Uint8Array[] = [];
  const pending = [component];
  for (let bytes = pending.pop(); bytes !== undefined; bytes = pending.pop()) {
    const cursor = new ByteCursor(bytes, PREAMBLE_SIZE);
    while (!cursor.done) {
      const id = cursor.u8();
      const contents = cursor.bytes(cursor.uleb());
      if (id === CORE_MODULE_SECTION) modules.push(contents);
      else if (id === COMPONENT_SECTION) pending.push(contents);
    }
  }
  return modules;
}
