export { type ServeOptions, type Server, serve } from "./serve.ts";
export { nodeStdio } from "./stdio.ts";
