"""DATE values that disagree with their text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ie.document import Document, Entity

from .almanac import days, half, months, quarter, season, weekday, years
from .finding import Finding, finding_of

_EDGES = (
    ("start", re.compile(r"(?<!\w)(?:начал(?:о|а|е|у|ом)(?!\w)|перв\w+\s+(?:числа|числах|дни|днях))", re.I)),
    ("mid", re.compile(r"(?<!\w)середин(?:а|ы|е|у|ой)(?!\w)", re.I)),
    ("end", re.compile(r"(?<!\w)(?:кон(?:ец|ца|це|цу|цом)(?!\w)|последн\w+\s+числа|исход)", re.I)),
)
_NARROWED = re.compile(
    r"начал|середин|кон(?:ец|ц)|исход|перв|втор|трет|последн|декад|половин|рубеж|числ|ран|позд", re.I
)
_SPAN = re.compile(r"[—–]|\s-\s|\s(?:по|до|и)\s|\d-\d|[а-я]-[а-я]{3}|[IVХX]-[IVХX]", re.I)
_BEFORE = (
    (("until", "before"), re.compile(r"(?<!\w)(?:до|не\s+позднее|не\s+позже)\s+$", re.I)),
    (("until",), re.compile(r"(?<!\w)ко?\s+$", re.I)),
    (("after",), re.compile(r"(?<!\w)после\s+$", re.I)),
    (("since",), re.compile(r"(?<!\w)со?\s+$", re.I)),
)
# a comparison with a date, or a count up to it, is no bound
_COMPARED = re.compile(
    r"сравн|отношени|процент|%|(?:меньш|больш|ниж|выш|рост|прирост|вырос|снизи|упал|увелич)\w*[^.]{0,25}\sк\s+$"
    r"|(?<!\w)за\s[^.,]{1,25}\sдо\s+$|уровн|относительно|вместе|связ|приуроч|готов\w*\sк\s+$|совпа|прививк|назад",
    re.I,
)
_ALIKE = re.compile(r"аналогич|прошл|предыдущ|предшеств|соответств|тем же|тому же", re.I)
_GENITIVE = re.compile(
    r"(?<!\w)(?:начала|конца|середины|(?:январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр)я|ма(?:я|рта)|августа|года"
    r"|весны|лета|осени|зимы|понедельника|вторника|среды|четверга|пятницы|субботы|воскресенья|квартала|полугодия|месяца"
    r"|\d{4}-го|сегодняшнего|завтрашнего|вчерашнего)(?!\w)|г\.$",
    re.I,
)
_BOUNDED = re.compile(
    r"(?<!\w)(?:до|ко?|по|со?|начиная|после|перед|ранее|раньше|позднее|позже|накануне|между|прежде|срок\w*|истечени\w*|спустя|от|через"
    r"|вплоть|ближе|c)(?!\w)",
    re.I,
)
_BOUNDS = frozenset({"before", "after", "since", "until"})


@dataclass(frozen=True, slots=True)
class _Day:
    """A day of a value, of which the year or the day may not be known."""

    year: int | None
    month: int
    day: int | None

    @classmethod
    def of(cls, text: str) -> "_Day":
        """Return the day that `YYYY-MM-DD`, `--MM-DD` or `--MM` is."""
        year, _, rest = ("", "", text[2:]) if text.startswith("--") else text.partition("-")
        month, _, day = rest.partition("-")
        return cls(int(year) if year else None, int(month), int(day) if day else None)

    @property
    def date(self) -> date | None:
        """The day on the calendar where all of it is known."""
        if self.year is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)


def date_findings(document: Document, entity: Entity, value: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield how the well-formed value of a DATE disagrees with its text and the words before it."""
    before = document.text[max(0, entity.start - 45) : entity.start]
    after = document.text[entity.end : entity.end + 10]
    for reason in (
        *_calendar(entity.text, value),
        *_edges(entity.text, value),
        *_bounds(entity, before, after, value),
    ):
        yield finding_of(document, "value", entity, reason)


def _calendar(text: str, value: Mapping[str, Any]) -> Iterator[str]:
    if not (value["start"] and value["end"]):
        return
    start, end = _Day.of(value["start"]), _Day.of(value["end"])
    named = [("year", years(text)), ("month", months(text)), ("day", days(text))]
    for unit, numbers in named:
        if not numbers:
            continue
        if unit == "day" and value["grain"] not in ("day", "week"):
            yield f"The text says a day, the grain is {value['grain']}."
        elif not _ends_with(unit, numbers, start, end, text):
            found = " and ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1])))
            yield f"The text says {unit} {found}, the value is {value['start']} to {value['end']}."
    yield from _parts(text, start, end, value)


def _ends_with(unit: str, numbers: list[int], start: _Day, end: _Day, text: str) -> bool:
    """Return whether a period has the numbers that its text says of a unit at its ends."""
    first, last = getattr(start, unit), getattr(end, unit)
    if None in (first, last):
        return True
    if unit == "year":
        winter = season(text) == 12
        if min(numbers) != max(numbers):
            return (first, last) in {(min(numbers), max(numbers)), (min(numbers), max(numbers) + winter)}
        return numbers[0] in (first, last) or (winter and numbers[0] == last)
    if len(numbers) == 1 and (_SPAN.search(text) or "финансов" in text):
        return numbers[0] in (first, last)
    return (first, last) == (numbers[0], numbers[-1])


def _parts(text: str, start: _Day, end: _Day, value: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a quarter, a half of the year, a season or a weekday in the text is against."""
    shown = f"the value is {value['start']} to {value['end']}"
    for name, first in (
        ("quarter", quarter(text)),
        ("half of the year", half(text)),
        ("season", season(text)),
    ):
        starts = {first, 1} if name == "season" and first == 12 else {first}
        if first and start.month and start.month not in starts and not _SPAN.search(text):
            yield f"The {name} in the text begins in month {first}, {shown}."
    day = weekday(text)
    single = start.date if value["grain"] == "day" and start == end else None
    if day is not None and single and single.weekday() != day:
        yield f"The weekday of {value['start']} is not that of the text."


def _edges(text: str, value: Mapping[str, Any]) -> Iterator[str]:
    if _SPAN.search(text):
        return
    mods = value.get("mod", ())
    for mod, pattern in _EDGES:
        if pattern.search(text) and mod not in mods:
            yield f"The text says {mod}, the modifiers are {'+'.join(mods) or 'none'}."
        elif mod in mods and not _NARROWED.search(text):
            yield f"Nothing in the text says the modifier {mod}."


def _bounds(entity: Entity, before: str, after: str, value: Mapping[str, Any]) -> Iterator[str]:
    mods = set(value.get("mod", ()))
    if mods & _BOUNDS and not _BOUNDED.search(before + entity.text):
        yield f"Nothing before it says {'+'.join(sorted(mods & _BOUNDS))}."
    if _COMPARED.search(before) or _ALIKE.search(entity.text):
        return
    if re.match(r"\s+на\s", after):  # «перенести с апреля на июнь»
        return
    for names, pattern in _BEFORE:
        said = pattern.search(before)
        if said and not mods & set(names) and (names != ("since",) or _GENITIVE.search(entity.text)):
            found = "+".join(sorted(mods)) or "none"
            yield f"{said[0].strip()!r} before it says {names[0]}, the modifiers are {found}."
