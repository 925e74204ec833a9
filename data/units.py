"""Offsets that count UTF-16 units or UTF-8 bytes, as browsers and byte-oriented tools export them.

Python and our records count code points. Where each count begins to differ depends on the text: UTF-16
after an emoji, UTF-8 after the first Cyrillic letter.
"""

from collections.abc import Mapping
from itertools import accumulate

UTF16 = "UTF-16 units"
UTF8 = "UTF-8 bytes"
UNITS = (UTF16, UTF8)


def boundaries(text: str, unit: str) -> dict[int, int]:
    """Return the code point offset for each offset in `unit` that lies between two characters of `text`."""
    width = _utf16_width if unit == UTF16 else _utf8_width
    return {offset: i for i, offset in enumerate(accumulate(map(width, text), initial=0))}


def counts_alike(text: str, unit: str) -> bool:
    """Return whether offsets in `unit` are the same as code points throughout `text`."""
    return text.isascii() if unit == UTF8 else not text or max(text) <= "\uffff"


def to_code_points(places: Mapping[int, int], start: int, end: int) -> tuple[int, int] | None:
    """Return `[start, end)` in code points by the `boundaries` of a text; None where it cuts a character."""
    if start not in places or end not in places:
        return None
    return places[start], places[end]


def find_unit(text: str, start: int, end: int, stated: str) -> tuple[str, int, int] | None:
    """Return the unit in which `[start, end)` selects `stated`, with the place in code points.

    None where no unit does.
    """
    for unit in UNITS:
        if counts_alike(text, unit):
            continue
        place = to_code_points(boundaries(text, unit), start, end)
        if place is not None and place[0] < place[1] and text[place[0] : place[1]] == stated:
            return unit, *place
    return None


def _utf16_width(char: str) -> int:
    return 2 if char > "\uffff" else 1


def _utf8_width(char: str) -> int:
    return len(char.encode("utf-8", "surrogatepass"))
