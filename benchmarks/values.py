"""Sums and dates read by ie, natasha and dateparser, side by side: the share that each gets right.

    python benchmarks/values.py [CORPUS.jsonl …]        (pip install ".[benchmarks]" for the peers)

Every system is given the annotated phrases alone, without the text around them: the peers take no context.
ie and dateparser know the article's date. The row `ie in text` is what `ie predict` gives for the same spans,
with the sentence and the document around them: «15,7 трлн» alone has no currency.

A sum is right where number and currency (both ends of a range) are; `AMOUNT plain` leaves out ranges and
sums without a number, which natasha's facts have no place for. A date is right where first and last day are;
`DATE inside` asks only for one day inside the period, which is all that dateparser's answer can show. A year
or month that natasha names stands for all of its days, and a missing year is that of the article.
"""

import argparse
import datetime
import sys
import time
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ie.data.corpus import iter_corpus
from ie.document import Document, Entity
from ie.values import add_values, read_amount, read_date

CORPUS = Path(__file__).parent.parent / "data" / "news" / "test.jsonl"

COLUMNS = ("AMOUNT", "AMOUNT plain", "DATE", "DATE inside", "ms a phrase")

Money = tuple[Decimal, Decimal, str | None]  # low, high, currency
Days = tuple[datetime.date, datetime.date]
Sum = tuple[str, Money]
Period = tuple[str, datetime.date, Days]
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
    # a bound may be 0
    currency = getattr(found, "currency", None)
    return (value if low is None else low, value if high is None else high, currency)


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
    mentions = [(document.date, entity) for document in documents for entity in document.entities]
    sums = [(e.text, gold) for _, e in mentions if e.label == "AMOUNT" and (gold := gold_money(e))]
    periods = [(e.text, d, gold) for d, e in mentions if d and e.label == "DATE" and (gold := gold_days(e))]
    print("".join([f"{'':12}", *(f"{name:>16}" for name in COLUMNS)]))
    _print("ie in text", row_in_text(documents))
    for system in systems():
        _print(system.name, row(system, sums, periods))


def _print(name: str, columns: Sequence[str]) -> None:
    print("".join([f"{name:12}", *(f"{cell:>16}" for cell in columns)]))


def row(system: System, sums: Sequence[Sum], periods: Sequence[Period]) -> list[str]:
    """Return the cells of a system that reads phrases alone, with milliseconds a phrase."""
    started = time.perf_counter()
    money = [_tried(system.money, text) for text, _ in sums] if system.money else []
    days = [_tried(system.days, text, day) for text, day, _ in periods] if system.days else []
    spent = time.perf_counter() - started
    speed = f"{1000 * spent / max(1, len(money) + len(days)):.2f}"
    return [*cells(money, [gold for _, gold in sums], days, [gold for *_, gold in periods]), speed]


def row_in_text(documents: Sequence[Document]) -> list[str]:
    """Return the cells of ie with the text around each mention."""
    sums: list[tuple[Money | None, Money]] = []
    periods: list[tuple[Days | None, Days]] = []
    for document in documents:
        for gold, ours in zip(document.entities, _read(document).entities, strict=True):
            if gold.label == "AMOUNT" and (money := gold_money(gold)):
                sums.append((gold_money(ours), money))
            if gold.label == "DATE" and document.date and (days := gold_days(gold)):
                periods.append((gold_days(ours), days))
    return [
        *cells([a for a, _ in sums], [b for _, b in sums], [a for a, _ in periods], [b for _, b in periods]),
        "",
    ]


def _read(document: Document) -> Document:
    bare = tuple(replace(entity, value=None) for entity in document.entities)
    return add_values(replace(document, entities=bare))


def cells(
    money: Sequence[Money | None],
    gold_sums: Sequence[Money],
    days: Sequence[Days | None],
    gold_periods: Sequence[Days],
) -> list[str]:
    """Return the right answers by column; `-` for what a system does not read."""
    right = [found == gold for found, gold in zip(money, gold_sums, strict=False)]
    plain = [ok for ok, gold in zip(right, gold_sums, strict=False) if gold[0] == gold[1]]
    same = [found == gold for found, gold in zip(days, gold_periods, strict=False)]
    within = [inside(found, gold) for found, gold in zip(days, gold_periods, strict=False)]
    return [f"{sum(c)}/{len(c)} {sum(c) / len(c):.3f}" if c else "-" for c in (right, plain, same, within)]


def _tried(read: Callable[..., Any], *given: Any) -> Any:
    """Return what a system reads, None where it fails: natasha raises `KeyError` on «к маю»."""
    try:
        return read(*given)
    except Exception:  # noqa: BLE001 - whatever a peer raises, it has not read the phrase
        return None


if __name__ == "__main__":
    main()
