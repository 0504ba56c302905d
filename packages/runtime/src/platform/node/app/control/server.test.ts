import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { LogLine } from "../../../../app/app-log.ts";
import type { Control } from "../../../../app/control.ts";
import { refusal } from "../../../../document/refusal.ts";
import { MAX_CONTROL_BACKLOG, MAX_CONTROL_CLIENTS, MAX_CONTROL_LINE, MAX_CONTROL_REQUESTS } from "../../../../limits.ts";
import { connectControl } from "./client.ts";
import { controlPlace } from "./place.ts";
import { type Served, serveControl } from "./server.ts";

/** What is asked of the app is noted; the rest is not there. */
class Stage {
  readonly document: string;
  readonly asked: unknown[] = [];
  readonly followers = new Set<(line: LogLine) => void>();
  readonly served: Served = {
    control: {
      apply: async (...params: unknown[]) => void this.asked.push(params),
      restart: (part: string) => (part === "stuck" ? new Promise(() => {}) : Promise.reject(refusal("app/no-part", "there is no such part", "look"))),
      logs: async (part: string | null) => [part],
      stop: async () => {},
    } as unknown as Control,
    follow: (tell) => {
      this.followers.add(tell);
      return () => this.followers.delete(tell);
    },
  };
  readonly #sockets: Socket[] = [];

  constructor(folder: string) {
    this.document = path.join(folder, "tenon.jsonc");
  }

  static async make(t: TestContext, within = ""): Promise<Stage> {
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "tenon-control-")));
    mkdirSync(path.join(folder, within), { recursive: true });
    const stage = new Stage(path.join(folder, within));
    const server = await serveControl(stage.document, Promise.resolve(stage.served));
    t.after(async () => {
      for (const socket of stage.#sockets) socket.destroy();
      await server.close();
      rmSync(folder, { recursive: true });
    });
    return stage;
  }

  async connect(): Promise<Socket> {
    const socket = connect(controlPlace(this.document));
    socket.on("error", () => {});
    this.#sockets.push(socket);
    await once(socket, "connect");
    return socket;
  }

  /** Sends it as it is; what comes until the next line's end. */
  async say(text: string): Promise<string> {
    const socket = await this.connect();
    socket.write(text);
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString().trimEnd();
  }
}

const message = (method: string, ...params: unknown[]): string => `${JSON.stringify({ id: 1, method, params })}\n`;

const answered: ReadonlyArray<[what: string, message: string, answer: object]> = [
  ["what the app gives", message("logs", null), { id: 1, result: [null] }],
  ["what it refuses", message("restart", "a"), { id: 1, error: { problems: [{ code: "app/no-part", message: "there is no such part", place: [], hint: "look" }] } }],
  ["that there is no such method", message("eval", "1"), { id: 1, error: { message: "an app has no `eval`: it may run with another version of tenon" } }],
  ["that nothing is inherited", message("toString"), { id: 1, error: { message: "an app has no `toString`: it may run with another version of tenon" } }],
  ["that there is no prototype", message("__proto__"), { id: 1, error: { message: "an app has no `__proto__`: it may run with another version of tenon" } }],
  ["that there are too few parameters", message("apply", []), { id: 1, error: { message: "`apply` takes 2 parameters, not 1" } }],
  ["that a parameter is none", message("logs", {}), { id: 1, error: { problems: [{ code: "app/bad-operation", message: "a part is named by a text, not by `{}`", place: [] }] } }],
  ["the first of two in one packet", message("logs", null) + message("logs", null), { id: 1, result: [null] }],
]; // biome-ignore format: a table
for (const [what, text, answer] of answered) {
  test(`says ${what}`, async (t) => {
    const stage = await Stage.make(t);
    assert.deepEqual(JSON.parse((await stage.say(text)).split("\n")[0]!), answer);
  });
}

const dropped: ReadonlyArray<[what: string, text: string]> = [
  ["what is no JSON", "GET / HTTP/1.1\r\n\r\n"],
  ["what has no `id`", '{"method":"logs","params":[null]}\n'],
  ["an `id` that is no number", '{"id":"1","method":"logs","params":[null]}\n'],
  ["parameters that are no list", '{"id":1,"method":"logs","params":{"length":1}}\n'],
  ["a list", "[]\n"],
  ["nothing", "null\n"],
  ["a line without end", "x".repeat(MAX_CONTROL_LINE + 1)],
  ["more requests at once than are taken", message("restart", "stuck").repeat(MAX_CONTROL_REQUESTS + 1)],
];
for (const [what, text] of dropped) {
  test(`hangs up on ${what}, and goes on`, async (t) => {
    const stage = await Stage.make(t);
    const socket = await stage.connect();
    socket.write(text);
    await once(socket.resume(), "close");
    const client = (await connectControl(stage.document))!;
    assert.deepEqual(await client.logs("a"), ["a"]);
    client.close();
  });
}

