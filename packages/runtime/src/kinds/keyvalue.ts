import type { JsonObject, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";
import { type KeyValueBackend, StoreError } from "../keyvalue/backend.ts";
import { carryOver, isEmpty } from "../keyvalue/carry-over.ts";
import { KEYVALUE_INTERFACES, keyvalueInterfaces } from "../keyvalue/interfaces.ts";
import { KeyValue } from "../keyvalue/keyvalue.ts";
import { MemoryBackend } from "../keyvalue/memory-backend.ts";
import type { Ask, Capability, CapabilityContext, CapabilityKind } from "./kind.ts";
import { aboutOptions, checkOptions, isCount, isText, isTexts, type Options, oneOf } from "./options.ts";
import { grantedPath, pathAsk } from "./path-ask.ts";
import type { PlatformFiles, PlatformMakers } from "./platform-makers.ts";

const BUCKETS = { about: "the buckets that there are; default: whichever a part names", ...isTexts("names of buckets"), example: ["default"] };
const BYTES = { about: "how large it may become, in bytes", ...isCount("a number of bytes, at least 1", 1), example: 100_000_000 };

function optionsFor(files: PlatformFiles | undefined): Options {
  const backends = files === undefined ? ["memory"] : ["memory", "sqlite"];
  const all: Options = new Map([
    [
      "backend",
      { about: `where the pairs are: ${backends.map((each) => `"${each}"`).join(" or ")}; default: "memory"`, ...oneOf(backends), example: "memory" },
    ],
  ]);
  const path: Options = new Map([
    ["path", { about: "the file of SQLite, which is made if there is none", ...isText("a path, from the document's folder"), example: "./data/store.db" }],
  ]);
  return new Map([...all, ...(files === undefined ? [] : path), ["bytes", BYTES], ["buckets", BUCKETS]]);
}

interface Config {
  readonly backend: "memory" | "sqlite";
  readonly path: string;
  readonly bytes: number | undefined;
  readonly buckets: readonly string[] | undefined;
}

/** A configuration that `check` found nothing wrong with. */
function read(config: JsonObject): Config {
  const { backend = "memory", path = "", bytes, buckets } = config as Partial<Config>;
  return { backend, path, bytes, buckets };
}

/** `keyvalue`: `wasi:keyvalue` of both drafts. */
export function keyvalueKind({ files }: PlatformMakers): CapabilityKind {
  const options = optionsFor(files);
  return {
    name: "keyvalue",
    about: "keys and values, in memory or in a file",
    options: aboutOptions(options),
    exports: KEYVALUE_INTERFACES,
    check: (config, place) => [...checkOptions("keyvalue", options, config, place), ...(files === undefined ? [] : checkPath(config, place))],
    asks: (config, where) => {
      const { backend, path } = read(config);
      return backend === "sqlite" ? [pathAsk("write", path, where, files!)] : [];
    },
    make: async (config, context) => new KeyValueCapability(read(config), context, files),
  };
}

function checkPath(config: JsonObject, place: Place): Problem[] {
  const isFile = config.backend === "sqlite";
  const hasPath = Object.hasOwn(config, "path");
  if (isFile && !hasPath)
    return [{ code: "document/missing-option", message: "`keyvalue` on SQLite needs `path`: the file", place, hint: '"path": "./data/store.db"' }];
  if (isFile || !hasPath) return [];
  return [
    {
      code: "document/wrong-option",
      message: "`path` of `keyvalue` is for SQLite, and this store is in memory",
      place: [...place, "path"],
      hint: '"backend": "sqlite"',
    },
  ];
}

class KeyValueCapability implements Capability {
  readonly #context: CapabilityContext;
  readonly #files: PlatformFiles | undefined;
  readonly #keyvalue: KeyValue;
  readonly #interfaces: ReturnType<typeof keyvalueInterfaces>;
  #config: Config;

  constructor(config: Config, context: CapabilityContext, files: PlatformFiles | undefined) {
    this.#config = config;
    this.#context = context;
    this.#files = files;
    const { buckets } = config;
    this.#keyvalue = new KeyValue(this.#backend(config, context.granted), { name: context.part, ...(buckets && { buckets }) });
    this.#keyvalue.audit(context.audit);
    this.#interfaces = keyvalueInterfaces(this.#keyvalue);
  }

  get trouble(): string | undefined {
    return this.#keyvalue.backend.trouble;
  }

  provide(): ReturnType<typeof keyvalueInterfaces> {
    return this.#interfaces;
  }

  /** Open buckets go on in the new store. It gets the pairs of the old one, unless it has some: what is in a file already is what was asked for. */
  async reconfigure(config: JsonObject, granted?: readonly Ask[]): Promise<boolean> {
    const [before, next] = [this.#config, read(config)];
    if (before.backend !== next.backend || before.path !== next.path) await this.#move(this.#backend(next, granted), async (from, to) => this.#carry(from, to));
    else if (before.bytes !== next.bytes)
      await this.#move(this.#backend(next, granted), async (from, to) => void (next.backend === "memory" && (await carryOver(from, to))));
    this.#keyvalue.buckets = next.buckets;
    this.#config = next;
    return true;
  }

  async close(): Promise<void> {
    this.#keyvalue.revoke();
    await this.#keyvalue.backend.close();
  }

  async #move(backend: KeyValueBackend, fill: (from: KeyValueBackend, to: KeyValueBackend) => Promise<void>): Promise<void> {
    try {
      await this.#keyvalue.moveTo(backend, fill);
    } catch (error) {
      await backend.close();
      throw error;
    }
  }

  /** Who leaves a store that can't be read can't take anything along; a store that fails while it is read is not left. */
  async #carry(from: KeyValueBackend, to: KeyValueBackend): Promise<void> {
    const tell = (level: "info" | "warn", message: string) => this.#context.log({ level, context: "keyvalue", message });
    try {
      if (await isEmpty(from)) return;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      tell("warn", `nothing was carried over to ${to.name}: ${error.message}`);
      return;
    }
    if (!(await isEmpty(to))) {
      tell("warn", `${to.name} has pairs already and is used as it is; those of ${from.name} were not carried over`);
      return;
    }
    const count = await carryOver(from, to);
    tell("info", `${count === 1 ? "1 pair was" : `${count} pairs were`} carried over from ${from.name} to ${to.name}`);
  }

  #backend({ backend, path, bytes }: Config, granted: readonly Ask[] | undefined): KeyValueBackend {
    if (backend === "memory") return new MemoryBackend({ ...(bytes !== undefined && { bytes }) });
    const { folder, resolve } = this.#context;
    return this.#files!.keyvalue({ path: grantedPath("write", path, { folder, resolve, granted }, this.#files!).path, name: path, bytes });
  }
}
