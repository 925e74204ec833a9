"""Dates read from phrases: «до конца 2019 года» becomes 2019 with the modifiers `until` and `end`.

A phrase becomes a gloss; rules make of it a point of the calendar (`absolute`, `relative`, `counted`,
`holidays`); the words around it are the matter of `phrases`, two points as the ends of a period that of
`intervals`. The conventions are those of
`data/GUIDELINES.md`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from ie.values.result import Unknown

from .anchor import Anchor
from .gloss import gloss
from .grammar import first_match
from .intervals import read_phrase
from .phrases import Reading
from .range import DateRange
from .relative import BARE
from .tense import FUTURE, tense_of

__all__ = ["DateRange", "read_date"]

# A longer phrase is no date.
MOST_CHARS = 200
_NO_DATE = "No date of the calendar is said."
# Words that make a duration or a habit of what stands beside them.
_BLOCKING = frozenset(
    {"подряд", "возраст", "возрасте", "возраста", "течение", "протяжении", "старше", "младше", "моложе"}
    | {"эры", "э"}  # «до нашей эры»
    | {"срок", "сроком", "несколько", "нескольких", "много", "немало"}
)
# «к лету», «до 1 мая» look ahead.
_FORWARD = ("до ", "к ", "ко ", "SINCE ")
_BOUNDS = frozenset({"до", "к", "ко", "с", "со", "по", "после", "перед", "в", "во", "на", "за", "от"})
# «через три дня после выборов» hangs on what the calendar does not know.
_EVENT = (["после"], ["до"])
# A month, a weekday or an ordinal may mean another thing («окружающая среда», «до первого снега»): among
# other words it needs its preposition before it and nothing behind.
_WORD_OF_OTHERS = re.compile(r"[MW]\d+|\d{1,2}[oem]?")
_IN_WORD = re.compile(r"\S+ (?:[MW]\d+|\d{1,2}[oem])")
_SYMBOL = re.compile(r"[^a-zа-я]|.*\d")


def read_date(
    text: str,
    reference: date | None = None,
    *,
    leaning: float | None = None,
    mod: Iterable[str] = (),
    earlier: Sequence[DateRange] = (),
    clause: str | None = None,
) -> DateRange | Unknown:
    """Return the period that a phrase says, or why there is none.

    `reference` is the article's date (a `datetime` where «два часа назад» should be exact); without it what
    hangs on it stays open: «6 ноября» is `XXXX-11-06`. `leaning` says whether the
    sentence looks back or ahead (`tense.leaning_of`; None: there is none, and dates lie in the past), `mod`
    what the words before the phrase say; `earlier` are the dates before it in the document, the nearest last,
    which «годом ранее» and «аналогичный период» hang on; `clause` is the year that the words before name,
    «в 2020 году началась [7 октября]». Never raises, whatever the text.
    """
    if len(text) > MOST_CHARS:
        return Unknown(f"A phrase of more than {MOST_CHARS} characters is no date.")
    line = gloss(text)
    tense = tense_of(leaning)
    if tense is None and line.startswith(_FORWARD):
        tense, leaning = "future", FUTURE
    anchor = Anchor(reference, tense, leaning, tuple(earlier), clause)
    try:
        reading = read_phrase(line, anchor) or _bare(line, anchor) or _inside(line, anchor)
        return DateRange.of(reading.timex, reading.mod | frozenset(mod)) if reading else Unknown(_NO_DATE)
    except (ValueError, OverflowError) as error:
        return Unknown(f"There is no such date: {error}.")


def _bare(line: str, anchor: Anchor) -> Reading | None:
    timex = first_match(BARE, line, anchor)
    return Reading(timex) if timex else None


def _inside(line: str, anchor: Anchor) -> Reading | None:
    """Return the one date inside of words that have nothing to do with the calendar."""
    tokens = line.split(" ")
    places = [place for place, token in enumerate(tokens) if _SYMBOL.match(token)]
    if not places or _BLOCKING & set(tokens):
        return None
    first, last = places[0], places[-1] + 1
    if tokens[last : last + 1] in _EVENT or (tokens[first:last] == ["EVE"] and last < len(tokens)):
        return None
    if first > 0 and tokens[first - 1] in _BOUNDS:
        first -= 1
    if (first, last) == (0, len(tokens)):
        return None
    core = " ".join(tokens[first:last])
    if _WORD_OF_OTHERS.fullmatch(core) or (_IN_WORD.fullmatch(core) and last < len(tokens)):
        return None
    return read_phrase(core, anchor)
