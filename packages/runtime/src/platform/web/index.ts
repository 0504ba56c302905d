export { type OpfsDirectoryGrant, opfsDirectory } from "./directory/opfs.ts";
export { type HttpClientOptions, httpClient } from "./http-client.ts";
