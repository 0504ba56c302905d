import assert from "node:assert/strict";
import { test } from "node:test";
import type { Use } from "../capability/authority.ts";
import { wasi } from "../wasi/imports.ts";
import type { WasiOptions } from "../wasi/options.ts";
import { environment } from "./environment.ts";

type Interface = Record<string, () => unknown>;
const guest02 = (options: WasiOptions) => wasi(options)["wasi:cli/environment@0.2.12"] as Interface;
const guest03 = (options: WasiOptions) => wasi(options)["wasi:cli/environment@0.3.0"] as Interface;

test("a guest sees what is in the environment that it was given", () => {
  const given = { environment: environment({ args: ["x", "y"], env: { A: "1", B: "2" }, initialCwd: "/data" }) };
  for (const guest of [guest02(given), guest03(given)]) {
    assert.deepEqual(guest.getArguments!(), ["x", "y"]);
    assert.deepEqual(guest.getEnvironment!(), [
      ["A", "1"],
      ["B", "2"],
    ]);
  }
  assert.deepEqual([guest02(given).initialCwd!(), guest03(given).getInitialCwd!()], ["/data", "/data"]);
});

test("what is given beside it counts", () => {
  const guest = guest02({ environment: environment({ args: ["x"], env: { A: "1" } }), args: ["y"] });
  assert.deepEqual([guest.getArguments!(), guest.getEnvironment!()], [["y"], [["A", "1"]]]);
});

test("names that objects have are names", () => {
  const env = JSON.parse('{ "__proto__": "1", "constructor": "2" }') as Record<string, string>;
  const both = [
    ["__proto__", "1"],
    ["constructor", "2"],
  ];
  assert.deepEqual(guest02({ environment: environment({ env }) }).getEnvironment!(), both);
  assert.deepEqual(environment({ env }).only(["__proto__", "constructor"]).variables(), both);
  assert.deepEqual(environment({ env: {} }).only(["toString"]).variables(), []);
});

test("`only` passes on the variables named, and ends with what it came from", () => {
  const all = environment({ args: ["x"], env: { HOME: "/", LANG: "C", TOKEN: "t" }, initialCwd: "/d" });
  const some = all.only(["LANG", "NONE"]);
  assert.deepEqual([some.args(), some.variables(), some.initialCwd()], [["x"], [["LANG", "C"]], "/d"]);
  all.revoke();
  assert.throws(() => some.variables(), { name: "Trap" });
});

test("threat 25: every use of a revoked environment traps and names it", () => {
  const given = environment({ args: ["x"], env: { A: "1" } });
  const guests = [guest02({ environment: given }), guest03({ environment: given })];
  given.revoke();
  for (const guest of guests) {
    for (const [name, call] of Object.entries(guest)) {
      assert.throws(call, (error: Error) => error.name === "Trap" && error.message.includes("capability `environment` has been revoked"), name);
    }
  }
});

test("an audit hears what was asked for", () => {
  const uses: Use[] = [];
  const given = environment({ env: { A: "1" } });
  given.audit((use) => uses.push(use));
  given.only([]).variables();
  given.args();
  assert.deepEqual(
    uses.map(({ operation }) => operation),
    ["get-environment", "get-arguments"],
  );
});
