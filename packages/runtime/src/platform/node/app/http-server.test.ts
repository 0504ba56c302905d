/** Requests over real connections, for parts that run. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext as Running, test } from "node:test";
import { type Component, compile, type Interposer, type Part, Store, WireFailure } from "@tenon/engine";
import { compileHandler, compileProbe } from "../../../../fixtures/probe.ts";
import { interposed } from "../../../app/event-target.ts";
import type { JsonObject } from "../../../document/document.ts";
import { describeProblem } from "../../../document/problem.ts";
import type { Capability, EventTarget } from "../../../kinds/kind.ts";
import { testContext } from "../../../kinds/test-context.ts";
import { wasi } from "../../../wasi/imports.ts";
import { httpServerKind } from "./http-server.ts";

const kind = httpServerKind();
const [probe, handler3, hello] = await Promise.all([
  compileProbe(),
  compileHandler(),
  readFile(new URL("../../../../../../examples/http/http-hello.wasm", import.meta.url)).then((bytes) => compile(bytes)),
]);
const versions: readonly (readonly [version: string, component: Component])[] = [
  ["0.2", probe],
  ["0.3", handler3],
];

/** A part that runs, as a wire's end has it. */
class Target implements EventTarget {
  readonly name: string;
  readonly exports: unknown;
  readonly failures: string[] = [];
  readonly part: Part;

  private constructor(part: Part, name: string, exports: unknown) {
    this.part = part;
    this.name = name;
    this.exports = exports;
  }

  static async of(component: Component, through: readonly Interposer[] = []): Promise<Target> {
    const part = await component.open(wasi(), { store: new Store() });
    const name = Object.keys(part.exports).find((each) => /^wasi:http\/(incoming-)?handler@/.test(each))!;
    const type = component.type.exports.get(name)!;
    assert.ok(type.sort === "instance");
    const handle = type.type.exports.get("handle")!;
    assert.ok(handle.sort === "func");
    return new Target(part, name, interposed(part.exports[name], name, new Map([["handle", handle.type]]), through));
  }

  get ends(): EventTarget["ends"] {
    return this.part.ends;
  }

  get poisonedBy(): unknown {
    return this.part.poisonedBy;
  }

  failed(error: unknown): void {
    this.failures.push((error as Error).message);
  }
}

/** Tells when so many requests have begun at a part. */
class Begun {
  #count = 0;
  readonly note: Interposer = ({ next, args }) => {
    this.#count += 1;
    return next(...args);
  };

  async until(count: number): Promise<void> {
    while (this.#count < count) await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Site {
  readonly capability: Capability;
  readonly lines: readonly string[];
  /** Where it listens now. */
  port(): number;
}

async function site(t: Running, config: JsonObject = { port: 0 }): Promise<Site> {
  assert.deepEqual(kind.check(config, []), []);
  const context = testContext();
  const capability = await kind.make(config, context);
  t.after(() => capability.close());
  return { capability, lines: context.lines, port: () => Number(/:(\d+)\/$/.exec(context.lines.at(-1)!)![1]) };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly complete: boolean;
}

interface Asked {
  readonly answer: Promise<Answer>;
  readonly response: Promise<IncomingMessage>;
  readonly request: ClientRequest;
}

function begin(port: number, path: string, agent = new Agent()): Asked {
  const req = request({ port, path, agent });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    req.on("response", resolve);
    req.on("error", reject);
  });
  const answer = response.then(async (res) => {
    let body = "";
    res.on("data", (chunk) => (body += chunk));
    res.on("error", () => {});
    await once(res, "close");
    return { status: res.statusCode!, body, complete: res.complete };
  });
  answer.catch(() => {});
  req.end();
  return { answer, response, request: req };
}

const ask = async (port: number, path: string): Promise<string> => {
  const { status, body } = await begin(port, path).answer;
  return `${status} ${body}`;
};
const UNAVAILABLE = "503 503 Service Unavailable\n";
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

