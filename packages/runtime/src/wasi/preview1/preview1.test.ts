import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clock } from "../../clock/clock-capability.ts";
import { memoryDirectory } from "../../directory/memory/memory-directory.ts";
import { MAX_LISTED_NAMES, MAX_OPEN_HANDLES, MAX_PATH_BYTES, MAX_RANDOM_BYTES } from "../../limits.ts";
import { BytesSource, QueueSource } from "../../streams/input-source.ts";
import { CollectingSink } from "../../streams/output-sink.ts";
import { Exit } from "../cli/exit.ts";
import { Errno } from "./errno.ts";
import { FUNCTION_NAMES, type FunctionName, SIGNATURES } from "./signatures.ts";
import { type Argument, OUT, PAGE, ROOT, TestModule } from "./test-module.ts";

/** `errno`, as the witx of the snapshot lists them from 0 on. */
const ERRNOS =
  "success toobig acces addrinuse addrnotavail afnosupport again already badf badmsg busy canceled child connaborted connrefused connreset deadlk destaddrreq dom dquot exist fault fbig hostunreach idrm ilseq inprogress intr inval io isconn isdir loop mfile mlink msgsize multihop nametoolong netdown netreset netunreach nfile nobufs nodev noent noexec nolck nolink nomem nomsg noprotoopt nospc nosys notconn notdir notempty notrecoverable notsock notsup notty nxio overflow ownerdead perm pipe proto protonosupport prototype range rofs spipe srch stale timedout txtbsy xdev notcapable".split(
    " ",
  );

test("every errno has the number of the specification", () => {
  for (const [name, number] of Object.entries(Errno)) assert.equal(ERRNOS[number], name === "access" ? "acces" : name);
});

test("all 46 functions are there", () => {
  assert.equal(FUNCTION_NAMES.length, 46);
});

/** Arguments that are right, but for `at`, which stands for one pointer. */
const pointers = (at: number): readonly (readonly [FunctionName, ...Argument[]])[] => [
  ["args_get", at, 0],
  ["args_get", 0, at],
  ["args_sizes_get", at, 0],
  ["args_sizes_get", 0, at],
  ["environ_get", at, 0],
  ["environ_get", 0, at],
  ["environ_sizes_get", at, 0],
  ["environ_sizes_get", 0, at],
  ["clock_res_get", 1, at],
  ["clock_time_get", 0, 0n, at],
  ["random_get", at, 9],
  ["fd_fdstat_get", 4, at],
  ["fd_filestat_get", 4, at],
  ["fd_filestat_get", 0, at],
  ["fd_pread", 4, at, 1, 0n, 0],
  ["fd_pread", 4, 8, 1, 0n, at],
  ["fd_prestat_get", 3, at],
  ["fd_prestat_dir_name", 3, at, 9],
  ["fd_pwrite", 4, at, 1, 0n, 0],
  ["fd_pwrite", 4, 8, 1, 0n, at],
  ["fd_read", 4, at, 1, 0],
  ["fd_read", 4, 8, 1, at],
  ["fd_readdir", 3, at, 9, 0n, 0],
  ["fd_readdir", 3, 0, 9, 0n, at],
  ["fd_seek", 4, 0n, 0, at],
  ["fd_tell", 4, at],
  ["fd_write", 1, at, 1, 0],
  ["fd_write", 1, 8, 1, at],
  ["path_create_directory", 3, at, 9],
  ["path_filestat_get", 3, 0, at, 9, 0],
  ["path_filestat_get", 3, 0, 16, 1, at],
  ["path_filestat_set_times", 3, 0, at, 9, 0n, 0n, 5],
  ["path_link", 3, 0, at, 9, 3, 16, 1],
  ["path_link", 3, 0, 16, 1, 3, at, 9],
  ["path_open", 3, 0, at, 9, 0, 2n, 2n, 0, 0],
  ["path_open", 3, 0, 16, 1, 0, 2n, 2n, 0, at],
  ["path_readlink", 3, at, 9, 0, 9, 0],
  ["path_readlink", 3, 17, 1, at, 9, 0],
  ["path_readlink", 3, 17, 1, 0, 9, at],
  ["path_remove_directory", 3, at, 9],
  ["path_rename", 3, at, 9, 3, 16, 1],
  ["path_rename", 3, 16, 1, 3, at, 9],
  ["path_symlink", at, 9, 3, 16, 1],
  ["path_symlink", 16, 1, 3, at, 9],
  ["path_unlink_file", 3, at, 9],
  ["poll_oneoff", at, 0, 1, 0],
  ["poll_oneoff", 128, at, 1, 0],
  ["poll_oneoff", 128, 0, 1, at],
];

