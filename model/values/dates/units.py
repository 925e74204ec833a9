"""The units in which dates are counted, and steps through the calendar in them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Unit:
    """How long a unit is, in months, days or seconds; what a period of it has as its grain (`ie.timex`).

    `unknown` is the notation of one of which nothing else is known.
    """

    grain: str
    months: int = 0
    days: int = 0
    seconds: int = 0
    unknown: str = "XXXX"


_DAY = Unit("day", days=1, unknown="XXXX-XX-XX")
_YEAR = Unit("year", months=12)
_CENTURY = Unit("century", months=1200)
UNITS = {
    "MINUTE": Unit("day", seconds=60, unknown="XXXX-XX-XX"),
    "HALFHOUR": Unit("day", seconds=1800, unknown="XXXX-XX-XX"),
    "HOUR": Unit("day", seconds=3600, unknown="XXXX-XX-XX"),
    "DAY": _DAY,
    "FULLDAY": _DAY,
    "WEEK": Unit("week", days=7, unknown="XXXX-WXX"),
    "MONTH": Unit("month", months=1, unknown="XXXX-XX"),
    "QUARTER": Unit("quarter", months=3, unknown="XXXX-QX"),
    "HALF": Unit("half-year", months=6, unknown="XXXX-HX"),
    "HALFYEAR": Unit("month", months=6, unknown="XXXX-XX"),
    "YEAR": _YEAR,
    "YEARS": _YEAR,
    "SEASON": _YEAR,
    "FIVEYEARS": Unit("year", months=60),
    "TENYEARS": Unit("decade", months=120),
    "HALFCENTURY": Unit("year", months=600),
    "CENTURY": _CENTURY,
    "HUNDREDYEARS": _CENTURY,
}


def shifted(base: date | None, unit: str, count: float) -> str:
    """Return the point of the calendar `count` units after a day; `XXXX-XX` and so on without one.

    It is as long as the unit; half a year, and a year and a half, count in months, longer units in years.
    Raises `ValueError` or `OverflowError` beyond the years 1 to 9999.
    """
    size = UNITS[unit]
    if base is None:
        return size.unknown
    if size.seconds:
        step = timedelta(seconds=size.seconds * count)
        if not isinstance(base, datetime):  # as many days as there are in the hours
            step = timedelta(days=int(step / timedelta(days=1)))
        return _plain(base + step).isoformat()
    day = moved(base, unit, count)
    if size.days:
        return "{:04}-W{:02}".format(*day.isocalendar()) if unit == "WEEK" else day.isoformat()
    if unit == "QUARTER":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    if unit == "HALF":
        return f"{day.year:04}-H{(day.month + 5) // 6}"
    return day.isoformat()[: 7 if size.grain == "month" or abs(count) == 1.5 else 4]


def moved(base: date, unit: str, count: float) -> date:
    """Return the same day `count` units later, or the month's last day; half a month is 15 days.

    Raises `ValueError` or `OverflowError` beyond the years 1 to 9999.
    """
    size, day = UNITS[unit], _plain(base)
    if size.days:
        return day + timedelta(days=round(size.days * count))
    months = size.months * count
    year, month = divmod(day.year * 12 + day.month - 1 + int(months), 12)
    if not 0 < year < 10000:
        raise ValueError(f"the year {year} is beyond the calendar")
    return _day_of_month(year, month + 1, day.day) + timedelta(
        days=round(months % 1 * 30) * (1 if count > 0 else -1)
    )


def _day_of_month(year: int, month: int, day: int) -> date:
    for last in (day, 30, 29):
        try:
            return date(year, month, min(last, day))
        except ValueError:
            continue
    return date(year, month, min(28, day))


def _plain(base: date) -> date:
    return base.date() if isinstance(base, datetime) else base
