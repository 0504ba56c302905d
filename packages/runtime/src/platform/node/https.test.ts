import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { FieldList } from "../../http/field-list.ts";
import { text } from "../../http/test-peer.ts";
import { untilReady } from "../../streams/waitable.ts";
import { type HttpClientOptions, httpClient } from "./http-client.ts";

const pem = (name: string): string => readFileSync(new URL(`../../../fixtures/tls/${name}.pem`, import.meta.url), "utf8");
const certificate = pem("certificate");

/** What `host` answers, which has a certificate for `localhost` alone. */
async function ask(host: string, options: Pick<HttpClientOptions, "ca">): Promise<string> {
  const server = createServer({ cert: certificate, key: pem("key") }, ({ headers, url }, response) => response.end(`${headers.host?.split(":")[0]} ${url}`));
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    const authority = `${host}:${(server.address() as AddressInfo).port}`;
    const client = httpClient({ allow: [`https://${authority}`], resolve: async () => ["127.0.0.1"], ...options });
    const head = { method: "GET", scheme: "HTTPS", authority, pathWithQuery: "/x?y" };
    const { response } = client.send({ head, fields: new FieldList(), body: undefined, timeouts: {}, signal: new AbortController().signal });
    const { body } = await response;
    let told = "";
    for (let read = body.read(1024); read !== undefined; read = body.read(1024)) {
      told += text(read);
      await untilReady(body);
    }
    return told;
  } finally {
    server.close();
  }
}

const refused = (error: { tag: string }): boolean => error.tag === "TLS-certificate-error";

test("threat 16: a peer that shows the certificate of another, or one that nobody vouches for, gets no request", async () => {
  assert.equal(await ask("localhost", { ca: certificate }), "localhost /x?y");
  await assert.rejects(ask("localhost", {}), refused);
  await assert.rejects(ask("127.0.0.1", { ca: certificate }), refused);
});
