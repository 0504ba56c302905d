import type { Ask, AskContext } from "./kind.ts";
import type { PlatformFiles } from "./platform-makers.ts";

/** What a path of the document asks for: by where it really lies, since a link in an app's folder may lead anywhere. */
export function pathAsk(rights: "read" | "write", path: string, { folder, resolve }: AskContext, files: PlatformFiles): Ask {
  const { path: real, inside } = files.locate(resolve(path), folder);
  const does = rights === "read" ? "reads" : "reads and writes";
  return { id: `${rights} ${real}`, words: `${does} ${inside ? path : real}`, own: inside };
}
