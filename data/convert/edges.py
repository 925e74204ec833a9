"""The edges of a span: no white space or punctuation outside an abbreviation's dot or a paired bracket."""

import re
import unicodedata

_CLOSING = {"»": "«", "”": "“", "“": "„", ")": "(", "]": "["}
_OPENING = {"«": "»", "„": "“", "(": ")", "[": "]"}
_STRAIGHT = "\"'"
# a dot after one of these, or after an initial, belongs to the word
_ABBREVIATION = re.compile(
    r"(?:\b(?:гг?|вв?|кв|долл|руб|р|коп|тыс|янв|февр?|мар|апр|авг|сент?|окт|нояб?|дек)|\b(?-i:[A-ZА-ЯЁ]))\.$",
    re.IGNORECASE,
)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return `[start, end)` without white space and punctuation at its edges, by the guidelines.

    Quotes and brackets stay where their pair is inside; a dot stays after an abbreviation or initial. An
    empty result means that nothing but punctuation was marked.
    """
    while start < end and not _opens(text, start, end):
        start += 1
    while start < end and not _closes(text, start, end):
        end -= 1
    return start, end


def _opens(text: str, start: int, end: int) -> bool:
    char = text[start]
    if char in _STRAIGHT:
        return char in text[start + 1 : end]
    if char in _OPENING:
        return _OPENING[char] in text[start + 1 : end] or (char == "„" and "”" in text[start + 1 : end])
    return char.isalnum() or char in "$€£¥₽₸#№@"


def _closes(text: str, start: int, end: int) -> bool:
    char = text[end - 1]
    if char in _STRAIGHT:
        return text[start:end].count(char) % 2 == 0
    if char in _CLOSING:
        return _CLOSING[char] in text[start : end - 1] or (char == "”" and "„" in text[start : end - 1])
    if char == ".":
        return _ABBREVIATION.search(text, max(start, end - 8), end) is not None
    # a combining mark ends a letter; some names end in + or ! (Disney+, Yahoo!)
    return char.isalnum() or char in "$€£¥₽₸%+!" or unicodedata.category(char).startswith("M")
