"""The words of a text as symbols of the table `calendar` (`M4`, `YEAR`, `W1` …), for the rules of dates.

Symbols of this module: `YYYY` is a number of four digits, `N` one of one or two, `DMY` a day in digits,
`CLOCK` a time of day, `PART` a part of the day in the form that is joined to a date («утром»), `EACH`
«каждый». Other words stand in lower case, with `е` for `ё`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from ie.document import Span
from ie.values.tables import fold, read_table

_REACH = 48  # how many characters around a span a rule looks at
_ZONE = r"(?i:мск|msk)(?!\w)"
_TOKEN = re.compile(
    rf"""
      (?P<CLOCK>(?<![\d:.,])(?:[01]?\d|2[0-4])
        (?:\.[0-5]\d\s?{_ZONE}|:[0-5]\d(?::[0-5]\d)?(?![\d:])(?:[ \u00a0]?{_ZONE})?))
    | (?P<DMY>(?<![\d.])[0-3]?\d\.[01]\d\.(?:\d\d)?\d\d(?![\d.]*\d))
    | (?P<YYYY>(?<![\d.,])[12]\d{{3}}(?![\d%])(?:-[а-яё]{{1,3}}(?!\w))?)
    | (?P<N>(?<![\d.,])\d\d?(?![\d%])(?:-[а-яё]{{1,3}}(?!\w))?)
    | (?P<word>[^\W\d_]+?(?=(?<=[а-яё])[А-ЯЁ]|[\W\d_]|$))
    | (?P<mark>\d+|\S)
    """,
    re.VERBOSE,
)
_OWN = {
    **dict.fromkeys(("утром", "днем", "вечером", "ночью"), "PART"),
    **dict.fromkeys(("рубеж", "рубежа", "рубеже"), "MID"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys(("со", "c"), "с"),
    "во": "в",
    "начал": "начал",  # «он начал 2015 год»
}


@dataclass(frozen=True, slots=True)
class Words:
    """The symbols of a stretch of text, parted by blanks, and the place of each in the text."""

    line: str
    places: tuple[tuple[int, int], ...]

    def fits(self, pattern: str) -> bool:
        """Return whether the whole stretch fits."""
        return re.fullmatch(pattern, self.line) is not None

    def last(self, pattern: str) -> int | None:
        """Return where in the text the words begin that end the stretch and fit; None where none do."""
        found = re.search(f"(?:^|(?<= ))(?:{pattern})$", self.line)
        return self.places[self.line.count(" ", 0, found.start())][0] if found and found[0] else None

    def first(self, pattern: str) -> int | None:
        """Return where in the text the words end that begin the stretch and fit; None where none do."""
        found = re.match(f"(?:{pattern})(?= |$)", self.line)
        return self.places[found[0].count(" ")][1] if found and found[0] else None


# the rules ask for the same few stretches again and again
@lru_cache(maxsize=16)
def words(text: str, start: int, end: int) -> Words:
    """Return the words in `[start, end)`; one that has lost the blank before it is a word of its own."""
    found = list(_TOKEN.finditer(text, start, end))
    return Words(" ".join(map(_symbol, found)), tuple(match.span() for match in found))


def _symbol(match: re.Match[str]) -> str:
    if match.lastgroup not in ("word", "mark"):
        return str(match.lastgroup)
    word = fold(match[0])
    if word.startswith("кажд"):
        return "EACH"
    return _OWN.get(word) or read_table("calendar").get(word) or word


def inside(text: str, span: Span) -> Words:
    """Return the words of a span."""
    return words(text, span.start, span.end)


def left(text: str, span: Span, low: int = 0) -> Words:
    """Return the words before a span on its line, from `low` on."""
    start = max(low, span.start - _REACH)
    return words(text, max(start, text.rfind("\n", start, span.start)), span.start)


def right(text: str, span: Span, high: int) -> Words:
    """Return the words after a span on its line, up to `high`."""
    end = min(high, span.end + _REACH)
    line = text.find("\n", span.end, end)
    return words(text, span.end, end if line < 0 else line)
