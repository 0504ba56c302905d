import type { Ask, AskContext } from "./kind.ts";
import type { PlatformFiles } from "./platform-makers.ts";

/**
 * What a path of the document asks for: by where it really lies, since a link in an app's folder may lead anywhere. To write where the document
 * itself lies is more than an app has by itself: a part could wire itself to what others are granted.
 */
export function pathAsk(rights: "read" | "write", path: string, { folder, resolve }: AskContext, files: PlatformFiles): Ask {
  const { path: real, inside, holdsApp } = files.locate(resolve(path), folder);
  const does = rights === "read" ? "reads" : "reads and writes";
  return { id: `${rights} ${real}`, words: `${does} ${inside ? path : real}`, own: inside && !(rights === "write" && holdsApp) };
}

/** Where the path leads now. @throws Error if that is not what was granted: a part that may write in the app's folder may have exchanged a link since */
export function grantedPath(
  rights: "read" | "write",
  path: string,
  context: AskContext & { readonly granted?: readonly Ask[] | undefined },
  files: PlatformFiles,
): { readonly path: string; readonly inside: boolean } {
  const { id, own } = pathAsk(rights, path, context, files);
  if (context.granted?.some((ask) => ask.id === id && ask.own === own) === false)
    throw new Error(`\`${path}\` leads elsewhere than it did when it was granted`);
  return files.locate(context.resolve(path), context.folder);
}
