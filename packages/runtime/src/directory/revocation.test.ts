import assert from "node:assert/strict";
import { test } from "node:test";
import { StreamFailure } from "../streams/stream-failure.ts";
import { untilReady } from "../streams/waitable.ts";
import { Directory } from "./directory.ts";
import type { DirectoryHandle, FileHandle } from "./handle.ts";
import { DirectoryInode, Disk } from "./memory/disk.ts";
import { MemoryDirectory } from "./memory/memory-node.ts";
import { open, openDirectory, openFile, outcome, write } from "./test-guest.ts";
import { Watch } from "./test-watched-node.ts";

const BYTES = new TextEncoder().encode("late");

interface Held {
  readonly directory: Directory;
  readonly guest: DirectoryHandle;
  readonly inner: DirectoryHandle;
  readonly file: FileHandle;
  /** Derived from `directory`, with a handle. */
  readonly below: Directory;
  readonly other: DirectoryHandle;
}

/** Every function of a handle, and what makes handles. */
const USES: Readonly<Record<string, (held: Held) => unknown>> = {
  open: ({ directory }) => directory.open(),
  subdirectory: ({ directory }) => directory.subdirectory("d/e"),
  list: ({ inner }) => inner.list(),
  openAt: ({ guest }) => open(guest, "l/e/../e/f"),
  "openAt to make": ({ guest }) => open(guest, "d/new", "wcx"),
  "openAt to empty": ({ guest }) => open(guest, "d/e/f", "wt"),
  "openAt of a directory": ({ guest }) => openDirectory(guest, "l/e"),
  statAt: ({ guest }) => guest.statAt("l/e/f", true),
  setTimesAt: ({ guest }) => guest.setTimesAt("l", true, 0n, 0n),
  "setTimesAt of a link": ({ guest }) => guest.setTimesAt("d/../l", false, 0n, 0n),
  "setTimesAt deeper": ({ guest }) => guest.setTimesAt("l/e/f", true, 0n, 0n),
  metadataHashAt: ({ guest }) => guest.metadataHashAt("l/e", true),
  createDirectoryAt: ({ guest }) => guest.createDirectoryAt("l/new/"),
  removeDirectoryAt: ({ guest }) => guest.removeDirectoryAt("d/empty/"),
  unlinkFileAt: ({ guest }) => guest.unlinkFileAt("l/e/f"),
  readLinkAt: ({ guest }) => guest.readLinkAt("l"),
  symlinkAt: ({ guest }) => guest.symlinkAt("x", "d/e/new"),
  linkAt: ({ guest, inner }) => guest.linkAt("l/e/f", false, inner, "new"),
  renameAt: ({ guest, inner }) => guest.renameAt("d/empty", inner, "new/"),
  "linkAt from below": ({ guest, other }) => other.linkAt("e/f", false, guest, "d/new"),
  "linkAt to below": ({ guest, other }) => guest.linkAt("l/e/f", false, other, "e/new"),
  "renameAt from below": ({ guest, other }) => other.renameAt("empty", guest, "d/new/"),
  "renameAt of a file from below": ({ guest, other }) => other.renameAt("e/f", guest, "d/new"),
  "renameAt to below": ({ guest, other }) => guest.renameAt("d/empty", other, "e/new/"),
  "stat of a directory": ({ inner }) => inner.stat(),
  "setTimes of a directory": ({ inner }) => inner.setTimes(0n, 0n),
  "sync of a directory": ({ inner }) => inner.sync(false),
  "metadataHash of a directory": ({ inner }) => inner.metadataHash(),
  "isSameObject of directories": ({ inner, guest }) => inner.isSameObject(guest),
  stat: ({ file }) => file.stat(),
  setTimes: ({ file }) => file.setTimes(0n, 0n),
  sync: ({ file }) => file.sync(true),
  metadataHash: ({ file }) => file.metadataHash(),
  isSameObject: ({ file, inner }) => file.isSameObject(inner),
  read: ({ file }) => file.read(10n, 0n),
  write: ({ file }) => file.write(BYTES, 0n),
  append: ({ file }) => file.append(BYTES),
  setSize: ({ file }) => file.setSize(0n),
};

