/**
 * What a component may use: the gates of the specification (Explainer.md, "Gated Features"), its GC proposal, and the
 * one core feature that shows in a component's own definitions. Names are the flags of wasm-tools in camelCase
 * (`cm-async` is `cmAsync`); wasmtime's options are `component_model_async` and so on, but for the ones named here.
 */
export interface Features {
  /** 🔀 `async`, `stream`, `future` and their built-ins. */
  readonly cmAsync: boolean;
  /** 🗺️ The `map` type. */
  readonly cmMap: boolean;
  /** 🏷️ `implements` and `external-id` attributes of names. */
  readonly cmImplements: boolean;
  /** 🪙 Values and start functions. Wasmtime has none. */
  readonly cmValues: boolean;
  /** 🪺 Nested namespaces and packages in names. Wasmtime has none. */
  readonly cmNestedNames: boolean;
  /** 🚝 More options on async built-ins. */
  readonly cmMoreAsyncBuiltins: boolean;
  /** 🚟 `async` lifts without a callback. */
  readonly cmAsyncStackful: boolean;
  /** 🧵 Thread built-ins. */
  readonly cmThreading: boolean;
  /** 🧵② Thread built-ins on shared functions. */
  readonly sharedEverythingThreads: boolean;
  /** 🔧 Lists of a fixed length. */
  readonly cmFixedLengthLists: boolean;
  /** 📝 The `error-context` type. */
  readonly cmErrorContext: boolean;
  /** 🔗 Canonical interface names, the `versionsuffix` attribute. Wasmtime has none. */
  readonly cmCanonNames: boolean;
  /** 🐘 Memories with addresses of 64 bits: wasmtime's `component_model_memory64`. */
  readonly cm64: boolean;
  /** The canonical ABI on GC types: validated, not run. */
  readonly cmGc: boolean;
  /** Core exceptions: aliases and exports of core tags. Of core modules the JavaScript engine decides. */
  readonly exceptions: boolean;
}

/** All that the specification has is on. */
export const DEFAULT_FEATURES: Features = {
  cmAsync: true,
  cmMap: true,
  cmImplements: true,
  cmValues: true,
  cmNestedNames: true,
  cmMoreAsyncBuiltins: true,
  cmAsyncStackful: true,
  cmThreading: true,
  sharedEverythingThreads: true,
  cmFixedLengthLists: true,
  cmErrorContext: true,
  cmCanonNames: true,
  cm64: true,
  cmGc: true,
  exceptions: true,
};

export function withFeatures(switched: Partial<Features> = {}): Features {
  return { ...DEFAULT_FEATURES, ...switched };
}