for (const [version, component] of versions) {
  test(`${version}: a part keeps what it holds from one request to the next, also when another path leads to it`, async (t) => {
    const { capability, port } = await site(t);
    assert.equal(await ask(port(), "/count"), UNAVAILABLE);
    const part = await Target.of(component);
    capability.connect!("handler", part);
    assert.deepEqual([await ask(port(), "/count"), await ask(port(), "/count?again")], ["200 0", "200 1"]);
    capability.connect!("handler /count", part);
    assert.equal(await ask(port(), "/count"), "200 2");
    assert.deepEqual(part.failures, []);
  });

  test(`${version}: a trap is 500, told, and ends the part; until there is another, requests are refused`, async (t) => {
    const { capability, port } = await site(t);
    const part = await Target.of(component);
    capability.connect!("handler", part);
    assert.equal(await ask(port(), "/trap"), "500 500 Internal Server Error\n");
    assert.equal(part.failures.length, 1);
    assert.match(part.failures[0]!, /unreachable/);
    assert.deepEqual([await ask(port(), "/hello"), await ask(port(), "/hello")], [UNAVAILABLE, UNAVAILABLE]);
    assert.equal(part.failures.length, 1);
    capability.connect!("handler", await Target.of(component));
    assert.equal(await ask(port(), "/hello"), "200 hello");
  });

  test(`${version}: what the part does wrong without a trap is 500, told, and no more`, async (t) => {
    const { capability, port } = await site(t);
    const part = await Target.of(component);
    capability.connect!("handler", part);
    assert.equal(await ask(port(), "/error"), "500 500 Internal Server Error\n");
    assert.equal(await ask(port(), "/hello"), "200 hello");
    assert.deepEqual(part.failures, ["the component answered with the error `connection-timeout`"]);
  });

  test(`${version}: requests that have begun end at the old part, streams too; others go to the new one`, async (t) => {
    const { capability, port } = await site(t);
    const begun = new Begun();
    const [old, now] = [await Target.of(component, [begun.note]), await Target.of(component)];
    capability.connect!("handler", old);
    assert.equal(await ask(port(), "/count"), "200 0");
    const ticks = begin(port(), "/ticks");
    await ticks.response;
    const waiting = begin(port(), "/count");
    await (version === "0.2" ? turn() : begun.until(3));
    capability.connect!("handler", now);
    // With 0.2 the request that waits has not begun; with 0.3 it was served at once.
    const [first, second] = version === "0.2" ? ["200 0", "200 1"] : ["200 1", "200 0"];
    const { status, body } = await waiting.answer;
    assert.deepEqual([`${status} ${body}`, await ask(port(), "/count")], [first, second]);
    assert.deepEqual(await ticks.answer, { status: 200, body: "tick 0\ntick 1\ntick 2\n", complete: true });
    assert.deepEqual([...old.failures, ...now.failures], []);
  });

  test(`${version}: what lies on the wire may keep a request from the part: then it is refused, and told`, async (t) => {
    const { capability, port } = await site(t);
    let open = false;
    const limit: Interposer = ({ next, args }) => {
      if (!open) throw new WireFailure("not now");
      return next(...args);
    };
    const part = await Target.of(component, [limit]);
    capability.connect!("handler", part);
    assert.equal(await ask(port(), "/hello"), UNAVAILABLE);
    open = true;
    assert.equal(await ask(port(), "/hello"), "200 hello");
    assert.deepEqual(part.failures, ["not now"]);
  });

  test(`${version}: a client that goes away leaves the part as it was`, async (t) => {
    const { capability, port } = await site(t);
    const begun = new Begun();
    const part = await Target.of(component, [begun.note]);
    capability.connect!("handler", part);
    const sleeping = begin(port(), "/sleep?100").request;
    await begun.until(1);
    sleeping.destroy();
    const pouring = begin(port(), "/pour?1000");
    await pouring.response;
    pouring.request.destroy();
    assert.deepEqual([await ask(port(), "/count"), await ask(port(), "/count")], ["200 0", "200 1"]);
    assert.deepEqual([part.poisonedBy, part.failures], [undefined, []]);
  });
}

