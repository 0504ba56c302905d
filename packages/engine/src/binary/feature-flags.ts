import type { Features } from "./features.ts";

/** What other tools call each feature: a flag of wasm-tools (`-f`), an option of wasmtime (`component_model_*`). */
export const FEATURE_FLAGS: Readonly<Record<keyof Features, { readonly wasmTools: string; readonly wasmtime: string | undefined }>> = {
  cmAsync: { wasmTools: "cm-async", wasmtime: "component_model_async" },
  cmMap: { wasmTools: "cm-map", wasmtime: "component_model_map" },
  cmImplements: { wasmTools: "cm-implements", wasmtime: "component_model_implements" },
  cmValues: { wasmTools: "cm-values", wasmtime: undefined },
  cmNestedNames: { wasmTools: "cm-nested-names", wasmtime: undefined },
  cmMoreAsyncBuiltins: { wasmTools: "cm-more-async-builtins", wasmtime: "component_model_more_async_builtins" },
  cmAsyncStackful: { wasmTools: "cm-async-stackful", wasmtime: "component_model_async_stackful" },
  cmThreading: { wasmTools: "cm-threading", wasmtime: "component_model_threading" },
  sharedEverythingThreads: { wasmTools: "shared-everything-threads", wasmtime: "shared_everything_threads" },
  cmFixedLengthLists: { wasmTools: "cm-fixed-length-lists", wasmtime: "component_model_fixed_length_lists" },
  cmErrorContext: { wasmTools: "cm-error-context", wasmtime: "component_model_error_context" },
  cmCanonNames: { wasmTools: "cm-canon-names", wasmtime: undefined },
  cm64: { wasmTools: "cm64", wasmtime: "component_model_memory64" },
  cmGc: { wasmTools: "cm-gc", wasmtime: "component_model_gc" },
};
