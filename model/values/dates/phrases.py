"""Phrases with one date in them: what narrows it, what bounds it, its weekday or its name beside it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ie.timex import parse_timex

from . import absolute, counted, holidays, relative
from .anchor import Anchor
from .grammar import PARTS, Rule, amount, first_match, number
from .units import shifted

_POINTS = (
    *holidays.RULES,
    *absolute.RULES,
    *relative.RULES,
    *counted.RULES,
)
_NARROWED = (*_POINTS, *relative.NARROWED)
_NEUTRAL = re.compile(r"^(?:в|во|на|за|о|об|in|on|at) ")
_PART = r"(?:(?:(?:START|MID|END) )?(?:MORNING|EVENING|NIGHT|DAY)|NOON|[12]o HALFOF DAY)"
# A time of the day: «20:01», «20.01», «шесть утра», «час дня», «20 часов 1 минута», «половине шестого».
_TIME = (
    rf"(?:CLOCK|\d\d? \. (?:00|1[3-9]|[2-5]\d)|\d\d?[wom]? HOUR(?: \d+w? MINUTE| {_PART})?"
    r"|\d\d?w? (?:MORNING|EVENING|NIGHT)|HOUR (?:DAY|NIGHT)|HALFOF \d\d?o|без \S+ \d+w)(?: ZONE)?"
)
_AT = r"(?:в|на|с|от|к|до|после)"


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

    `narrows`: units of the calendar that run, «месяца», are a date in it. `edge`: of the date only its first
    (`start`) or its last (`end`) day is meant.
    """

    name: str
    pattern: "re.Pattern[str]"
    mod: tuple[str, ...] = ()
    narrows: bool = False
    edge: str = ""


def _frame(name: str, pattern: str, *mod: str, narrows: bool = False, edge: str = "") -> Frame:
    return Frame(name, re.compile(pattern), mod, narrows, edge)


FRAMES: tuple[Frame, ...] = (
    _frame("первый день мая", r"1o (?:DAY|DATE) (?P<rest>.+)", narrows=True, edge="start"),
    _frame("последний день мая", r"LAST (?:DAY|DATE) (?P<rest>.+)", narrows=True, edge="end"),
    _frame("до 20:01 7 ноября", rf"(?:до|к) {_TIME} (?P<rest>[^-].*)", "until"),
    _frame("с 20:01 7 ноября", rf"с {_TIME} (?!до |по |-)(?P<rest>.+)", "since"),
    _frame("20:01 7 ноября", rf"(?:{_AT} )?{_TIME}(?: (?:до|-) {_TIME})?(?: [-/])? (?P<rest>.+)"),
    _frame("7 ноября в 20:01", rf"(?P<rest>.+?)(?: [-/])?(?: {_AT})? {_TIME}(?: (?:до|по|-) {_TIME})?"),
    _frame("7 ноября в 20-01", r"(?P<rest>[WD\d].*?) в \d\d? - [0-5]\d"),
    _frame("завтра в восемь", r"(?P<rest>D-?\d|W\d|\d\S* M\d\d?.*?) (?:в|к) (?:1?\d|2[0-4])w?"),
    _frame("7 ноября с 10 до 20", rf"(?P<rest>[WD\d].*?) с \d\d?w? до (?:\d\d?w?|{_TIME})"),
    _frame("ночь на вторник", rf"(?:THIS )?{_PART} (?:(?:на|в|во) )?(?P<rest>.+)"),
    _frame("вторник утром", rf"(?P<rest>(?!\d\d?[oe] DAY$).+?) (?:(?:во?|с|к|до|после|THIS|ALL) )?{_PART}"),
    _frame("дата: 7 ноября", r"DATE(?: [а-я]+)? (?P<rest>\d.+)"),
    _frame("в срок до 7 ноября", r"сроко?м? (?P<rest>(?:до|SINCE) .+)"),
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
    _frame("первые числа мая", r"FIRSTS (?:DATE|DAY|WEEK|MONTH) (?P<rest>.+)", "start", narrows=True),
    _frame("последние числа мая", r"LAST\+ (?:DATE|DAY|WEEK|MONTH) (?P<rest>.+)", "end", narrows=True),
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
    r"|THROUGH (?:\S+ )?[A-Z]+|(?:\S+ )?[A-Z]+ AGO)(?: (?:MORNING|EVENING|NIGHT|DAY))? (?:во? )?(?P<rest>.+)"
    r"|(?P<rest2>.+?) (?:(?:в|во) )?(?P<name2>W\d|D-?\d)"
)
# A day told from another one.
_BESIDE = re.compile(
    rf"(?:за (?:(?P<less>{PARTS['count']}) )?(?P<before>{PARTS['unit']}) до"
    rf"|(?:THROUGH|AFTERWARDS) (?:(?P<more>{PARTS['count']}) )?(?P<after>{PARTS['unit']}) после"
    r"|на (?:(?P<nth>\d\d?o)|(?P<next>NEXT)) DAY после"
    r"|(?:в )?(?P<canun>CANUN)) (?P<rest>.+)"
)
_FULL_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DAY_AND_MONTH = re.compile(r"(\d\d?)[oe]? M(\d\d?)")