/** Are about `other`, too. */
const ACROSS = ["renameAt of a file from below", "linkAt from below", "linkAt to below", "renameAt from below", "renameAt to below"];

const AT_ONCE: Readonly<Record<string, (held: Held) => unknown>> = {
  advise: ({ file }) => file.advise(0n, 0n),
  readStream: ({ file }) => file.readStream(0n),
  writeStream: ({ file }) => file.writeStream(0n),
  appendStream: ({ file }) => file.appendStream(),
};

async function plant(watch: Watch): Promise<{ held: Held; top: Directory }> {
  const inode = new DirectoryInode(new Disk(1 << 20, 100));
  inode.links = 1;
  const top = new Directory(watch.opened(new MemoryDirectory(inode)), { name: "top" });
  // What is counted has more to wait for.
  const directory = top.limit({ bytes: 1000 });
  const guest = await directory.open();
  for (const path of ["d", "d/e", "d/empty"]) await guest.createDirectoryAt(path);
  await write(guest, "d/e/f", "content");
  await guest.symlinkAt("d", "l");
  const below = await directory.subdirectory("d");
  return {
    held: { directory, below, other: await below.open(), guest, inner: await openDirectory(guest, "d/e"), file: await openFile(guest, "d/e/f", "rw") },
    top,
  };
}

for (const [name, use] of Object.entries(USES)) {
  for (const moment of ["pause", "afterwards"] as const) {
    const when = moment === "pause" ? "while something is asked for" : "while an answer is on its way";
    test(`threat 25: \`${name}\` is refused and does nothing more when the directory is revoked ${when}`, async () => {
      for (const revoked of ["directory", "below"] as const) {
        for (let point = 0; ; point++) {
          const watch = new Watch();
          const { held, top } = await plant(watch);
          let pauses = 0;
          let asked = Number.POSITIVE_INFINITY;
          watch[moment] = async () => {
            if (pauses++ < point) return;
            held[revoked].revoke();
            asked = Math.min(asked, watch.changes.length);
          };
          const got = await outcome(() => use(held));
          if (pauses <= point) {
            assert.equal(got, "ok");
            assert.ok(point > 0, "it never waits");
            break;
          }
          if (revoked === "directory" || ACROSS.includes(name)) {
            assert.equal(got, "not-permitted", `revoked at ${point}`);
            assert.equal(watch.changes.length, asked, "something was changed afterwards");
          }
          top.revoke();
          assert.equal(watch.open, 0, "something is still open");
        }
      }
    });
  }
}

test("threat 25: nothing can be done with any handle of a revoked directory", async () => {
  for (const revoke of ["directory", "top"] as const) {
    for (const [name, use] of Object.entries({ ...USES, ...AT_ONCE })) {
      const watch = new Watch();
      const { held, top } = await plant(watch);
      (revoke === "top" ? top : held.directory).revoke();
      assert.equal(await outcome(() => use(held)), "not-permitted", name);
      for (const handle of [held.file, held.guest, held.inner, held.other]) handle.close();
      top.revoke();
      assert.equal(watch.open, 0);
    }
  }
});

test("threat 25: what is derived ends with what it was derived from, and not the other way round", async () => {
  const { held, top } = await plant(new Watch());
  const { directory } = held;
  const derived = [await directory.subdirectory("d"), directory.readOnly(), directory.limit({ handles: 3 }), directory.readOnly().limit({})];
  const handles = await Promise.all(derived.map((each) => each.open()));
  derived[0]!.revoke();
  assert.equal(await outcome(() => handles[0]!.list()), "not-permitted");
  assert.equal(await outcome(() => handles[1]!.list()), "ok");
  directory.revoke();
  for (const each of derived) assert.equal(await outcome(() => each.open()), "not-permitted");
  for (const handle of handles) assert.equal(await outcome(() => handle.list()), "not-permitted");
  assert.equal(await outcome(() => top.open()), "ok");
  for (const use of [() => directory.readOnly(), () => directory.limit({})]) assert.equal(await outcome(() => use().open()), "not-permitted");
});

