import { type Component, ComponentError, ErrorCode } from "@tenon/engine";

/** The name under which a component exports an interface of WASI 0.2, whatever the patch version. */
export function findExport(component: Component, interfaceName: string): string {
  for (const { name } of component.exports) if (name.startsWith(`${interfaceName}@0.2.`) && /^\d+$/.test(name.slice(interfaceName.length + 5))) return name;
  const others = component.exports.map(({ name }) => `\`${name}\``).join(", ");
  throw new ComponentError(ErrorCode.TypeMismatch, `the component does not export \`${interfaceName}@0.2\``, {
    hint: others === "" ? "it exports nothing" : `it exports ${others}`,
  });
}
