import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { promising } from "@tenon/engine";
import { compileProbe } from "../../fixtures/probe.ts";
import { describeProblem } from "../document/problem.ts";
import { Exit } from "../wasi/cli/exit.ts";
import { basicsKind } from "./basics.ts";
import { testContext } from "./test-context.ts";

type Interface = Record<string, (...args: unknown[]) => unknown>;

test("basics convey all of WASI, under every version's names, and ask for nothing", async () => {
  const kind = basicsKind();
  for (const name of [
    "wasi:cli/stdout@0.2.12",
    "wasi:http/types@0.3.0",
    "wasi:logging/logging@0.1.0-draft",
    "wasi:sockets/tcp@0.2.12",
    "wasi:filesystem/preopens@0.3.0",
  ])
    assert.ok(kind.exports.includes(name), name);
  const capability = await kind.make({}, testContext());
  assert.deepEqual(Object.keys(capability.provide(testContext().importer("a"))), kind.exports);
  assert.deepEqual(kind.asks({}, testContext()), []);
  assert.deepEqual(kind.check({ log: true }, []).map(describeProblem), ['`basics` has no option "log": it has none']);
});

test("each part has interfaces of its own, the same each time, that write to its own log", async () => {
  const context = testContext();
  const capability = await basicsKind().make({}, context);
  const [ada, grace] = [context.importer("ada"), context.importer("grace")];
  assert.equal(capability.provide(ada), capability.provide(ada));
  assert.notEqual(capability.provide(ada), capability.provide(grace));
  const say = (importer: typeof ada, text: string) => {
    const imports = capability.provide(importer) as Record<string, Interface>;
    const stream = imports["wasi:cli/stdout@0.2.12"]!.getStdout!() as { blockingWriteAndFlush(bytes: Uint8Array): void };
    stream.blockingWriteAndFlush(new TextEncoder().encode(text));
  };
  say(ada, "I am Ada\nno end");
  say(grace, "I am Grace\nneither");
  (capability.provide(ada) as Record<string, Interface>)["wasi:logging/logging@0.1.0-draft"]!.log!("warn", "c", "by logging");
  assert.deepEqual(context.lines, ["ada: I am Ada", "grace: I am Grace", "ada: by logging"]);
  await capability.release!(ada);
  assert.deepEqual(context.lines.slice(3), ["ada: no end"]);
  await capability.close();
  assert.deepEqual(context.lines.slice(4), ["grace: neither"]);
});

test("parts that are gone are not kept, whether their end was told or not", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const capability = await basicsKind().make({}, testContext());
  const refs: WeakRef<object>[] = [];
  for (let i = 0; i < 20; i++) refs.push(new WeakRef(capability.provide(testContext().importer(`part ${i}`))));
  const left = () => refs.filter((each) => each.deref() !== undefined).length;
  for (let i = 0; i < 50 && left() > 0; i++) {
    await new Promise(setImmediate);
    collect();
  }
  assert.equal(left(), 0);
  await capability.close();
});

test("a part that exits ends as by a trap that says so: it is no use any more", async () => {
  const capability = await basicsKind().make({}, testContext());
  const environment = { getArguments: () => ["probe", "exit-with-code", "3"], getEnvironment: () => [], initialCwd: () => undefined };
  const imports = { ...capability.provide(testContext().importer("a")), "wasi:cli/environment@0.2.12": environment };
  const instance = await (await compileProbe()).instantiate(imports);
  const name = Object.keys(instance.exports).find((each) => each.startsWith("wasi:cli/run@"))!;
  const { run } = instance.exports[name] as { run: () => void };
  await assert.rejects(promising(run)(), (error: Error) => {
    assert.equal(Exit.in(error)?.exitCode, 3);
    assert.match(error.message, /the component exited with status 3/);
    return true;
  });
  assert.notEqual(instance.poisonedBy, undefined);
});
