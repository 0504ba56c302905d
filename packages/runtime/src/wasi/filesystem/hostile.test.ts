/** Guests that call with any numbers, names, flags and handles: each call gives a value or an error code of the interface, whatever came before. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OpenHandles } from "../../capability/open-handles.ts";
import { FILE_ERROR_CODES } from "../../directory/file-error.ts";
import type { Handle } from "../../directory/handle.ts";
import { memoryDirectory } from "../../directory/memory/memory-directory.ts";
import { Descriptor as Descriptor02 } from "../0.2/filesystem/types.ts";
import { Descriptor as Descriptor03 } from "../0.3/filesystem/types.ts";

type AnyDescriptor = Descriptor02 | Descriptor03;
const CODES = new Set<unknown>(FILE_ERROR_CODES);

const u64 = fc.oneof(
  fc.constantFrom(0n, 1n, 5n, 4096n, 65536n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const component = fc.constantFrom("a", "b", "sub", "link", "..", ".", "", "x".repeat(256), "ü", "__proto__", "constructor", "a\0b", "c:", "\\");
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("a", "sub", "sub/b", "new", "sub/new", "link", ".") },
  fc.array(component, { minLength: 1, maxLength: 5 }).map((names) => names.join("/")),
  fc.string({ maxLength: 40 }),
);
const flagsOf = (...names: string[]) => fc.dictionary(fc.constantFrom(...names), fc.boolean(), { maxKeys: 3 });
const flags = flagsOf("symlinkFollow");
const openFlags = flagsOf("create", "directory", "exclusive", "truncate", "create");
const wanted = fc.oneof({ weight: 9, arbitrary: flagsOf("read", "write", "mutateDirectory") }, flagsOf("fileIntegritySync", "read"));
const time = fc.oneof(
  fc.constantFrom({ tag: "now" as const }, { tag: "no-change" as const }),
  fc.record({ tag: fc.constant("timestamp" as const), val: fc.record({ seconds: u64, nanoseconds: fc.nat(999_999_999) }) }),
);
const bytes = fc.uint8Array({ maxLength: 20 });
/** Which of the descriptors that there are. */
const which = fc.nat(20);

/** A function of both versions, with arguments for it. */
const call = fc.oneof(
  ...["syncData", "sync", "getFlags", "getType", "stat", "metadataHash", "readDirectory", "appendViaStream"].map((name) => fc.tuple(fc.constant(name))),
  ...["setSize", "readViaStream", "writeViaStream"].map((name) => fc.tuple(fc.constant(name), u64)),
  ...["createDirectoryAt", "readlinkAt", "removeDirectoryAt", "unlinkFileAt"].map((name) => fc.tuple(fc.constant(name), path)),
  ...["statAt", "metadataHashAt"].map((name) => fc.tuple(fc.constant(name), flags, path)),
  fc.tuple(fc.constant("read"), u64, u64),
  fc.tuple(fc.constant("write"), bytes, u64),
  fc.tuple(fc.constant("advise"), u64, u64, fc.constant("normal")),
  fc.tuple(fc.constant("setTimes"), time, time),
  fc.tuple(fc.constant("setTimesAt"), flags, path, time, time),
  fc.tuple(fc.constant("symlinkAt"), path, path),
  ...Array.from({ length: 4 }, () => fc.tuple(fc.constant("openAt"), flags, path, openFlags, wanted)),
  fc.tuple(fc.constant("linkAt"), flags, path, which, path),
  fc.tuple(fc.constant("renameAt"), path, which, path),
  fc.tuple(fc.constant("isSameObject"), which),
  fc.tuple(fc.constant("drop")),
);
const script = fc.array(fc.tuple(which, call), { maxLength: 60 });

const versions: ReadonlyArray<[name: string, make: (handle: Handle, open: OpenHandles) => AnyDescriptor, code: (error: unknown) => unknown]> = [
  ["0.2", (handle, open) => new Descriptor02(handle, open), (error) => error],
  ["0.3", (handle, open) => new Descriptor03(handle, open), (error) => (error as { tag: unknown }).tag],
];

for (const [version, make, codeOf] of versions) {
  for (const rights of ["write", "read"] as const) {
    test(`${version}, to ${rights}: whatever is called, a value or an error code comes of it, and nothing stays open`, () =>
      fc.assert(
        fc.asyncProperty(script, async (calls) => {
          const open = new OpenHandles();
          const capability = memoryDirectory({ files: { a: "hello", "sub/b": "bye" }, quota: { bytes: 10_000, nodes: 30 }, rights });
          const root = make(capability.open() as Handle, open);
          const descriptors: AnyDescriptor[] = [root];
          const pick = (index: number): AnyDescriptor => descriptors[index % descriptors.length]!;
          for (const [index, [name, ...args]] of calls) {
            const descriptor = pick(index);
            if (name === "drop") {
              if (descriptor === root) continue;
              descriptor[Symbol.dispose]();
              descriptors.splice(descriptors.indexOf(descriptor), 1);
              continue;
            }
            const given = args.map((value) => (typeof value === "number" ? pick(value) : value));
            if (version === "0.3" && /^(write|append)ViaStream$/.test(name as string)) given.unshift(Uint8Array.of(1, 2, 3));
            const operation = (descriptor as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>)[name as string];
            try {
              const result = await operation?.apply(descriptor, given);
              if (result instanceof Descriptor02 || result instanceof Descriptor03) descriptors.push(result);
              if (Array.isArray(result) && result[1] instanceof Promise) (result[0] as AsyncIterable<unknown>)[Symbol.asyncIterator]?.().return?.();
              (result as Partial<Disposable> | undefined)?.[Symbol.dispose] &&
                !descriptors.includes(result as AnyDescriptor) &&
                (result as Disposable)[Symbol.dispose]();
            } catch (error) {
              assert.ok(CODES.has(codeOf(error)), `${name}: ${String(error)}`);
            }
          }
          for (const descriptor of descriptors) descriptor[Symbol.dispose]();
          await new Promise((resolve) => setImmediate(resolve));
          assert.equal(open.size, 0);
        }),
        { numRuns: 150 },
      ));
  }
}
