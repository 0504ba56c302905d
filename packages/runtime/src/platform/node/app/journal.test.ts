import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { Revision } from "../../../app/operation.ts";
import { FileJournal } from "./journal.ts";

const revision = (number: number): Revision => ({
  number,
  what: `change ${number} 🦀`,
  author: "ann",
  at: "2026-01-01T00:00:00.000Z",
  operations: [],
  text: `{ "n": ${number} }`,
});

function place(t: TestContext): { readonly document: string; readonly file: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "tenon-journal-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return { document: path.join(folder, "tenon.jsonc"), file: path.join(folder, ".tenon/revisions") };
}

test("revisions are there again, and the document is in the state of the last", async (t) => {
  const { document } = place(t);
  const journal = new FileJournal(document);
  assert.deepEqual(journal.revisions, []);
  for (const n of [1, 2, 3]) await journal.append(revision(n));
  journal.close();
  assert.equal(readFileSync(document, "utf8"), '{ "n": 3 }');
  const again = new FileJournal(document);
  assert.deepEqual(again.revisions, [1, 2, 3].map(revision));
  await again.retract();
  assert.equal(readFileSync(document, "utf8"), '{ "n": 2 }');
  await again.append(revision(3));
  again.close();
  assert.deepEqual(new FileJournal(document).revisions, [1, 2, 3].map(revision));
});

test("whatever is cut off the end, what is whole is there and goes on", async (t) => {
  const { document, file } = place(t);
  const journal = new FileJournal(document);
  await journal.append(revision(1));
  const one = readFileSync(file).length;
  await journal.append(revision(2));
  journal.close();
  const whole = readFileSync(file);
  for (let length = one; length < whole.length; length++) {
    writeFileSync(file, whole);
    truncateSync(file, length);
    const cut = new FileJournal(document);
    assert.deepEqual(cut.revisions, [revision(1)], `${length}`);
    await cut.append(revision(2));
    cut.close();
    assert.deepEqual(readFileSync(file), whole);
  }
});

const damages: ReadonlyArray<[what: string, tail: string]> = [
  ["zeros that a power cut left", "\0".repeat(200)],
  ["a line with another checksum", `0123456789abcdef ${JSON.stringify(revision(3))}\n`],
  ["a line that is no JSON", "0123456789abcdef {\n"],
  ["an empty line", "\n"],
];
for (const [what, tail] of damages) {
  test(`${what}: the revisions before are there`, async (t) => {
    const { document, file } = place(t);
    const journal = new FileJournal(document);
    await journal.append(revision(1));
    journal.close();
    appendFileSync(file, tail);
    const again = new FileJournal(document);
    assert.deepEqual(again.revisions, [revision(1)]);
    await again.append(revision(2));
    again.close();
    assert.deepEqual(new FileJournal(document).revisions, [revision(1), revision(2)]);
  });
}

test("a document that is as it should be is not written", async (t) => {
  const { document } = place(t);
  writeFileSync(document, revision(1).text, { mode: 0o400 });
  const journal = new FileJournal(document);
  await journal.append(revision(1));
  assert.equal(existsSync(path.join(path.dirname(document), ".tenon/document")), false);
  journal.close();
});

test("reading leaves everything as it is", (t) => {
  const { document, file } = place(t);
  assert.deepEqual(new FileJournal(document).revisions, []);
  assert.equal(existsSync(path.dirname(file)), false);
});

test("a document keeps who may read it, and where it lies", async (t) => {
  const { document } = place(t);
  const elsewhere = path.join(path.dirname(document), "elsewhere.jsonc");
  writeFileSync(elsewhere, "", { mode: 0o600 });
  symlinkSync(elsewhere, document);
  const journal = new FileJournal(document);
  await journal.append(revision(1));
  journal.close();
  assert.equal(readFileSync(elsewhere, "utf8"), revision(1).text);
  assert.equal(statSync(elsewhere).mode & 0o777, 0o600);
  assert.equal(lstatSync(document).isSymbolicLink(), true);
});

test("a revision whose document can't be written is not on record", async (t) => {
  const { document } = place(t);
  const journal = new FileJournal(document);
  await journal.append(revision(1));
  rmSync(document);
  mkdirSync(document);
  await assert.rejects(journal.append(revision(2)));
  rmSync(document, { recursive: true });
  const other: Revision = { ...revision(2), text: "something else" };
  await journal.append(other);
  journal.close();
  assert.deepEqual(new FileJournal(document).revisions, [revision(1), other]);
});

