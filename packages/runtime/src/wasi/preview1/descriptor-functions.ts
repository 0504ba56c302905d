/** `fd_*`: what is done with a descriptor that the guest has. */
import { after, type Later } from "../../capability/later.ts";
import type { OutputSink } from "../../streams/output-sink.ts";
import { StreamFailure } from "../../streams/stream-failure.ts";
import { untilReady } from "../../streams/waitable.ts";
import type { Descriptor, File, Input } from "./descriptors.ts";
import { readDirectory } from "./directory-entries.ts";
import { Errno, Failure } from "./errno.ts";
import type { Guest } from "./guest.ts";
import type { Span } from "./guest-memory.ts";
import { FD_READ, FD_WRITE, OF_DIRECTORY, ofFile, PREOPEN_BASE, PREOPEN_INHERITING } from "./rights.ts";
import { Filetype, newTimes, putFilestat, putStreamFilestat, withInode } from "./stat.ts";

/** `fdflags`. */
const APPEND = 1;
const DSYNC = 2;
const NONBLOCK = 4;
const RSYNC = 8;
const SYNC = 16;

const FDSTAT_BYTES = 24;
const MAX_FILE_OFFSET = (1n << 63n) - 1n;

/** Written to at most at once: the bytes are copied, since a sink keeps them. */
const MAX_WRITE = 64 * 1024;

