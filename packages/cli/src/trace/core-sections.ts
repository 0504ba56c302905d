import { ByteCursor } from "./byte-cursor.ts";

/** What a trace needs of a core module: where its functions lie, and its custom sections. */
export interface CoreSections {
  /** Start of the code section's contents: DWARF addresses count from here. */
  readonly codeStart: number;
  /** Index of the first function with a body: those before are imported. */
  readonly firstDefined: number;
  /** Byte ranges of the function bodies. */
  readonly bodies: readonly { readonly start: number; readonly end: number }[];
  readonly custom: ReadonlyMap<string, Uint8Array>;
}

/** Reads the sections of a core module that the JavaScript engine has accepted. */
export function readCoreSections(module: Uint8Array): CoreSections {
  const custom = new Map<string, Uint8Array>();
  const bodies: { start: number; end: number }[] = [];
  let codeStart = 0;
  const cursor = new ByteCursor(module, 8);
  while (!cursor.done) {
    const id = cursor.u8();
    const size = cursor.uleb();
    const end = cursor.at + size;
    if (id === 0) {
      const name = cursor.text(cursor.uleb());
      custom.set(name, cursor.bytes(end - cursor.at));
    } else if (id === 10) {
      codeStart = cursor.at;
      for (let count = cursor.uleb(); count > 0; count--) {
        const length = cursor.uleb();
        bodies.push({ start: cursor.at, end: cursor.at + length });
        cursor.at += length;
      }
    }
    cursor.at = end;
  }
  return { codeStart, firstDefined: importedFunctions(module), bodies, custom };
}

function importedFunctions(module: Uint8Array): number {
  return WebAssembly.Module.imports(new WebAssembly.Module(module as BufferSource)).filter(({ kind }) => kind === "function").length;
}

/** Function names of the name section, by index. */
export function functionNames({ custom }: CoreSections): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const section = custom.get("name");
  if (section === undefined) return names;
  const cursor = new ByteCursor(section);
  while (!cursor.done) {
    const id = cursor.u8();
    const end = cursor.uleb() + cursor.at;
    if (id === 1) for (let count = cursor.uleb(); count > 0; count--) names.set(cursor.uleb(), cursor.text(cursor.uleb()));
    cursor.at = end;
  }
  return names;
}
