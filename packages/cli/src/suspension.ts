/**
 * WASI 0.2 lets a guest wait in the middle of a call: for that the JavaScript engine must be able to suspend wasm (JSPI). The first
 * versions of Node 24 can, but only when asked by an option that later ones refuse; so a command that runs components starts over with it.
 */
const OPTION = "--experimental-wasm-jspi";

/** Returns when the engine can suspend, or has no option for it: then a guest that has to wait fails with an error of its own. */
export async function needSuspension(): Promise<void> {
  if ("Suspending" in WebAssembly || !isOptionKnown() || process.execArgv.includes(OPTION)) return;
  const args = [OPTION, ...process.execArgv, ...process.argv.slice(1)];
  if (typeof process.execve === "function" && process.platform !== "win32") {
    // Replaces this process, so that signals and exit status need no passing on. It would announce itself as experimental.
    process.removeAllListeners("warning");
    process.execve(process.execPath, [process.execPath, ...args], process.env as Record<string, string>);
  }
  const { spawnSync } = await import("node:child_process");
  const { status, signal } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (signal !== null) process.kill(process.pid, signal);
  process.exit(status ?? 1);
}

/** V8 knew the option from 12.2 on; from 13.7 on it needs none. Unknown options end a process before it starts. */
function isOptionKnown(): boolean {
  const [major = 0, minor = 0] = (process.versions.v8 ?? "").split(".").map(Number);
  return (major === 12 && minor >= 2) || (major === 13 && minor < 7);
}
