"""Sums and dates read by ie, natasha and dateparser, side by side: the share that each gets right.

    python benchmarks/values.py [CORPUS.jsonl …]        (pip install ".[benchmarks]" for the peers)

Every system is given the annotated phrases alone, without the text around them: the peers take no context.
ie and dateparser know the article's date. A sum is right where number and currency (both ends of a range)
are; `AMOUNT plain` leaves out ranges and sums without a number, which natasha's facts have no place for. A
date is right where first and last day are; `DATE inside` asks only for one day inside the period, which is
all that dateparser's answer can show. A year or month that natasha names stands for all of its days, and a
missing year is that of the article.
"""

import argparse
import datetime
import sys
import time
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ie.data.corpus import iter_corpus
from ie.document import Entity
from ie.values import read_amount, read_date

CORPUS = Path(__file__).parent.parent / "data" / "news" / "test.jsonl"

Money = tuple[Decimal, Decimal, str | None]  # low, high, currency
Days = tuple[datetime.date, datetime.date]
ReadMoney = Callable[[str], Money | None]
ReadDays = Callable[[str, datetime.date], Days | None]


@dataclass(frozen=True, slots=True)
class System:
    """A reader of phrases; None for what it does not read at all."""

    name: str
    money: ReadMoney | None
    days: ReadDays | None


def our_money(text: str) -> Money | None:
    """Return what ie reads."""
    found = read_amount(text)
    low, high = (getattr(found, name, None) for name in ("low", "high"))
    value = getattr(found, "value", None)
    if low is None and value is None:
        return None
    return (low or value, high or value, getattr(found, "currency", None))


def our_days(text: str, reference: datetime.date) -> Days | None:
    """Return what ie reads."""
    found = read_date(text, reference)
    start, end = getattr(found, "start", None), getattr(found, "end", None)
    return (start, end) if start and end else None


def natasha() -> System:
    """Return natasha's extractors of sums and dates."""
    from natasha import DatesExtractor, MoneyExtractor, MorphVocab

    vocabulary = MorphVocab()
    money, dates = MoneyExtractor(vocabulary), DatesExtractor(vocabulary)

    def read_money(text: str) -> Money | None:
        match = money.find(text)
        if match is None or match.fact.amount is None:
            return None
        amount = Decimal(str(match.fact.amount))
        return amount, amount, match.fact.currency

    def read_days(text: str, reference: datetime.date) -> Days | None:
        match = dates.find(text)
        if match is None:
            return None
        year, month, day = match.fact.year or reference.year, match.fact.month, match.fact.day
        return _days(year, month, day)

    return System("natasha", read_money, read_days)


def _days(year: int, month: int | None, day: int | None) -> Days | None:
    first, last = month or 1, month or 12
    try:
        start = datetime.date(year, first, day or 1)
        return start, datetime.date(year, last, day or monthrange(year, last)[1])
    except ValueError:
        return None


def dateparser() -> System:
    """Return dateparser with the article's date as base, past preferred, as in news."""
    from dateparser import parse

    def read(text: str, reference: datetime.date) -> Days | None:
        base = datetime.datetime.combine(reference, datetime.time(12))
        settings: Any = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past"}
        found = parse(text, languages=["ru"], settings=settings)
        return (found.date(), found.date()) if found else None

    return System("dateparser", None, read)


def systems() -> Iterable[System]:
    """Yield ie and those peers that are installed; name the others on stderr."""
    yield System("ie", our_money, our_days)
    for make in (natasha, dateparser):
        try:
            yield make()
        except ImportError as error:
            print(f"{make.__name__} is left out: {error}.", file=sys.stderr)


def gold_money(entity: Entity) -> Money | None:
    """Return number and currency of a sum; None for one without a number."""
    value = entity.value or {}
    low, high = value.get("low", value.get("value")), value.get("high", value.get("value"))
    return None if low is None else (Decimal(low), Decimal(high), value["currency"])


def gold_days(entity: Entity) -> Days | None:
    """Return first and last day of a date; None where one of them is not known."""
    value = entity.value or {}
    ends = [value.get("start"), value.get("end")]
    if any(end is None or end.startswith("--") for end in ends):
        return None
    return datetime.date.fromisoformat(str(ends[0])), datetime.date.fromisoformat(str(ends[1]))


def inside(found: Days | None, gold: Days) -> bool:
    """Return whether an answer lies inside the gold period."""
    return found is not None and gold[0] <= found[0] <= found[1] <= gold[1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="*", type=Path, default=[CORPUS], metavar="CORPUS.jsonl")
    documents = [d for path in parser.parse_args(arguments).corpora for d in iter_corpus(path)]
    sums = [
        (e.text, gold)
        for d in documents
        for e in d.entities
        if e.label == "AMOUNT" and (gold := gold_money(e))
    ]
    periods = [
        (e.text, d.date, gold)
        for d in documents
        for e in d.entities
        if e.label == "DATE" and d.date and (gold := gold_days(e))
    ]
    plain = [(text, gold) for text, gold in sums if gold[0] == gold[1]]
    print(f"{'':12}{'AMOUNT':>16}{'AMOUNT plain':>16}{'DATE':>16}{'DATE inside':>16}{'ms a phrase':>14}")
    for system in systems():
        started = time.perf_counter()
        money = {text: system.money(text) for text, _ in sums} if system.money else {}
        days = {(text, day): system.days(text, day) for text, day, _ in periods} if system.days else {}
        spent = time.perf_counter() - started
        cells = [
            _cell(money, [money.get(text) == gold for text, gold in sums]),
            _cell(money, [money.get(text) == gold for text, gold in plain]),
            _cell(days, [days.get((text, day)) == gold for text, day, gold in periods]),
            _cell(days, [inside(days.get((text, day)), gold) for text, day, gold in periods]),
        ]
        speed = 1000 * spent / max(1, len(money) + len(days))
        print(f"{system.name:12}" + "".join(f"{cell:>16}" for cell in cells) + f"{speed:14.2f}")


def _cell(answers: dict[Any, Any], right: Sequence[bool]) -> str:
    return f"{sum(right)}/{len(right)} {sum(right) / len(right):.3f}" if answers and right else "-"


if __name__ == "__main__":
    main()