export function descriptorFunctions(guest: Guest) {
  const { memory, descriptors } = guest;

  /** A file or directory. */
  function handleOf(fd: number): Extract<Descriptor, { readonly handle: unknown }> {
    const descriptor = descriptors.get(fd);
    if (!("handle" in descriptor)) throw new Failure(Errno.badf);
    return descriptor;
  }

  function read(span: Span, bytes: Uint8Array, out: number): number {
    memory.bytes(span.at, bytes.length).set(bytes);
    memory.setU32(out, bytes.length);
    return bytes.length;
  }

  function readInput({ source }: Input, span: Span, out: number): Later<void> {
    const bytes = inputBytes(source.read.bind(source), span.length);
    if (bytes !== undefined && bytes.length === 0 && span.length > 0) return untilReady(source).then(() => readInput({ kind: "input", source }, span, out));
    read(span, bytes ?? NOTHING, out);
  }

  function writeFile(file: File, span: Span, out: number): Later<void> {
    // Those that are written later must not change meanwhile.
    const bytes = memory.bytes(span.at, Math.min(span.length, MAX_WRITE)).slice();
    if (!file.append) {
      return after(file.handle.write(bytes, file.position), (count) => {
        file.position += count;
        memory.setU32(out, Number(count));
      });
    }
    return after(file.handle.append(bytes), (count) =>
      after(file.handle.stat(), ({ size }) => {
        file.position = size;
        memory.setU32(out, Number(count));
      }),
    );
  }

  function putFdstat(at: number, type: number, flags: number, base: bigint, inheriting = base): void {
    memory.bytes(at, FDSTAT_BYTES).fill(0);
    memory.setU8(at, type);
    memory.setU16(at + 2, flags);
    memory.setU64(at + 8, base);
    memory.setU64(at + 16, inheriting);
  }

  return {
    fd_advise(fd: number, offset: bigint, length: bigint, advice: number): Later<void> {
      const { handle } = descriptors.file(fd);
      if (advice >>> 0 > 5) throw new Failure(Errno.inval);
      return handle.advise(BigInt.asUintN(64, offset), BigInt.asUintN(64, length));
    },
    fd_allocate(fd: number, _offset: bigint, _length: bigint): never {
      descriptors.file(fd);
      throw new Failure(Errno.notsup);
    },
    fd_close: (fd: number): void => descriptors.close(fd),
    fd_datasync: (fd: number): Later<void> => descriptors.file(fd).handle.sync(true),
    fd_sync: (fd: number): Later<void> => descriptors.file(fd).handle.sync(false),

    fd_fdstat_get(fd: number, out: number): void {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind === "input") putFdstat(out, streamType(descriptor.source), 0, FD_READ);
      else if (descriptor.kind === "output") putFdstat(out, streamType(descriptor.sink), 0, FD_WRITE);
      else if (descriptor.kind === "file") {
        const flags = (descriptor.append ? APPEND : 0) | (descriptor.nonBlocking ? NONBLOCK : 0);
        putFdstat(out, Filetype["regular-file"], flags, ofFile(descriptor.handle.rights));
      } else if (descriptor.preopen !== undefined) putFdstat(out, Filetype.directory, 0, PREOPEN_BASE, PREOPEN_INHERITING);
      else putFdstat(out, Filetype.directory, 0, OF_DIRECTORY);
    },
    fd_fdstat_set_flags(fd: number, flags: number): void {
      const file = descriptors.file(fd);
      if ((flags & (DSYNC | RSYNC | SYNC)) !== 0) throw new Failure(Errno.inval);
      file.append = (flags & APPEND) !== 0;
      file.nonBlocking = (flags & NONBLOCK) !== 0;
    },
    /** What may be done is not the guest's to say, not even less of it. */
    fd_fdstat_set_rights(fd: number, _base: bigint, _inheriting: bigint): never {
      handleOf(fd);
      throw new Failure(Errno.notsup);
    },

    fd_filestat_get(fd: number, out: number): Later<void> {
      const descriptor = descriptors.get(fd);
      if (!("handle" in descriptor)) {
        putStreamFilestat(memory, out, streamType(descriptor.kind === "input" ? descriptor.source : descriptor.sink));
        return undefined;
      }
      const { handle } = descriptor;
      return withInode(
        handle.stat(),
        () => handle.metadataHash(),
        (stat, inode) => putFilestat(memory, out, stat, inode),
      );
    },
    fd_filestat_set_size: (fd: number, size: bigint): Later<void> => descriptors.file(fd).handle.setSize(BigInt.asUintN(64, size)),
    fd_filestat_set_times(fd: number, accessed: bigint, modified: bigint, flags: number): Later<void> {
      return handleOf(fd).handle.setTimes(...newTimes(accessed, modified, flags));
    },

    fd_read(fd: number, spans: number, count: number, out: number): Later<void> {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind !== "input" && descriptor.kind !== "file") throw new Failure(Errno.badf);
      const span = memory.firstSpan(spans, count);
      if (descriptor.kind === "input") return readInput(descriptor, span, out);
      return after(descriptor.handle.read(BigInt(span.length), descriptor.position), (bytes) => {
        descriptor.position += BigInt(read(span, bytes, out));
      });
    },
    fd_pread(fd: number, spans: number, count: number, offset: bigint, out: number): Later<void> {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind === "input") throw new Failure(Errno.spipe);
      const { handle } = descriptors.file(fd);
      const span = memory.firstSpan(spans, count);
      return after(handle.read(BigInt(span.length), BigInt.asUintN(64, offset)), (bytes) => void read(span, bytes, out));
    },
    fd_write(fd: number, spans: number, count: number, out: number): Later<void> {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind !== "output" && descriptor.kind !== "file") throw new Failure(Errno.badf);
      const span = memory.firstSpan(spans, count);
      if (descriptor.kind === "file") return writeFile(descriptor, span, out);
      const bytes = memory.bytes(span.at, Math.min(span.length, MAX_WRITE)).slice();
      return after(writeAll(descriptor.sink, bytes), () => memory.setU32(out, bytes.length));
    },
    fd_pwrite(fd: number, spans: number, count: number, offset: bigint, out: number): Later<void> {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind === "output") throw new Failure(Errno.spipe);
      const { handle, append } = descriptors.file(fd);
      const { at, length } = memory.firstSpan(spans, count);
      const bytes = memory.bytes(at, Math.min(length, MAX_WRITE)).slice();
      // As Linux has it: what is open for appending is appended to, wherever it should go.
      const written = append ? handle.append(bytes) : handle.write(bytes, BigInt.asUintN(64, offset));
      return after(written, (count) => memory.setU32(out, Number(count)));
    },

    fd_prestat_get(fd: number, out: number): void {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind !== "directory" || descriptor.preopen === undefined) throw new Failure(Errno.badf);
      memory.setU32(out, 0);
      memory.setU32(out + 4, new TextEncoder().encode(descriptor.preopen).length);
    },
    fd_prestat_dir_name(fd: number, at: number, length: number): void {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind !== "directory" || descriptor.preopen === undefined) throw new Failure(Errno.notdir);
      const name = new TextEncoder().encode(descriptor.preopen);
      if (name.length > length >>> 0) throw new Failure(Errno.nametoolong);
      memory.bytes(at, name.length).set(name);
    },
    fd_readdir(fd: number, at: number, length: number, cookie: bigint, out: number): Later<void> {
      return readDirectory(guest, descriptors.directory(fd), { at, length: length >>> 0 }, BigInt.asUintN(64, cookie), out);
    },
    fd_renumber: (from: number, to: number): void => descriptors.renumber(from, to),

    fd_seek(fd: number, offset: bigint, whence: number, out: number): Later<void> {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind === "input" || descriptor.kind === "output") throw new Failure(Errno.spipe);
      const file = descriptors.file(fd);
      const begin = whence === 0 ? 0n : whence === 1 ? file.position : whence === 2 ? after(file.handle.stat(), ({ size }) => size) : undefined;
      if (begin === undefined) throw new Failure(Errno.inval);
      return after(begin, (from) => {
        const position = from + offset;
        if (position < 0n || position > MAX_FILE_OFFSET) throw new Failure(Errno.inval);
        file.position = position;
        memory.setU64(out, position);
      });
    },
    fd_tell(fd: number, out: number): void {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind === "input" || descriptor.kind === "output") throw new Failure(Errno.spipe);
      memory.setU64(out, descriptors.file(fd).position);
    },
  };
}

const NOTHING = new Uint8Array(0);

function streamType({ isTerminal }: { readonly isTerminal?: boolean }): number {
  return isTerminal === true ? Filetype["character-device"] : Filetype.unknown;
}

/** What a standard stream failed with is no file's error. */
function inputBytes(read: (length: number) => Uint8Array | undefined, length: number): Uint8Array | undefined {
  try {
    return read(length);
  } catch (error) {
    throw error instanceof StreamFailure ? new Failure(Errno.io) : error;
  }
}

/** Resolves when the sink has taken all. */
function writeAll(sink: OutputSink, bytes: Uint8Array): Later<void> {
  let left = bytes;
  while (left.length > 0) {
    let permit: number | undefined;
    try {
      permit = sink.permit();
    } catch (error) {
      throw error instanceof StreamFailure ? new Failure(error.code.filesystem === "insufficient-space" ? Errno.nospc : Errno.io) : error;
    }
    if (permit === undefined) throw new Failure(Errno.pipe);
    if (permit === 0) {
      const rest = left;
      return untilReady(sink).then(() => writeAll(sink, rest));
    }
    sink.write(left.subarray(0, permit));
    left = left.subarray(permit);
  }
}
