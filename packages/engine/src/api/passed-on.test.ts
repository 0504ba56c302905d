import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../store/store.ts";
import { compile } from "./component.ts";

/** Imports `a`, with a resource `r` and `make: func() -> r`; exports `b`, whose `again: func() -> r` gives what `make` gave. */
const PASS =
  "AGFzbQ0AAQAHGgFCBAQAAXIDAQFpAAFAAAABBAAEbWFrZQECCgYBAAFhBQAGDgIDAAABcgEAAARtYWtlCAUBAQAAAAEwAGFzbQEAAAABBQFgAAF/AgkBAARtYWtlAAADAgEABwgBBG1ha2UAAQoGAQQAEAALAhACAQEEbWFrZQAAAAABABIABwcCaQFAAAACBgoBAAABAQRtYWtlCAYBAAABAAMFDAEBAQAFYWdhaW4BAQsHAQABYgUBAA==";
/** Imports the `r` of `a`, and `b`; `run: func() -> u32` calls `again`, drops what it got, and returns its index. */
const USE =
  "AGFzbQ0AAQAHCQFCAQQAAXIDAQoGAQABYQUABgYBAwAAAXIHGgFCBAIDAgEBAWkAAUAAAAEEAAVhZ2FpbgECCgYBAAFiBQIGCgEBAAEFYWdhaW4IBwIBAAAAAwEBRABhc20BAAAAAQkCYAABf2ABfwACEgIABWFnYWluAAAABGRyb3AAAQMCAQAHBwEDcnVuAAIKDgEMAQF/EAAiACAAEAELAhgCAQIFYWdhaW4AAARkcm9wAAEAAAEAEgAHBQFAAAB5BgkBAAABAQNydW4IBgEAAAIAAwsJAQADcnVuAQEA";

const component = (base64: string) => compile(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));

/** A host's interface, and how many of its objects were dropped. */
function host() {
  const counts = { made: 0, dropped: 0 };
  class R {
    [Symbol.dispose](): void {
      counts.dropped++;
    }
  }
  const make = (): R => {
    counts.made++;
    return new R();
  };
  return { counts, a: { R, make } };
}

for (const how of ["instantiate", "open"] as const) {
  test(`${how}: a handle of the host's that another component passes on is a handle of the host's`, async () => {
    const { counts, a } = host();
    const store = new Store();
    const { b } = (await (await component(PASS))[how]({ a }, { store })).exports;
    const { run } = (await (await component(USE))[how]({ a, b }, { store })).exports as { run: () => number };
    assert.deepEqual([run(), run(), counts], [1, 1, { made: 2, dropped: 2 }]);
  });
}

test("but not one of another class", async () => {
  const store = new Store();
  const { b } = (await (await component(PASS)).instantiate({ a: host().a }, { store })).exports;
  await assert.rejects((await component(USE)).instantiate({ a: host().a, b }, { store }), {
    code: "link/import-mismatch",
    message: /import `b`, export `again`: .*another one of that name in the provider/,
  });
});
