import assert from "node:assert/strict";
import { test } from "node:test";
import { compileProbe } from "../../fixtures/probe.ts";
import type { Use } from "../capability/authority.ts";
import { run } from "../command/run.ts";
import { type LogEntry, log } from "../log/log.ts";
import { wasi } from "../wasi/imports.ts";
import { basics } from "./basics.ts";

type Interface = Record<string, (...args: unknown[]) => unknown>;

test("basics: no environment, no files, no network, coarse time, random bytes", () => {
  const imports = wasi(basics()) as Record<string, Interface>;
  assert.deepEqual(imports["wasi:cli/environment@0.2.12"]!.getEnvironment!(), []);
  assert.deepEqual(imports["wasi:cli/environment@0.2.12"]!.getArguments!(), []);
  assert.deepEqual(imports["wasi:filesystem/preopens@0.2.12"]!.getDirectories!(), []);
  assert.equal(imports["wasi:clocks/monotonic-clock@0.2.12"]!.resolution!(), 1_000_000n);
  assert.equal((imports["wasi:random/random@0.2.12"]!.getRandomBytes!(8n) as Uint8Array).length, 8);
  assert.throws(
    () => imports["wasi:sockets/tcp-create-socket@0.2.12"]!.createTcpSocket!("ipv4"),
    (error) => error === "access-denied",
  );
});

test("what a guest writes comes to the log line by line; more is given beside", async () => {
  const entries: LogEntry[] = [];
  const { exitCode } = await run(await compileProbe(), { ...basics({ log: (entry) => entries.push(entry) }), args: ["probe", "env", "x"], env: { A: "1" } });
  assert.equal(exitCode, 0);
  assert.deepEqual(
    entries.map(({ context, message }) => [context, message]),
    [
      ["stdout", "A=1"],
      ["stdout", "cwd=None args=x"],
    ],
  );
});

test("a log of one's own serves several", () => {
  const shared = log(() => {});
  assert.equal(basics({ log: shared }).log, shared);
});

test("threat 25: one revocation ends them all", () => {
  const uses: Use[] = [];
  const given = basics();
  given.audit((use) => uses.push(use));
  const imports = wasi(given) as Record<string, Interface>;
  const looks: readonly (() => unknown)[] = [
    () => imports["wasi:clocks/monotonic-clock@0.3.0"]!.now!(),
    () => imports["wasi:random/random@0.3.0"]!.getRandomU64!(),
    () => imports["wasi:cli/environment@0.3.0"]!.getEnvironment!(),
    () => imports["wasi:logging/logging@0.1.0-draft"]!.log!("info", "", "x"),
  ];
  for (const look of looks) look();
  assert.deepEqual(
    uses.map(({ capability }) => capability),
    ["clock", "random", "environment", "log"],
  );
  given.revoke();
  for (const look of looks) assert.throws(look, { name: "Trap" });
  assert.equal(given.stdio.stdout.permit(), undefined);
});
