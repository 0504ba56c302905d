import assert from "node:assert/strict";
import test from "node:test";
import type { CoreFieldSyntax, CoreRecGroupSyntax, CoreSubTypeSyntax, CoreValTypeSyntax } from "../binary/syntax.ts";
import type { CoreSubType } from "./component-types.ts";
import { coreTypeMatches, coreTypeName, coreValueName, sameCoreType } from "./core-subtype.ts";
import { CoreTypeTable } from "./core-type-table.ts";

const ref = (index: number, nullable = true): CoreValTypeSyntax => ({ nullable, heap: { index } });
const abstract = (name: string, nullable = true, shared = false): CoreValTypeSyntax => ({ nullable, heap: { abstract: name, shared } });
const field = (type: CoreFieldSyntax["type"], mutable = false): CoreFieldSyntax => ({ type, mutable });
const struct = (...fields: CoreFieldSyntax[]): CoreSubTypeSyntax => ({ final: true, shared: false, supertypes: [], composite: { kind: "struct", fields } });
const func = (params: CoreValTypeSyntax[], results: CoreValTypeSyntax[]): CoreSubTypeSyntax => ({
  final: true,
  shared: false,
  supertypes: [],
  composite: { kind: "func", params, results },
});
const open = (type: CoreSubTypeSyntax, ...supertypes: number[]): CoreSubTypeSyntax => ({ ...type, final: false, supertypes });

/** The types of groups defined one after the other, in a table of their own or in `table`. */
function define(groups: CoreSubTypeSyntax[][], table = new CoreTypeTable()): CoreSubType[] {
  const types: CoreSubType[] = [];
  const at = (index: number): CoreSubType => types[index] ?? fail("unknown type");
  const fail = (message: string): never => {
    throw new Error(message);
  };
  for (const members of groups) {
    const group: CoreRecGroupSyntax = { kind: "rec", explicit: members.length > 1, types: members };
    types.push(...table.define(group, { length: types.length, at }, fail));
  }
  return types;
}

test("equal groups are one, whatever their indices", () => {
  const pair = (first: number): CoreSubTypeSyntax[] => [struct(field(ref(first + 1))), struct(field(ref(first)))];
  const [a, b, c, d, e] = define([pair(0), pair(2), [struct(field(ref(1)))]]);
  assert.equal(a, c);
  assert.equal(b, d);
  assert.equal(a!.canonicalId, c!.canonicalId);
  // The same structure, but outside the group.
  assert.notEqual(a, e);
  assert.ok(!sameCoreType(a!, e!));
});

test("types of different tables are compared by structure", () => {
  const groups = [[func(["i32"], [])], [struct(field("i8", true), field(ref(0))), struct(field(ref(1, false)))]];
  const [a, b] = [define(groups), define(groups)];
  for (const [i, type] of a.entries()) {
    assert.notEqual(type, b[i]);
    assert.ok(sameCoreType(type, b[i]!), coreTypeName(type));
  }
  assert.ok(!sameCoreType(a[1]!, b[2]!));
  assert.ok(!sameCoreType(a[0]!, define([[func(["i64"], [])]])[0]!));
  assert.ok(!sameCoreType(a[0]!, define([[open(func(["i32"], []))]])[0]!));
});

test("comparing long chains neither recurses nor takes exponential time", () => {
  const groups = Array.from({ length: 20_000 }, (_, i) => [i === 0 ? struct() : struct(field(ref(i - 1)), field(ref(i - 1)))]);
  assert.ok(sameCoreType(define(groups).at(-1)!, define(groups).at(-1)!));
});

test("subtypes match by declaration", () => {
  const [base, sub, other] = define([[open(struct())], [open(struct(field("i32")), 0)], [open(struct(field("i32")))]]);
  assert.ok(coreTypeMatches(sub!, base!));
  assert.ok(!coreTypeMatches(base!, sub!));
  assert.ok(!coreTypeMatches(other!, base!));
});

const refused: ReadonlyArray<[what: string, groups: CoreSubTypeSyntax[][], message: RegExp]> = [
  ["a final supertype", [[struct()], [open(struct(), 0)]], /sub type cannot have a final super type/],
  ["a supertype defined later", [[open(struct(), 0)]], /supertypes must be defined before subtypes/],
  ["fewer fields", [[open(struct(field("i32")))], [open(struct(), 0)]], /sub type must match super type/],
  ["a mutable field of a subtype", [[open(struct(field(abstract("any"), true)))], [open(struct(field(abstract("eq"), true)), 0)]], /must match/],
  ["another kind", [[open(struct())], [open(func([], []), 0)]], /must match/],
  ["results the wrong way round", [[open(func([], [abstract("eq")]))], [open(func([], [abstract("any")]), 0)]], /must match/],
  ["an index beyond the group", [[struct(field(ref(1)))]], /unknown type 1: type index out of bounds/],
  ["unshared in shared", [[{ ...struct(field(abstract("any"))), shared: true }]], /shared composite type must contain shared types/],
  ["a chain of 65", Array.from({ length: 65 }, (_, i) => [open(struct(), ...(i === 0 ? [] : [i - 1]))]), /sub type hierarchy too deep: found depth 64/],
];
for (const [what, groups, message] of refused) test(`refuses ${what}`, () => assert.throws(() => define(groups), message));

const allowed: ReadonlyArray<[what: string, groups: CoreSubTypeSyntax[][]]> = [
  ["more fields, of subtypes", [[open(struct(field(abstract("any"))))], [open(struct(field(abstract("i31", false)), field("i8")), 0)]]],
  ["parameters of supertypes", [[open(func([abstract("eq")], []))], [open(func([abstract("any")], []), 0)]]],
  ["a definition where its kind is expected", [[open(struct())], [open(func([], [abstract("struct")]))], [open(func([], [ref(0)]), 1)]]],
  ["bottoms where a definition is expected", [[open(func([], []))], [open(func([], [ref(0)]))], [open(func([], [abstract("nofunc")]), 1)]]],
  ["shared in shared", [[{ ...struct(field(abstract("any", true, true)), field("i32")), shared: true }]]],
];
for (const [what, groups] of allowed) test(`allows ${what}`, () => assert.equal(define(groups).length, groups.length));

test("names", () => {
  const table = new CoreTypeTable();
  assert.equal(coreTypeName(table.func([], [])), "(func)");
  assert.equal(coreTypeName(table.func(["i32", { nullable: true, heap: "func" }], ["i64"])), "(func (param i32 funcref) (result i64))");
  assert.equal(coreTypeName(table.func([], ["i32"], true)), "(shared (func (result i32)))");
  const [base, sub] = define([[open(struct(field("i8", true)))], [{ ...open(struct(field("i8", true)), 0), final: true }]]);
  assert.equal(coreTypeName(base!), "(sub (struct (mut i8)))");
  assert.equal(coreTypeName(sub!), "(sub final (struct) (struct (mut i8)))");
  for (const [heap, nullable, name] of [
    ["none", true, "nullref"],
    ["noextern", true, "nullexternref"],
    ["any", false, "(ref any)"],
    ["shared func", true, "(shared funcref)"],
    [base!, false, "(ref (struct))"],
  ] as const) {
    assert.equal(coreValueName({ nullable, heap }), name);
  }
});
