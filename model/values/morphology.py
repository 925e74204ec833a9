"""The one morphological analyzer of the package: pymorphy3, built on first use and kept."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer
    from pymorphy3.analyzer import Parse


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