test("two documents in one folder have revisions of their own", async (t) => {
  const { document } = place(t);
  const second = path.join(path.dirname(document), "other.jsonc");
  const other: Revision = { ...revision(1), text: "something else" };
  for (const [file, each] of [[document, revision(1)], [second, other]] as const) {
    const journal = new FileJournal(file);
    await journal.append(each);
    journal.close();
  } // biome-ignore format: a table
  assert.deepEqual(new FileJournal(document).revisions, [revision(1)]);
  assert.deepEqual(new FileJournal(second).revisions, [other]);
});

test("an edit that no revision has is not lost to one", async (t) => {
  const { document } = place(t);
  const copies: string[] = [];
  const journal = new FileJournal(document, (copy) => copies.push(copy));
  await journal.append(revision(1));
  await journal.append(revision(2));
  assert.deepEqual(copies, []);
  writeFileSync(document, "my edit");
  await journal.append(revision(3));
  journal.close();
  assert.deepEqual(copies, [`${document}.edited`]);
  assert.equal(readFileSync(`${document}.edited`, "utf8"), "my edit");
});

const leading: ReadonlyArray<[what: string, name: string]> = [
  ["the journal", ".tenon/revisions"],
  ["the next document", ".tenon/document"],
  ["an edit that gives way", "tenon.jsonc.edited"],
];
for (const [what, name] of leading) {
  test(`a link that an app came with, in the place of ${what}, is not followed`, async (t) => {
    const { document, file } = place(t);
    const folder = path.dirname(document);
    const victim = path.join(folder, "victim");
    writeFileSync(victim, "mine");
    writeFileSync(document, "edited");
    mkdirSync(path.dirname(file));
    symlinkSync(victim, path.join(folder, name));
    const journal = new FileJournal(document);
    await journal.append(revision(1)).catch(() => {});
    journal.close();
    assert.equal(readFileSync(victim, "utf8"), "mine");
  });
}

test("a link in the place of the folder is not followed", async (t) => {
  const { document } = place(t);
  const elsewhere = path.join(path.dirname(document), "elsewhere");
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, path.join(path.dirname(document), ".tenon"));
  await assert.rejects(new FileJournal(document).append(revision(1)), /\.tenon is a link$/);
  assert.deepEqual(readdirSync(elsewhere), []);
});

test("what became of a large document takes no more room than that", async (t) => {
  const { document, file } = place(t);
  const journal = new FileJournal(document);
  const large = (n: number): Revision => ({ ...revision(n), text: `${"part ".repeat(50_000)}${n}${"wire ".repeat(50_000)}` });
  for (const n of [1, 2, 3]) await journal.append(large(n));
  const [length, end] = [readFileSync(file).length, large(1).text.length];
  assert.ok(length < end + 1000, `${length}`);
  await journal.retract();
  const other: Revision = { ...large(3), text: "something else" };
  await journal.append(other);
  journal.close();
  assert.deepEqual(new FileJournal(document).revisions, [large(1), large(2), other]);
});

const { text: _, ...LINE } = revision(1);
const foreign: ReadonlyArray<[what: string, line: object | null]> = [
  ["a text instead of an edit", revision(1)],
  ["a number that is not the next", { ...LINE, number: 2, edit: { at: 0, gone: 0, come: "" } }],
  ["an edit that doubles the text", { ...LINE, edit: { at: 0, gone: -9, come: "" } }],
  ["an edit to no text", { ...LINE, edit: { at: 0, gone: 0, come: ["a"] } }],
  ["no operations", { ...LINE, operations: undefined, edit: { at: 0, gone: 0, come: "" } }],
  ["nothing", null],
];
for (const [what, line] of foreign) {
  test(`a journal with ${what} is told, and left as it is`, (t) => {
    const { document, file } = place(t);
    const json = JSON.stringify(line);
    mkdirSync(path.dirname(file));
    writeFileSync(file, `${createHash("sha256").update(json).digest("hex").slice(0, 16)} ${json}\n`);
    assert.throws(() => new FileJournal(document), {
      code: "app/no-state",
      message: `${realpathSync(file)} was written by another version of tenon\n  move it away to begin anew: the document stays as it is`,
    });
  });
}

test("a journal that is damaged within is told, and not cut", async (t) => {
  const { document, file } = place(t);
  const journal = new FileJournal(document);
  for (const n of [1, 2, 3]) await journal.append(revision(n));
  journal.close();
  const damaged = readFileSync(file, "utf8").replace("change 2", "change X");
  writeFileSync(file, damaged);
  assert.throws(() => new FileJournal(document), {
    code: "app/no-state",
    message: `${realpathSync(file)} is damaged after revision 1\n  move it away to begin anew: the document stays as it is`,
  });
  assert.equal(readFileSync(file, "utf8"), damaged);
});
