import assert from "node:assert/strict";
import test from "node:test";
import type { ExternType, FuncType, ResourceIdentity, ResourceType, ValueType } from "./component-types.ts";
import { Substitution } from "./substitute.ts";
import { TypeContext } from "./type-context.ts";

const identity = (name: string): ResourceIdentity => ({ name, rep: undefined });
const resource = (of: ResourceIdentity): ResourceType => ({ kind: "resource", identity: of });
const u8: ValueType = { kind: "u8" };
const list = (element: ValueType): ValueType => ({ kind: "list", element });

test("types without resources stay the same objects, and so do items that nothing changes in", () => {
  const items = new Map<string, ExternType>([
    ["f", { sort: "func", type: { kind: "func", async: false, params: [{ name: "x", type: list(u8) }], result: undefined } }],
    ["r", { sort: "type", type: resource(identity("other")) }],
  ]);
  assert.equal(new Substitution(new TypeContext(), new Map([[identity("r"), identity("s")]])).items(items), items);
});

test("a resource is replaced in everything that speaks of it, and what was shared stays shared", () => {
  const [old, fresh] = [identity("r"), identity("r")];
  const r = resource(old);
  const alias: ResourceType = { kind: "resource", identity: old, aliasOf: r };
  const shared = list({ kind: "own", resource: alias });
  const record: ValueType = {
    kind: "record",
    fields: [
      { name: "a", type: shared },
      { name: "b", type: shared },
      { name: "c", type: u8 },
    ],
  };
  const func: FuncType = { kind: "func", async: false, params: [{ name: "x", type: record }], result: { kind: "option", some: record } };
  const items = new Map<string, ExternType>([
    ["r", { sort: "type", type: r }],
    ["s", { sort: "type", type: alias }],
    ["f", { sort: "func", type: func }],
  ]);
  const result = new Substitution(new TypeContext(), new Map([[old, fresh]])).items(items);
  const newR = result.get("r")!.type as ResourceType;
  const newAlias = result.get("s")!.type as ResourceType;
  const newFunc = result.get("f")!.type as FuncType;
  assert.equal(newR.identity, fresh);
  assert.equal(newAlias.identity, fresh);
  assert.equal(newAlias.aliasOf, newR);
  const newRecord = newFunc.params[0]!.type as ValueType & { kind: "record" };
  assert.equal((newFunc.result as ValueType & { kind: "option" }).some, newRecord);
  assert.equal(newRecord.fields[0]!.type, newRecord.fields[1]!.type);
  assert.equal(newRecord.fields[2]!.type, u8);
  assert.equal(((newRecord.fields[0]!.type as ValueType & { kind: "list" }).element as ValueType & { kind: "own" }).resource, newAlias);
  // What it was made from is as it was.
  assert.equal(func.params[0]!.type, record);
  assert.equal(alias.identity, old);
});

test("imported types become those that were given", () => {
  const given: ValueType = { kind: "record", fields: [{ name: "a", type: u8 }] };
  const imported: ValueType = { kind: "record", fields: [{ name: "a", type: u8 }], aliasOf: u8 };
  const instance = (type: ValueType): ExternType => ({
    sort: "instance",
    type: { kind: "instance", exports: new Map([["t", { sort: "type", type }]]), resources: [] },
  });
  const substitution = new Substitution(new TypeContext(), new Map());
  substitution.rename(new Map([["i", instance(given)]]), new Map([["i", instance(imported)]]));
  const exports = substitution.items(new Map([["l", { sort: "value", type: list(imported) }]]));
  assert.equal((exports.get("l")!.type as ValueType & { kind: "list" }).element, given);
});
