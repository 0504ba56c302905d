# The scoreboard in Python: componentize-py makes the module `wit_world` from ../wit/scoreboard.wit, and this becomes `app`.
from wit_world import exports
from wit_world.exports.scores import Entry


class Scores(exports.Scores):
    def greet(self, player: str) -> str:
        return f"Hello {player}, this is Python!"

    def rank(self, entries: list[Entry]) -> list[Entry]:
        return sorted(entries, key=lambda entry: -entry.points)

    def best(self, entries: list[Entry]) -> Entry | None:
        return max(entries, key=lambda entry: entry.points, default=None)
