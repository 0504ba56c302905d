import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_BUFFERED_BYTES } from "../limits.ts";
import { flushed, type OutputSink } from "../streams/output-sink.ts";
import { StreamFailure } from "../streams/stream-failure.ts";
import { untilReady } from "../streams/waitable.ts";
import { Directory } from "./directory.ts";
import { FileError } from "./file-error.ts";
import type { DirectoryHandle } from "./handle.ts";
import { DirectoryInode, Disk } from "./memory/disk.ts";
import { MemoryDirectory } from "./memory/memory-node.ts";
import type { DirectoryNode, FileNode } from "./node.ts";
import { openFile, textOf, write } from "./test-guest.ts";
import { Watch } from "./test-watched-node.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

/** A directory whose answers come at once or later, and whose files can be made to fail. */
class Place {
  readonly watch = new Watch();
  /** Of each write: how many bytes are taken, or why it fails. */
  writes: (bytes: Uint8Array) => number | FileError = (bytes) => bytes.length;
  reads: () => FileError | undefined = () => undefined;

  async guest(later: boolean, bytes?: number): Promise<DirectoryHandle> {
    const inode = new DirectoryInode(new Disk(1 << 24, 100));
    inode.links = 1;
    const root: DirectoryNode = new MemoryDirectory(inode);
    const openNode = root.open.bind(root);
    root.open = (name, opening) => this.#tamper(openNode(name, opening) as FileNode);
    root.reopen = () => root;
    if (later) this.watch.pause = () => new Promise((resolve) => setImmediate(resolve));
    const directory = new Directory(this.watch.opened(root), { name: "test" });
    return (bytes === undefined ? directory : directory.limit({ bytes })).open();
  }

  #tamper(file: FileNode): FileNode {
    const [write, read] = [file.write.bind(file), file.read.bind(file)];
    const part = (bytes: Uint8Array): Uint8Array => {
      const count = this.writes(bytes);
      if (count instanceof FileError) throw count;
      return bytes.subarray(0, count);
    };
    // To append is to write at the end.
    file.write = (bytes, position) => write(part(bytes), position);
    file.read = (into, position) => {
      const failure = this.reads();
      if (failure !== undefined) throw failure;
      return read(into, position);
    };
    return file;
  }
}

const failsWith = (code: string) => (error: unknown) => error instanceof StreamFailure && error.code.filesystem === code;