test("threat 25: a directory can't be used as a destination once it is revoked", async () => {
  const { held } = await plant(new Watch());
  const below = await held.directory.subdirectory("d");
  const destination = await below.open();
  below.revoke();
  assert.equal(await outcome(() => held.guest.renameAt("d/e/f", destination, "g")), "not-permitted");
  assert.equal(await outcome(() => held.guest.linkAt("d/e/f", false, destination, "g")), "not-permitted");
  const closed = await openDirectory(held.guest, "d");
  closed.close();
  assert.equal(await outcome(() => held.guest.renameAt("d/e/f", closed, "g")), "bad-descriptor");
});

test("threat 25: streams that wait wake and fail, and write nothing more", async () => {
  for (const streams of ["read", "write", "append"] as const) {
    const watch = new Watch();
    const { held } = await plant(watch);
    const { file, directory } = held;
    const answers: (() => void)[] = [];
    watch.pause = () => new Promise((resolve) => answers.push(resolve));
    const waits = streams === "read" ? file.readStream(0n) : streams === "write" ? file.writeStream(0n) : file.appendStream();
    const use = () => ("read" in waits ? waits.read(4) : waits.permit());
    if ("read" in waits) assert.equal(waits.read(4)!.length, 0);
    else {
      for (let count = 0; count < 3; count++) waits.write(BYTES);
      waits.flush();
    }
    assert.equal(waits.ready(), false);
    const woken = untilReady(waits);
    const asked = watch.changes.length;
    directory.revoke();
    await woken;
    assert.throws(use, (error) => error instanceof StreamFailure && error.code.filesystem === "not-permitted" && error.message === "not-permitted");
    assert.equal(use(), undefined);
    for (const answer of answers) answer();
    await new Promise(setImmediate);
    assert.equal(watch.changes.length, asked);
    assert.equal(use(), undefined);
    waits.close!();
    assert.equal(watch.open, 1);
  }
});

test("threat 25: what was read and not yet taken is not given any more, and what comes late neither", async () => {
  for (const late of [false, true]) {
    const watch = new Watch();
    const { held } = await plant(watch);
    const answers: (() => void)[] = [];
    watch.afterwards = () => new Promise((resolve) => answers.push(resolve));
    const [source, sink] = [held.file.readStream(0n), held.file.appendStream()];
    assert.equal(source.read(4)!.length, 0);
    sink.write(BYTES);
    const answer = async () => {
      for (const each of answers) each();
      await new Promise((resolve) => setImmediate(resolve));
    };
    if (!late) await answer();
    assert.equal(source.ready(), !late);
    held.directory.revoke();
    for (const use of [() => source.read(4), () => sink.permit()]) {
      assert.throws(use, (error) => error instanceof StreamFailure && error.code.filesystem === "not-permitted");
    }
    await answer();
    assert.equal(source.read(4), undefined);
    assert.equal(sink.permit(), undefined);
  }
});

test("threat 25: streams at work fail at the next use", async () => {
  const { held } = await plant(new Watch());
  const { file, directory } = held;
  const [reads, writes, appends] = [file.readStream(0n), file.writeStream(0n), file.appendStream()];
  assert.equal(reads.read(2)!.length, 2);
  writes.write(BYTES);
  directory.revoke();
  appends.write(BYTES);
  for (const use of [() => reads.read(2), () => writes.permit(), () => appends.permit()]) {
    assert.throws(use, (error) => error instanceof StreamFailure && error.code.filesystem === "not-permitted");
    assert.equal(use(), undefined);
  }
});