def read_point(gloss: str, anchor: Anchor) -> Reading | None:
    """Return what a gloss says of one date; None where it is none.

    Raises `ValueError` with the reason where it says a date that there is not.
    """
    beside = _beside(gloss, anchor)
    if beside:
        return beside
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
        if reading and frame.edge:
            return Reading(_edge(reading.timex, frame.edge))
        if reading:
            return replace(reading, mod=reading.mod | set(frame.mod))
    return None


def _edge(timex: str, edge: str) -> str:
    """Return the first or the last day of a period, some day where its year is not known."""
    day: str | None = getattr(parse_timex(timex), edge)
    return "XXXX-XX-XX" if day is None or day.startswith("--") else day


def _beside(gloss: str, anchor: Anchor) -> Reading | None:
    """Return «через три дня после 5 мая», «за день до 5 мая», «в канун 5 мая»."""
    match = _BESIDE.fullmatch(gloss)
    reading = match and read_point(match["rest"], anchor)
    if match is None or not reading:
        return None
    day = _edge(reading.timex, "start")
    if "X" in day or (match["canun"] is None and day != reading.timex):
        return None
    base = date.fromisoformat(day)
    if match["before"]:
        return Reading(shifted(base, match["before"], -amount(match["less"])))
    if match["after"]:
        return Reading(shifted(base, match["after"], amount(match["more"])))
    return Reading(shifted(base, "DAY", number(match["nth"]) if match["nth"] else 1 if match["next"] else -1))


def _bare_point(gloss: str, anchor: Anchor, rules: Sequence[Rule]) -> Reading | None:
    timex = first_match(rules, gloss, anchor)
    return Reading(timex) if timex else _apposition(gloss, anchor)


def _apposition(gloss: str, anchor: Anchor) -> Reading | None:
    match = _APPOSITION.fullmatch(gloss)
    if match is None:
        return None
    name, rest = match["name"] or match["name2"], match["rest"] or match["rest2"]
    said = first_match(_POINTS, name, anchor)
    if name.startswith("W"):
        anchor = replace(anchor, clause=None)  # a weekday is of the article's days
    day_and_month = _DAY_AND_MONTH.fullmatch(rest)
    if day_and_month and anchor.day and name.startswith("W"):
        return Reading(_on_weekday(number(name), day_and_month, anchor))
    if said and _FULL_DAY.fullmatch(said) and not name.startswith("W"):
        anchor = replace(anchor, pivot=date.fromisoformat(said), tense=None)
    beside = _bare_point(rest, anchor, _POINTS)
    timex = beside and beside.timex
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
