import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatIp, ipv4, ipv6, parseIp } from "./address.ts";
import { AddressRules } from "./address-rules.ts";
import { type HostPattern, parseHostPattern, parsePattern } from "./pattern.ts";

function written(host: HostPattern): string {
  switch (host.tag) {
    case "any":
      return "any";
    case "name":
      return host.name;
    case "subdomains":
      return `below ${host.of}`;
    case "block":
      return `${formatIp(host.address)}/${host.prefix}`;
  }
}

for (const [text, host, first, last] of [
  ["example.com:80", "example.com", 80, 80],
  ["Example.COM.:80", "example.com", 80, 80],
  ["*.example.com:443", "below example.com", 443, 443],
  ["*:443", "any", 443, 443],
  ["*:*", "any", 0, 65535],
  ["localhost:8000-8100", "localhost", 8000, 8100],
  ["10.0.0.0/8:443", "10.0.0.0/8", 443, 443],
  ["0.0.0.0/0:*", "0.0.0.0/0", 0, 65535],
  ["127.0.0.1:0", "127.0.0.1/32", 0, 0],
  ["[::1]:80", "::1/128", 80, 80],
  ["[fd00::/8]:80", "fd00::/8", 80, 80],
  ["[fd00::]/8:80", "fd00::/8", 80, 80],
  ["[::ffff:127.0.0.1]:80", "127.0.0.1/32", 80, 80],
  ["[::ffff:10.0.0.0/104]:80", "10.0.0.0/8", 80, 80],
] as const) {
  test(`reads ${text}`, () => {
    const pattern = parsePattern(text);
    assert.deepEqual([written(pattern.host), pattern.ports], [host, { first, last }]);
  });
}

for (const text of [
  "",
  ":",
  "example.com",
  "[::1]",
  "::1:80",
  "fe80::1:80",
  ":80",
  "example.com:",
  "example.com:65536",
  "example.com:080",
  "example.com:+80",
  "example.com:-1",
  "example.com:80-",
  "example.com:90-80",
  "example.com:80-90-100",
  "example.com:http",
  "http://example.com:80",
  "user@example.com:80",
  "exa mple.com:80",
  "*example.com:80",
  "a.*.com:80",
  "*.:80",
  "**:80",
  "127.1:80",
  "0x7f.0.0.1:80",
  "2130706433:80",
  "10.0.0.1/8:80",
  "10.0.0.0/33:80",
  "10.0.0.0/:80",
  "10.0.0.0/08:80",
  "10.0.0.0/8/8:80",
  "example.com/8:80",
  "[fd00::1/8]:80",
  "[fd00::/129]:80",
  "[fd00::/8]/8:80",
  "[10.0.0.0]:80",
  "[]:80",
]) {
  test(`${JSON.stringify(text)} is refused, with the rule in the message`, () => {
    assert.throws(
      () => parsePattern(text),
      (error) => error instanceof TypeError && error.message.includes(`\`${text}\``),
    );
  });
}

test("the host alone", () => assert.equal(written(parseHostPattern("*.example.com")), "below example.com"));

type Question = readonly [rules: string, address: string, port: number, names: string, allowed: boolean];
const questions: readonly Question[] = [
  ["1.2.3.4:80", "1.2.3.4", 80, "", true],
  ["1.2.3.4:80", "1.2.3.4", 81, "", false],
  ["1.2.3.4:80", "1.2.3.5", 80, "", false],
  ["1.2.3.4:80", "::ffff:1.2.3.4", 80, "", true],
  ["1.2.3.4:80", "::1.2.3.4", 80, "", false],
  ["1.2.3.4:80 1.2.3.5:81", "1.2.3.5", 81, "", true],
  ["1.2.3.4:80 1.2.3.5:81", "1.2.3.5", 80, "", false],
  ["10.0.0.0/8:*", "10.255.0.1", 9, "", true],
  ["10.0.0.0/8:*", "11.0.0.1", 9, "", false],
  ["10.0.0.0/8:*", "::ffff:10.255.0.1", 9, "", true],
  ["[fd00::/9]:*", "fd7f::1", 9, "", true],
  ["[fd00::/9]:*", "fd80::1", 9, "", false],
  ["0.0.0.0/0:*", "127.0.0.1", 9, "", true],
  // A star is the Internet, not the neighbourhood.
  ["*:*", "1.1.1.1", 9, "", true],
  ["*:*", "2606:4700::1", 9, "", true],
  ["*:*", "127.0.0.1", 9, "", false],
  ["*:*", "::1", 9, "", false],
  ["*:*", "169.254.169.254", 80, "", false],
  ["*:*", "::ffff:169.254.169.254", 80, "", false],
  ["*:*", "64:ff9b::10.0.0.1", 80, "", false],
  ["*:*", "10.0.0.1", 80, "evil.test", false],
  // A name stands for the public addresses that it was found to have.
  ["good.test:80", "1.1.1.1", 80, "good.test", true],
  ["good.test:80", "1.1.1.1", 81, "good.test", false],
  ["good.test:80", "1.1.1.1", 80, "evil.test", false],
  ["good.test:80", "1.1.1.1", 80, "", false],
  ["good.test:80", "127.0.0.1", 80, "good.test", false],
  ["good.test:80", "10.0.0.1", 80, "good.test", false],
  ["good.test:80", "::ffff:10.0.0.1", 80, "good.test", false],
  ["good.test:80 10.0.0.0/8:80", "10.0.0.1", 80, "good.test", true],
  ["*.good.test:80", "1.1.1.1", 80, "a.good.test", true],
  ["*.good.test:80", "1.1.1.1", 80, "a.b.good.test", true],
  ["*.good.test:80", "1.1.1.1", 80, "good.test", false],
  ["*.good.test:80", "1.1.1.1", 80, "notgood.test", false],
  ["localhost:80", "127.0.0.1", 80, "localhost", true],
  ["localhost:80", "::1", 80, "localhost", true],
  ["localhost:80", "10.0.0.1", 80, "localhost", false],
  ["localhost:80", "127.0.0.1", 80, "", false],
  ["", "1.1.1.1", 80, "", false],
];
for (const [rules, address, port, names, allowed] of questions) {
  test(`threat 16: ${rules || "no rule"} ${allowed ? "admits" : "refuses"} ${address} port ${port}${names && ` of ${names}`}`, () => {
    const read = AddressRules.parse(rules.split(" ").filter(Boolean));
    assert.equal(read.admits(parseIp(address)!, port, names.split(" ").filter(Boolean)), allowed);
  });
}

