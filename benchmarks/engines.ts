/** The JavaScript engines that are compared: each takes component bytes and gives instances with exports. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

export type Exports = Readonly<Record<string, unknown>>;

/** Makes a new instance; what an engine can do once per component is done. */
export type Instantiate = () => Promise<Exports>;

export interface Engine {
  compile(bytes: Uint8Array<ArrayBuffer>): Promise<Instantiate>;
  close(): Promise<void>;
}

export type EngineName = "tenon" | "jco";

export const engines: Readonly<Record<EngineName, () => Promise<Engine>>> = { tenon, jco };

async function tenon(): Promise<Engine> {
  const { compile } = await import("@tenon/engine");
  // only components that ask for WASI pay for loading it
  const wasi = async () => (await import("@tenon/runtime")).wasi02();
  return {
    async compile(bytes) {
      const component = await compile(bytes);
      const imports = component.imports.length === 0 ? {} : await wasi();
      const linked = component.link(imports);
      return async () => (await linked.instantiate()).exports;
    },
    async close() {},
  };
}

/** What jco makes of a component in its instantiation mode. */
interface Transpiled {
  instantiate(core: (path: string) => WebAssembly.Module, imports: object): Promise<Exports>;
}

/** jco translates a component to JavaScript files; they are written, imported, and their core modules compiled. */
async function jco(): Promise<Engine> {
  const { transpileBytes } = await import("@bytecodealliance/jco-transpile");
  const folder = await mkdtemp(join(tmpdir(), "tenon-bench-"));
  let count = 0;
  return {
    async compile(bytes) {
      count += 1;
      const name = `component${count}`;
      const { files, imports } = await transpileBytes(bytes, { name, instantiation: "async", emitTypescriptDeclarations: false });
      const modules = new Map<string, WebAssembly.Module>();
      for (const [path, content] of Object.entries(files)) {
        const at = join(folder, name, path);
        await mkdir(dirname(at), { recursive: true });
        await writeFile(at, content as Uint8Array);
        if (path.endsWith(".wasm")) modules.set(path, await WebAssembly.compile(content as Uint8Array<ArrayBuffer>));
      }
      await writeFile(join(folder, name, "package.json"), '{ "type": "module" }');
      const transpiled = (await import(pathToFileURL(join(folder, name, `${name}.js`)).href)) as Transpiled;
      const given = imports.length === 0 ? {} : await shim();
      return () => transpiled.instantiate((path) => modules.get(path)!, given);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function shim(): Promise<object> {
  const { WASIShim } = await import("@bytecodealliance/preview2-shim/instantiation");
  return new WASIShim().getImportObject();
}
