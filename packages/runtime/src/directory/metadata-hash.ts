/**
 * `metadata-hash`. What goes into it are device and file numbers of the host, so a keyed hash, HalfSipHash-2-4 with 64 bits of output,
 * keeps a guest from reading them in it. The lower half depends on which file it is and on nothing else, since the adapter for preview 1
 * takes it for the inode number; the upper half also on size and time, so the whole changes with the content.
 */
import type { Stat } from "./node.ts";

export class HashKey {
  /** Made when it is first asked for: most guests never do, and it takes Node 10 ms to load its generator. */
  #key: Uint32Array | undefined;

  constructor(key?: Uint32Array) {
    this.#key = key;
  }

  hash({ identity, size, modified }: Stat): readonly [lower: bigint, upper: bigint] {
    const words: number[] = [];
    push(words, identity.device);
    push(words, identity.file);
    const lower = this.#halfSip(words);
    push(words, size);
    push(words, modified ?? 0n);
    return [lower, this.#halfSip(words)];
  }

  #halfSip(words: readonly number[]): bigint {
    this.#key ??= crypto.getRandomValues(new Uint32Array(2));
    const [k0, k1] = this.#key as unknown as [number, number];
    const state = new Int32Array([k0, k1 ^ 0xee, 0x6c796765 ^ k0, 0x74656462 ^ k1]);
    for (const word of words) {
      state[3]! ^= word;
      rounds(state, 2);
      state[0]! ^= word;
    }
    const length = (words.length * 4) << 24;
    state[3]! ^= length;
    rounds(state, 2);
    state[0]! ^= length;
    state[2]! ^= 0xee;
    rounds(state, 4);
    const low = (state[1]! ^ state[3]!) >>> 0;
    state[1]! ^= 0xdd;
    rounds(state, 4);
    const high = (state[1]! ^ state[3]!) >>> 0;
    return (BigInt(high) << 32n) | BigInt(low);
  }
}

function push(words: number[], value: bigint): void {
  words.push(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
}

function rounds(state: Int32Array, count: number): void {
  let [v0, v1, v2, v3] = state as unknown as [number, number, number, number];
  for (let round = 0; round < count; round++) {
    v0 = (v0 + v1) | 0;
    v1 = rotate(v1, 5) ^ v0;
    v0 = rotate(v0, 16);
    v2 = (v2 + v3) | 0;
    v3 = rotate(v3, 8) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = rotate(v3, 7) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = rotate(v1, 13) ^ v2;
    v2 = rotate(v2, 16);
  }
  state[0] = v0;
  state[1] = v1;
  state[2] = v2;
  state[3] = v3;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
