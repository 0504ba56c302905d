/**
 * Kinds of capabilities: what `"capability": "keyvalue"` in a document stands for. A kind says what its parts export and import and what
 * authority their configuration asks for, before anything is made; `make` makes one.
 */
import type { End, Imports } from "@tenon/engine";
import type { Audit } from "../capability/authority.ts";
import type { JsonObject, Place } from "../document/document.ts";
import type { Problem } from "../document/problem.ts";
import type { LogEntry } from "../log/log.ts";

export interface CapabilityKind {
  /** As the document names it. */
  readonly name: string;
  /** A sentence for people: "keys and values, in memory or in a file". */
  readonly about: string;
  /** Keys that `with` may have, each with a sentence. */
  readonly options: Readonly<Record<string, string>>;
  /** What is wrong with the configuration; `place` is that of `with`. */
  check(config: JsonObject, place: Place): readonly Problem[];
  /** Names of the interfaces that it conveys, with versions: `wasi:keyvalue/store@0.2.0-draft`. */
  readonly exports: readonly string[];
  /** Of a source of events: what it can be wired to, for these keys of its `wires`. */
  imports?(config: JsonObject, keys: readonly string[]): readonly EventImport[];
  /** What the configuration, which `check` found nothing wrong with, asks of the machine. */
  asks(config: JsonObject, where: AskContext): readonly Ask[];
  make(config: JsonObject, context: CapabilityContext): Promise<Capability>;
}

/** An import of a source of events: which exports of a part it can call. */
export interface EventImport {
  /** The key of `wires`: `handler`, `handler /api/*`. */
  readonly name: string;
  /** Interfaces (or functions) that it can call, by name; with versions by their track. The first that the other end has is taken. */
  readonly accepts: readonly string[];
}

/** Something of the machine that a document asks for. Equal `id`s are the same authority. */
export interface Ask {
  /** Kind and object, for comparison and for the file of grants: `read /srv/notes`, `connect mail.example:443`, `env TOKEN`. */
  readonly id: string;
  /** For people: `reads and writes ./data`. */
  readonly words: string;
  /** Whether an app has it without being granted it: what lies in its own folder, listening on loopback. */
  readonly own: boolean;
}

/** From where paths of a configuration start. */
export interface AskContext {
  /** The host's path of the app's folder, in which it may do as it likes. */
  readonly folder: string;
  /** Finds a path of the document in the app's folder; an absolute one stays. Gives the host's path. */
  resolve(path: string): string;
}

export interface CapabilityContext extends AskContext {
  /** The part's path in the app. */
  readonly part: string;
  /** What was asked for, and is granted: a link may lead elsewhere by the time that it is followed again. Absent: that is not looked after. */
  readonly granted?: readonly Ask[];
  /** The value of `{ "env": "NAME" }`. */
  secret(name: string): string | undefined;
  log(entry: LogEntry): void;
  /** Told of uses; absent: nobody listens, and nothing is put into words. */
  readonly audit?: Audit;
}

/** Who uses a capability: gets interfaces of its own, so that its log is its own. */
export interface Importer {
  /** Its path in the app. */
  readonly part: string;
  log(entry: LogEntry): void;
}

/** A capability, made. */
export interface Capability {
  /** The interfaces that a part gets, by name. The same objects for as long as the importer lives. */
  provide(importer: Importer): Imports;
  /** The importer is gone and calls no more: what it left open is closed, what it wrote is passed on. */
  release?(importer: Importer): Promise<void>;
  /** Of a source of events: where its import leads from now on. Sync, so that all wires of a change move at one instant. */
  connect?(name: string, to: EventTarget | undefined): void;
  /** Of a source of events: the document has this import no more. Where there is none, `connect` to nothing tells enough. */
  disconnect?(name: string): void;
  /** Takes on another configuration as it is, if it can without losing what it holds. `false`: it has to be made anew. When it throws, it is as it was. */
  reconfigure?(config: JsonObject, granted?: readonly Ask[]): Promise<boolean>;
  /** Why it does not work at present, in words. */
  readonly trouble?: string;
  /** Sources stop; what is kept is written. */
  close(): Promise<void>;
}

/** What an event source's wire leads to. */
export interface EventTarget {
  /** The interface's name as the part exports it, of those that the import accepts. */
  readonly name: string;
  /** The interface's functions, or the function itself, in the camelCase of JavaScript, with the wire's interposers. They fail when the part is down. */
  readonly exports: unknown;
  /** The part's ends: what it imports decides of what version its requests are. */
  readonly ends: ReadonlyMap<string, End>;
  /** Why the part can't be called now. */
  readonly poisonedBy: unknown;
  /** Tells of a failed call, for the part's log and the supervisor. */
  failed(error: unknown): void;
}
