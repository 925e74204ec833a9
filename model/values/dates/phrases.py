"""Phrases with one date in them: what narrows it, what bounds it, its weekday or its name beside it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from . import absolute, counted, holidays, relative
from .anchor import Anchor
from .grammar import Rule, first_match, number

_POINTS = (
    *holidays.RULES,
    *absolute.RULES,
    *relative.RULES,
    *counted.RULES,
)
_NARROWED = (*_POINTS, *relative.NARROWED)
_NEUTRAL = re.compile(r"^(?:в|во|на|за|о|об|in|on|at) ")
_PART = r"(?:MORNING|EVENING|NIGHT|NOON|DAY)"


@dataclass(frozen=True, slots=True)
class Reading:
    """A period, in the notation of `ie.timex`, and the modifiers that the phrase says."""

    timex: str
    mod: frozenset[str] = frozenset()

    @property
    def ends(self) -> tuple[str, str]:
        """The points in which the period starts and ends."""
        first, _, last = self.timex.partition("@")[0].partition("/")
        return first, last or first


Reader = Callable[[str, Anchor], Reading | None]


@dataclass(frozen=True, slots=True)
class Frame:
    """Words around a date, in a pattern with a group `rest` for it, and the modifiers they add.

    `narrows`: units of the calendar that run, «месяца», are a date in it.
    """

    name: str
    pattern: "re.Pattern[str]"
    mod: tuple[str, ...] = ()
    narrows: bool = False


def _frame(name: str, pattern: str, *mod: str, narrows: bool = False) -> Frame:
    return Frame(name, re.compile(pattern), mod, narrows)


FRAMES: tuple[Frame, ...] = (
    _frame("20:01 7 ноября", r"(?:(?:с|в|к|до) )?CLOCK(?: (?:до|-) CLOCK)?(?: ZONE)? (?P<rest>.+)"),
    _frame("7 ноября в 20:01", r"(?P<rest>.+?)(?: в| на)? CLOCK(?: - CLOCK)?(?: ZONE)?"),
    _frame("7 ноября в 20 часов", rf"(?P<rest>.+?) в \d+w? (?:HOUR|(?:HOUR )?{_PART})"),
    _frame("шесть утра вторника", rf"\d+w? (?:HOUR )?{_PART} (?P<rest>.+)"),
    _frame("ночь на вторник", rf"(?:THIS )?(?:NIGHT|{_PART}) (?:(?:на|в|во) )?(?P<rest>.+)"),
    _frame("вторник утром", rf"(?P<rest>.+?) (?:(?:в|THIS) )?{_PART}"),
    _frame("до конца года", r"(?:до|к|ко) (?P<rest>.+)", "until"),
    _frame(
        "по 20 ноября", r"по (?P<rest>(?!W\d|WEEKEND|MORNING|EVENING|NIGHT|состоян|итог|данн).+)", "until"
    ),
    _frame("с начала года", r"(?:с|со|SINCE) (?P<rest>.+)", "since"),
    _frame("после 7 ноября", r"(?:после|LATER) (?P<rest>.+)", "after"),
    _frame("накануне 7 ноября", r"(?:перед|EARLIER|EVE|прежде) (?P<rest>.+)", "before"),
    _frame("в начале мая", r"(?:ALL )?START (?P<rest>.+)", "start", narrows=True),
    _frame("в середине мая", r"MID (?:- )?(?P<rest>.+)", "mid", narrows=True),
    _frame("в конце мая", r"(?:ALL )?END (?P<rest>.+)", "end", narrows=True),
    _frame("первая половина мая", r"1o HALFOF (?P<rest>(?!DAY$).+)", "start", narrows=True),
    _frame("вторая половина мая", r"2o HALFOF (?P<rest>(?!DAY$).+)", "end", narrows=True),
    _frame("первые числа мая", r"FIRSTS (?:DATE|DAY) (?P<rest>.+)", "start", narrows=True),
    _frame("последние числа мая", r"LAST\+ (?:DATE|DAY) (?P<rest>.+)", "end", narrows=True),
    _frame(
        "по итогам 2016 года",
        r"(?:по (?:итогам|результатам|состоянию на|данным на|состоянию к)"
        r"|течение|ходе|протяжении|время) (?P<rest>.+)",
    ),
    _frame("в мае", r"(?:в|во|на|за|от|о|об|под|from) (?P<rest>.+)"),
    _frame("весь 2016 год", r"ALL (?P<rest>.+)"),
    _frame("7 ноября года", r"(?P<rest>\d.+? \d{4}) YEAR YEAR"),
)
# A date with its name before or behind it: «среду, 6 сентября», «сегодня, 13 марта», «6 сентября, среда».
_APPOSITION = re.compile(
    r"(?P<name>(?:(?:PREV|PAST|LAST|THIS|NEXT|NEAR|COMING) )?W\d|D-?\d|EVE|THAT DAY"
    r"|THROUGH (?:\S+ )?[A-Z]+|(?:\S+ )?[A-Z]+ AGO)(?: (?:MORNING|EVENING|NIGHT|DAY))? (?P<rest>.+)"
    r"|(?P<rest2>.+?) (?:(?:в|во) )?(?P<name2>W\d|D-?\d)"
)
_FULL_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DAY_AND_MONTH = re.compile(r"(\d\d?)[oe]? M(\d\d?)")


def read_point(gloss: str, anchor: Anchor) -> Reading | None:
    """Return what a gloss says of one date; None where it is none.

    Raises `ValueError` with the reason where it says a date that there is not.
    """
    gloss = _NEUTRAL.sub("", gloss)
    return _bare_point(gloss, anchor, _POINTS) or framed(gloss, anchor, read_point)


def framed(gloss: str, anchor: Anchor, inner: Reader) -> Reading | None:
    """Return what `inner` reads inside of the words that narrow or bound a date, with their modifiers."""
    for frame in FRAMES:
        match = frame.pattern.fullmatch(gloss)
        if match is None:
            continue
        reading = inner(match["rest"], anchor)
        if reading is None and frame.narrows:
            reading = _bare_point(match["rest"], anchor, _NARROWED)
        if reading:
            return replace(reading, mod=reading.mod | set(frame.mod))
    return None


def _bare_point(gloss: str, anchor: Anchor, rules: Sequence[Rule]) -> Reading | None:
    timex = first_match(rules, gloss, anchor)
    return Reading(timex) if timex else _apposition(gloss, anchor)


def _apposition(gloss: str, anchor: Anchor) -> Reading | None:
    match = _APPOSITION.fullmatch(gloss)
    if match is None:
        return None
    name, rest = match["name"] or match["name2"], match["rest"] or match["rest2"]
    said = first_match(_POINTS, name, anchor)
    day_and_month = _DAY_AND_MONTH.fullmatch(rest)
    if day_and_month and anchor.day and name.startswith("W"):
        return Reading(_on_weekday(number(name), day_and_month, anchor))
    if said and _FULL_DAY.fullmatch(said) and not name.startswith("W"):
        anchor = replace(anchor, pivot=date.fromisoformat(said), tense=None)
    timex = first_match(_POINTS, rest, anchor)
    if name == "EVE" and timex != said:
        return None  # «накануне 6 ноября» is the day before
    return Reading(timex) if timex and "-" in timex else None


def _on_weekday(weekday: int, day_and_month: "re.Match[str]", anchor: Anchor) -> str:
    """Return a day of a month in the year where it falls on the weekday; else in the likeliest."""
    part = f"{int(day_and_month[2]):02}-{int(day_and_month[1]):02}"
    placed = anchor.place(part)
    pivot = anchor.pivot or anchor.day or date.min
    fitting = []
    for year in range(pivot.year - 1, pivot.year + 2):
        try:
            day = date.fromisoformat(f"{year:04}-{part}")
        except ValueError:
            continue
        if day.isoweekday() == weekday:
            fitting.append(day.isoformat())
    return anchor.nearest(pivot, fitting) if fitting else placed
