"""Sections: parts of a text that are read one after another, so that memory does not grow with the text."""

import re
from collections.abc import Iterator

# News is far below; a book or a year of a feed in one file is read as if it were several texts. Decoding
# takes as many steps as the longest section has words, whatever stands beside it: the shorter, the faster.
MAX_SECTION = 25_000

# The best places to cut, the first that a section has in its second half (or, for want of any white space
# there, in its first): between paragraphs, lines, sentences, words. Behind a short word a dot may be that of
# an abbreviation or initial («5 млн долл. США», «А. Ивановым»), so no sentence is taken to end there.
_CUTS = tuple(
    re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"(?<=\w{5}[.!?…])\s+(?=[«\"“А-ЯЁA-Z])", r"\s+")
)


def sections(text: str, size: int = MAX_SECTION) -> Iterator[tuple[int, int]]:
    """Yield half-open intervals of at most `size` characters that cover `text`; a text that fits is one."""
    start = 0
    while len(text) - start > size:
        end = _cut(text, start, start + size)
        yield start, end
        start = end
    if start < len(text):
        yield start, len(text)


def _cut(text: str, start: int, end: int) -> int:
    middle = (start + end) // 2
    for low, high in ((middle, end), (start, middle)):
        for pattern in _CUTS:
            ends = [match.end() for match in pattern.finditer(text, low, high)]
            if ends:
                return ends[-1]
    return end
