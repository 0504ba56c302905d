import assert from "node:assert/strict";
import { test } from "node:test";
import { Exchange, type ResponseTarget, type ServerRequest } from "@tenon/runtime";
import { report } from "./failure.ts";

test("a component that answers with an error is not a bug of tenon", async (t) => {
  // An exchange that fails asks neither its request nor its target.
  const exchange = new Exchange({} as ServerRequest, {} as ResponseTarget);
  exchange.fail({ tag: "configuration-error" });
  const told: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => told.push(text) > 0);
  const status = await report(
    exchange.finish(() => {}),
    "site.wasm",
  );
  assert.deepEqual([status, told], [1, ["tenon: site.wasm: the component answered with the error `configuration-error`\n"]]);
});
