"""What a date hangs on: the article's date, the tense of the sentence, the dates before it in the text."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from ie.timex import parse_timex

from .range import DateRange
from .tense import Tense, nearest
from .units import shifted

# What a day behind and a day ahead count where the year has to be found, by the tense of the sentence. A
# tense is no proof («пообещал … 26 ноября»): a much nearer date wins against it. Fitted on the corpus.
_WEIGHTS: dict[Tense | None, tuple[float, float]] = {None: (1, 2.5), "past": (1, 16), "future": (8, 1)}
# … and where the date must not be on the other side.
_STRICT = 10_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day that relative dates count from, and the one near which a year that is not said is looked for.

    `reference` is the article's date, with a time of day where hours count; `pivot` is that date, or another
    one inside of an interval: in «с декабря по февраль» February follows its December, and `strict`ly so.
    `earlier` are the dates before it in the document, the nearest last; `clause` is the year that its part of
    the sentence names: «в 2020 году началась 7 октября». All may be missing; a year is then `XXXX`.
    """

    reference: date | None = None
    tense: Tense | None = None
    leaning: float | None = None
    earlier: tuple[DateRange, ...] = ()
    clause: str | None = None
    pivot: date | None = None
    strict: bool = False

    @property
    def day(self) -> date | None:
        """The day of the reference."""
        return self.reference.date() if isinstance(self.reference, datetime) else self.reference

    def year(self, count: int = 0) -> str:
        """Return the year that is `count` years after the reference's."""
        return "XXXX" if self.day is None else f"{self.day.year + count:04}"

    def place(self, part: str) -> str:
        """Return a part of a year (`11-06`, `11`, `Q2`, `H1`, `WI`) in the year that is most likely meant."""
        pivot = self.pivot or self.day
        if self.clause and self.pivot is None:
            return f"{self.clause}-{part}"
        if pivot is None:
            return f"XXXX-{part}"
        reach = 8 if part == "02-29" else 1
        years = range(max(1, pivot.year - reach), min(9999, pivot.year + reach) + 1)
        return self.nearest(pivot, [f"{year:04}-{part}" for year in years])

    def nearest(self, pivot: date, points: list[str]) -> str:
        """Return of some points of the calendar, in their order, the one that fits the tense and is nearest.

        Raises `ValueError` where none of them exists.
        """
        spans = [(*span, point) for point in points if (span := _span(point))]
        if not spans:
            raise ValueError(f"{points[-1]!r} does not exist")
        if self.pivot is None and (chosen := self._by_tense(pivot, spans)):
            return chosen
        behind, ahead = _WEIGHTS[self.tense]
        if self.strict:
            behind, ahead = (_STRICT, 1) if self.tense == "future" else (1, _STRICT)
        return min(spans, key=lambda span: _distance(pivot, span[0], span[1], behind, ahead))[2]

    def _by_tense(self, pivot: date, spans: list[tuple[date, date, str]]) -> str | None:
        """Return the last point that has begun or the first that has not, as the tense has it."""
        begun = [span for span in spans if span[0] <= pivot]
        coming = [span for span in spans if span[0] > pivot]
        if self.leaning is None or not begun or not coming:
            return None
        behind, ahead = begun[-1], coming[0]
        if behind[1] >= pivot:  # it still runs, and lies behind and ahead
            return behind[2]
        start = nearest(behind[0], ahead[0], pivot, parse_timex(behind[2]).grain, self.leaning)
        return behind[2] if start == behind[0] else ahead[2]

    def weekday(self, number: int) -> str:
        """Return the day of the week 1 to 7: the last one, or the next if the sentence looks ahead."""
        pivot = self.pivot or self.day
        if pivot is None:
            return "XXXX-XX-XX"
        behind = pivot - timedelta(days=(pivot.isoweekday() - number) % 7)
        if self.pivot is None and self.leaning is not None:
            return nearest(behind, behind + timedelta(days=7), pivot, "weekday", self.leaning).isoformat()
        ahead = self.tense == "future" and behind != pivot
        return (behind + timedelta(days=7 * ahead)).isoformat()

    def monthday(self, day: int) -> str:
        """Return the day of a month that is not said."""
        pivot = self.pivot or self.day
        if pivot is None:
            return "XXXX-XX-XX"
        return self.nearest(pivot, [f"{shifted(pivot, 'MONTH', n)}-{day:02}" for n in (-2, -1, 0, 1, 2)])

    def based(self, *, forward: bool) -> date | None:
        """Return the day that «через год», «годом позже» count from: in the past the day told before."""
        last = self.last()
        if last and last.end and (self.tense == "past" or not forward):
            return last.start
        return self.reference

    def last(self, fits: Callable[[DateRange], bool] = lambda _: True) -> DateRange | None:
        """Return the nearest date before this one that fits."""
        return next((value for value in reversed(self.earlier) if fits(value)), None)


@lru_cache(maxsize=4096)
def _span(point: str) -> tuple[date, date] | None:
    try:
        period = parse_timex(point)
        return date.fromisoformat(period.start or ""), date.fromisoformat(period.end or "")
    except ValueError:
        return None


def _distance(pivot: date, start: date, end: date, behind: float, ahead: float) -> float:
    """Return how far a period is from a day; one that has begun counts by the days it has still to go."""
    if start > pivot:
        return (start - pivot).days * ahead
    if end < pivot:
        return (pivot - end).days * behind
    return (end - pivot).days
