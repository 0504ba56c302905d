/** Of clocks, random bytes, environment, standard streams, logs and configuration. */
import type { Mutation } from "../mutations.ts";

const RUNTIME = "packages/runtime/src";
const CLOCK = { file: `${RUNTIME}/clock/clock-capability.ts`, test: `${RUNTIME}/clock/clock-capability.test.ts` };
const LOG = { file: `${RUNTIME}/log/log.ts`, test: `${RUNTIME}/log/log.test.ts` };
const LINES = { file: `${RUNTIME}/log/line-sink.ts`, test: `${RUNTIME}/log/line-sink.test.ts` };
const STREAMS = { file: `${RUNTIME}/stdio/granted-streams.ts`, test: `${RUNTIME}/stdio/stdio.test.ts` };
const RANDOM = { file: `${RUNTIME}/random/random-capability.ts`, test: `${RUNTIME}/random/random-capability.test.ts` };

export const CAPABILITIES: readonly Mutation[] = [
  {
    threat: 11,
    defence: "the limit on random bytes of 0.2",
    file: `${RUNTIME}/wasi/0.2/random/random.ts`,
    find: "if (length > BigInt(MAX_RANDOM_BYTES)) trap(",
    replace: "if (length > 2n ** 62n) trap(",
    test: RANDOM.test,
  },
  {
    threat: 11,
    defence: "the limit on random bytes of 0.3",
    file: `${RUNTIME}/wasi/0.3/random/random.ts`,
    find: "maxLength < BigInt(MAX_RANDOM_BYTES) ? Number(maxLength) : MAX_RANDOM_BYTES",
    replace: "Number(BigInt.asUintN(24, maxLength)) + MAX_RANDOM_BYTES",
    test: RANDOM.test,
  },
  { threat: 11, defence: "the limit on a log's messages", ...LOG, find: "message.slice(0, MAX_LOG_LINE_BYTES)", replace: "message" },
  { threat: 12, defence: "the words for control characters", ...LOG, find: "message: printable(kept)", replace: "message: kept" },
  { threat: 12, defence: "the words for control characters in a context", ...LOG, find: "context: printable(keptContext)", replace: "context: keptContext" },
  { threat: 12, defence: "a log's limit", ...LOG, find: "if (bytes > this.#room) return false;", replace: "" },
  { threat: 12, defence: "the count of what was dropped", ...LOG, find: "this.#dropped += bytes;", replace: "" },
  { threat: 12, defence: "the end of what silence saves up", ...LOG, find: "Math.min(this.#rate, ", replace: "Math.max(0, " },
  { threat: 12, defence: "the cost of an entry without text", ...LOG, find: "const ENTRY_BYTES = 32;", replace: "const ENTRY_BYTES = 0;" },
  {
    threat: 12,
    defence: "the limit on a line",
    ...LINES,
    find: "while (this.#line.length > MAX_LOG_LINE_BYTES)",
    replace: "while (false)",
  },
  { threat: 12, defence: "the limit on output", ...STREAMS, find: "bytes.length <= quota.left ? bytes", replace: "true ? bytes" },
  {
    threat: 12,
    defence: "the wait for a slow reader",
    ...STREAMS,
    find: "this.#quota.left === 0 ? MAX_BUFFERED_BYTES : permit",
    replace: "true ? MAX_BUFFERED_BYTES : permit",
  },
  {
    threat: 23,
    defence: "the steps of the clock that comes by itself",
    file: `${RUNTIME}/wasi/options.ts`,
    find: "clock.monotonic ?? coarse(monotonicClock, MIN_CLOCK_RESOLUTION)",
    replace: "clock.monotonic ?? (MIN_CLOCK_RESOLUTION > 0n ? monotonicClock : coarse(monotonicClock, 1n))",
    test: CLOCK.test,
  },
  {
    threat: 23,
    defence: "the steps of `clock()`",
    ...CLOCK,
    find: "resolution = MIN_CLOCK_RESOLUTION }",
    replace: "resolution = MIN_CLOCK_RESOLUTION / 1_000_000n }",
  },
  {
    threat: 23,
    defence: "waits that end at steps",
    file: `${RUNTIME}/clock/clock.ts`,
    find: "clock.wakeAt(roundUp(instant, resolution), wake)",
    replace: "clock.wakeAt(instant + 0n * roundUp(instant, resolution), wake)",
    test: `${RUNTIME}/clock/clock.test.ts`,
  },
  {
    threat: 23,
    defence: "the standstill of a frozen clock",
    file: `${RUNTIME}/clock/stopped-time.ts`,
    find: "monotonic: { ...time.monotonic, wakeAt }",
    replace: "monotonic: { ...time.monotonic, now: () => real.now(), wakeAt }",
    test: CLOCK.test,
  },
  { threat: 25, defence: "the check of a clock", ...CLOCK, find: "  authority.check(operation);\n", replace: "" },
  { threat: 25, defence: "the call that wakes who waits by a clock", ...CLOCK, find: "cancels.push(this.#authority.onRevoked(ring));", replace: "" },
  { threat: 25, defence: "the check of random bytes", ...RANDOM, find: 'this.authority.check("get-random-bytes");', replace: "" },
  {
    threat: 25,
    defence: "the check of a seed that was given before",
    file: `${RUNTIME}/wasi/options.ts`,
    find: "if (this.#insecureSeed !== undefined) randomBytes(this.random, 0);",
    replace: "if (this.#insecureSeed === null) randomBytes(this.random, 0);",
    test: RANDOM.test,
  },
  {
    threat: 25,
    defence: "the check of an environment",
    file: `${RUNTIME}/environment/environment.ts`,
    find: "    this.authority.check(operation);\n",
    replace: "",
    test: `${RUNTIME}/environment/environment.test.ts`,
  },
  { threat: 25, defence: "the check of a log", ...LOG, find: '    this.authority.check("log");\n', replace: "" },
  { threat: 25, defence: "the end of a log's stream", ...LINES, find: "this.#log.authority.revoked ? undefined", replace: "false ? undefined" },
  {
    threat: 25,
    defence: "the end of input",
    ...STREAMS,
    find: "authority.revoked ? undefined : this.#source.read(length)",
    replace: "this.#source.read(length)",
  },
  { threat: 25, defence: "the end of output", ...STREAMS, find: "if (this.#authority.revoked) return undefined;", replace: "" },
  {
    threat: 25,
    defence: "the call that wakes who reads or writes",
    ...STREAMS,
    find: "    cancel();\n    wake();\n  });\n  return",
    replace: "  });\n  return",
  },
  {
    threat: 25,
    defence: "the end of a configuration",
    file: `${RUNTIME}/config/config.ts`,
    find: "if (authority.revoked) throw new ConfigRevoked();",
    replace: "",
    test: `${RUNTIME}/wasi/draft/imports.test.ts`,
  },
  {
    threat: 25,
    defence: "the end of what was derived",
    file: `${RUNTIME}/capability/authority.ts`,
    find: "parent?.onRevoked(() => this.revoke());",
    replace: "",
    test: CLOCK.test,
  },
];
