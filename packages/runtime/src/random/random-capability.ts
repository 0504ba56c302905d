import { type Audit, Authority } from "../capability/authority.ts";
import { type RandomSource, secureRandom, seededRandom } from "./random-source.ts";

export interface RandomOptions {
  /** The same bytes on each run, for tests and replay: not for secrets. Default: the platform's cryptographic generator. */
  readonly seed?: bigint | number;
}

/** Random bytes as a capability: `WasiOptions.random`. */
export class Random implements RandomSource {
  readonly authority: Authority = new Authority("random");
  readonly #source: RandomSource;

  constructor(source: RandomSource) {
    this.#source = source;
  }

  /** @throws Trap once it is revoked: no function of `wasi:random` has an error case. */
  fill(bytes: Uint8Array<ArrayBuffer>): void {
    this.authority.use("get-random-bytes", "random bytes");
    this.#source.fill(bytes);
  }

  revoke(): void {
    this.authority.revoke();
  }

  audit(audit: Audit | undefined): void {
    this.authority.audit = audit;
  }
}

/** Makes random bytes that can be given to components. */
export function random({ seed }: RandomOptions = {}): Random {
  return new Random(seed === undefined ? secureRandom : seededRandom(BigInt(seed)));
}
