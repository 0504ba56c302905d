# A tool in Python: each word once. componentize-py makes the module `wit_world` from ../wit/text-1.0.wit, and this becomes `app`.
from collections import Counter

from wit_world import exports
from wit_world.exports.tool import Word

# It is not handed over: a tool that takes its place starts afresh.
words: Counter[str] = Counter()


class Tool(exports.Tool):
    def about(self) -> str:
        return "each word once, in Python"

    def apply(self, text: str) -> str:
        words.update(text.split())
        return " ".join(dict.fromkeys(text.split()))

    def favourites(self, most: int) -> list[Word]:
        # the sort is stable: of equals, those that came first
        ranked = sorted(words.items(), key=lambda word: -word[1])
        return [Word(text, times) for text, times in ranked[:most]]
