"""Tidies the edges of a predicted span by the guidelines: no edge punctuation, quotes in pairs."""

import re
import unicodedata

from .document import Span

PAIRS = {"«": "»", "„": "“", "“": "”", "‘": "’", "(": ")", "[": "]", '"': '"', "'": "'"}
_CLOSERS = {close: open_ for open_, close in PAIRS.items()}
_QUOTES = "«„“‘\"'"
_OPENING = "«„“”\"'‘"
_CLOSING = "»“”\"'’"

# What careless feeds leave of a quote; a pair of them is one.
_HTML_QUOTE = "&quot;"
# Signs that may begin or end a span although they are no letters: «≈4 млрд руб.», «Disney+».
_SIGNS = "≈~±+<>≤≥"
# Abbreviations whose closing dot belongs to the span; a figure may be glued to them («2009г.»).
_ABBREVIATION = re.compile(
    r"(?<![^\W\d_])(?:(?i:гг?|вв?|кв|руб|р|коп|долл|грн|тыс|мес|ст|др|янв|февр?|мар|апр|авг|сент?|окт|нояб?|дек)|"
    r"Inc|Co|Corp|Ltd|Plc|Pvt|Pte|Pty|Kft|Zrt|Nyrt|Bhd|Tbk|Bros|Jr|Sr|St|"
    r"(?:\w\.[ \u00a0]?)+\w|z o\.o|[A-ZА-ЯЁ])$"
)
# Written with a dot by some; at the end of a sentence the dot is the sentence's.
_MAGNITUDE = re.compile(r"(?:млн|млрд|трлн)$", re.IGNORECASE)
# Words that are abbreviations only with their dot.
_NEEDS_DOT = re.compile(r"(?:^|[^\w])(?:г|гг|руб|долл|тыс|коп|Inc|Corp|Ltd)$")


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return `[start, end)` without white space and punctuation at its edges, by the guidelines.

    Quotes and brackets stay where their pair is inside; a dot stays after an abbreviation or initial. An
    empty result means that nothing but punctuation was marked.
    """
    while True:
        start, end = _strip(text, start, end)
        if start < end and text[start] in PAIRS and not _partner(text, start, end, opening=True):
            start += 1
        elif start < end and text[end - 1] in _CLOSERS and not _partner(text, start, end, opening=False):
            end -= 1
        else:
            return start, end


def tidy(text: str, span: Span, low: int, high: int) -> Span | None:
    """Return `span` with tidy edges, inside `[low, high)`, or None where nothing of it remains.

    `low` and `high` are the end of the entity before and the start of the one after, in characters.
    """
    start, end = _strip(text, span.start, span.end)
    least, most = low, high
    while start < end and (pair := _unpaired(text, start, end)) is not None:
        mended = _mend(text, Span(start, end, span.label), pair, least, most)
        # what was cut off is not taken in again: cut for one sign and grown for another, it would never end
        least = mended[0] if mended[0] > start else least
        most = mended[1] if mended[1] < end else most
        start, end = _strip(text, *mended)
    if start < end:
        start, end = _extend(text, start, end, span.label, low, high)
    return Span(start, end, span.label) if start < end else None


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    paired = text.count(_HTML_QUOTE, start, end) > 1
    while start < end and (text[start] not in PAIRS and _is_edge(text[start])):
        quote = text.startswith(_HTML_QUOTE, start, end)
        if quote and paired:
            break
        start += len(_HTML_QUOTE) if quote else 1
    while start < end and text[end - 1] not in _CLOSERS and _is_edge(text[end - 1]):
        quote = text.endswith(_HTML_QUOTE, start, end)
        if (quote and paired) or (text[end - 1] in ".!" and _keeps(text, start, end)):
            break
        end -= len(_HTML_QUOTE) if quote else 1
    return start, end


def _is_edge(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "PCZ" or (category[0] == "S" and category != "Sc" and char not in _SIGNS)


def _keeps(text: str, start: int, end: int) -> bool:
    """Return whether the last sign belongs to what is before it, an abbreviation or a name like Yahoo!."""
    before, after = text[start : end - 1], text[end : end + 2].strip()
    if text[end - 1] == "!":
        return before[-1:].isascii() and before[-1:].isalpha()
    if _MAGNITUDE.search(before):
        return after[:1].islower()
    return _ABBREVIATION.search(before) is not None


def _partner(text: str, start: int, end: int, opening: bool) -> bool:
    """Return whether the quote or bracket at the start (or the end) of a span has its pair inside."""
    sign, rest = (text[start], text[start + 1 : end]) if opening else (text[end - 1], text[start : end - 1])
    if sign in "()[]":
        return (PAIRS[sign] if opening else _CLOSERS[sign]) in rest
    # in careless texts a name opens with quotes of one style and closes with those of another
    return any(quote in rest for quote in (_CLOSING if opening else _OPENING))


def _unpaired(text: str, start: int, end: int) -> int | None:
    """Return the place of a quote or bracket in `text[start:end]` whose partner is not inside."""
    open_places: list[int] = []
    for i in range(start, end):
        char = text[i]
        if char in "'’" and _inside_word(text, i):
            continue
        if char in _CLOSERS and open_places and _closes(text, open_places[-1], i, end):
            open_places.pop()
        elif char in PAIRS or _opens(text, i):
            open_places.append(i)
        elif char in _CLOSERS:
            return i
    return open_places[0] if open_places and not _shares(text, open_places[0], end) else None


def _opens(text: str, i: int) -> bool:
    """Return whether a quote of either use opens what follows: `АО "НК "Тайга"`, `Банк ”Тайга”`."""
    before, after = text[i - 1] if i else " ", text[i + 1 : i + 2]
    return text[i] in '"”' and after.isalnum() and not (before.isalnum() or before in _CLOSING)


def _shares(text: str, opened: int, end: int) -> bool:
    """Return whether the last quote closes this one too, as in «АО «НК «Тайга»»: names in names share it."""
    close = PAIRS.get(text[opened], text[opened])
    last = end - 1
    return opened < last and close in _CLOSING and text[last] == close and text[end : end + 1] != close


def _closes(text: str, opened: int, i: int, end: int) -> bool:
    """Return whether the sign at `i` closes the one at `opened`, by its form or as another style of quote."""
    opener, closer = text[opened], text[i]
    if _opens(text, i):
        return False
    if _CLOSERS[closer] == opener or closer == opener:
        return True
    return opener in _OPENING and closer in _CLOSING and PAIRS.get(opener, opener) not in text[i:end]


def _inside_word(text: str, i: int) -> bool:
    return 0 < i < len(text) - 1 and text[i - 1].isalnum() and text[i + 1].isalnum()


def _mend(text: str, span: Span, pair: int, low: int, high: int) -> tuple[int, int]:
    """Return the span grown by the missing partner if it is next to it, else cut at the unpaired sign."""
    char, start, end = text[pair], span.start, span.end
    # A pair around the whole span belongs to it only where it quotes a name.
    around = span.label == "PARTY" and char not in "()[]"
    if char in PAIRS and (around or pair > start) and end < high and text[end] == PAIRS[char]:
        return start, end + 1
    if char in _CLOSERS and (around or pair < end - 1) and start > low and text[start - 1] == _CLOSERS[char]:
        return start - 1, end
    # Keep the longer side of the sign.
    return (pair + 1, end) if pair - start < end - pair - 1 else (start, pair)


def _extend(text: str, start: int, end: int, label: str, low: int, high: int) -> tuple[int, int]:
    if end < high and text[end] == "." and _NEEDS_DOT.search(text[start:end]):
        end += 1
    around = start > low and end < high and text[start - 1] in _QUOTES and text[end] == PAIRS[text[start - 1]]
    quoted = text[start] in _QUOTES and text[end - 1] == PAIRS[text[start]]
    if label == "PARTY" and around and not quoted and _unpaired(text, start - 1, end + 1) is None:
        return start - 1, end + 1
    return start, end
