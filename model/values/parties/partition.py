"""A partition of numbered things that are joined pair by pair: disjoint sets with path halving."""

from collections.abc import Iterable


class Partition:
    """The things `0 … size - 1`, at first each a set of its own."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def find(self, thing: int) -> int:
        """Return the thing that stands for the set of `thing`: the first one of it."""
        parents = self._parents
        while parents[thing] != thing:
            parents[thing] = parents[parents[thing]]
            thing = parents[thing]
        return thing

    def join(self, one: int, other: int) -> None:
        """Make one set of the sets of two things."""
        first, second = sorted((self.find(one), self.find(other)))
        self._parents[second] = first

    def join_all(self, things: Iterable[int]) -> None:
        """Make one set of the sets of all `things`."""
        first, *others = things
        for other in others:
            self.join(first, other)

    def numbers(self) -> list[int]:
        """Return the number of each thing's set: 0, 1, 2 … in the order of their first things."""
        numbers: dict[int, int] = {}
        return [numbers.setdefault(self.find(thing), len(numbers)) for thing in range(len(self._parents))]
