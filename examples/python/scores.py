# The resources of the interface `scores`: componentize-py looks for them in a module of its name.
from componentize_py_types import Err
from wit_world.exports.scores import Entry, Refusal_NoPoints, Refusal_TooMany

MOST_AT_ONCE = 100


class Tally:
    def __init__(self, player: str) -> None:
        self.player = player
        self.points = 0

    def add(self, points: int) -> int:
        if points == 0:
            raise Err(Refusal_NoPoints())
        if points > MOST_AT_ONCE:
            raise Err(Refusal_TooMany(MOST_AT_ONCE))
        self.points += points
        return self.points

    def entry(self) -> Entry:
        return Entry(self.player, self.points)