/** A file `a`, which is open as 4, and a link `l`; both names lie at 16, a span of 4 bytes at 8. */
async function furnished(): Promise<TestModule> {
  const given = { directories: { "/root": memoryDirectory({ files: { a: "content" } }) }, args: ["x"], env: { A: "1" }, stdout: new CollectingSink() };
  const module = await TestModule.make({}, given);
  assert.equal(await module.open("a"), 4);
  module.bytes.set([97, 108], 16);
  assert.equal(await module.call("path_symlink", 16, 2, ROOT, 17, 1), "success");
  module.view.setUint32(8, 24, true);
  module.view.setUint32(12, 4, true);
  return module;
}

for (const [what, at] of [
  ["just beyond the end", PAGE],
  ["that reach beyond the end", PAGE - 1],
  ["as high as they can be", -1],
  ["in the upper half", -0x8000_0000],
] as const) {
  for (const [name, ...args] of pointers(at)) {
    test(`threat 11: pointers ${what}: ${name}(${args.join(", ")})`, async () => {
      assert.equal(await (await furnished()).call(name, ...args), "fault");
    });
  }
}

test("threat 11: what a span outside of memory would take is not taken", async () => {
  const module = await TestModule.make({}, { stdin: new BytesSource("abc") });
  assert.equal(await module.call("fd_read", 0, ...module.span(PAGE - 2, 3), 32), "fault");
  assert.equal(await module.call("fd_read", 0, ...module.span(PAGE - 3, 3), 32), "success");
  assert.equal(new TextDecoder().decode(module.bytes.subarray(PAGE - 3)), "abc");
});

test("threat 11: whatever the arguments, there is an errno, and nothing stays open", async () => {
  const small = fc.integer({ min: -1, max: 9 });
  const number = fc.oneof({ weight: 4, arbitrary: small }, fc.integer(), fc.constantFrom(16, 24, 128, PAGE - 9, PAGE));
  const long = fc.oneof(
    number.map((value) => BigInt(value)),
    fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  );
  // They wait for ever, or end it all; `proc_exit` has its own test.
  const names = FUNCTION_NAMES.filter((name) => name !== "poll_oneoff" && name !== "proc_exit");
  const call = fc
    .constantFrom(...names)
    .chain((name) => fc.tuple(fc.constant(name), fc.tuple(...[...SIGNATURES[name]].map((type): fc.Arbitrary<Argument> => (type === "i" ? number : long)))));
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 30 }), async (calls) => {
      const module = await furnished();
      for (const [name, args] of calls) assert.ok((await module.call(name, ...args)) in Errno);
      await module.host.finished();
      assert.equal(module.host.open.size, 0);
    }),
    { numRuns: 150 },
  );
});

test("threat 11: polls with any subscription", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 48, maxLength: 48 }), fc.integer({ min: 0, max: 2 }), fc.nat(5), async (subscription, type, fd) => {
      const module = await TestModule.make({}, { clock: clock({ frozen: true }) });
      module.bytes.set(subscription, 128);
      module.bytes[136] = type;
      if (type !== 0) module.view.setUint32(144, fd, true);
      assert.ok((await module.call("poll_oneoff", 128, 256, 1, OUT)) in Errno);
    }),
    { numRuns: 100 },
  );
});

test("threat 11: spans without bytes, however many", async () => {
  const module = await furnished();
  assert.equal(await module.call("fd_read", 4, 512, 100, 32), "success");
  assert.equal(module.view.getUint32(32, true), 0);
  assert.equal(await module.call("fd_read", 4, 2048, -1, 32), "fault");
});

