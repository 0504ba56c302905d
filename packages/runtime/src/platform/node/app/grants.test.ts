import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { Ask } from "../../../kinds/kind.ts";
import { FileGrants } from "./grants.ts";

const NOTES: Ask = { id: "read /srv/notes", words: "reads /srv/notes", own: false };
const MAIL: Ask = { id: "connect mail.example:443", words: "connects to mail.example", own: false };

class Place {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), "tenon-grants-")));
  readonly file = path.join(this.folder, "settings", "grants.json");

  constructor(t: TestContext) {
    mkdirSync(path.join(this.folder, "app"));
    writeFileSync(path.join(this.folder, "app", "tenon.jsonc"), "{}");
    t.after(() => rmSync(this.folder, { recursive: true }));
  }

  /** Read anew, as after a restart. */
  of(app = "app", document = "tenon.jsonc"): FileGrants {
    return new FileGrants(path.join(this.folder, app, document), this.file);
  }

  /** Which of the two asks a part has. */
  has(part: string, identity: string, app = "app"): string {
    const grants = this.of(app);
    return [NOTES, MAIL].filter((ask) => grants.allows(ask, part, identity)).map(({ id }) => id.split(" ")[0]).join(" "); // biome-ignore format: one line
  }
}

test("what is granted is granted to that part of the app as it is, for that", (t) => {
  const place = new Place(t);
  place.of().add([{ part: "notes", ask: NOTES.id }], "as it is");
  assert.deepEqual([place.has("notes", "as it is"), place.has("notes", "changed"), place.has("other", "as it is")], ["read", "", ""]);
  assert.deepEqual(
    [place.of().lapsed(NOTES, "notes", "as it is"), place.of().lapsed(NOTES, "notes", "changed"), place.of().lapsed(MAIL, "notes", "changed")],
    [false, true, false],
  );
  place.of().add([{ part: "notes", ask: NOTES.id }, { part: "notes", ask: MAIL.id }], "changed"); // biome-ignore format: one line
  assert.deepEqual([place.has("notes", "as it is"), place.has("notes", "changed")], ["", "read connect"]);
  place.of().remove("notes");
  assert.equal(place.has("notes", "changed"), "");
});

test("an app of one's own keeps what it has when it changes, but for what it had as something else", (t) => {
  const place = new Place(t);
  place.of().add([{ part: "notes", ask: NOTES.id }], "then");
  place.of().add([{ part: "notes", ask: MAIL.id }], "now");
  place.of().own("now");
  assert.equal(place.of().isOwn, true);
  assert.deepEqual([place.has("notes", "then"), place.has("notes", "later")], ["connect", "connect"]);
  place.of().add([{ part: "notes", ask: NOTES.id }], "later");
  assert.equal(place.has("notes", "much later"), "read connect");
});

test("what its owner changes in it by operations it keeps, also under another name", (t) => {
  const place = new Place(t);
  place.of().add([{ part: "notes", ask: NOTES.id }], "before");
  const grants = place.of();
  grants.changed({ from: "before", to: "after", moves: new Map([["notes", "all/notes"]]) });
  assert.equal(grants.allows(NOTES, "all/notes", "after"), true);
  assert.deepEqual([place.has("all/notes", "after"), place.has("notes", "after"), place.has("all/notes", "before")], ["read", "", ""]);
  place.of().changed({ from: "something else", to: "evil", moves: new Map() });
  assert.deepEqual([place.has("all/notes", "after"), place.has("all/notes", "evil")], ["read", ""]);
});

test("a copy of an app in another folder has nothing, nor has another document beside it", (t) => {
  const place = new Place(t);
  place.of().own("as it is");
  place.of().add([{ part: "notes", ask: NOTES.id }], "as it is");
  cpSync(path.join(place.folder, "app"), path.join(place.folder, "copy"), { recursive: true });
  assert.equal(place.has("notes", "as it is", "copy"), "");
  assert.equal(place.of("copy").isOwn, false);
  assert.equal(place.of("app", "other.jsonc").allows(NOTES, "notes", "as it is"), false);
});

test("an app is known by where it really lies", (t) => {
  const place = new Place(t);
  place.of().add([{ part: "notes", ask: NOTES.id }], "as it is");
  symlinkSync(path.join(place.folder, "app"), path.join(place.folder, "link"));
  assert.equal(place.has("notes", "as it is", "link"), "read");
  renameSync(path.join(place.folder, "app"), path.join(place.folder, "gone"));
  assert.equal(place.has("notes", "as it is", "gone"), "");
});

test("grants of several apps do not overwrite each other, and are their user's alone", (t) => {
  const place = new Place(t);
  mkdirSync(path.join(place.folder, "second"));
  const [first, second] = [place.of(), place.of("second")];
  first.add([{ part: "notes", ask: NOTES.id }], "a");
  second.add([{ part: "notes", ask: MAIL.id }], "b");
  assert.deepEqual([place.has("notes", "a"), place.has("notes", "b", "second")], ["read", "connect"]);
  assert.deepEqual([statSync(place.file).mode & 0o777, statSync(path.dirname(place.file)).mode & 0o777], [0o600, 0o700]);
  assert.equal(existsSync(`${place.file}.new`), false);
});

const damaged: ReadonlyArray<[what: string, text: string]> = [
  ["no JSON", "{"],
  ["no object", "null"],
  ["an app that is none", '{ "/a": [] }'],
  ["grants that are no list", '{ "/a": { "own": true, "grants": {} } }'],
  ["a grant to whatever the app becomes", '{ "/a": { "own": false, "grants": [{ "part": "a", "ask": "b" }] } }'],
];
for (const [what, text] of damaged) {
  test(`a file of grants that is ${what} is told, and left as it is`, (t) => {
    const place = new Place(t);
    mkdirSync(path.dirname(place.file));
    writeFileSync(place.file, text);
    assert.throws(() => place.of(), { message: `the grants in ${place.file} can't be read: mend the file, or remove it to begin anew` });
    assert.equal(readFileSync(place.file, "utf8"), text);
  });
}
