"""Whether two phrases are forms of one another, by the beginnings of their words."""

import re

from ie.values.morphology import shared_start
from ie.values.tables import fold

_WORD = re.compile(r"[^\W_]+")
_MIN = 3


def shares_stem(text: str, canonical: str) -> bool:
    """Return whether some word of one phrase begins as a word of the other, or one abbreviates the other."""
    ours, theirs = _words(text), _words(canonical)
    return (
        any(_alike(a, b) for a in ours for b in theirs) or _initials(ours, theirs) or _initials(theirs, ours)
    )


def _words(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(text)]


def _alike(one: str, other: str) -> bool:
    return one == other or shared_start(one, other) >= max(_MIN, min(len(one), len(other)) - 3)


def _initials(short: list[str], words: list[str]) -> bool:
    return len(short) == 1 and len(words) > 1 and short[0][:1] == words[0][:1] and len(short[0]) >= 2
