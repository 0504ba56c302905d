// The scoreboard in JavaScript. It runs on QuickJS inside the component: the export is named like the interface.

const MOST_AT_ONCE = 100;

class Tally {
  #entry;

  constructor(player) {
    this.#entry = { player, points: 0 };
  }

  add(points) {
    // what is thrown becomes the `err` of the result
    if (points === 0) throw { tag: "no-points" };
    if (points > MOST_AT_ONCE) throw { tag: "too-many", val: MOST_AT_ONCE };
    this.#entry.points += points;
    return this.#entry.points;
  }

  entry() {
    return this.#entry;
  }
}

export const scores = {
  greet: (player) => `Hello ${player}, this is JavaScript!`,
  rank: (entries) => entries.toSorted((a, b) => b.points - a.points),
  best: (entries) => entries.reduce((best, entry) => (best === undefined || entry.points > best.points ? entry : best), undefined),
  Tally,
};
