import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_FIELD_COUNT, MAX_FIELDS_BYTES } from "../limits.ts";
import { declaredLength, FieldList, fieldBytes, fieldValue } from "./field-list.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const list = (...entries: [string, string][]) => {
  const fields = new FieldList();
  for (const [name, value] of entries) assert.equal(fields.append(name, bytes(value)), undefined);
  return fields;
};

const faults: readonly (readonly [what: string, name: string, value: string, fault: string | undefined])[] = [
  ["a plain field", "x-a", "1", undefined],
  ["an empty value", "x-a", "", undefined],
  ["a tab", "x-a", "a\tb", undefined],
  ["all token characters", "!#$%&'*+-.^_`|~09azAZ", "1", undefined],
  ["CR LF in a value", "x-a", "1\r\nevil: 1", "invalid-syntax"],
  ["CR", "x-a", "1\r", "invalid-syntax"],
  ["LF (obsolete folding)", "x-a", "1\n 2", "invalid-syntax"],
  ["NUL", "x-a", "\0", "invalid-syntax"],
  ["DEL", "x-a", "\x7f", "invalid-syntax"],
  ["an escape", "x-a", "\x1b[2J", "invalid-syntax"],
  ["no name", "", "1", "invalid-syntax"],
  ["a space in a name", "x a", "1", "invalid-syntax"],
  ["a colon in a name", "x:a", "1", "invalid-syntax"],
  ["CR LF in a name", "x\r\ny", "1", "invalid-syntax"],
  ["a name that is not ASCII", "é", "1", "invalid-syntax"],
  ["transfer-encoding", "Transfer-Encoding", "chunked", "forbidden"],
  ["connection", "CONNECTION", "close", "forbidden"],
  ["host", "host", "x", "forbidden"],
  ["keep-alive", "keep-alive", "x", "forbidden"],
  ["upgrade", "upgrade", "x", "forbidden"],
  ["proxy-authenticate", "proxy-authenticate", "x", "forbidden"],
  ["proxy-authorization", "proxy-authorization", "x", "forbidden"],
  ["proxy-connection", "proxy-connection", "x", "forbidden"],
  ["http2-settings", "http2-settings", "x", "forbidden"],
];
for (const [what, name, value, fault] of faults) {
  test(`threat 17: ${what}: ${fault ?? "taken"}`, () => {
    const fields = new FieldList();
    assert.equal(fields.append(name, bytes(value)), fault);
    assert.equal(fields.set(name, [bytes(value)]), fault);
    assert.equal(fields.entries().length, fault === undefined ? 1 : 0);
  });
}

test("names differ by letters only, keep the case they came in first, and their order", () => {
  const fields = list(["B", "1"], ["a", "2"], ["b", "3"]);
  assert.deepEqual(fields.get("b"), ["1", "3"]);
  assert.deepEqual([fields.has("A"), fields.has("c"), fields.get("c")], [true, false, []]);
  assert.deepEqual(fields.entries(), [
    ["B", "1"],
    ["a", "2"],
    ["B", "3"],
  ]);
  assert.deepEqual(fields.flat(), ["B", "1", "a", "2", "B", "3"]);
});

test("threat 17: set replaces all values or none", () => {
  const fields = list(["a", "1"], ["A", "2"], ["b", "3"]);
  assert.equal(fields.set("a", [bytes("ok"), bytes("\n")]), "invalid-syntax");
  assert.deepEqual(fields.get("a"), ["1", "2"]);
  fields.set("a", [bytes("x"), bytes("y")]);
  assert.deepEqual(fields.get("a"), ["x", "y"]);
  fields.set("a", []);
  assert.equal(fields.has("a"), false);
});

test("threat 17: delete takes away all values of a name, and refuses what no name is", () => {
  const fields = list(["a", "1"], ["A", "2"], ["b", "3"]);
  assert.equal(fields.delete("a"), undefined);
  assert.equal(fields.delete("never"), undefined);
  assert.deepEqual(fields.flat(), ["b", "3"]);
  assert.deepEqual([fields.delete("a b"), fields.delete("host")], ["invalid-syntax", "forbidden"]);
});

test("a clone is independent", () => {
  const fields = list(["a", "1"]);
  const copy = fields.clone();
  copy.append("b", bytes("2"));
  fields.flat().push("c", "3");
  assert.deepEqual(
    [fields.flat(), copy.flat()],
    [
      ["a", "1"],
      ["a", "1", "b", "2"],
    ],
  );
});

test("threat 17: fields of the connection that a peer sent stay with the host", () => {
  assert.deepEqual(FieldList.received(["Host", "x", "X-A", "1", "Connection", "close", "x-a", "2"]).flat(), ["X-A", "1", "x-a", "2"]);
});

test("threat 11: no more fields than the limit, also after removal", () => {
  const fields = new FieldList();
  for (let i = 0; i < MAX_FIELD_COUNT; i++) assert.equal(fields.append("x", bytes("")), undefined);
  assert.equal(fields.append("x", bytes("")), "too-large");
  fields.delete("x");
  assert.equal(fields.append("x", bytes("")), undefined);
});

test("threat 11: no more bytes of fields than the limit", () => {
  const fields = new FieldList();
  assert.equal(fields.append("x", new Uint8Array(MAX_FIELDS_BYTES - 1).fill(0x61)), undefined);
  assert.equal(fields.append("y", bytes("")), "too-large");
  fields.set("x", [bytes("small")]);
  assert.equal(fields.append("y", bytes("1")), undefined);
});

test("values are bytes: 0x80 to 0xff come back as they were", () => {
  const all = Uint8Array.from([...Array(0x100).keys()].filter((byte) => byte === 9 || (byte >= 32 && byte !== 127)));
  assert.deepEqual(fieldBytes(fieldValue(all)!), all);
});

const lengths: readonly (readonly [values: string[], length: number | undefined | null])[] = [
  [[], undefined],
  [["0"], 0],
  [["123"], 123],
  [["-1"], null],
  [["1e3"], null],
  [["+1"], null],
  [[""], null],
  [["9".repeat(30)], null],
  [["5", "5"], null],
  [["5, 5"], null],
];
for (const [values, length] of lengths) {
  test(`threat 17: content-length ${JSON.stringify(values)} declares ${length}`, () => {
    assert.equal(declaredLength(list(...values.map((value): [string, string] => ["Content-Length", value]))), length);
  });
}