test("memory that has grown is seen", async () => {
  const module = await furnished();
  assert.equal(await module.call("fd_pread", 4, ...module.span(PAGE, 7), 0n, 32), "fault");
  module.memory.grow(1);
  assert.equal(await module.call("fd_pread", 4, ...module.span(PAGE, 7), 0n, 32), "success");
  assert.equal(new TextDecoder().decode(module.bytes.subarray(PAGE, PAGE + 7)), "content");
});

const paths: readonly (readonly [what: string, path: string | Uint8Array, errno: string])[] = [
  ["that is no UTF-8", Uint8Array.of(0xff, 0xfe), "ilseq"],
  ["with half of a character", Uint8Array.of(0x61, 0xc3), "ilseq"],
  ["with a surrogate", Uint8Array.of(0xed, 0xa0, 0x80), "ilseq"],
  ["with a byte order mark, which belongs to it", Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), "noent"],
  ["with a NUL", "a\0b", "inval"],
  ["that is empty", "", "noent"],
  ["that is too long", "a/".repeat(MAX_PATH_BYTES / 2 + 1), "nametoolong"],
  ["that leads out", "../a", "perm"],
  ["that is absolute", "/a", "perm"],
];
for (const [what, path, errno] of paths) {
  test(`a path ${what}: ${errno}`, async () => {
    const module = await furnished();
    assert.equal(await module.call("path_filestat_get", ROOT, 1, ...module.text(path), OUT), errno);
  });
}

test("threat 11: descriptors end at a limit, and the smallest that is free is given", async () => {
  const module = await TestModule.make({ a: "" });
  for (let fd = ROOT + 1; fd < MAX_OPEN_HANDLES; fd++) assert.equal(await module.open("a"), fd);
  await assert.rejects(module.open("a"), { message: "a: mfile" });
  assert.equal(await module.call("fd_close", 7), "success");
  assert.equal(await module.call("fd_close", 5), "success");
  assert.equal(await module.open("a"), 5);
  assert.equal(await module.open("a"), 7);
});

test("renumbering closes what was there, and frees the other", async () => {
  const module = await TestModule.make({ a: "one", b: "two" });
  const [a, b] = [await module.open("a"), await module.open("b")];
  const open = module.host.open.size;
  assert.equal(await module.call("fd_renumber", b, a), "success");
  assert.equal(module.host.open.size, open - 1);
  assert.equal(await module.call("fd_read", b, ...module.span(100, 3), 32), "badf");
  assert.equal(await module.call("fd_read", a, ...module.span(100, 3), 32), "success");
  assert.equal(new TextDecoder().decode(module.bytes.subarray(100, 103)), "two");
  for (const [from, to] of [
    [a, 99],
    [99, a],
  ] as const)
    assert.equal(await module.call("fd_renumber", from, to), "badf");
  assert.equal(await module.call("fd_renumber", a, a), "success");
});

/** Names and inode numbers, read with a buffer of that size. */
async function listed(module: TestModule, size: number, between: () => Promise<unknown> = async () => {}): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  let cookie = 0n;
  for (;;) {
    assert.equal(await module.call("fd_readdir", ROOT, 4096, size, cookie, OUT), "success");
    const used = module.view.getUint32(OUT, true);
    const entries = new DataView(module.memory.buffer, 4096, used);
    let at = 0;
    while (at + 24 <= used && at + 24 + entries.getUint32(at + 16, true) <= used) {
      const length = entries.getUint32(at + 16, true);
      const name = new TextDecoder().decode(module.bytes.subarray(4096 + at + 24, 4096 + at + 24 + length));
      assert.ok(!found.has(name), `${name} is told twice`);
      found.set(name, entries.getBigUint64(at + 8, true));
      cookie = entries.getBigUint64(at, true);
      at += 24 + length;
    }
    if (used < size) return found;
    await between();
  }
}

