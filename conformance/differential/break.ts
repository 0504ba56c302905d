/** What a guest may do wrong with a value: one place of an image is made other than the specification allows, or at least other than it was. */
import type { Random } from "../../scripts/soak/random.ts";
import { pagesOf } from "./guest-memory.ts";
import type { Image, Lane, Site } from "./image.ts";

const PAGE = 65536;

/** Breaks one site. `lanes` are pointers themselves when the value was spilled. */
export function breakSite(image: Image, lanes: readonly Lane[], flat: "i32" | "i64" | undefined, random: Random): void {
  const { sites } = image;
  const size = pagesOf(image.bytes.length) * PAGE;
  // A spilled value's own address is one more pointer.
  if (flat === undefined && (sites.length === 0 || random.below(6) === 0)) {
    const lane = lanes[0]!;
    const width = lane.type === "i64" ? 64 : 32;
    lane.bits = BigInt.asUintN(width, badPointer(lane.bits, size, 4, random));
    return;
  }
  if (sites.length === 0) return;
  // Kinds of sites are as likely as each other, however many there are.
  const kind = random.of([...new Set(sites.map((site) => site.kind))]);
  const site = random.of(sites.filter((site) => site.kind === kind));
  switch (site.kind) {
    case "char":
      site.write(random.of([0xd800n, 0xdfffn, 0xdc00n, 0x110000n, 0x80000000n, 0xffffffffn]));
      return;
    case "discriminant":
      site.write(badDiscriminant(site, random));
      return;
    case "pointer":
      site.write(badPointer(site.read(), size, site.count, random, sites));
      return;
    case "length":
      site.write(badLength(site, random));
      return;
    case "utf8":
      for (const [i, byte] of random.of(BAD_UTF8).entries()) writeUnit(site, random, i, byte);
      return;
    case "utf16":
      writeUnit(site, random, 0, random.of([0xd800, 0xdbff, 0xdc00, 0xdfff]));
  }
}

/** Sequences that no UTF-8 text has. */
const BAD_UTF8: readonly (readonly number[])[] = [
  [0x80],
  [0xbf],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xc3],
  [0xe0, 0x80, 0x80],
  [0xe0, 0x9f, 0xbf],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xe2, 0x98],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x8f, 0xbf, 0xbf],
  [0xf0, 0x9f, 0x98],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xff],
];

const places = new WeakMap<Site, number>();

/** The `i`-th unit from some place of the string on, as far as it reaches. */
function writeUnit(site: Site, random: Random, i: number, unit: number): void {
  if (i === 0) places.set(site, random.below(site.count));
  const at = places.get(site)! + i;
  if (at < site.count) site.writeUnit!(at, unit);
}

function badDiscriminant({ width, count }: Site, random: Random): bigint {
  const all = [BigInt(count), BigInt(count) + 1n, (1n << BigInt(width)) - 1n, 1n << BigInt(width - 1), 0x100n, 0x10000n, 0x80000000n];
  return random.of(all);
}

function badPointer(pointer: bigint, size: number, alignment: number, random: Random, sites: readonly Site[] = []): bigint {
  const others = sites.filter(({ kind }) => kind === "pointer");
  const end = BigInt(size);
  return random.of([
    () => pointer + 1n,
    () => pointer - 1n,
    () => pointer + BigInt(alignment),
    () => pointer + BigInt(Math.max(1, alignment >> 1)),
    () => pointer - BigInt(Math.max(1, alignment >> 1)),
    () => 0n,
    () => 1n,
    () => end,
    () => end - 1n,
    () => end - BigInt(alignment),
    () => end + BigInt(alignment),
    () => 0x7ffffff8n,
    () => 0x80000000n,
    () => 0xfffffff0n,
    () => 0xffffffffn,
    () => (1n << 32n) + pointer,
    () => (1n << 63n) | pointer,
    () => -8n,
    () => -1n,
    () => (others.length > 0 ? random.of(others).read() : pointer),
  ])();
}

function badLength(site: Site, random: Random): bigint {
  const length = site.read();
  // The longest list has 2^28 - 1 bytes.
  const most = BigInt(Math.floor((2 ** 28 - 1) / site.count));
  return random.of([
    () => most,
    () => most + 1n,
    () => most + BigInt(random.below(Number(most))),
    () => length + 1n,
    () => length - 1n,
    () => length ^ (1n << BigInt(site.width - 1)),
    () => 1n << 28n,
    () => 1n << 30n,
    () => (1n << 31n) - 1n,
    () => 1n << 31n,
    () => (1n << 32n) - 1n,
    () => (1n << 32n) + length,
    () => 1n << 53n,
    () => (1n << 63n) - 1n,
    () => (1n << 64n) - 1n,
  ])();
}
