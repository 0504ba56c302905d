import { constants, fstatSync, openSync, readlinkSync, statfsSync, statSync } from "node:fs";
import { closeQuietly } from "./descriptor-file.ts";
import { KeptDirectories } from "./kept-directories.ts";
import { isKernelFileSystem } from "./kernel-file-systems.ts";
import { LinuxDirectory, O_PATH } from "./linux-directory.ts";
import { RootRefused } from "./root-refused.ts";

const PROC = 0x9fa0;
/** What lies there is not stored, or is devices. */
const RESERVED = /^\/(?:proc|sys|dev)(?:\/|$)/;

/** Opens the directory that guests see as their root. Links on the way to it are the owner's business, and are followed. */
export function openLinuxRoot(path: string): LinuxDirectory {
  const fd = openSync(path, O_PATH | constants.O_DIRECTORY);
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    const descriptors = descriptorFolder();
    const itself = `${descriptors}${fd}`;
    checkProc(itself, dev, ino);
    if (RESERVED.test(readlinkSync(itself)) || isKernelFileSystem(itself))
      throw new RootRefused(path, "devices and what the kernel shows as files are not given to guests");
    const device = Number(dev);
    return new LinuxDirectory({ fd, device, root: { device, kept: new KeptDirectories(descriptors) }, passed: undefined });
  } catch (error) {
    closeQuietly(fd);
    throw error;
  }
}

/** Of this process, with `/` behind it. By its number it is found faster than as `self`, where /proc counts processes as we do. */
function descriptorFolder(): string {
  const self = readlinkIfThere("/proc/self");
  return `/proc/${self === String(process.pid) ? self : "self"}/fd/`;
}

function readlinkIfThere(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** All depends on this path leading to what is open: a container may have no /proc, or another one in its place. */
function checkProc(itself: string, device: bigint, file: bigint): void {
  const there = statSync(itself, { bigint: true, throwIfNoEntry: false });
  const real = there !== undefined && there.dev === device && there.ino === file && statfsSync(itself.slice(0, itself.lastIndexOf("/"))).type === PROC;
  if (!real) throw new RootRefused(itself, "/proc is not there or not the kernel's, and without it a directory can't be kept from being left");
}
