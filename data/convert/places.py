"""Where a rule may not add a mention of its own: web addresses, and names that the corpus marks."""

import re
from collections.abc import Iterable, Sequence

from ie.data.brat import RawSpan

_URL = re.compile(r"(?:https?://|www\.)\S+|\b\w[\w.-]*@[\w.-]+\w")
# kinds of names, in the words of NEREL and RuRED2, that keep their dates and sums to themselves
NAMES = frozenset(
    {
        "ORGANIZATION",
        "PERSON",
        "PRODUCT",
        "WORK_OF_ART",
        "AWARD",
        "FAC",
        "FACILITY",
        "VEHICLE",
        "WEAPON",
        "APPLICATION",
    }
)


def closed_places(text: str, raw: Sequence[RawSpan]) -> list[tuple[int, int]]:
    """Return the places, in characters, of web and mail addresses and of marked names."""
    names = [(span.start, span.end) for span in raw if span.label in NAMES]
    return [match.span() for match in _URL.finditer(text)] + names


def is_free(start: int, end: int, places: Iterable[tuple[int, int]]) -> bool:
    """Return whether `[start, end)` overlaps none of the places."""
    return all(end <= a or b <= start for a, b in places)


def touches(raw: RawSpan, start: int, end: int) -> bool:
    """Return whether `[start, end)` overlaps the mention, in one of its fragments if it has several."""
    return not is_free(start, end, raw.fragments or ((raw.start, raw.end),))
