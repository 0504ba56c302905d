import assert from "node:assert/strict";
import { test } from "node:test";
import { missesFiles, Refusals } from "./refusals.ts";

const uses: readonly (readonly [operation: string, target: string, outcome: string, told: string | undefined])[] = [
  ["connect", "10.0.0.1:443", "access-denied", "it asked to connect to 10.0.0.1:443 and was refused: --allow-net 10.0.0.1:443 grants it"],
  ["connect", "10.0.0.1:443", "ok", undefined],
  ["connect", "10.0.0.1:443", "connection-refused", undefined],
  ["bind", "127.0.0.1:80", "access-denied", "it asked to listen on 127.0.0.1:80 and was refused: --listen 127.0.0.1:80 grants it"],
  ["resolve-addresses", "a.b", "access-denied", "it asked for the addresses of a.b and was refused: --allow-net a.b:PORT grants it"],
  [
    "resolve-addresses",
    "10.0.0.1",
    "access-denied",
    "a name that it looked up has the address 10.0.0.1, which is not a public one, and that was refused: --allow-net 10.0.0.1:PORT grants it",
  ],
  ["handle", "https://a.b/c", "HTTP-request-denied", "it asked for https://a.b/c and was refused: --allow-net a.b:443 grants it"],
  [
    "handle",
    "http://a.b/",
    "destination-IP-prohibited",
    "it asked for http://a.b/, whose host has no public address, and was refused: --allow-net ADDRESS:PORT, with that address, grants it",
  ],
  ["handle", "http://a.b/", "HTTP-request-denied", "it asked for http://a.b/ and was refused: --allow-net a.b:80 grants it"],
  ["send", "http://[::1]:81/", "HTTP-request-denied", "it asked for http://[::1]:81/ and was refused: --allow-net [::1]:81 grants it"],
];
for (const [operation, target, outcome, told] of uses) {
  test(`${operation} ${target}, ${outcome}`, () => {
    const lines: string[] = [];
    const { note } = new Refusals((line) => lines.push(line));
    for (let i = 0; i < 3; i++) note({ capability: "network", operation, target, outcome });
    assert.deepEqual(lines, told === undefined ? [] : [told]);
  });
}

test("threat 12: a guest's words don't steer the terminal, and a guest that asks for much is told of a little", () => {
  const lines: string[] = [];
  const { note } = new Refusals((line) => lines.push(line));
  for (let i = 0; i < 1000; i++) note({ capability: "network", operation: "resolve-addresses", target: `a\x1b[2J\n${i}`, outcome: "access-denied" });
  assert.equal(lines.length, 8);
  assert.ok(lines.every((line) => !/\p{Cc}/u.test(line)));
});

test("the messages of several languages for a file that can't be found", () => {
  const imports = [{ name: "wasi:filesystem/preopens@0.2.12" }];
  for (const message of ["failed to find a pre-opened file descriptor", "x: No such file or directory", "Capabilities insufficient", "FileNotFoundError: x"]) {
    assert.equal(missesFiles(imports, message), true);
    assert.equal(missesFiles([], message), false);
  }
  assert.equal(missesFiles([{ name: "wasi_snapshot_preview1" }], "No such file"), true);
  assert.equal(missesFiles(imports, "usage: x FILE"), false);
});
