/** Components by what their bytes are: each is compiled once, however many parts are made of it. A file is read once, until it is said to have changed. */
import { type Component, compile } from "@tenon/engine";
import type { AppPlatform } from "./platform.ts";

export interface LoadedComponent {
  readonly component: Component;
  /** Of the bytes, in hexadecimal. */
  readonly digest: string;
}

export class Components {
  readonly #platform: Pick<AppPlatform, "read" | "digest">;
  readonly #byFile = new Map<string, Promise<LoadedComponent>>();
  readonly #byDigest = new Map<string, Promise<Component>>();

  constructor(platform: Pick<AppPlatform, "read" | "digest">) {
    this.#platform = platform;
  }

  /** @throws ComponentError, or what the platform throws when it can't be read. */
  load(file: string): Promise<LoadedComponent> {
    let loaded = this.#byFile.get(file);
    if (loaded === undefined) {
      loaded = this.#read(file);
      this.#byFile.set(file, loaded);
      loaded.catch(() => this.#byFile.delete(file));
    }
    return loaded;
  }

  /** The next to ask for the file gets what is in it then. The function returned takes that back: what was there before stays good. */
  forget(file: string): () => void {
    const before = this.#byFile.get(file);
    this.#byFile.delete(file);
    return () => void (before !== undefined && this.#byFile.set(file, before));
  }

  /** What a part of it was before its file changed: it is to run again. */
  keepOld({ file, component, digest }: LoadedComponent & { readonly file: string }): void {
    this.#byFile.set(file, Promise.resolve({ component, digest }));
  }

  async #read(file: string): Promise<LoadedComponent> {
    const bytes = await this.#platform.read(file);
    const digest = await this.#platform.digest(bytes);
    let component = this.#byDigest.get(digest);
    if (component === undefined) {
      component = compile(bytes as Uint8Array<ArrayBuffer>);
      this.#byDigest.set(digest, component);
      component.catch(() => this.#byDigest.delete(digest));
    }
    return { component: await component, digest };
  }

  /** Forgets files that nobody uses any more. */
  keep(files: ReadonlySet<string>, digests: ReadonlySet<string>): void {
    for (const file of this.#byFile.keys()) if (!files.has(file)) this.#byFile.delete(file);
    for (const digest of this.#byDigest.keys()) if (!digests.has(digest)) this.#byDigest.delete(digest);
  }
}
