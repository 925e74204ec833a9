"""DATE values that disagree with their text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any

from ie.data.values import value_faults
from ie.document import Document, Entity
from ie.timex import parse_timex
from ie.values import Context, DateRange, read_date
from ie.values.dates.bounds import modifiers
from ie.values.dates.gloss import gloss
from ie.values.dates.tense import FUTURE, PAST

from .finding import Finding, finding_of

_EDGES = ("start", "mid", "end")
_DAY, _YEAR = timedelta(1), timedelta(365)
_WEEKDAY = re.compile(r"\bW([1-7])\b")
# «в третьем»: a day, a quarter or a year
_BARE_ORDINAL = re.compile(r"\d{1,2}[oem]")
# the notation of some year, quarter, week, day: which one, only another date tells
_OPEN = re.compile(r"[XWQH/-]+")
# where the words before are as often no beginning: «цены с прошлой осени снизились», «с 2013 на 2014»
_UNSURE = re.compile(r"(?:.* )?(?:PREV|SAME|THAT)\b.*|\d+s?")
_SINCE = re.compile(r"(?<!\w)со?\s+$", re.IGNORECASE)


def date_findings(document: Document, entity: Entity, value: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield how the well-formed value of a DATE disagrees with its text and the words around it."""
    annotated, line = DateRange.from_record(dict(value)), gloss(entity.text)
    told = _told_before(document, entity)
    seen = [*_readings(entity.text, document.date, told), *_readings(entity.text, document.date)]
    if not seen:
        return
    around = Context.of(document.text, entity.start, entity.end)
    for reason in (
        *(list(_weekday(line, annotated)) or _period(entity.text, annotated, seen, told)),
        *_edges(annotated, seen[0]),
        *_bounds(entity.text, around, annotated, seen[0]),
    ):
        yield finding_of(document, "value", entity, reason)


def _told_before(document: Document, entity: Entity) -> list[DateRange]:
    """Return the well-formed dates of a document before a mention."""
    before = (
        other.value for other in document.entities if other.label == "DATE" and other.start < entity.start
    )
    return [
        DateRange.from_record(dict(value))
        for value in before
        if value and not any(value_faults("DATE", value))
    ]


def _readings(text: str, reference: date | None, told: Sequence[DateRange] = ()) -> list[DateRange]:
    """Return the periods that a phrase may be, seen from a day, whatever the tense of its sentence."""
    read = (read_date(text, reference, leaning=leaning, earlier=told) for leaning in (None, PAST, FUTURE))
    return [period for period in read if isinstance(period, DateRange)]


def _period(
    text: str, annotated: DateRange, seen: Sequence[DateRange], told: Sequence[DateRange]
) -> Iterator[str]:
    """Yield that a period is none that its text may say, seen from the date of the document.

    Seen from elsewhere it may be another: a period that has a name, from its own days; what is counted
    («годом ранее»), from a date told before. Of what is counted a part will do.
    """
    named = not any(_OPEN.fullmatch(period.timex) for period in _readings(text, None))
    if _BARE_ORDINAL.fullmatch(gloss(text)) or (annotated.start is None and not named):
        return
    days = _own_days(annotated) if named else _told_days(told)
    others = chain.from_iterable(_readings(text, day) for day in days)
    agree = _same if named and "FISCAL" not in gloss(text) else _overlap
    if not any(agree(annotated, period) for period in chain(seen, others)):
        yield f"The text says {_shown(seen[0])}, the value is {_shown(annotated)}."


def _own_days(period: DateRange) -> Sequence[date | None]:
    """Return days to read a named period from: its first, the day after it, one a year later; or none."""
    if period.start is None or period.end is None or period.end > date.max - _YEAR:
        return [period.start]
    return [period.start, period.end + _DAY, period.end + _YEAR]


def _told_days(told: Sequence[DateRange]) -> Iterator[date]:
    return (day for period in told for day in (period.start, period.end) if day)


def _same(one: DateRange, other: DateRange) -> bool:
    return _ends(one) == _ends(other)


def _overlap(one: DateRange, other: DateRange) -> bool:
    """Return whether two periods share a day, or may where one is not known."""
    if not (one.start and one.end and other.start and other.end):
        return True
    return one.start <= other.end and other.start <= one.end


def _ends(period: DateRange) -> tuple[str | None, str | None]:
    parsed = parse_timex(period.timex)
    return parsed.start, parsed.end


def _shown(period: DateRange) -> str:
    return " to ".join(dict.fromkeys(end or period.timex for end in _ends(period)))


def _weekday(line: str, annotated: DateRange) -> Iterator[str]:
    days = _WEEKDAY.findall(line)
    day = annotated.start if annotated.start == annotated.end else None
    if len(days) == 1 and day and day.isoweekday() != int(days[0]):
        yield f"The weekday of {day} is not that of the text."


def _edges(annotated: DateRange, read: DateRange) -> Iterator[str]:
    """Yield which modifiers that the text itself says are missing or too many; one of a single end may be."""
    for mod in _EDGES:
        if mod in read.mod and mod not in annotated.mod and "/" not in read.timex:
            yield f"The text says {mod}, the modifiers are {_listed(annotated.mod)}."
        elif mod in annotated.mod and mod not in read.mod:
            yield f"Nothing in the text says the modifier {mod}."


def _bounds(text: str, around: Context, annotated: DateRange, read: DateRange) -> Iterator[str]:
    mods, said = set(annotated.mod).difference(_EDGES), set(read.mod).difference(_EDGES)
    said.update(modifiers(around, text))
    if said == {"until"} and mods == {"before"}:  # «до» is either
        return
    unsure = "/" in read.timex or _UNSURE.fullmatch(gloss(text)) or not _SINCE.search(around.before)
    if said - mods and not (said == {"since"} and unsure):
        yield f"The words say {_listed(said)}, the modifiers are {_listed(annotated.mod)}."
    elif mods - said:
        yield f"Nothing says {_listed(mods - said)}."


def _listed(mods: Iterable[str]) -> str:
    return "+".join(sorted(mods)) or "none"
