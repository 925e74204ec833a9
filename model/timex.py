"""Periods of the calendar in the notation of annotation: `2016-11-07`, `2016-Q2`, `201X`, `2015/2019`.

The notation is that of TIMEX3 values (TimeML 1.2.1), with the intervals of ISO 8601-1 (`/` between the ends)
and the unspecified digits of ISO 8601-2 (`X` for a digit that is not known).
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

GRAINS = ("day", "week", "month", "quarter", "half-year", "season", "year", "decade", "century")
MODIFIERS = ("start", "mid", "end", "before", "after", "since", "until")
# First month of each season; winter belongs to the year in which it begins.
SEASONS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}

# Grain of a period of which nothing else is known, by what follows `XXXX-`.
_UNKNOWN_GRAINS = {
    "": "year",
    "XX-XX": "day",
    "XX": "month",
    "W": "week",
    "Q": "quarter",
    "H": "half-year",
    **dict.fromkeys(SEASONS, "season"),
}
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_POINT = re.compile(
    r"""
      (?P<year>\d{4})(?:
          -(?P<month>\d\d)(?:-(?P<day>\d\d))?
        | -Q(?P<quarter>[1-4]) | -H(?P<half>[12]) | -(?P<season>SP|SU|FA|WI) | -W(?P<week>\d\d)
      )?
    | (?P<decade>\d{3})X | (?P<century>\d\d)XX
    | XXXX-(?P<anymonth>\d\d)(?:-(?P<anyday>\d\d))?
    | (?P<unknown>XXXX(?:-(?:XX-XX|WXX|XX|QX|Q[1-4]|HX|H[12]|SP|SU|FA|WI))?)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """A point or an interval of the calendar.

    `start` and `end` are its first and its last day, `YYYY-MM-DD`; where the year is not known `--MM-DD` or
    `--MM`; None where no more than the grain is known (`XXXX-XX-XX` is some day). `grain` is the unit that
    the text counts in, one of `GRAINS`; `timex` the notation itself.
    """

    start: str | None
    end: str | None
    grain: str
    timex: str


def parse_timex(timex: str) -> Period:
    """Return the period that a notation denotes; `A/B@grain` names the grain of an interval.

    Without it an interval has the finer grain of its ends. Raises `ValueError`, with the reason, where it is
    none: an unknown form, a day that does not exist, an end before its start.
    """
    interval, _, grain = timex.partition("@")
    if grain and grain not in GRAINS:
        raise ValueError(f"{grain!r} is no grain of the calendar")
    points = [_point(part) for part in interval.split("/")]
    if len(points) > 2:
        raise ValueError(f"{timex!r} has more than two ends")
    start, end = points[0].start, points[-1].end
    if (start or "").startswith("--") != (end or "").startswith("--"):
        raise ValueError(f"only one end of {timex!r} has a year")
    if start and end and end < start and not start.startswith("--"):
        raise ValueError(f"{timex!r} ends before it starts")
    finest = min(points, key=lambda point: GRAINS.index(point.grain)).grain
    return Period(start, end, grain or finest, interval)


def _point(text: str) -> Period:
    match = _POINT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no date")
    if match["unknown"]:
        return Period(None, None, _UNKNOWN_GRAINS[text[5:7].rstrip("1234X") or text[5:]], text)
    part = {name: int(value) for name, value in match.groupdict().items() if value and name != "season"}
    if "anymonth" in part:
        return _yearless(text, part)
    try:
        first, last, grain = _days(part, match["season"])
    except ValueError as error:
        raise ValueError(f"{text!r} does not exist") from error
    return Period(first.isoformat(), last.isoformat(), grain, text)


def _days(part: dict[str, int], season: str | None) -> tuple[date, date, str]:
    """Return first day, last day and grain of a point whose year is known."""
    if "decade" in part:
        return date(part["decade"] * 10, 1, 1), date(part["decade"] * 10 + 9, 12, 31), "decade"
    if "century" in part:
        return date(part["century"] * 100, 1, 1), date(part["century"] * 100 + 99, 12, 31), "century"
    year = part["year"]
    if "week" in part:
        monday = date.fromisocalendar(year, part["week"], 1)
        return monday, monday + timedelta(days=6), "week"
    if "day" in part:
        day = date(year, part["month"], part["day"])
        return day, day, "day"
    if season:
        return *_months(year, SEASONS[season], 3), "season"
    if "quarter" in part:
        return *_months(year, 3 * part["quarter"] - 2, 3), "quarter"
    if "half" in part:
        return *_months(year, 6 * part["half"] - 5, 6), "half-year"
    if "month" in part:
        return *_months(year, part["month"], 1), "month"
    return *_months(year, 1, 12), "year"


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    over, last = divmod(month + count - 2, 12)
    end = year + over
    return date(year, month, 1), date(end, last + 1, monthrange(end, last + 1)[1])


def _yearless(text: str, part: dict[str, int]) -> Period:
    month, day = part["anymonth"], part.get("anyday")
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= _MONTH_DAYS[month - 1]):
        raise ValueError(f"{text!r} does not exist")
    day_text = text.replace("XXXX", "-", 1)
    return Period(day_text, day_text, "month" if day is None else "day", text)
