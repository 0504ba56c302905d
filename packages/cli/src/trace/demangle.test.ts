import assert from "node:assert/strict";
import { test } from "node:test";
import { demangle } from "./demangle.ts";

const names: ReadonlyArray<[mangled: string, readable: string]> = [
  ["_RNvNtCscCIVVZQ5iPH_4core9panicking9panic_fmt", "core::panicking::panic_fmt"],
  ["_RNvCsfgHYwM92fyn_7___rustc17rust_begin_unwind", "__rustc::rust_begin_unwind"],
  ["_RNCNvNtCs3q8XGtb0n5H_3std9panicking13panic_handler0B5_", "std::panicking::panic_handler::{closure}"],
  [
    "_RINvNtNtCs3q8XGtb0n5H_3std3sys9backtrace26___rust_end_short_backtraceNCNvNtB6_9panicking13panic_handler0zEB6_",
    "std::sys::backtrace::__rust_end_short_backtrace",
  ],
  ["_RNvXCs4fqI2P2rA04_7mycrateNtB2_3FooNtNtCs8t1nRRpDBe3_4core3fmt5Debug3fmt", "<mycrate::Foo as core::fmt::Debug>::fmt"],
  ["_RNvMCs4fqI2P2rA04_7mycrateNtB2_3Foo3new", "<mycrate::Foo>::new"],
  ["_RNvYRShNtC3lib5Trait1f", "<&[u8] as lib::Trait>::f"],
  ["_ZN4core9panicking9panic_fmt17h0123456789abcdefE", "core::panicking::panic_fmt"],
  ["_ZN38_$LT$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE", "<T as core::fmt::Debug>::fmt"],
  ["quotient", "quotient"],
  ["_start", "_start"],
  // Damaged, cut, looping and growing ones stay as they are.
  ["_RNvNtCs", "_RNvNtCs"],
  ["_RB_", "_RB_"],
  ["_RNvB_1f", "_RNvB_1f"],
  ["_RNv", "_RNv"],
  ["_ZN9x17h0123456789abcdefE", "_ZN9x17h0123456789abcdefE"],
];
for (const [mangled, readable] of names) {
  test(`${mangled} is ${readable}`, () => {
    assert.equal(demangle(mangled), readable);
  });
}

test("a name that doubles at each step costs nothing", () => {
  const levels = Array.from({ length: 200 }, () => "TB_B_").join("");
  const started = performance.now();
  demangle(`_RINvC1a1b${levels}${"E".repeat(201)}`);
  demangle(`_R${"NvC".repeat(100_000)}`);
  assert.ok(performance.now() - started < 500);
});