test("0.2: one request at a time; 0.3: side by side", async (t) => {
  for (const [version, component] of versions) {
    const { capability, port } = await site(t);
    const begun = new Begun();
    capability.connect!("handler", await Target.of(component, [begun.note]));
    const order: string[] = [];
    const slow = begin(port(), "/sleep?500").answer.then(() => order.push("slow"));
    await begun.until(1);
    const quick = begin(port(), "/hello").answer.then(() => order.push("quick"));
    await Promise.all([slow, quick]);
    assert.deepEqual(order, version === "0.2" ? ["slow", "quick"] : ["quick", "slow"]);
  }
});

test("a part that waits in a call of others serves the next request when it has come out", async (t) => {
  const { capability, port } = await site(t);
  const begun = new Begun();
  const part = await Target.of(probe, [begun.note]);
  capability.connect!("handler", part);
  // Two wires lead to it: each knows nothing of the other's requests.
  capability.connect!("handler /sleep", part);
  const slow = begin(port(), "/sleep?100").answer;
  await begun.until(1);
  assert.equal(await ask(port(), "/hello"), "200 hello");
  assert.equal((await slow).body, "slept");
});

test("a component as compilers make it", async (t) => {
  const { capability, port } = await site(t);
  capability.connect!("handler", await Target.of(hello));
  assert.match(await ask(port(), "/Ada"), /^200 Hello Ada, from /);
});

test("routes: a whole path, then the longest below which a path is; one that leads nowhere is refused, not sent elsewhere", async (t) => {
  const { capability, port } = await site(t);
  const seen: string[] = [];
  for (const key of ["handler", "handler /api/*", "handler /api/v2/*", "handler /api", "handler /v*"]) {
    const name = key.replace("handler", "").trim() || "all";
    const noting: Interposer = ({ next, args }) => {
      seen.push(name);
      return next(...args);
    };
    const part = await Target.of(probe, [noting]);
    capability.connect!(key, part);
  }
  const goes = async (path: string): Promise<string> => {
    seen.length = 0;
    const answer = await ask(port(), path);
    return seen[0] ?? answer;
  };
  const cases: readonly (readonly [path: string, to: string])[] = [
    ["/", "all"],
    ["/hello", "all"],
    ["/api", "/api"],
    ["/api?a=/api/v2/", "/api"],
    ["/api/", "/api/*"],
    ["/api/v2", "/api/v2/*"],
    ["/api/v2/x/y", "/api/v2/*"],
    ["/apis", "all"],
    ["/API/", "all"],
    ["/version", "/v*"],
    ["/__proto__", "all"],
  ];
  for (const [path, to] of cases) assert.equal(await goes(path), to, path);
  capability.connect!("handler /api/v2/*", undefined);
  assert.deepEqual([await goes("/api/v2/x"), await goes("/api/x")], [UNAVAILABLE, "/api/*"]);
  capability.disconnect!("handler /api/v2/*");
  assert.equal(await goes("/api/v2/x"), "/api/*");
  capability.disconnect!("handler");
  assert.equal(await goes("/hello"), "404 404 Not Found\n");
});

test("keys of wires that are routes, and what they accept", () => {
  const keys = ["handler", "handler /a", "handler /a/*", "handler a", "handlers", "handler  /a", "*"];
  const found = kind.imports!({ port: 0 }, keys);
  assert.deepEqual(
    found.map(({ name }) => name),
    ["handler", "handler /a", "handler /a/*"],
  );
  assert.deepEqual(found[0]!.accepts, ["wasi:http/handler@0.3.0", "wasi:http/incoming-handler@0.2.0"]);
});

test("another port: listens there, then lets the old go; requests under way end", async (t) => {
  const { capability, port, lines } = await site(t);
  const begun = new Begun();
  capability.connect!("handler", await Target.of(probe, [begun.note]));
  const [old, free] = [port(), await freePort()];
  const slow = begin(old, "/sleep?100", new Agent({ keepAlive: true }));
  await begun.until(1);
  assert.equal(await capability.reconfigure!({ port: free }), true);
  assert.deepEqual(lines.slice(1), [`capability: listening at http://127.0.0.1:${free}/`]);
  assert.equal(await ask(free, "/hello"), "200 hello");
  assert.deepEqual(await slow.answer, { status: 200, body: "slept", complete: true });
  await assert.rejects(ask(old, "/hello"), { code: "ECONNREFUSED" });
  // The same again changes nothing, and costs no connection.
  assert.equal(await capability.reconfigure!({ port: free, host: "127.0.0.1" }), true);
  assert.equal(lines.length, 2);
  // Another address, the same port.
  assert.equal(await capability.reconfigure!({ port: free, host: "0.0.0.0" }), true);
  assert.deepEqual([lines.at(-1), await ask(free, "/hello")], [`capability: listening at http://0.0.0.0:${free}/`, "200 hello"]);
});

