/** What a guest leaves open, however it ends, is closed. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { compile } from "@tenon/engine";
import { run } from "../../../command/run.ts";
import { directory } from "./directory.ts";

const GUEST = new URL("../../../../../../benchmarks/files/guest/files.wasm", import.meta.url);

test("files and directories of a guest that traps, fails or returns are closed", {
  skip: process.platform === "linux" ? false : "descriptors can't be counted",
}, async () => {
  const component = await compile(readFileSync(GUEST));
  const folder = mkdtempSync(join(tmpdir(), "tenon-left-open-"));
  writeFileSync(join(folder, "a"), "hello");
  const granted = directory({ path: folder });
  const descriptors = () => readdirSync("/proc/self/fd").length;
  const go = (args: string) => run(component, { args: ["files", ...args.split(" ")], directories: { "/": granted } });
  try {
    await go("read 4096 a");
    const before = descriptors();
    for (let i = 0; i < 5; i++) {
      assert.equal((await go("read 4096 a")).exitCode, 0);
      assert.equal((await go("stream 4096 nowhere")).exitCode, 1);
      // Opens the file, then asks for more memory than there is.
      await assert.rejects(go("write 4294967295 1 a"), { name: "Trap" });
    }
    assert.equal(descriptors(), before);
  } finally {
    granted.revoke();
    rmSync(folder, { recursive: true });
  }
});
