/** What `link/adapters.ts` is about: a chunk of its own. */
export { canFuse, copyFused, fuse, fuseTask } from "../adapter/fuse.ts";
export { OpenEnds } from "../link/open-ends.ts";
export { prepareRewire, rewire } from "../link/rewire.ts";
// Nobody takes it from here. Bundlers that put what two entries share into a chunk of its own (esbuild) then put the whole of the main entry
// there, so that one file holds it: in two it is four percent larger compressed.
export { Component } from "./component.ts";