test("what can't be listened at is told in words, and the server stays where it was", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  t.after(() => taken.close());
  await once(taken, "listening");
  const { port: busy } = taken.address() as AddressInfo;
  const inUse = { message: `port ${busy} of 127.0.0.1 is in use; \`"port": 0\` takes one that is free` };
  await assert.rejects(kind.make({ port: busy }, testContext()), inUse);
  const { capability, port } = await site(t);
  capability.connect!("handler", await Target.of(probe));
  const at = port();
  await assert.rejects(capability.reconfigure!({ port: busy }), inUse);
  await assert.rejects(capability.reconfigure!({ port: at, host: "192.0.2.1" }), { message: "192.0.2.1 is no address of this machine" });
  assert.equal(await ask(at, "/hello"), "200 hello");
});

test("a server that is closed answers what is under way, and waits so long and no longer", async (t) => {
  const { capability, port } = await site(t);
  const begun = new Begun();
  capability.connect!("handler", await Target.of(handler3, [begun.note]));
  const slow = begin(port(), "/sleep?100");
  const never = begin(port(), "/hang");
  await begun.until(2);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const closed = capability.close();
  t.mock.timers.tick(4_999);
  assert.equal((await slow.answer).body, "slept");
  await assert.rejects(ask(port(), "/hello"), { code: "ECONNREFUSED" });
  t.mock.timers.tick(1);
  await closed;
  await assert.rejects(never.answer, { code: "ECONNRESET" });
});

test("what it asks for: this machine's own address is an app's own", () => {
  const asked = (config: JsonObject) => kind.asks(config, testContext()).map(({ id, words, own }) => `${own ? "own" : "asks"}: ${words} [${id}]`);
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ port: 80 }, "own: listens on 127.0.0.1:80 [listen 127.0.0.1:80]"],
    [{ port: 80, host: "127.8.8.8" }, "own: listens on 127.8.8.8:80 [listen 127.8.8.8:80]"],
    [{ port: 80, host: "localhost" }, "own: listens on localhost:80 [listen localhost:80]"],
    [{ port: 80, host: "::1" }, "own: listens on [::1]:80 [listen [::1]:80]"],
    [{ port: 80, host: "0.0.0.0" }, "asks: listens on 0.0.0.0:80 [listen 0.0.0.0:80]"],
    [{ port: 80, host: "::" }, "asks: listens on [::]:80 [listen [::]:80]"],
    [{ port: 80, host: "127.evil.example" }, "asks: listens on 127.evil.example:80 [listen 127.evil.example:80]"],
    [{ port: 80, host: "10.0.0.1" }, "asks: listens on 10.0.0.1:80 [listen 10.0.0.1:80]"],
  ];
  for (const [config, words] of cases) assert.deepEqual(asked(config), [words]);
});

test("what is wrong with its configuration", () => {
  const told = (config: JsonObject) => kind.check(config, []).map(describeProblem);
  const port = (found: string) => `\`port\` of \`http-server\` is ${found}; expected a port from 0 to 65535\n  "port": 8080`;
  assert.deepEqual(told({}), ['`http-server` needs `port`: the port that it listens on; 0 takes one that is free\n  "with": { "port": 8080 }']);
  assert.deepEqual(told({ port: "8080" }), [port('"8080"')]);
  assert.deepEqual(told({ port: 65536 }), [port("65536")]);
  assert.deepEqual(told({ port: 1.5 }), [port("1.5")]);
  assert.deepEqual(told({ port: 1, host: "" }), ['`host` of `http-server` is ""; expected an address of this machine, as "127.0.0.1"\n  "host": "127.0.0.1"']);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
