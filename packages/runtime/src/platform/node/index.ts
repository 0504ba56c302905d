export { type DirectoryGrant, directory } from "./directory/directory.ts";
export { type HttpClientOptions, httpClient } from "./http-client.ts";
export { type NetworkOptions, network } from "./network/network.ts";
export { type ServeOptions, type Server, serve } from "./serve.ts";
export { nodeStdio } from "./stdio.ts";
