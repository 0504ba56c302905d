/** Where Tenon and wasmtime differ, and which functions can't be made to fail: each with its reason. */
export type KnownCase = readonly [run: string, subject: string, number: number, wasmtime: string, tenon: string];

export interface Difference {
  readonly right: "tenon" | "both" | "wasmtime";
  readonly reason: string;
  /** The run, the function, its how manieth case in that run, the outcome in wasmtime and in Tenon; `-` for none. */
  readonly cases: readonly KnownCase[];
}

const FILES = "wasi:filesystem/types@0.2 [method]descriptor";
const LOOKUP = "wasi:sockets/ip-name-lookup@0.2";
const OUTPUT = "wasi:io/streams@0.2 [method]output-stream";

export const DIFFERENCES: readonly Difference[] = [
  {
    right: "tenon",
    reason: "what is due is ready when it is asked for the first time; wasmtime needs it to be waited for once",
    cases: [
      ["clocks-0.2", "wasi:clocks/monotonic-clock@0.2 subscribe-instant", 2, "ok false", "ok true"],
      ["io-0.2", "wasi:io/poll@0.2 [method]pollable.ready", 1, "ok (false, false)", "ok (false, true)"],
    ],
  },
  {
    right: "both",
    reason: "a stream of what can't be read or written is refused, as the text allows; in wasmtime its first use fails",
    cases: [
      ["filesystem-0.2", `${FILES}.read-via-stream`, 4, "ok", "err bad-descriptor"],
      ["filesystem-0.2", `${FILES}.write-via-stream`, 2, "ok", "err bad-descriptor"],
      ["filesystem-0.2", `${FILES}.append-via-stream`, 2, "ok", "err bad-descriptor"],
      ["filesystem-0.2", `${FILES}.write-via-stream`, 4, "ok", "err invalid"],
    ],
  },
  {
    right: "both",
    reason: "Tenon's files end at 2^53 bytes, where JavaScript's exact numbers do: so it refuses itself what wasmtime has the system refuse",
    cases: [["filesystem-0.2", "wasi:filesystem/types@0.2 filesystem-error-code", 1, 'ok Some("invalid")', 'ok Some("file-too-large")']],
  },
  {
    right: "tenon",
    reason: "a time that the file system can't hold is an error; wasmtime says ok and the system keeps the nearest one it can",
    cases: [["filesystem-0.3", "wasi:filesystem/types@0.3 [method]descriptor.set-times", 4, "ok", "err overflow"]],
  },
  {
    right: "both",
    reason: "files are written when it is asked for, so a write that fails says so itself; wasmtime writes later and tells the next call",
    cases: [
      ["io-0.2", `${OUTPUT}.write`, 4, "ok", "err last-operation-failed"],
      ["io-0.2", `${OUTPUT}.check-write`, 3, "err last-operation-failed", "err closed"],
      ["io-0.2", `${OUTPUT}.blocking-flush`, 3, "err last-operation-failed", "err closed"],
    ],
  },
  {
    right: "both",
    reason: "after a connection that failed every function names its error; wasmtime does so but for those that bind and listen",
    cases: [
      ["sockets-0.2", "wasi:sockets/tcp@0.2 [method]tcp-socket.start-bind", 5, "err invalid-state", "err connection-refused"],
      ["sockets-0.3", "wasi:sockets/types@0.3 [method]tcp-socket.bind", 5, "err invalid-state", "err connection-refused"],
      ["sockets-0.3", "wasi:sockets/types@0.3 [method]tcp-socket.listen", 4, "err invalid-state", "err connection-refused"],
    ],
  },
  {
    right: "tenon",
    reason: "an error of a stream of a connection knows its code; wasmtime gives none",
    cases: [["sockets-0.2", "wasi:sockets/network@0.2 network-error-code", 1, "ok None", 'ok Some("connection-reset")']],
  },
  {
    right: "tenon",
    reason: "a label of more than 63 letters is no valid name, and refused as such; wasmtime asks the system",
    cases: [["sockets-0.3", "wasi:sockets/ip-name-lookup@0.3 resolve-addresses", 8, "err name-unresolvable", "err invalid-argument"]],
  },
  {
    right: "tenon",
    reason: "a look-up that is not allowed is denied, not failed",
    cases: [
      ["sockets-0.2-denied", `${LOOKUP} resolve-addresses`, 1, "err permanent-resolver-failure", "err access-denied"],
      ["sockets-0.2-denied", `${LOOKUP} resolve-addresses`, 2, "err permanent-resolver-failure", "err access-denied"],
      ["sockets-0.3-denied", "wasi:sockets/ip-name-lookup@0.3 resolve-addresses", 1, "err permanent-resolver-failure", "err access-denied"],
      ["sockets-0.3-denied", "wasi:sockets/ip-name-lookup@0.3 resolve-addresses", 2, "err permanent-resolver-failure", "err access-denied"],
    ],
  },
  {
    right: "tenon",
    reason: "names of fields keep their casing, and their order is the one in which they were added; wasmtime writes them small and gathers them by name",
    cases: (
      [
        ["http-0.2", "wasi:http/types@0.2 [method]fields.entries"],
        ["http-0.3", "wasi:http/types@0.3 [method]fields.copy-all"],
      ] as const
    ).flatMap(([run, subject]): KnownCase[] => [
      [run, subject, 1, 'ok [("x-one", "1"), ("x-one", "3"), ("x-two", "2")]', 'ok [("x-one", "1"), ("X-Two", "2"), ("x-one", "3")]'],
      [run, subject, 2, 'ok [("x-two", "2")]', 'ok [("X-Two", "2")]'],
    ]),
  },
  {
    right: "tenon",
    reason: "a request that comes in has the scheme and the authority of its connection; wasmtime gives 0.3 what is written in the request line",
    cases: [
      ["http-handler-0.3", "wasi:http/types@0.3 [method]request.get-scheme", 1, "ok None", "ok Some(Scheme::Http)"],
      ["http-handler-0.3", "wasi:http/types@0.3 [method]request.get-authority", 1, "ok false", "ok true"],
    ],
  },
  {
    right: "both",
    reason: "a short body that is complete before anything was sent fails as a whole; wasmtime has the connection break",
    cases: [["http-handler-0.3", "GET /short", 1, "broken", "500"]],
  },
  {
    right: "tenon",
    reason: "a response that ends before it is complete is an error, `HTTP-response-incomplete`; wasmtime takes it for whole",
    cases: [
      ["http-0.2", "wasi:http/types@0.2 http-error-code", 1, "ok None", 'ok Some("http-response-incomplete")'],
      ["http-0.2", "wasi:http/types@0.2 [method]future-trailers.get", 3, 'ok "of a broken body"', "err http-response-incomplete"],
      ["http-0.3", "wasi:http/types@0.3 [static]response.consume-body", 2, 'ok ("short", false)', "err http-response-incomplete"],
      ["http-0.3", "wasi:http/types@0.3 [static]request.consume-body", 1, 'ok ("short", false)', "err http-response-incomplete"],
    ],
  },
  {
    right: "both",
    reason: "a request whose body is shorter than announced gets no response; the texts do not say by which error (`request.new` tells the cause in both)",
    cases: [["http-0.3", "wasi:http/client@0.3 send", 3, "err http-protocol-error", "err connection-terminated"]],
  },
];

/** What another wasmtime does otherwise than the recorded one: with its version as it begins. */
export const OTHER_WASMTIMES: ReadonlyMap<string, readonly KnownCase[]> = new Map([
  [
    "wasmtime 48.",
    [
      ["http-0.2", "wasi:http/types@0.2 [method]outgoing-request.set-authority", 3, "err -", "ok"],
      ["http-0.2", "wasi:http/types@0.2 [method]outgoing-request.authority", 2, 'ok Some("example.com:8080")', 'ok Some("example.com:99999")'],
      ["http-0.3", "wasi:http/types@0.3 [static]response.consume-body", 2, 'ok ("short", false)', "err http-protocol-error"],
      ["http-0.3", "wasi:http/types@0.3 [static]request.consume-body", 1, 'ok ("short", false)', "err http-protocol-error"],
    ],
  ],
]);

export interface Excuse {
  readonly reason: string;
  readonly functions: readonly string[];
}

export const CANNOT_FAIL: readonly Excuse[] = [
  {
    reason: "the error says that a timeout is not supported; all of them are",
    functions: ["connect", "first-byte", "between-bytes"].map((name) => `wasi:http/types@0.2 [method]request-options.set-${name}-timeout`),
  },
];
