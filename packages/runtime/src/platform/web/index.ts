export { type OpfsDirectoryGrant, opfsDirectory } from "./directory/opfs.ts";
