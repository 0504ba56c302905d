/** The public suite of WASI programs, as it lies on disk: a `.wasm` for each test, and mostly a `.json` that says how to drive it. */
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";

/** Preview 1 modules, the same as components of 0.2, commands of 0.3, HTTP services of 0.3. */
export const GROUPS = ["p1", "p2", "p3", "http"] as const;
export type Group = (typeof GROUPS)[number];

export type Operation =
  | { readonly type: "run"; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>>; readonly root: string | undefined }
  | { readonly type: "wait"; readonly exitCode: number }
  | { readonly type: "read" | "write" | "send" | "recv"; readonly id: string; readonly payload: string }
  | { readonly type: "connect"; readonly id: string }
  | { readonly type: "request"; readonly method: string; readonly path: string; readonly headers: Headers; readonly body: string; readonly response: Answer }
  | { readonly type: "kill"; readonly signal: NodeJS.Signals };

type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** What a server that the test talks to answers at one address. */
export interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly mode: "static" | "echo-body" | "echo-headers";
  readonly response: Answer & { readonly chunks: readonly string[] | undefined; readonly trailers: Headers };
}

export interface Server {
  /** The variable by which the guest learns the address. */
  readonly variable: string;
  /** Nobody listens there. */
  readonly closed: boolean;
  readonly endpoints: readonly Endpoint[];
}

export interface TestCase {
  readonly group: Group;
  /** `rust/path_link`. */
  readonly name: string;
  readonly wasm: string;
  readonly operations: readonly Operation[];
  readonly proposals: readonly string[];
  readonly servers: readonly Server[];
}

/** All tests below a folder. */
export function readSuite(folder: string): TestCase[] {
  const files = globSync("**/testsuite/wasm32-wasip[13]/*.wasm", { cwd: folder }).sort();
  return files.flatMap((file): TestCase[] => {
    const wasm = path.join(folder, file);
    const json = wasm.replace(/\.wasm$/, ".json");
    const config = existsSync(json) ? (JSON.parse(readFileSync(json, "utf8")) as Config) : {};
    const language = file.split(path.sep).at(-4)!;
    const name = path.basename(file, ".wasm");
    const test = { name: `${language}/${name}`, wasm, ...described(config, path.dirname(wasm)), proposals: config.proposals ?? implied(name) };
    if (file.includes("wasm32-wasip1")) return [{ ...test, group: "p1" }, asComponent(test)];
    return [{ ...test, group: config.world === "wasi:http/service" ? "http" : "p3" }];
  });
}

/** The JSON, of which little has to be there. */
interface Config {
  readonly world?: string;
  readonly proposals?: readonly string[];
  readonly servers?: readonly GivenServer[];
  readonly operations?: readonly GivenOperation[];
  // Tests that have no `operations`:
  readonly args?: readonly string[];
  readonly env?: Headers;
  readonly root?: string | null;
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

interface GivenOperation {
  readonly type: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: Headers | undefined;
  readonly root?: string | null | undefined;
  readonly exit_code?: number | undefined;
  readonly id?: string;
  readonly payload?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Headers;
  readonly body?: string;
  readonly response?: Partial<Answer>;
  readonly signal?: NodeJS.Signals;
}

interface GivenServer {
  readonly name: string;
  readonly kind?: string;
  readonly endpoints?: readonly GivenEndpoint[];
}

interface GivenEndpoint {
  readonly method?: string;
  readonly path?: string;
  readonly mode?: Endpoint["mode"];
  readonly response?: string | (Partial<Answer> & { readonly chunks?: readonly string[]; readonly trailers?: Headers });
}

/** The adapter ends a component by `wasi:cli/exit.exit`, which tells of success or failure and of no other status. */
function asComponent(test: Omit<TestCase, "group">): TestCase {
  const status = (operation: Operation): Operation => (operation.type === "wait" ? { ...operation, exitCode: Math.min(operation.exitCode, 1) } : operation);
  return { ...test, group: "p2", operations: test.operations.map(status) };
}

/** Tests without a description make sockets all the same. */
function implied(name: string): readonly string[] {
  return name.startsWith("sockets-") ? ["sockets"] : [];
}

function described(config: Config, folder: string): Pick<TestCase, "operations" | "servers"> {
  const operations = (config.operations ?? olderForm(config)).map((operation) => operationOf(operation, folder));
  return { operations, servers: (config.servers ?? []).map(serverOf) };
}

/** Tests without `operations`: run, read what is expected, wait. */
function olderForm({ args, env, root, exit_code, stdout = "", stderr = "" }: Config): GivenOperation[] {
  const read = [
    { type: "read", id: "stdout", payload: stdout },
    { type: "read", id: "stderr", payload: stderr },
  ].filter(({ payload }) => payload !== "");
  return [{ type: "run", args, env, root }, ...read, { type: "wait", exit_code }];
}

function operationOf({ type, ...given }: GivenOperation, folder: string): Operation {
  switch (type) {
    case "run":
      return { type, args: given.args ?? [], env: given.env ?? {}, root: given.root == null ? undefined : path.join(folder, given.root) };
    case "wait":
      return { type, exitCode: given.exit_code ?? 0 };
    case "read":
    case "write":
    case "send":
    case "recv":
      return { type, id: given.id ?? "stdout", payload: given.payload ?? "" };
    case "connect":
      return { type, id: given.id ?? "server" };
    case "request": {
      const { method = "GET", path: at = "/", headers = {}, body = "" } = given;
      return { type, method, path: at, headers, body, response: answerOf(given.response ?? {}) };
    }
    case "kill":
      return { type, signal: given.signal ?? "SIGTERM" };
    default:
      throw new Error(`the suite has an operation that this runner does not know: ${type}`);
  }
}

function answerOf({ status = 200, headers = {}, body = "" }: Partial<Answer>): Answer {
  return { status, headers, body };
}

function serverOf({ name, kind, endpoints = [] }: GivenServer): Server {
  return { variable: `HTTP_SERVER_${name.toUpperCase()}`, closed: kind === "closed", endpoints: endpoints.map(endpointOf) };
}

function endpointOf({ method = "GET", path: at = "/", mode = "static", response = {} }: GivenEndpoint): Endpoint {
  const answer = typeof response === "string" ? { body: response } : response;
  return { method: method.toUpperCase(), path: at, mode, response: { ...answerOf(answer), chunks: answer.chunks, trailers: answer.trailers ?? {} } };
}
