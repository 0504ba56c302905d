import { MAX_QUESTIONS_PER_TURN, MAX_TURN_MILLISECONDS } from "../limits.ts";

/**
 * How long a guest has had its questions answered at once: one that never has to wait, since what it asks for is always there, would
 * keep its host from timers, sockets and other guests.
 */
export class Turn {
  #questions = 0;
  #start = performance.now();

  /** Whether the event loop is due: the next answer should wait for `nextTurn`. */
  isOver(): boolean {
    if (++this.#questions < MAX_QUESTIONS_PER_TURN) return false;
    this.#questions = 0;
    const now = performance.now();
    if (now - this.#start < MAX_TURN_MILLISECONDS) return false;
    this.#start = now;
    return true;
  }
}
