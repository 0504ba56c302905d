import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AddressClass, canonicalIp, classifyIp, formatIp, formatSocketAddress, ipv4, ipv6, isIpv4Compatible, parseIp } from "./address.ts";

const canonical: readonly (readonly [text: string, canonical: string])[] = [
  ["127.0.0.1", "127.0.0.1"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["::ffff:10.1.2.3", "::ffff:a01:203"],
  ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
];
for (const [text, expected] of canonical) {
  test(`reads ${text}`, () => assert.equal(formatIp(parseIp(text)!), expected));
}

// Each is an address to some reader: `inet_aton`, a browser, a shell.
for (const text of [
  "",
  "127.1",
  "2130706433",
  "0x7f.0.0.1",
  "0x7f000001",
  "0177.0.0.1",
  "127.0.0.01",
  "127.0.0.1.",
  "127.0.0.256",
  "127.0.0.1.1",
  "127.0.0.-1",
  "127.0.0.1 ",
  " 127.0.0.1",
  "１２７.0.0.1",
  "1e1.0.0.1",
  ":",
  ":::",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4::5:6:7:8",
  ":1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:",
  "12345::",
  "g::",
  "1.2.3.4::",
  "::1.2.3.4:5",
  "::ffff:127.1",
  "::ffff:0177.0.0.1",
  "fe80::1%eth0",
  "[::1]",
  "0000:0000:0000:0000:0000:0000:0000:0000:0000:0",
]) {
  test(`threat 16: ${JSON.stringify(text)} is no address`, () => assert.equal(parseIp(text), undefined));
}

const byte = fc.integer({ min: 0, max: 255 });
const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
const anyIp = fc.oneof(
  fc.array(byte, { minLength: 4, maxLength: 4 }).map((bytes) => ipv4(...bytes)),
  fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => ipv6(...groups)),
);

test("what is formatted is read as the same address", () => {
  fc.assert(fc.property(anyIp, (address) => assert.deepEqual(parseIp(formatIp(address)), address)));
});

test("the platform's own reader of URLs agrees on the canonical form", () => {
  fc.assert(
    fc.property(anyIp, (address) => {
      const text = formatIp(address);
      const host = address.tag === "ipv4" ? text : `[${text}]`;
      assert.equal(URL.parse(`http://${host}/`)?.hostname, host);
    }),
  );
});

test("any text gives an address or nothing", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789abf:.") })), (text) => {
      const address = parseIp(text);
      if (address !== undefined) assert.deepEqual(parseIp(formatIp(address)), address);
    }),
  );
});

test("an IPv4-mapped address is the IPv4 address; none other is", () => {
  assert.deepEqual(canonicalIp(parseIp("::ffff:127.0.0.1")!), ipv4(127, 0, 0, 1));
  for (const other of ["::127.0.0.1", "::1", "1.2.3.4", "::fffe:1.2.3.4"]) assert.deepEqual(canonicalIp(parseIp(other)!), parseIp(other));
});

test("IPv4-compatible addresses are neither :: nor ::1", () => {
  assert.deepEqual(
    ["::1.2.3.4", "::2", "::1:0", "::", "::1", "::ffff:1.2.3.4"].map((text) => isIpv4Compatible(parseIp(text)!)),
    [true, true, true, false, false, false],
  );
});

test("an IPv6 address with a port stands in brackets", () => {
  assert.equal(formatSocketAddress({ address: ipv6(0, 0, 0, 0, 0, 0, 0, 1), port: 80 }), "[::1]:80");
  assert.equal(formatSocketAddress({ address: ipv4(1, 2, 3, 4), port: 80 }), "1.2.3.4:80");
});

const classes: Readonly<Record<AddressClass, string>> = {
  public: "1.1.1.1 8.8.8.8 100.63.0.1 100.128.0.1 172.15.0.1 172.32.0.1 192.1.0.1 223.255.255.255 2606:4700::1 2001:200::1 64:ff9b::1.1.1.1 2002:101:101::1",
  unspecified: "0.0.0.0 :: ::ffff:0.0.0.0",
  loopback: "127.0.0.1 127.255.255.255 ::1 ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::127.0.0.1 2002:7f00:1:: ::ffff:0:127.0.0.1",
  private: "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.127.0.1 fc00::1 fdff::1 fec0::1 ::ffff:10.0.0.1 64:ff9b:1::1 2002:a00:1::",
  "link-local": "169.254.169.254 fe80::1 febf::1 ::ffff:169.254.169.254 64:ff9b::169.254.169.254",
  multicast: "224.0.0.1 239.255.255.255 ff02::1 ::ffff:224.0.0.1",
  broadcast: "255.255.255.255 ::ffff:255.255.255.255",
  reserved: "0.0.0.1 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 240.0.0.1 2001::1 2001:db8::1 3fff::1 4000::1 100::1 192.88.99.1 ::2",
};
for (const [expected, addresses] of Object.entries(classes)) {
  for (const text of addresses.split(" ")) test(`threat 16: ${text} is ${expected}`, () => assert.equal(classifyIp(parseIp(text)!), expected));
}
