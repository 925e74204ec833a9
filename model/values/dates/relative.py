"""Rules for dates that count from the article's date, or from a date told before."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from .anchor import Anchor
from .grammar import Rule, new_year, number, rule, year_of
from .range import DateRange
from .tense import Tense
from .units import UNITS, shifted

Match = re.Match[str]

_STEP = {"THIS": 0, "PREV": -1, "PAST": -1, "LAST": -1, "BEFOREPREV": -2, "NEXT": 1, "NEAR": 1, "COMING": 1}
# «этой зимой» is the winter that began last year before this month.
_WINTER_IS_OVER = 7
# The season of sport, farms and stages begins in this month.
_SEASON_BEGINS = 7


def _named_day(match: Match, anchor: Anchor) -> str | None:
    return shifted(anchor.reference, "DAY", int(match["step"]))


def _eve(_: Match, anchor: Anchor) -> str | None:
    return shifted(anchor.reference, "DAY", -1)


def _two_days_ago(_: Match, anchor: Anchor) -> str | None:
    return shifted(anchor.reference, "DAY", -2)


def _today(_: Match, anchor: Anchor) -> str | None:
    return shifted(anchor.reference, "DAY", 0)


def _nowadays(_: Match, anchor: Anchor) -> str | None:
    return anchor.year()


def _unit(match: Match, anchor: Anchor) -> str | None:
    """«прошлая неделя», «этот год», «следующий квартал»."""
    step, unit = _STEP[match["which"]], match["unit"]
    if unit in ("CENTURY", "HUNDREDYEARS"):
        return f"{int(anchor.year()[:2]) + step:02}XX" if anchor.day else ("19XX" if step == -1 else None)
    if unit == "TENYEARS":
        return f"{int(anchor.year()[:3]) + step:03}X" if anchor.day else None
    if unit in ("FIVEYEARS", "HALFCENTURY", "HALFYEAR", "HOUR", "MINUTE"):
        return None
    return shifted(anchor.reference, unit, step)


def _former_unit(match: Match, anchor: Anchor) -> str | None:
    """«предыдущий год»: before the one told last, if that is as long («в 2022 году»), else the last one."""
    unit, last = match["unit"], anchor.last()
    within = ("month", "quarter", "half-year", "season") if unit == "YEAR" else ()
    told = last is not None and last.grain in (UNITS[unit].grain, *within)
    return shifted(last.start if told and last and last.start else anchor.reference, unit, -1)


def _part_of_unit(match: Match, anchor: Anchor) -> str | None:
    """«начало месяца», «конец недели»: with a word that narrows it a unit is the one that runs."""
    return _unit_now(match["unit"], anchor)


def _unit_now(unit: str, anchor: Anchor) -> str | None:
    if unit in ("CENTURY", "TENYEARS"):
        return anchor.year()[: 2 if unit == "CENTURY" else 3].ljust(4, "X") if anchor.day else None
    return shifted(anchor.reference, unit, 0)


def _this_or_that(match: Match, anchor: Anchor) -> str | None:
    """«прошлом» whose noun the next mention has («в прошлом и нынешнем году»)."""
    return anchor.year(_STEP[match["which"]])


def _weekday(match: Match, anchor: Anchor) -> str | None:
    return anchor.weekday(number(match["weekday"]))


def _weekday_of_week(match: Match, anchor: Anchor) -> str | None:
    """Return the day of the week before (прошлый), of this («эту пятницу»), of the next (следующий)."""
    return _day_of_week(number(match["weekday"]), _STEP[match["which"]], anchor)


def _day_of_week(weekday: int, step: int, anchor: Anchor) -> str | None:
    if anchor.day is None:
        return "XXXX-XX-XX"
    monday = anchor.day - timedelta(days=anchor.day.weekday())
    return (monday + timedelta(days=7 * step + weekday - 1)).isoformat()


def _past_weekday(match: Match, anchor: Anchor) -> str | None:
    """«минувшую пятницу»: the last one before the article's day."""
    return _beside(number(match["weekday"]), anchor, -1)


def _near_weekday(match: Match, anchor: Anchor) -> str | None:
    """«ближайшую пятницу»: the first one after the article's day."""
    return _beside(number(match["weekday"]), anchor, 1)


def _beside(weekday: int, anchor: Anchor, sign: int) -> str | None:
    if anchor.day is None:
        return "XXXX-XX-XX"
    away = sign * (weekday - anchor.day.isoweekday()) % 7 or 7
    return (anchor.day + timedelta(days=sign * away)).isoformat()


