/** Files that are none: pipes, sockets, devices, what the kernel shows as files. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { ComponentError } from "@tenon/engine";
import { directory as grant, openRoot } from "./directory.ts";
import { openLinuxRoot } from "./linux-root.ts";
import { BACKENDS, CREATE, directoryIn, fileIn, inPlace, LINUX, READ, refuses, WRITE } from "./test-backends.ts";

const OPENINGS = [READ, WRITE, CREATE, { ...WRITE, truncate: true }, { ...WRITE, read: false }, { ...READ, read: false }];
const onLinux = { skip: process.platform === "linux" ? false : "Linux only" };
const descriptors = () => readdirSync("/proc/self/fd").length;

for (const { name, open } of BACKENDS) {
  test(`threat 14: pipes, sockets and devices are refused at once, and nothing stays open (${name})`, onLinux, () =>
    inPlace(async ({ root }) => {
      execFileSync("mkfifo", [join(root, "pipe")]);
      const server = createServer();
      await new Promise<void>((done) => void server.listen(join(root, "socket"), done));
      const names = ["pipe", "socket", ...(made(join(root, "null")) ? ["null"] : [])];
      const directory = open(root);
      const before = descriptors();
      for (const each of names) for (const opening of OPENINGS) refuses("not-permitted", () => directory.open(each, opening));
      for (const each of names) refuses("not-directory", () => directory.enter(each));
      assert.equal(descriptors(), before);
      assert.deepEqual(new Map(names.map((each) => [each, typeIn(directory.list(), each)])).get("pipe"), "fifo");
      directory.unlink("pipe");
      directory.close();
      await new Promise((done) => server.close(done));
    }),
  );

  test(`threat 14: a file of holes costs nothing (${name})`, () =>
    inPlace(({ root }) => {
      const directory = open(root);
      const file = fileIn(directory, "sparse", CREATE);
      const size = 2 ** 36;
      file.setSize(size);
      const bytes = new Uint8Array(16).fill(1);
      assert.equal(file.read(bytes, size - 8), 8);
      assert.deepEqual([...bytes.subarray(0, 9)], [0, 0, 0, 0, 0, 0, 0, 0, 1]);
      assert.equal(file.read(bytes, size), 0);
      file.close();
      directory.close();
    }));
}

test("threat 14: names that are no Unicode are not told, and are in nobody's way", onLinux, () =>
  inPlace(({ root }) => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff])]), "");
    writeFileSync(join(root, "\uFFFD"), "");
    for (const { open } of LINUX) assert.deepEqual(open(root).list(), [{ name: "\uFFFD", type: "regular-file" }]);
  }),
);

test("threat 14: what the kernel shows as files is no guest's, be it the root or below it", onLinux, () => {
  for (const path of ["/proc", "/proc/self", "/proc/self/fd", "/sys", "/dev", "/dev/shm"])
    assert.throws(
      () => openLinuxRoot(path),
      (error) => error instanceof ComponentError && error.code === "grant/denied" && error.message.includes(path),
    );
  const all = openLinuxRoot("/");
  refuses("not-permitted", () => all.enter("proc"));
  refuses("not-permitted", () => all.open("proc", READ));
  refuses("not-permitted", () => all.enter("sys"));
  const devices = directoryIn(all, "dev");
  for (const each of ["null", "zero", "tty"]) refuses("not-permitted", () => devices.open(each, READ));
  devices.close();
  all.close();
});

test("a root that is not there is told as `fs` tells it", () => {
  assert.throws(() => grant({ path: "no such directory" }), /ENOENT.*no such directory/);
});

test("threat 13: who asks for `strict` gets no directory that other processes could lead a guest out of", () =>
  inPlace(({ root }) => {
    for (const platform of ["darwin", "win32", "freebsd"] as const) {
      assert.throws(
        () => openRoot(root, true, platform),
        (error) => error instanceof ComponentError && error.code === "grant/denied" && error.message.includes(platform),
      );
      openRoot(root, false, platform).close();
    }
  }));

/** Only some may make devices. */
function made(path: string): boolean {
  try {
    execFileSync("mknod", [path, "c", "1", "3"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function typeIn(entries: unknown, name: string): string | undefined {
  return (entries as { name: string; type: string }[]).find((entry) => entry.name === name)?.type;
}
