import assert from "node:assert/strict";
import { test } from "node:test";
import type { Use } from "../../capability/authority.ts";
import { config } from "../../config/config.ts";
import { type LogEntry, log } from "../../log/log.ts";
import { wasi } from "../imports.ts";

type Interface = Record<string, (...args: unknown[]) => unknown>;
const NAMES = ["wasi:config/store@0.2.0-rc.1", "wasi:config/store@0.2.0-draft", "wasi:config/runtime@0.2.0-draft"];

for (const name of NAMES) {
  test(`${name}: values by name, and all of them`, () => {
    const store = wasi({ config: config(JSON.parse('{ "greeting": "Hej", "__proto__": "p" }')) })[name] as Interface;
    assert.deepEqual([store.get!("greeting"), store.get!("none"), store.get!("toString"), store.get!("__proto__")], ["Hej", undefined, undefined, "p"]);
    assert.deepEqual(store.getAll!(), [
      ["greeting", "Hej"],
      ["__proto__", "p"],
    ]);
  });

  test(`${name}: nothing is in it that was not given`, () => {
    const store = wasi()[name] as Interface;
    assert.deepEqual([store.get!("PATH"), store.getAll!()], [undefined, []]);
  });

  test(`threat 25: ${name} gives its error case once its capability is revoked`, () => {
    const given = config({ a: "1" });
    const derived = given.only(["a"]);
    const stores = [given, derived].map((each) => wasi({ config: each })[name] as Interface);
    assert.equal(stores[1]!.get!("a"), "1");
    given.revoke();
    for (const store of stores) {
      for (const call of [() => store.get!("a"), () => store.getAll!()]) {
        assert.throws(call, (error) => {
          assert.deepEqual(error, { tag: "upstream", val: "the configuration has been revoked" });
          return true;
        });
      }
    }
  });
}

test("`only` narrows", () => {
  assert.deepEqual(config({ a: "1", b: "2" }).only(["b", "c"]).all(), [["b", "2"]]);
});

test("an audit hears what was asked for, and of the refusal", () => {
  const uses: Use[] = [];
  const given = config({ a: "1" });
  given.audit((use) => uses.push(use));
  const store = wasi({ config: given })[NAMES[0]!] as Interface;
  store.get!("a");
  given.revoke();
  assert.throws(() => store.getAll!());
  assert.deepEqual(
    uses.map(({ operation, target, outcome }) => [operation, target, outcome]),
    [
      ["get", "a", "ok"],
      ["get-all", "", "upstream"],
    ],
  );
});

test("`wasi:logging` comes to the log, or nowhere", () => {
  const entries: LogEntry[] = [];
  const logging = (imports: object) => (imports as Record<string, Interface>)["wasi:logging/logging@0.1.0-draft"]!;
  logging(wasi({ log: log((entry) => entries.push(entry)) })).log!("warn", "store", "no room");
  logging(wasi()).log!("warn", "store", "no room");
  assert.deepEqual(entries, [{ level: "warn", context: "store", message: "no room" }]);
});