def _weekend(match: Match, anchor: Anchor) -> str | None:
    """Return a weekend: this week's («эти», «ближайшие»), the last one («прошлые»), the next week's."""
    if anchor.day is None:
        return "XXXX-XX-XX"
    which = (match.groupdict().get("which") or "").rstrip("+")
    step = {"BEFOREPREV": -2, "PREV": -1, "PAST": -1, "LAST": -1, "NEXT": 1}.get(which, 0)
    if not which and anchor.tense != "future" and anchor.day.isoweekday() < 6:
        step = -1
    return f"{_day_of_week(6, step, anchor)}/{_day_of_week(7, step, anchor)}"


def _which_month(match: Match, anchor: Anchor) -> str | None:
    return _which(f"{number(match['month']):02}", match["which"], anchor)


def _which_season(match: Match, anchor: Anchor) -> str | None:
    return _which(match["season"], match["which"], anchor)


def _which(part: str, which: str, anchor: Anchor) -> str | None:
    """«прошлой осенью», «этим летом», «следующий май»: of the year before, of this, of the next.

    In January «прошлой осенью» is so the autumn that has just been. «минувшей», «прошедшей» and «ближайшим»
    are the nearest.
    """
    if anchor.day is None:
        return f"XXXX-{part}"
    year = anchor.day.year
    if which in ("PAST", "LAST", "NEAR", "COMING"):
        tense: Tense = "future" if which in ("NEAR", "COMING") else "past"
        return replace(anchor, pivot=anchor.day, tense=tense, strict=True).place(part)
    if part == "WI" and anchor.day.month < (_WINTER_IS_OVER if which in ("THIS", "BEFOREPREV") else 12):
        year -= 1 if which != "PREV" or anchor.day.month < 3 else 0
    return f"{year + _STEP[which]:04}-{part}"


def _last_years_season(match: Match, anchor: Anchor) -> str | None:
    return _which(match["season"], "PREV", anchor)


def _sports_season(match: Match, anchor: Anchor) -> str | None:
    """«прошлый сезон»: two years, the first of which begins in July; as `2011/2012`."""
    if anchor.day is None:
        return "XXXX"
    first = anchor.day.year + _STEP[match["which"]] - (anchor.day.month < _SEASON_BEGINS)
    return f"{first:04}/{first + 1:04}"


def _new_year_as_year(_: Match, anchor: Anchor) -> str | None:
    return new_year(anchor)


def _same_day(match: Match, anchor: Anchor) -> str | None:
    """«тот же день», «тот же четверг»: the nearest day told before, of that name."""
    name = match.groupdict().get("weekday")
    last = anchor.last(lambda value: _is_single_day(value) and _is_named(value, name))
    return last.timex if last else None


def _is_named(value: DateRange, weekday: str | None) -> bool:
    return weekday is None or (value.start is not None and value.start.isoweekday() == number(weekday))


def _next_day(_: Match, anchor: Anchor) -> str | None:
    last = anchor.last(lambda value: value.grain == "day" and value.end is not None)
    return shifted(last.end if last else anchor.reference, "DAY", 1)


def _same_period(match: Match, anchor: Anchor) -> str | None:
    """«аналогичный период прошлого года»: the period told before, in that year."""
    year = match.groupdict().get("year")
    last = anchor.last(_fitting(match.groupdict().get("unit")))
    if last is None:
        return None
    if year is None:
        return last.timex + f"@{last.grain}"
    target = year_of(year, anchor)
    if target is None:
        return None
    if last.start is None or target == "XXXX":
        return last.timex
    # A period of two years ends in the year that is spoken of: December to February.
    return last.in_other_year(int(target) - int(last.timex.rpartition("/")[2][:4]))


def _same_season(match: Match, anchor: Anchor) -> str | None:
    """«той же осенью»: of the year of the date told before."""
    last = anchor.last(lambda value: value.start is not None)
    if last is None or last.start is None:
        return None
    winter = match["season"] == "WI" and last.start.month < _WINTER_IS_OVER
    return f"{last.start.year - winter:04}-{match['season']}"


def _fitting(unit: str | None) -> Callable[[DateRange], bool]:
    if unit in ("MONTH", "QUARTER", "HALF", "WEEK", "DAY"):
        return lambda value: value.grain == UNITS[unit].grain
    return lambda value: value.grain not in ("year", "decade", "century") and not _is_single_day(value)


