"""The value of a date: first and last day, the unit that the words count in, and modifiers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ie.timex import MODIFIERS, parse_timex


@dataclass(frozen=True, slots=True)
class DateRange:
    """A point or a stretch of the calendar.

    `start` and `end` are its first and its last day, None where the year is not known; `grain` is one of
    `ie.timex.GRAINS`, `mod` some of `ie.timex.MODIFIERS` in their order, `timex` the notation of the period.
    """

    start: date | None
    end: date | None
    grain: str
    mod: tuple[str, ...]
    timex: str

    @classmethod
    def of(cls, timex: str, mod: Iterable[str] = ()) -> "DateRange":
        """Return the value of a notation such as `2016-Q2` or `2006-11-07/2016-11-07@year`.

        Raises `ValueError` where it is none (`ie.timex.parse_timex` says why) or a modifier is unknown.
        """
        period = parse_timex(timex)
        names = set(mod)
        if names - set(MODIFIERS):
            raise ValueError(f"{sorted(names)!r} are not all modifiers: {', '.join(MODIFIERS)}")
        ordered = tuple(name for name in MODIFIERS if name in names)
        return cls(_day(period.start), _day(period.end), period.grain, ordered, period.timex)

    def to_record(self) -> dict[str, Any]:
        """Return the value as the corpus has it; a day without a year is `--11-06`."""
        period = parse_timex(self.timex)
        record: dict[str, Any] = {"start": period.start, "end": period.end, "grain": self.grain}
        if self.mod:
            record["mod"] = list(self.mod)
        return record | {"timex": self.timex}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "DateRange":
        """Return the value of a record; raises `ValueError` where it has no period."""
        timex = record.get("timex") or f"{record['start']}/{record['end']}"
        return cls.of(f"{timex}@{record['grain']}", record.get("mod") or ())

    def in_other_year(self, years: int) -> str:
        """Return the notation of the period so many years later; 29 February becomes the 28th."""
        timex = re.sub(r"\d{4}", lambda year: f"{int(year[0]) + years:04}", self.timex)
        try:
            parse_timex(timex)
        except ValueError:
            timex = timex.replace("-02-29", "-02-28")
        return f"{timex}@{self.grain}"


def _day(text: str | None) -> date | None:
    return None if text is None or text.startswith("--") else date.fromisoformat(text)
