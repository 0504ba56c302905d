/** What is measured from component to component: loops inside a calling component, by their WIT names, and the components that have them. */

export interface GuestLoop {
  readonly name: string;
  /** The exported function. Its first parameter is how often it calls the other component. */
  readonly run: string;
  /** The other parameters. */
  readonly rest: ReadonlyArray<number | string>;
  /** The bar: at most this part of wasmtime's time. */
  readonly atMost?: number;
}

export interface Suite {
  readonly group: string;
  /** From this folder. */
  readonly component: string;
  readonly loops: readonly GuestLoop[];
}

/** Calls of `ops`, by the bars for allocators that only move a pointer. */
const ops: readonly GuestLoop[] = [
  { name: "add", run: "run-add", rest: [], atMost: 1 },
  { name: "echo 16 B", run: "run-echo", rest: [16], atMost: 0.6 },
  { name: "echo 64 KiB", run: "run-echo", rest: [65536], atMost: 0.9 },
  { name: "sum 1 k", run: "run-sum", rest: [1000], atMost: 0.8 },
  { name: "sum 1 M", run: "run-sum", rest: [1_000_000], atMost: 1 },
  { name: "recs 100", run: "run-recs", rest: [100], atMost: 0.5 },
  { name: "resource method", run: "run-cell", rest: [], atMost: 1.2 },
  { name: "resource made, dropped", run: "run-make", rest: [] },
  { name: "own there and back", run: "run-pass", rest: [], atMost: 1.2 },
  { name: "10 borrows in a list", run: "run-total", rest: [10] },
];

export const plainSuite: Suite = { group: "component → component", component: "../guest/composed.wasm", loops: ops };

/** Other shapes than those that have a bar. */
export const shapeSuites: readonly Suite[] = [
  {
    group: "component → component, shapes",
    component: "../guest/forms.wasm",
    loops: [
      { name: "record of 6 mixed fields, back", run: "run-amend", rest: [] },
      { name: "variant of 4 cases, back", run: "run-vary", rest: [] },
      { name: "2 options to an option", run: "run-maybe", rest: [] },
      { name: "result with 4 KiB of bytes", run: "run-read", rest: [4096] },
      { name: "16 params", run: "run-wide", rest: [] },
      { name: "16 params through memory", run: "run-wider", rest: [] },
      { name: "enum and flags, back", run: "run-paint", rest: [] },
      { name: "1 k tuples u32, f64", run: "run-points", rest: [1000] },
      { name: "1 k tuples char, bool", run: "run-pairs", rest: [1000] },
      { name: "100 strings of 24 B, back", run: "run-names", rest: [100] },
      { name: "100 lists of 10 u32", run: "run-rows", rest: [100] },
      { name: "100 variants", run: "run-values", rest: [100] },
      { name: "1 k options of u32", run: "run-options", rest: [1000] },
      { name: "10 nodes of 15 strings, back", run: "run-tree", rest: [10] },
    ],
  },
  {
    group: "component → component, lengths",
    component: "../guest/composed.wasm",
    loops: [0, 8, 32, 100, 1000, 8192].map((length) => ({ name: `echo ${length} B`, run: "run-echo", rest: [length] })),
  },
  {
    group: "component → component, three of them",
    component: "../guest/visits.wasm",
    loops: [{ name: "borrow of a third one's cell", run: "run-visit", rest: [] }],
  },
];

/** Async calls that complete at once, in each pair of ways to lower and to lift. */
export const asyncSuite: Suite = {
  group: "component → component, async calls that complete at once",
  component: "../guest/async.wasm",
  loops: [
    { name: "async to callback", run: "run-async-returns", rest: [], atMost: 3 },
    { name: "async to sync", run: "run-async-plain", rest: [], atMost: 3 },
    { name: "sync to callback", run: "run-sync-returns", rest: [], atMost: 3 },
    { name: "sync to sync", run: "run-sync-plain", rest: [], atMost: 3 },
    { name: "async to callback, echo 16 B", run: "run-async-echoes", rest: [16], atMost: 3 },
    { name: "sync to callback, echo 16 B", run: "run-sync-echoes", rest: [16], atMost: 3 },
  ],
};

/** One turn is 64 KiB of a stream, written by one component and read by the other. */
export const streamSuite: Suite = {
  group: "stream<u8>, component → component",
  component: "../guest/streams.wasm",
  loops: [
    { name: "reader with a callback", run: "run", rest: [] },
    { name: "reader that blocks", run: "run-blocking", rest: [] },
  ],
};

/** With the allocators of C (wasi-libc) and of Rust, both dlmalloc. The first is the caller. */
export const allocatorSuites: readonly Suite[] = [
  ["C → C", "c-c"],
  ["Rust → C", "rust-c"],
  ["C → Rust", "c-rust"],
  ["Rust → Rust", "rust-rust"],
].map(([pair, file]) => ({
  group: pair!,
  component: `../allocators/${file}.wasm`,
  loops: ops.map(({ atMost, ...loop }) => (loop.name === "recs 100" ? { ...loop, atMost: 1.2 } : loop)),
}));

/** Each unit is repeated until it is 64 KiB long in UTF-8. */
const texts: ReadonlyArray<[name: string, unit: string]> = [
  ["ASCII", "the quick brown fox jumps over. "],
  ["Latin-1", "voilà déjà une fête à Neuchâtel "],
  ["CJK", "敏捷的棕色狐狸跳过了懒狗，春眠不覚暁处处闻啼鸟"],
  ["emoji", "😀🦊🌍🎉"],
];

const TEXT_BYTES = 65536;

const echoes: readonly GuestLoop[] = texts.map(([name, unit]) => {
  const repeats = Math.round(TEXT_BYTES / new TextEncoder().encode(unit).length);
  return { name, run: "run-text", rest: [unit, repeats], atMost: 1.5 };
});

/** Echo of 64 KiB between string encodings: what the callee's is not the same as the caller's is transcoded on the way there and back. */
export const encodingSuites: readonly Suite[] = [
  ["utf8", "utf8"],
  ["utf8", "utf16"],
  ["utf8", "compact-utf16"],
  ["utf16", "utf16"],
  ["utf16", "compact-utf16"],
  ["compact-utf16", "compact-utf16"],
].map(([caller, callee]) => ({
  group: `${named(caller!)} ↔ ${named(callee!)}`,
  component: `../guest/text.${caller}.${callee}.wasm`,
  loops: echoes,
}));

/** As the specification calls it. */
function named(encoding: string): string {
  return encoding === "compact-utf16" ? "latin1+utf16" : encoding;
}
