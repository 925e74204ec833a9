"""The one morphological analyzer of the package: pymorphy3, built on first use and kept."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer
    from pymorphy3.analyzer import Parse

_SPLIT_CASES = {"gen2": "gent", "acc2": "accs", "loc2": "loct", "voct": "nomn"}


@cache
def analyzer() -> MorphAnalyzer:
    """Return the Russian analyzer; the first call loads its dictionaries (about half a second)."""
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer(lang="ru")


def parses(word: str) -> list[Parse]:
    """Return the readings of a word, the likeliest first; none where it has a letter without a Unicode name.

    Such letters (`U+17000`) are an error to pymorphy3.
    """
    if any(letter.isalpha() and not unicodedata.name(letter, "") for letter in word):
        return []
    return list(analyzer().parse(word.lower()))


def plain_case(case: str) -> str:
    """Return the case that one which pymorphy3 splits off for a few nouns is a kind of: `gent` of `gen2`."""
    return _SPLIT_CASES.get(case, case)


def shared_start(one: str, other: str) -> int:
    """Return how many first letters two words share."""
    size = min(len(one), len(other))
    return next((i for i in range(size) if one[i] != other[i]), size)