def _is_single_day(value: DateRange) -> bool:
    return value.grain == "day" and "/" not in value.timex


_WEEK = "(?P<which>PREV|PAST|BEFOREPREV|THIS|NEXT) WEEK"
RULES: tuple[Rule, ...] = (
    rule("вчера", r"D(?P<step>-?\d)", _named_day),
    rule("вчерашний день", r"THEDAY(?P<step>-?\d)\+?(?: DAY| DATE)?", _named_day),
    rule("накануне", r"EVE", _eve),
    rule("третьего дня", r"3o DAY", _two_days_ago),
    rule("нынче", r"NOWADAYS", _nowadays),
    rule("следующий день", r"(?:NEXT|D1) DAY", _next_day),
    rule("тот же день", r"(?:THIS )?THAT (?:DAY|DATE|<weekday>)", _same_day),
    rule("этот день", r"THIS (?:DAY|DATE)", _today),
    rule("минувшей ночью", r"(?:THIS|PAST) (?:MORNING|EVENING|NIGHT|NOON)|PREV NIGHT", _today),
    rule("прошлым вечером", r"PREV (?:MORNING|EVENING)", _eve),
    rule("прошлая неделя", r"(?P<which>THIS|PREV|PAST|BEFOREPREV|NEXT|COMING) <unit>", _unit),
    rule("весь год", r"ALL (?P<unit>YEAR)", _part_of_unit),
    rule("в новом году", r"INNEW YEAR", _new_year_as_year),
    rule("прошлый вторник", r"(?P<which>PREV|BEFOREPREV|THIS|NEXT) <weekday>", _weekday_of_week),
    rule("минувшую пятницу", r"(?:PAST|LAST) <weekday>", _past_weekday),
    rule("ближайшую пятницу", r"(?:NEAR|COMING) <weekday>", _near_weekday),
    rule("вторник прошлой недели", rf"<weekday> (?:на )?{_WEEK}", _weekday_of_week),
    rule("на прошлой неделе во вторник", rf"{_WEEK} (?:в|во) <weekday>", _weekday_of_week),
    rule("понедельник", r"<weekday>", _weekday),
    rule(
        "минувшие выходные",
        r"(?:(?P<which>THIS|PREV|BEFOREPREV|PAST|LAST|NEXT|NEAR|COMING)\+? )?WEEKEND",
        _weekend,
    ),
    rule("выходные прошлой недели", r"WEEKEND (?:на )?(?P<which>PREV|PAST|THIS|NEXT) WEEK", _weekend),
    rule("прошлый июль", r"(?P<which>PREV|PAST|LAST|THIS|NEXT|COMING|NEAR|BEFOREPREV) <month>", _which_month),
    rule(
        "прошлой осенью",
        r"(?P<which>PREV|PAST|LAST|THIS|NEXT|COMING|NEAR|BEFOREPREV) <season>",
        _which_season,
    ),
    rule("прошлогодняя зима", r"OFLASTYEAR <season>", _last_years_season),
    rule("прошлый сезон", r"(?P<which>PREV|PAST|LAST|THIS|NEXT|COMING) SEASON", _sports_season),
    rule("предыдущий год", r"FORMER (?P<unit>DAY|WEEK|MONTH|QUARTER|HALF|YEAR)", _former_unit),
    rule("той же осенью", r"(?:THIS )?THAT <season>", _same_season),
    rule(
        "аналогичный период прошлого года",
        r"(?:THIS )?(?:SAME|THAT)\+? (?P<unit>PERIOD|MONTH|QUARTER|HALF|WEEK|DATE|DAY|<season>)<year?>",
        _same_period,
    ),
    rule("тот же период годом ранее", r"(?:SAME|THAT)\+? PERIOD (?P<year>YEAR EARLIER)", _same_period),
)
# A word whose noun stands in the next mention; nothing may stand beside it.
BARE: tuple[Rule, ...] = (rule("прошлом", r"(?P<which>THIS|PREV)", _this_or_that),)
# «конца года», «начале недели»: these hold only behind a word that narrows.
NARROWED: tuple[Rule, ...] = (
    rule("конец месяца", r"(?P<unit>WEEK|MONTH|QUARTER|HALF|YEAR|TENYEARS|CENTURY|DAY)", _part_of_unit),
)