for (const later of [false, true]) {
  const when = later ? "later" : "at once";

  test(`a file is read to its end, in the pieces that are asked for (${when})`, async () => {
    const property = fc.asyncProperty(fc.nat(30), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }), async (offset, lengths) => {
      const guest = await new Place().guest(later);
      await write(guest, "f", ALPHABET);
      const file = await openFile(guest, "f");
      const source = file.readStream(BigInt(offset));
      file.close();
      let text = "";
      assert.equal(source.read(0)!.length, 0);
      for (let turn = 0; ; turn++) {
        const length = lengths[turn % lengths.length]!;
        const bytes = source.read(length);
        if (bytes === undefined) break;
        assert.ok(bytes.length <= length);
        if (bytes.length === 0) await untilReady(source);
        text += new TextDecoder().decode(bytes);
      }
      assert.equal(text, ALPHABET.slice(offset));
      assert.equal(source.read(1), undefined);
      assert.equal(source.ready(), true);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test(`all that is written arrives, in order, however little is taken at a time (${when})`, async () => {
    const property = fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }),
      fc.nat(5),
      fc.boolean(),
      fc.array(fc.boolean(), { maxLength: 20 }),
      async (chunks, offset, append, flushes) => {
        const place = new Place();
        place.writes = (bytes) => Math.min(bytes.length, 7);
        const guest = await place.guest(later);
        const file = await openFile(guest, "f", "rwc");
        const sink = append ? file.appendStream() : file.writeStream(BigInt(offset));
        for (const [index, chunk] of chunks.entries()) {
          await untilReady(sink);
          assert.ok(sink.permit()! >= chunk.length);
          sink.write(chunk);
          if (flushes[index]) sink.flush();
        }
        // Closing loses nothing either.
        sink.close!();
        assert.equal(sink.permit(), undefined);
        const expected = [
          ...(append || chunks.every(({ length }) => length === 0) ? [] : new Array<number>(offset).fill(0)),
          ...chunks.flatMap((chunk) => [...chunk]),
        ];
        for (let turn = 0; turn < 200 && (await file.stat()).size < expected.length; turn++);
        assert.deepEqual([...(await file.read(65536n, 0n))], expected);
        file.close();
        guest.close();
        assert.equal(place.watch.open, 1);
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  for (const [name, failing, size] of [
    ["the first write", () => new FileError("insufficient-space"), 0],
    ["a later part", (bytes: Uint8Array) => (bytes.length > 6 ? 4 : new FileError("insufficient-space")), 4],
    ["a write that never gets on", () => 0, 0],
  ] as const) {
    test(`a failure of ${name} is told at the next permit, once (${when})`, async () => {
      const place = new Place();
      const guest = await place.guest(later);
      const file = await openFile(guest, "f", "rwc");
      place.writes = failing;
      for (const open of [() => file.appendStream(), () => file.writeStream(0n)]) {
        await file.setSize(0n);
        const sink = open();
        sink.write(new Uint8Array(10));
        sink.write(new Uint8Array(10));
        await flushed(sink);
        assert.throws(() => sink.permit(), failsWith(name.endsWith("on") ? "io" : "insufficient-space"));
        assert.equal(sink.permit(), undefined);
        assert.equal(sink.ready(), true);
        sink.write(new Uint8Array(10));
        assert.equal(sink.permit(), undefined);
        sink.close!();
        assert.equal((await file.stat()).size, BigInt(size));
      }
      file.close();
      guest.close();
      assert.equal(place.watch.open, 1);
    });
  }

  test(`a failure to read is told once, and is the end (${when})`, async () => {
    const place = new Place();
    const guest = await place.guest(later);
    await write(guest, "f", ALPHABET);
    const file = await openFile(guest, "f");
    const source = file.readStream(0n);
    const next = async () => {
      for (;;) {
        const bytes = source.read(4);
        if (bytes === undefined || bytes.length > 0) return bytes && new TextDecoder().decode(bytes);
        await untilReady(source);
      }
    };
    assert.equal(await next(), "abcd");
    place.reads = () => new FileError("io");
    await assert.rejects(next, failsWith("io"));
    place.reads = () => undefined;
    assert.equal(await next(), undefined);
    for (const each of [source, file, guest]) each.close!();
    assert.equal(place.watch.open, 1);
  });
}

test("where writing waits, no more is held than may be, and flushing waits for it", async () => {
  const place = new Place();
  const guest = await place.guest(true);
  const file = await openFile(guest, "f", "rwc");
  const sink: OutputSink = file.writeStream(0n);
  assert.equal(sink.permit(), MAX_BUFFERED_BYTES);
  sink.write(new Uint8Array(MAX_BUFFERED_BYTES - 1));
  assert.equal(sink.permit(), 1);
  assert.equal(sink.ready(), true);
  sink.write(new Uint8Array(1));
  assert.equal(sink.permit(), 0);
  assert.equal(sink.ready(), false);
  await untilReady(sink);
  sink.write(new Uint8Array(1));
  sink.flush();
  assert.equal(sink.permit(), 0);
  await flushed(sink);
  assert.equal(sink.permit(), MAX_BUFFERED_BYTES);
  assert.equal((await file.stat()).size, BigInt(MAX_BUFFERED_BYTES + 1));
});

test("what the platform takes in parts counts once against a limit", async () => {
  const place = new Place();
  place.writes = (bytes) => Math.min(bytes.length, 3);
  const guest = await place.guest(false, 10);
  const file = await openFile(guest, "f", "rwc");
  assert.equal(await file.write(new Uint8Array(8), 0n), 3n);
  assert.equal(await file.append(new Uint8Array(8)), 3n);
  const sink = file.appendStream();
  sink.write(new Uint8Array(4));
  assert.ok(sink.permit()! > 0);
  sink.write(new Uint8Array(1));
  assert.throws(() => sink.permit(), failsWith("quota"));
});

test("streams of one file do not disturb each other", async () => {
  const guest = await new Place().guest(false);
  await write(guest, "f", ALPHABET);
  const file = await openFile(guest, "f", "rw");
  const [one, other, writes] = [file.readStream(0n), file.readStream(3n), file.writeStream(5n)];
  const first = one.read(3)!;
  const second = other.read(3)!;
  writes.write(new TextEncoder().encode("WRITTEN"));
  assert.equal(new TextDecoder().decode(first) + new TextDecoder().decode(second), "abcdef");
  assert.equal(new TextDecoder().decode(one.read(100)), "deWRITTENmnopqrstuvwxyz");
  assert.equal(await textOf(guest, "f"), "abcdeWRITTENmnopqrstuvwxyz");
});

test("two reads that are under way at one time do not share their bytes", async () => {
  const guest = await new Place().guest(true);
  await write(guest, "f", ALPHABET);
  const file = await openFile(guest, "f");
  await file.read(3n, 0n);
  const [one, other] = await Promise.all([file.read(3n, 0n), file.read(3n, 10n)]);
  assert.deepEqual(
    [one, other].map((bytes) => new TextDecoder().decode(bytes)),
    ["abc", "klm"],
  );
});
