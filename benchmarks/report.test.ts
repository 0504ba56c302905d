import assert from "node:assert/strict";
import { test } from "node:test";
import { type Figure, table, timesBetter } from "./report.ts";

const figures: readonly Figure[] = [
  { group: "calls", name: "add", unit: "ns", values: { tenon: 5, jco: 1500 }, bar: { text: "100x jco", met: true } },
  { group: "calls", name: "echo", unit: "ns", values: { tenon: 80 } },
  { group: "serve", name: "fresh", unit: "requests/s", values: { tenon: 12000, wasmtime: 8000 } },
];

test("the table has a column for each host and a ratio to each other one", () => {
  assert.equal(
    table(figures),
    [
      "calls    tenon      jco  vs jco            bar",
      "add     5.0 ns  1.50 µs    300x  100x jco: met",
      "echo   80.0 ns        -       -",
      "",
      "serve             tenon         wasmtime  vs wasmtime  bar",
      "fresh  12000 requests/s  8000 requests/s         1.5x",
      "",
    ].join("\n"),
  );
});

test("more requests are better, less time is better", () => {
  assert.equal(timesBetter(figures[0]!, "jco"), 300);
  assert.equal(timesBetter(figures[2]!, "wasmtime"), 1.5);
  assert.equal(timesBetter(figures[1]!, "jco"), undefined);
});
