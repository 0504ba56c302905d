/** For tests: how files, links and times behave, whatever the backend. */
import assert from "node:assert/strict";
import { flushed } from "../streams/output-sink.ts";
import { untilReady } from "../streams/waitable.ts";
import { type EachTest, FILE, flags, open, openFile, outcome, plant, textOf, write } from "./test-guest.ts";

export function behaviourTests(each: EachTest): void {
  each("links lead where they say", async (guest) => {
    await plant(guest);
    await write(guest, "d/e/g", "deep");
    await guest.symlinkAt("../d/e/", "d/around");
    await guest.symlinkAt("d/around", "l2");
    await guest.symlinkAt("l2/g", "l3");
    await guest.symlinkAt("e/..", "d/here");
    for (const path of ["l/e/g", "l/around/g", "l2/g", "l3", "l2/../e/g", "d/here/e/g", "d//./here/../d/e/./g"])
      assert.equal(await textOf(guest, path), "deep");
    assert.equal((await guest.statAt("l3", false)).type, "symbolic-link");
    assert.equal((await guest.statAt("l3", true)).type, "regular-file");
    assert.equal((await guest.statAt("l2", true)).type, "directory");
    await guest.symlinkAt("made", "dangling");
    assert.equal(await outcome(() => open(guest, "dangling")), "no-entry");
    await write(guest, "dangling", "through");
    assert.equal(await textOf(guest, "made"), "through");
  });

  each("the way back from a directory that was passed before is its parent", async (guest) => {
    await plant(guest);
    await write(guest, "d/e/g", "deep");
    await write(guest, "d/g", "less deep");
    await guest.symlinkAt("../g", "d/e/up");
    await guest.symlinkAt("../../f", "d/e/up2");
    const parent = await open(guest, "d");
    for (let times = 0; times < 3; times++) {
      assert.equal(await textOf(guest, "d/e/g"), "deep");
      const back = await open(guest, "d/e/..");
      assert.equal(await back.isSameObject(parent), true);
      back.close();
      assert.equal(await textOf(guest, "d/e/up"), "less deep");
      assert.equal(await textOf(guest, "d/e/up2"), FILE);
    }
    parent.close();
  });

  each("a stream keeps its file, whatever becomes of the handle", async (guest) => {
    await write(guest, "f", FILE);
    const file = await openFile(guest, "f", "rw");
    const [source, sink] = [file.readStream(0n), file.appendStream()];
    for (let times = 0; times < 3; times++) file.close();
    for (const use of [() => file.stat(), () => file.read(1n, 0n), () => file.append(new Uint8Array(1)), () => file.readStream(0n)])
      assert.equal(await outcome(use), "bad-descriptor");
    sink.write(new TextEncoder().encode("!"));
    await flushed(sink);
    assert.ok(sink.permit()! > 0);
    sink.close!();
    let read: Uint8Array | undefined;
    while ((read = source.read(100))?.length === 0) await untilReady(source);
    assert.equal(new TextDecoder().decode(read), `${FILE}!`);
    source.close!();
  });

  each("a file lives as long as a name or a handle leads to it", async (guest) => {
    await write(guest, "f", "content");
    await guest.linkAt("f", false, guest, "g");
    const file = await openFile(guest, "f", "rw");
    assert.equal((await file.stat()).links, 2n);
    const other = await openFile(guest, "g");
    assert.equal(await file.isSameObject(other), true);
    assert.equal(await file.isSameObject(guest), false);
    assert.deepEqual(await file.metadataHash(), await other.metadataHash());
    other.close();
    await guest.unlinkFileAt("f");
    await guest.unlinkFileAt("g");
    await file.append(new TextEncoder().encode("!"));
    assert.equal(new TextDecoder().decode(await file.read(100n, 0n)), "content!");
    await file.setSize(3n);
    assert.equal((await file.stat()).size, 3n);
    await file.setSize(5n);
    assert.deepEqual([...(await file.read(100n, 0n))], [...new TextEncoder().encode("con"), 0, 0]);
    await file.write(new Uint8Array([7]), 7n);
    assert.deepEqual([...(await file.read(100n, 3n))], [0, 0, 0, 0, 7]);
    await file.write(new Uint8Array(250).fill(1), 0n);
    await file.setSize(200n);
    await file.setSize(250n);
    assert.deepEqual(await file.read(1000n, 190n), new Uint8Array(60).fill(1, 0, 10));
    file.close();
    assert.equal(await outcome(() => file.stat()), "bad-descriptor");
  });

  each("what was not asked for can't be done with a file", async (guest) => {
    await write(guest, "f", FILE);
    const [reader, writer] = [await openFile(guest, "f", "r"), await openFile(guest, "f", "w")];
    const bytes = new Uint8Array(1);
    assert.deepEqual(
      [reader.rights, writer.rights],
      [
        { read: true, write: false, mutate: false },
        { read: false, write: true, mutate: false },
      ],
    );
    assert.equal(await outcome(() => reader.write(bytes, 0n)), "bad-descriptor");
    assert.equal(await outcome(() => reader.append(bytes)), "bad-descriptor");
    assert.equal(await outcome(() => reader.setSize(0n)), "invalid");
    assert.equal(await outcome(() => reader.writeStream(0n)), "bad-descriptor");
    assert.equal(await outcome(() => reader.appendStream()), "bad-descriptor");
    assert.equal(await outcome(() => writer.read(1n, 0n)), "bad-descriptor");
    assert.equal(await outcome(() => writer.readStream(0n)), "bad-descriptor");
    assert.equal(await outcome(() => open(guest, ".", "cd")), "invalid");
    reader.close();
    writer.close();
    assert.equal(await textOf(guest, "f"), FILE);
    // As every other host has it: to make or empty a file is to write, and who does not ask to write reads.
    for (const [ask, rights] of [
      ["c", "rw"],
      ["rc", "rw"],
      ["wc", "w"],
      ["x", "r"],
      ["", "r"],
    ] as const) {
      const file = await openFile(guest, "f", ask);
      assert.deepEqual([file.rights.read, file.rights.write], [rights.includes("r"), rights.includes("w")]);
      file.close();
    }
    assert.deepEqual(flags("x"), { create: false, exclusive: true, truncate: false, directory: false });
  });

  each("times are kept", async (guest) => {
    await plant(guest);
    await guest.setTimesAt("f", true, 42_000_000_000n, "no-change");
    const { accessed, modified } = await guest.statAt("f", true);
    assert.equal(accessed, 42_000_000_000n);
    assert.ok(modified! > 1_500_000_000_000_000_000n);
    await guest.setTimesAt("l", true, "no-change", 69_000_000_000n);
    assert.equal((await guest.statAt("d", true)).modified, 69_000_000_000n);
    assert.notEqual((await guest.statAt("l", false)).modified, 69_000_000_000n);
    await guest.setTimesAt("l", false, "no-change", 70_000_000_000n);
    assert.equal((await guest.statAt("l", false)).modified, 70_000_000_000n);
    assert.equal((await guest.statAt("d", true)).modified, 69_000_000_000n);
    await guest.setTimesAt(".", true, 1_000_000_000n, 2_000_000_000n);
    assert.equal((await guest.stat()).modified, 2_000_000_000n);
    assert.equal(await outcome(() => guest.setTimesAt("f", true, 2n ** 100n, "now")), "overflow");
    const file = await openFile(guest, "f", "rw");
    await file.setTimes(3_000_000_000n, 4_000_000_000n);
    assert.equal((await file.stat()).modified, 4_000_000_000n);
    assert.equal(await outcome(() => file.setTimes(-(2n ** 100n), "now")), "overflow");
    file.close();
  });
}
