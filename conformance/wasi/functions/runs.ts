/** The programs, how each is started, and what it may use. */

/** What a program is granted; each host has its own options for it. */
export type Grant = "directory" | "network" | "http";

interface CommonRun {
  /** Names the recorded lines. */
  readonly name: string;
  /** One of `guests/programs/`. */
  readonly program: string;
  readonly grants?: readonly Grant[];
  /** Why wasmtime can't run it. */
  readonly notInWasmtime?: string;
}

export interface CommandRun extends CommonRun {
  readonly kind: "command";
  /** `PORTS` stand for those of the peers. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | typeof A_DIRECTORY;
  /** Runs by the JavaScript API, which takes back what was granted when the program says so. */
  readonly revoked?: true;
  /** Its streams are those of a terminal. */
  readonly terminal?: true;
  /** What of its output goes to a device that has no room. */
  readonly full?: "stdout" | "stderr";
}

export interface ServiceRun extends CommonRun {
  readonly kind: "service";
  readonly requests: readonly ServiceRequest[];
  /** Lines that it prints on standard output, some of them after the response. */
  readonly logged?: number;
}

export interface ServiceRequest {
  readonly path: string;
  readonly body?: string;
}

export type Run = CommandRun | ServiceRun;

export const A_DIRECTORY: unique symbol = Symbol("a directory");

/** Stand for what is known only when the peers listen. */
export const PORTS = { reset: "{reset port}", server: "{server}", nobody: "{nobody}" } as const;

const TIMEZONE = "wasmtime does not provide the unstable `wasi:clocks/timezone`";

const tracks = ["0.2", "0.3"] as const;

export const RUNS: readonly Run[] = [
  ...tracks.flatMap((track): Run[] => [
    {
      kind: "command",
      name: `cli-${track}`,
      program: `cli-${track}`,
      args: ["one", "two words"],
      env: { NAME: "value" },
      stdin: "input\n",
    },
    ...["exit-ok", "exit-err", "exit-with-code", "run-err"].map(
      (end): Run => ({ kind: "command", name: `cli-${track}-${end}`, program: `cli-${track}`, args: [end] }),
    ),
    { kind: "command", name: `cli-${track}-terminal`, program: `cli-${track}`, args: ["terminals"], terminal: true },
    { kind: "command", name: `clocks-${track}`, program: `clocks-${track}` },
    { kind: "command", name: `random-${track}`, program: `random-${track}` },
    { kind: "command", name: `timezone-${track}`, program: `timezone-${track}`, notInWasmtime: TIMEZONE },
    { kind: "command", name: `filesystem-${track}`, program: `filesystem-${track}`, grants: ["directory"] },
    { kind: "command", name: `sockets-${track}`, program: `sockets-${track}`, grants: ["network"], args: [PORTS.reset] },
    { kind: "command", name: `sockets-${track}-denied`, program: `sockets-${track}`, args: ["denied"] },
    ...(["filesystem", "sockets"] as const).map(
      (name): Run => ({
        kind: "command",
        name: `${name}-${track}-revoked`,
        program: `${name}-${track}`,
        grants: [name === "filesystem" ? "directory" : "network"],
        args: ["revoked"],
        revoked: true,
        notInWasmtime: "wasmtime takes nothing back",
      }),
    ),
    { kind: "command", name: `http-${track}`, program: `http-${track}`, grants: ["http"], args: [PORTS.server, PORTS.nobody] },
  ]),
  { kind: "command", name: "io-0.2", program: "io-0.2", grants: ["directory"] },
  { kind: "command", name: "cli-0.3-full-output", program: "cli-0.3", args: ["full-output"], full: "stdout" },
  { kind: "command", name: "cli-0.3-full-error", program: "cli-0.3", args: ["full-error"], full: "stderr" },
  { kind: "command", name: "cli-0.3-unreadable-input", program: "cli-0.3", args: ["unreadable-input"], stdin: A_DIRECTORY },
  {
    kind: "service",
    name: "http-handler-0.2",
    program: "http-handler-0.2",
    requests: [{ path: "/report?query=1", body: "a body" }, { path: "/error" }, { path: "/unset" }],
  },
  {
    kind: "service",
    name: "http-handler-0.3",
    program: "http-handler-0.3",
    requests: [{ path: "/report?query=1", body: "a body" }, { path: "/error" }, { path: "/short" }],
    logged: 3,
  },
  {
    kind: "service",
    name: "http-informational-0.2",
    program: "http-informational-0.2",
    requests: [{ path: "/" }],
    notInWasmtime: "wasmtime does not provide the unstable `send-informational`",
  },
];
