"""Phrases with two dates that are the ends of one period: «с 10 по 20 ноября», «2016 и 2017 годов»."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from ie.timex import parse_timex

from .anchor import Anchor
from .phrases import Reading, framed, read_point
from .tense import Tense

_OPENING = re.compile(r"(?:(?:в|во|на|за) )?(?:(?:PERIOD|WEEK|NIGHT) )?(?:(?:с|со|от|между) )?")
_LINKS = frozenset({"-", "по", "до", "и", "или", ",", "/"})
_NIGHT_LINKS = _LINKS | {"на"}
# What is longer is no date, and there would be many ways to cut it.
_MOST_TOKENS = 20
_MOST_LINKS = 6
_MOST_BORROWED = 6
_LONG = 31


def read_phrase(gloss: str, anchor: Anchor) -> Reading | None:
    """Return what a gloss says of one date, or of two as the ends of a period; None where it is none.

    Raises `ValueError` with the reason where it says a date that there is not.
    """
    if gloss.count(" ") >= _MOST_TOKENS:
        return None
    return read_point(gloss, anchor) or _interval(gloss, anchor) or framed(gloss, anchor, _interval)


def _interval(gloss: str, anchor: Anchor, *, nested: bool = True) -> Reading | None:
    opening = _OPENING.match(gloss)
    tokens = gloss[opening.end() if opening else 0 :].split(" ")
    links = _NIGHT_LINKS if "NIGHT" in gloss else _LINKS
    places = [place for place in range(1, len(tokens) - 1) if tokens[place] in links]
    if len(places) > _MOST_LINKS:
        return None
    for place in places:
        reading = _between(tokens[:place], tokens[place + 1 :], anchor, nested=nested)
        if reading:
            return reading
    return None


def _between(first: list[str], last: list[str], anchor: Anchor, *, nested: bool) -> Reading | None:
    """Return the period from one date to another; the first borrows the words that only the second has."""
    end = " ".join(last)
    for start in _completed(first, last):
        try:
            period = _nearest(start, end, anchor, nested=nested)
        except ValueError:
            continue
        if period:
            return period
    return None


def _completed(first: list[str], last: list[str]) -> Iterator[str]:
    """Yield the first date with ever fewer of the last words of the second."""
    head = list(first)
    ending = re.fullmatch(r"\d+([a-z])", last[0])
    if ending and head[-1].isdecimal():
        head[-1] += ending[1]  # «70–80-е»
    if len(head) == len(last):
        yield " ".join(head)
    for start in range(max(1, len(last) - _MOST_BORROWED), len(last)):
        yield " ".join(head + last[start:])
    yield " ".join(head)


def _nearest(first: str, last: str, anchor: Anchor, *, nested: bool) -> Reading | None:
    """Return the period from one date to another: the nearest that fits the tense, past or future."""
    if anchor.strict:
        return _in_tense(first, last, anchor, nested=nested)
    past = _in_tense(first, last, replace(anchor, tense="past", strict=True), nested=nested)
    pivot = anchor.pivot or anchor.day
    if past is None or pivot is None:
        return past
    readings = [
        past,
        _in_tense(first, last, replace(anchor, tense="future", strict=True), nested=nested) or past,
    ]
    start, end = _full_day(past, last=False), _full_day(past, last=True)
    if start and end and (end - start).days > _LONG:  # perhaps it has only begun, and the one before is meant
        before = replace(anchor, pivot=start - timedelta(days=1), tense="past", strict=True)
        readings.insert(0, _in_tense(first, last, before, nested=nested) or past)
    nearest = anchor.nearest(pivot, [reading.timex for reading in readings])
    return next(reading for reading in readings if reading.timex == nearest)


def _in_tense(first: str, last: str, anchor: Anchor, *, nested: bool) -> Reading | None:
    """Return the period whose first end fits a past tense, or whose last end fits a future one."""
    if anchor.tense == "future":
        end = _end(last, anchor, nested=nested)
        start = end and _end(first, _beside(end, anchor, "past"), nested=False)
    else:
        start = _end(first, anchor, nested=False)
        end = start and _end(last, _beside(start, anchor, "future"), nested=nested)
    return _joined(start, end) if start and end else None


def _end(gloss: str, anchor: Anchor, *, nested: bool) -> Reading | None:
    reading = read_point(gloss, anchor)
    return _interval(gloss, anchor, nested=False) if reading is None and nested else reading


def _beside(one: Reading, anchor: Anchor, tense: Tense) -> Anchor:
    """Return the anchor for the other end: what has no year follows the first, or goes before the last."""
    pivot = _full_day(one, last=tense == "past")
    return replace(anchor, pivot=pivot, tense=tense, strict=True) if pivot else anchor


def _full_day(reading: Reading, *, last: bool) -> date | None:
    period = parse_timex(reading.timex)
    day = period.end if last else period.start
    return None if day is None or day.startswith("--") else date.fromisoformat(day)


def _joined(first: Reading, last: Reading) -> Reading:
    timex = f"{first.ends[0]}/{last.ends[1]}"
    try:
        parse_timex(timex)
    except ValueError:
        timex = f"{last.ends[0]}/{first.ends[1]}"  # «XIX и XVIII веках»
        parse_timex(timex)
    return Reading(timex, first.mod | (last.mod - {"until", "since"}))
