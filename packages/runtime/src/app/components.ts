/** Components by what their bytes are: each is compiled once, however many parts are made of it. */
import { type Component, compile } from "@tenon/engine";
import type { AppPlatform } from "./platform.ts";

export interface LoadedComponent {
  readonly component: Component;
  /** Of the bytes, in hexadecimal. */
  readonly digest: string;
}

export class Components {
  readonly #platform: Pick<AppPlatform, "read" | "digest">;
  readonly #byDigest = new Map<string, Promise<Component>>();

  constructor(platform: Pick<AppPlatform, "read" | "digest">) {
    this.#platform = platform;
  }

  /** Reads the file anew. @throws ComponentError, or what the platform throws when it can't be read. */
  async load(file: string): Promise<LoadedComponent> {
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

  /** Forgets those that nobody has any more. */
  keep(digests: ReadonlySet<string>): void {
    for (const digest of this.#byDigest.keys()) if (!digests.has(digest)) this.#byDigest.delete(digest);
  }
}
