/** One engine in a process of its own, which answers each message with one. */
import { type ChildProcess, fork } from "node:child_process";
import type { Measuring, Result, Round, Setup } from "./boundary/child.ts";
import type { EngineName } from "./engines.ts";

export class Contestant {
  readonly #child: ChildProcess;
  readonly name: EngineName;
  #answered: (answer: unknown) => void = () => {};

  constructor(name: EngineName) {
    this.name = name;
    this.#child = fork(new URL("boundary/child.ts", import.meta.url), { execArgv: ["--disable-warning=ExperimentalWarning"] });
    this.#child.on("message", (answer) => this.#answered(answer));
    this.#child.on("exit", () => this.#answered({ failed: "the process ended" }));
  }

  /** The names of what can be measured. */
  async setUp(measuring: Measuring): Promise<readonly string[]> {
    return (await this.#ask({ engine: this.name, ...measuring } satisfies Setup)) as string[];
  }

  /** Nanoseconds per call. */
  async round(round: Round): Promise<number> {
    return (await this.#ask(round)) as number;
  }

  /** What the loop gives after so many turns, as text. */
  async result(result: Result): Promise<string> {
    return (await this.#ask(result)) as string;
  }

  stop(): void {
    this.#child.kill();
  }

  async #ask(message: object): Promise<unknown> {
    const answer = await new Promise<unknown>((resolve) => {
      this.#answered = resolve;
      this.#child.send(message);
    });
    const { failed } = answer as { failed?: string };
    if (failed !== undefined) throw new Error(`${this.name}: ${failed}`);
    return answer;
  }
}
