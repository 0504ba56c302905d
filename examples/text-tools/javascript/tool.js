// A tool in JavaScript: words in the order of the alphabet. It runs on QuickJS inside the component: the exports are named like the interfaces.

const words = new Map();
let texts = 0;
let last = "";
let longest = "";

function see(word) {
  words.set(word, (words.get(word) ?? 0) + 1);
  if (word.length > longest.length) longest = word;
}

export const tool = {
  about: () => "sorted, in JavaScript",

  apply(text) {
    const all = text.split(/\s+/).filter((word) => word !== "");
    all.forEach(see);
    texts += 1;
    last = all.toSorted().join(" ");
    return last;
  },

  // The sort is stable: of equals, those that came first.
  favourites: (most) =>
    [...words]
      .map(([text, times]) => ({ text, times }))
      .sort((a, b) => b.times - a.times)
      .slice(0, most),
};

export const handover = {
  save: () => ({ texts, words: [...words].map(([text, times]) => ({ text, times })), last, longest }),

  load(state) {
    ({ texts, last, longest } = state);
    for (const { text, times } of state.words) {
      words.set(text, times);
      // A state of version 1.0 has no longest word.
      if (text.length > longest.length) longest = text;
    }
  },
};
