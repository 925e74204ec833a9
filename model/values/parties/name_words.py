"""The words of a name and whether two of them are case forms of one word.

Names are mostly missing from dictionaries, so that forms are compared letter by letter: what two forms have
in common is the stem, what each has after it must be a case ending.
"""

import re
from collections.abc import Sequence

from ie.values.morphology import shared_start
from ie.values.tables import fold

_WORD = re.compile(r"\w+(?:[.'’+]\w+)*")
# «МИДе», «РУСАЛом»: the letters in lower case are an ending that was put to an abbreviation
_ABBREVIATION_ENDING = re.compile(r"(?<=[А-ЯЁ]{2})(?:а|у|е|ы|ом|ем|ов|ам|ах|ами)$")
# Endings of nouns and adjectives in the singular; `` is the bare stem.
_SINGULAR = frozenset(
    re.findall(
        r"\w*",
        "а я о е ы и у ю ь й ой ей ою ею ом ем ью ия ие ии ию ией ием"
        " ий ый ая яя ое ее ую юю ого его ому ему ым им",
    )
)
_PLURAL = frozenset(("ов", "ев", "ам", "ям", "ами", "ями", "ах", "ях", "ых", "их", "ыми", "ими", "ые"))
# Shorter common beginnings prove nothing: «Ян» and «Яна», «Ли» and «Лия».
_SHORTEST_STEM = 3


def words_of(name: str) -> list[str]:
    """Return the words of a name as they stand, without quotes, dashes and the endings of abbreviations."""
    return [_ABBREVIATION_ENDING.sub("", word) for word in _WORD.findall(name)]


def name_key(name: str) -> str:
    """Return the folded words of a name: what is left of it without quotes, dashes and letter case."""
    return fold(" ".join(words_of(name))) or fold(name.strip())


def same_word(one: str, other: str, *, plural: bool = True) -> bool:
    """Return whether two folded words can be case forms of one word; equal ones are."""
    if one == other:
        return True
    stem = shared_start(one, other)
    if stem < _SHORTEST_STEM or one.isascii() or other.isascii():
        return False
    # a common letter may already be the first one of both endings: «нефть» and «нефти», «Лавой» and «Лавою»
    return any(
        _ending(one[cut:], plural) and _ending(other[cut:], plural)
        for cut in range(stem, max(stem - 2, _SHORTEST_STEM) - 1, -1)
    )


def same_words(some: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether two names of folded words are the same but for case endings."""
    return len(some) == len(others) and all(map(same_word, some, others))


def _ending(letters: str, plural: bool) -> bool:
    return letters in _SINGULAR or (plural and letters in _PLURAL)