test("a directory is read whole, whatever the buffer, with the inode numbers of its files", async () => {
  const module = await TestModule.make({ a: "", "long name of a file": "", "d/e": "" });
  for (const size of [48, 60, 4096]) {
    const found = await listed(module, size);
    assert.deepEqual([...found.keys()].sort(), [".", "..", "a", "d", "long name of a file"]);
    for (const [name, inode] of found) {
      if (name === "..") continue;
      assert.equal(await module.call("path_filestat_get", ROOT, 0, ...module.text(name), OUT), "success");
      assert.equal(module.view.getBigUint64(OUT + 8, true), inode, name);
    }
  }
});

test("a directory that changes while it is read: nothing twice, nothing missed", async () => {
  const module = await TestModule.make({ a: "", b: "", c: "", d: "" });
  const found = await listed(module, 30, async () => {
    await module.call("path_unlink_file", ROOT, ...module.text("a"));
    await module.open("0", { oflags: 1 });
  });
  assert.deepEqual([...found.keys()], [".", "..", "a", "b", "c", "d"]);
});

test("threat 11: what is kept of listings is limited, and goes with the descriptor", async () => {
  const module = await TestModule.make({ a: "" });
  const others = module.host.open.keepNames({}, MAX_LISTED_NAMES - 4);
  const open = module.host.open.size;
  for (let i = 0; i < 3; i++) assert.equal(await module.call("fd_readdir", ROOT, 4096, 100, 0n, OUT), "success");
  const second = await module.open(".", { oflags: 2 });
  assert.equal(await module.call("fd_readdir", second, 4096, 100, 0n, OUT), "nomem");
  assert.equal(await module.call("fd_close", ROOT), "success");
  assert.equal(await module.call("fd_readdir", second, 4096, 100, 0n, OUT), "success");
  assert.equal(await module.call("fd_close", second), "success");
  assert.equal(module.host.open.size, open - 1);
  others.close();
});

test("threat 11: random bytes are limited", async () => {
  const module = await TestModule.make();
  module.memory.grow(1);
  assert.equal(await module.call("random_get", 0, MAX_RANDOM_BYTES + 1), "inval");
  assert.equal(await module.call("random_get", 0, 2 * PAGE), "success");
});

test("appending, and positions", async () => {
  const module = await TestModule.make({ a: "12345" });
  const fd = await module.open("a", { fdflags: 1 });
  module.bytes.set([120, 121], 100);
  assert.equal(await module.call("fd_seek", fd, 1n, 0, OUT), "success");
  assert.equal(await module.call("fd_write", fd, ...module.span(100, 2), 32), "success");
  assert.equal(await module.call("fd_pwrite", fd, ...module.span(100, 1), 0n, 32), "success");
  assert.equal(await module.call("fd_tell", fd, OUT), "success");
  assert.equal(module.view.getBigUint64(OUT, true), 7n);
  assert.equal(await module.call("fd_pread", fd, ...module.span(100, 20), 0n, 32), "success");
  assert.equal(new TextDecoder().decode(module.bytes.subarray(100, 108)), "12345xyx");
  for (const [offset, whence] of [
    [-9n, 1],
    [(1n << 63n) - 1n, 1],
    [0n, 3],
  ] as const)
    assert.equal(await module.call("fd_seek", fd, offset, whence, OUT), "inval");
});

test("a directory that may only be read", async () => {
  const module = await TestModule.make({}, { directories: { "/": memoryDirectory({ files: { a: "x" }, rights: "read" }) } });
  for (const [name, ...args] of [
    ["path_open", ROOT, 0, ...module.text("a"), 0, 66n, 0n, 0, OUT],
    ["path_create_directory", ROOT, ...module.text("d")],
    ["path_unlink_file", ROOT, ...module.text("a")],
    ["path_rename", ROOT, ...module.text("a"), ROOT, ...module.text("a")],
    ["path_symlink", ...module.text("a"), ROOT, ...module.text("a")],
  ] as const satisfies readonly (readonly [FunctionName, ...Argument[]])[])
    assert.equal(await module.call(name, ...args), "perm", name);
});

