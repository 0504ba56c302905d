/** For tests: the functions as a module calls them, on a memory of one page, with a directory in memory as `/`. */
import { type MemoryDirectoryOptions, memoryDirectory } from "../../directory/memory/memory-directory.ts";
import { WasiHost, type WasiOptions } from "../options.ts";
import { Descriptors } from "./descriptors.ts";
import { Errno, errnoOf } from "./errno.ts";
import { GuestMemory } from "./guest-memory.ts";
import { functionsOf, openGiven } from "./preview1.ts";
import type { FunctionName } from "./signatures.ts";

export type Argument = number | bigint;

export const PAGE = 65536;
/** Descriptor of the directory. */
export const ROOT = 3;
/** Where `text` puts paths; where results are to go. */
const PATH_AT = 1024;
export const OUT = 64;

export class TestModule {
  readonly host: WasiHost;
  readonly memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
  readonly #functions: ReturnType<typeof functionsOf>;

  private constructor(host: WasiHost, functions: ReturnType<typeof functionsOf>, memory: GuestMemory) {
    this.host = host;
    this.#functions = functions;
    memory.attach(this.memory);
  }

  static async make(files: MemoryDirectoryOptions["files"] = {}, options: WasiOptions = {}): Promise<TestModule> {
    const host = new WasiHost({ directories: { "/": memoryDirectory({ files }) }, ...options });
    const guest = { host, memory: new GuestMemory(), descriptors: new Descriptors(host.open) };
    await openGiven(guest);
    return new TestModule(host, functionsOf(guest), guest.memory);
  }

  /** The name of the `errno`. Anything else that is thrown is thrown. */
  async call(name: FunctionName, ...args: Argument[]): Promise<string> {
    let errno: number = Errno.success;
    try {
      await (this.#functions[name] as (...args: Argument[]) => unknown)(...args);
    } catch (error) {
      const told = errnoOf(error);
      if (told === undefined) throw error;
      errno = told;
    }
    return Object.entries(Errno).find(([, value]) => value === errno)![0];
  }

  /** Address and length of a path, as two arguments. */
  text(path: string | Uint8Array): [at: number, length: number] {
    const bytes = typeof path === "string" ? new TextEncoder().encode(path) : path;
    this.bytes.set(bytes, PATH_AT);
    return [PATH_AT, bytes.length];
  }

  /** One span for all that `bytes` are, or that many. Address and count, as two arguments. */
  span(at: number, length: number): [at: number, count: number] {
    const { view } = this;
    view.setUint32(0, at, true);
    view.setUint32(4, length, true);
    return [0, 1];
  }

  /** The descriptor that opening it to read and write gave. */
  async open(path: string, { oflags = 0, fdflags = 0 }: { readonly oflags?: number; readonly fdflags?: number } = {}): Promise<number> {
    const errno = await this.call("path_open", ROOT, 1, ...this.text(path), oflags, oflags === 2 ? 2n : 66n, 0n, fdflags, OUT);
    if (errno !== "success") throw new Error(`${path}: ${errno}`);
    return this.view.getUint32(OUT, true);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.memory.buffer);
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }
}