test("a line in many pieces, cut within a character, is one", async (t) => {
  const stage = await Stage.make(t);
  const socket = await stage.connect();
  for (const byte of Buffer.from(message("logs", "🦀"))) {
    socket.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [answer] = (await once(socket, "data")) as [Buffer];
  assert.deepEqual(JSON.parse(answer.toString()), { id: 1, result: ["🦀"] });
});

test("what is wrong with operations is told, however deep it is", async (t) => {
  const stage = await Stage.make(t);
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const answer = JSON.parse(await stage.say(`{"id":1,"method":"apply","params":[${deep},{"author":"ann"}]}\n`)) as { readonly error: object };
  assert.ok(answer.error);
  assert.deepEqual(stage.asked, []);
});

test("no more clients than there may be, until one goes", async (t) => {
  const stage = await Stage.make(t);
  const sockets = await Promise.all(Array.from({ length: MAX_CONTROL_CLIENTS }, () => stage.connect()));
  await assert.rejects((await connectControl(stage.document))!.logs(null), { message: "the app ended before it answered" });
  sockets[0]!.destroy();
  await once(sockets[0]!, "close");
  const client = (await connectControl(stage.document))!;
  assert.deepEqual(await client.logs(null), [null]);
  client.close();
});

test("who follows is told each line, until they go", async (t) => {
  const stage = await Stage.make(t);
  const lines: LogLine[] = [];
  const client = (await connectControl(stage.document))!;
  const followed = client.follow((line) => lines.push(line));
  const line: LogLine = { at: "", part: "a", level: "info", context: "", message: 'new\nline "quoted"' };
  await client.logs(null);
  for (const tell of stage.followers) tell(line);
  await client.logs(null);
  assert.deepEqual(lines, [line]);
  client.close();
  await followed;
  while (stage.followers.size > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("who follows and never reads is let go", async (t) => {
  const stage = await Stage.make(t);
  const socket = await stage.connect();
  socket.pause();
  socket.write(message("follow"));
  while (stage.followers.size === 0) await new Promise((resolve) => setImmediate(resolve));
  const line: LogLine = { at: "", part: "a", level: "info", context: "", message: "x".repeat(MAX_CONTROL_BACKLOG / 16) };
  for (let i = 0; i < 20; i++) for (const tell of stage.followers) tell(line);
  while (stage.followers.size > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("only its owner can open it", async (t) => {
  const stage = await Stage.make(t);
  const place = controlPlace(stage.document);
  assert.equal(statSync(place).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(place)).mode & 0o777, 0o700);
});

test("a long path has a short name", async (t) => {
  const stage = await Stage.make(t, "long/".repeat(40));
  const place = controlPlace(stage.document);
  assert.ok(Buffer.byteLength(place) <= 100, place);
  assert.equal(existsSync(place), true);
  const client = (await connectControl(stage.document))!;
  assert.deepEqual(await client.logs(null), [null]);
  client.close();
});

test("what a crash left behind is in nobody's way", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-control-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const stage = new Stage(folder);
  mkdirSync(path.join(folder, ".tenon"));
  writeFileSync(controlPlace(stage.document), "");
  assert.equal(await connectControl(stage.document), undefined);
  const server = await serveControl(stage.document, Promise.resolve(stage.served));
  const client = (await connectControl(stage.document))!;
  assert.deepEqual(await client.logs(null), [null]);
  client.close();
  await server.close();
  assert.equal(existsSync(controlPlace(stage.document)), false);
});

test("a socket that somebody listens at is not taken over", async (t) => {
  const stage = await Stage.make(t);
  await assert.rejects(serveControl(stage.document, Promise.resolve(stage.served)), { code: "app/runs-already" });
  const client = (await connectControl(stage.document))!;
  assert.deepEqual(await client.logs(null), [null]);
  client.close();
});

test("what was asked before the app ended is answered", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-control-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const stage = new Stage(folder);
  const server = await serveControl(stage.document, Promise.resolve(stage.served));
  const client = (await connectControl(stage.document))!;
  let closed: Promise<void> | undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.served.control.stop = async () => {
    closed = server.close();
    resolve();
    await new Promise((later) => setTimeout(later, 10));
  };
  await client.stop();
  await promise;
  await closed;
});