test("a directory that is revoked", async () => {
  const given = memoryDirectory({ files: { a: "x" } });
  const module = await TestModule.make({}, { directories: { "/": given } });
  const fd = await module.open("a");
  given.revoke();
  assert.equal(await module.call("fd_read", fd, ...module.span(100, 1), 32), "perm");
  assert.equal(await module.call("path_open", ROOT, 0, ...module.text("a"), 0, 2n, 0n, 0, OUT), "perm");
  assert.equal(await module.call("fd_close", fd), "success");
});

test("a read waits for input, and no other does", async () => {
  const stdin = new QueueSource(10);
  const module = await TestModule.make({}, { stdin });
  const reading = module.call("fd_read", 0, ...module.span(100, 9), 32);
  stdin.push(new TextEncoder().encode("late"));
  stdin.end();
  assert.equal(await reading, "success");
  assert.equal(module.view.getUint32(32, true), 4);
});

test("a closed output is a broken pipe", async () => {
  const module = await TestModule.make();
  assert.equal(await module.call("fd_write", 1, ...module.span(100, 1), 32), "pipe");
});

test("much is written in parts, and told as much", async () => {
  const stdout = new CollectingSink();
  const module = await TestModule.make({}, { stdout });
  module.memory.grow(2);
  assert.equal(await module.call("fd_write", 1, ...module.span(0, 3 * PAGE), 32), "success");
  assert.equal(module.view.getUint32(32, true), stdout.bytes().length);
  assert.ok(stdout.bytes().length > 0);
});

test("waiting for clocks, relative and absolute, and what is there already", async () => {
  const time = clock({ fake: new Date(1000) });
  const module = await TestModule.make({}, { clock: time, stdin: new QueueSource(1) });
  /** A clock at 128, the input at 176. */
  const subscribe = (id: number, timeout: bigint, flags: number): void => {
    module.bytes.fill(0, 128, 256);
    module.view.setBigUint64(128, 7n, true);
    module.view.setUint32(144, id, true);
    module.view.setBigUint64(152, timeout, true);
    module.view.setUint16(168, flags, true);
    module.view.setBigUint64(176, 8n, true);
    module.bytes[184] = 1;
  };
  const cases: readonly (readonly [id: number, timeout: bigint, flags: number])[] = [
    [1, 1_000_000n, 0],
    [1, 2_000_000n, 1],
    [0, 1_000_000n, 0],
    [0, 1_004_000_000n, 1],
  ];
  for (const [id, timeout, flags] of cases) {
    subscribe(id, timeout, flags);
    const waiting = module.call("poll_oneoff", 128, 512, 2, OUT);
    let over = false;
    waiting.then(() => {
      over = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(over, false);
    time.advance(1_000_000n);
    assert.equal(await waiting, "success");
    assert.equal(module.view.getUint32(OUT, true), 1);
    assert.deepEqual([module.view.getBigUint64(512, true), module.view.getUint16(520, true), module.bytes[522]], [7n, 0, 0]);
  }
  assert.equal(await module.call("poll_oneoff", 128, 512, 0, OUT), "inval");
  assert.equal(await module.call("poll_oneoff", 128, 512, -1, OUT), "inval");
});

test("no descriptor is a socket", async () => {
  const module = await furnished();
  for (const [name, ...args] of [
    ["sock_accept", 0, 0, OUT],
    ["sock_recv", 0, 8, 1, 0, OUT, OUT],
    ["sock_send", 0, 8, 1, 0, OUT],
    ["sock_shutdown", 0, 1],
  ] as const satisfies readonly (readonly [FunctionName, ...Argument[]])[]) {
    for (const fd of [0, 1, 3, 4]) assert.equal(await module.call(name, fd, ...args.slice(1)), "notsock");
    assert.equal(await module.call(name, 99, ...args.slice(1)), "badf");
  }
});

test("an exit has its status, whatever its sign", async () => {
  const module = await TestModule.make();
  await assert.rejects(module.call("proc_exit", -1), (error: Exit) => error instanceof Exit && error.exitCode === 0xffff_ffff);
});
