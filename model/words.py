"""Words: the units that tags are given to, so that a number or a name is never cut inside.

A word is a run of letters of one script (so that glued «передаетTengrinews.kzсо» comes apart), a
number with its group and decimal marks and an attached currency sign, or any other single character.
"""

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .document import Span

Offsets = NDArray[np.int32]

# The end of a line, of a paragraph, or of a cell of a table.
BREAK = re.compile(r"\r\n|[\n\r\v\f\t\x85\u2028\u2029]")

CURRENCY_SIGNS = "$€£¥₽₸₴₺₼₾₹₩₪₫₮₦₱฿֏"

_MARK = "[\u0300-\u036f\u0483-\u0489]*"  # combining marks: й and ё may come decomposed
_JOIN = "[\u00ad\u200b-\u200d\u2060\ufeff]*"  # soft hyphens and zero-width characters inside a word


def _run(letter: str) -> str:
    return f"{letter}{_MARK}(?:{_JOIN}{letter}{_MARK})*"


_CYRILLIC = "\u0400-\u052f"
_LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_NUMBER = r"\d+(?:[.,]\d+)*"
_SIGN = f"[{CURRENCY_SIGNS}]"
_WORD = re.compile(
    "|".join(
        (
            f"{_SIGN}?{_NUMBER}{_SIGN}?",
            _run(f"[{_CYRILLIC}]"),
            _run(f"[{_LATIN}]"),
            _run(f"(?![{_CYRILLIC}{_LATIN}])[^\\W\\d_]"),
            r"\S",
        )
    )
)


def words(text: str) -> Offsets:
    """Return the character offsets of the words of `text`, shape [words, 2]; every non-space is in one."""
    spans = [match.span() for match in _WORD.finditer(text)]
    return np.array(spans, dtype=np.int32).reshape(-1, 2)


def word_spans(offsets: Offsets, spans: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    """Return `spans`, given in characters, in words; and those that start or end inside a word.

    The first list is in word positions and leaves out the second, which stays in characters.
    """
    starts = {int(start): i for i, start in enumerate(offsets[:, 0])}
    ends = {int(end): i + 1 for i, end in enumerate(offsets[:, 1])}
    aligned, misaligned = [], []
    for span in spans:
        start, end = starts.get(span.start), ends.get(span.end)
        if start is None or end is None or start >= end:
            misaligned.append(span)
        else:
            aligned.append(Span(start, end, span.label))
    return aligned, misaligned


def char_spans(offsets: Offsets, spans: Iterable[Span]) -> list[Span]:
    """Return `spans`, given in words, in characters; inverse of `word_spans`."""
    return [Span(int(offsets[s.start, 0]), int(offsets[s.end - 1, 1]), s.label) for s in spans]