test("threat 16: names that may be looked up", () => {
  const rules = AddressRules.parse(["good.test:80", "*.sub.test:*", "10.0.0.0/8:80"]);
  assert.deepEqual(
    ["good.test", "a.good.test", "a.sub.test", "sub.test", "evil.test"].map((name) => rules.admitsName(name)),
    [true, false, true, false, false],
  );
  assert.deepEqual([rules.admitsName("good.test", 80), rules.admitsName("good.test", 81)], [true, false]);
  assert.ok(AddressRules.parse(["*:1"]).admitsName("evil.test"));
});

test("threat 16: answers with a neighbour's address are not told", () => {
  const rules = AddressRules.parse(["good.test:80", "10.1.0.0/16:80"]);
  assert.deepEqual(
    ["1.1.1.1", "127.0.0.1", "10.1.0.1", "10.2.0.1"].map((address) => rules.admitsAnswer(parseIp(address)!, "good.test")),
    [true, false, true, false],
  );
});

for (const [rule, address, port, allowed] of [
  ["127.0.0.1:8080", "127.0.0.1", 8080, true],
  ["127.0.0.1:8080", "0.0.0.0", 8080, false],
  ["127.0.0.1:8080", "127.0.0.1", 0, false],
  ["127.0.0.1:*", "127.0.0.1", 0, true],
  ["*:8080", "0.0.0.0", 8080, true],
  ["*:8080", "::1", 8080, true],
  ["*:8080", "127.0.0.1", 8081, false],
  ["localhost:8080", "127.0.0.1", 8080, true],
  ["localhost:8080", "::1", 8080, true],
  ["localhost:8080", "0.0.0.0", 8080, false],
] as const) {
  test(`threat 16: listening: ${rule} ${allowed ? "admits" : "refuses"} ${address} port ${port}`, () => {
    assert.equal(AddressRules.parse([rule]).admitsLocal(parseIp(address)!, port), allowed);
  });
}

test("a block holds exactly the addresses that share its first bits", () => {
  const bits = (val: readonly number[], width: number) => val.map((part) => part.toString(2).padStart(width, "0")).join("");
  const address = fc.oneof(
    fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }).map((val) => ipv4(...val)),
    fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }).map((val) => ipv6(0x2001, ...val.slice(1))),
  );
  fc.assert(
    fc.property(address, fc.nat(128), fc.nat(128), (base, length, flipped) => {
      const size = base.tag === "ipv4" ? 32 : 128;
      const width = size / base.val.length;
      const prefix = length % (size + 1);
      const flip = flipped % size;
      const start = base.val.map((_, i) =>
        Number.parseInt(
          bits(base.val, width)
            .slice(0, prefix)
            .padEnd(size, "0")
            .slice(i * width, (i + 1) * width),
          2,
        ),
      );
      const text = formatIp({ tag: base.tag, val: start });
      const rules = AddressRules.parse([base.tag === "ipv4" ? `${text}/${prefix}:1` : `[${text}/${prefix}]:1`]);
      assert.ok(rules.admits(base, 1));
      const other = base.val.map((part, i) => (Math.floor(flip / width) === i ? part ^ (1 << (width - 1 - (flip % width))) : part));
      assert.equal(rules.admits({ tag: base.tag, val: other }, 1), flip >= prefix);
    }),
  );
});
