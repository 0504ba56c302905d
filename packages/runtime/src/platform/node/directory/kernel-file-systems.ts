import { statfsSync } from "node:fs";

/**
 * File systems whose files are not stored but stand for something of the kernel's: the memory and descriptors of processes, devices,
 * settings. `f_type` of statfs(2), from Linux' `uapi/linux/magic.h`.
 */
const KERNEL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0x1cd1, // devpts
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x73636673, // securityfs
  0x62656570, // configfs
  0xde5e81e4, // efivarfs
  0xcafe4a11, // bpf
  0xf97cff8c, // selinux
  0x43415d53, // smack
  0x5a3c69f0, // apparmor
  0x6165676c, // pstore
  0x19800202, // mqueue
  0x42494e4d, // binfmt_misc
  0x65735543, // fusectl
  0x6e736673, // nsfs
  0x50494446, // pidfs
]);

/** Whether it lies in /proc or the like. @param place a path that leads to it without links of others. */
export function isKernelFileSystem(place: string): boolean {
  return KERNEL_FILE_SYSTEMS.has(statfsSync(place).type);
}
