"""Sums of money as they are written, read into numbers (guidelines: AMOUNT)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ie.values.result import NO_CONTEXT, Context, Unknown

from .comparators import sign_after, sign_before
from .currencies import Currency, settle
from .gloss import read_gloss
from .rules import Sums, read_sums

_LONGEST = 200  # characters of a phrase; no sum is longer
_CENT = Decimal("0.01")
_SIGNS = {"≥": ">=", "≤": "<="}
_MOST_DIGITS = 24  # of a number: beyond it sums are no longer exact


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money in whole units of its currency.

    `value`, or `low` and `high` of a range, or neither of a vague sum; `currency` by ISO 4217, None where
    nothing tells it; `comparator` is one of = ~ < <= > >= range.
    """

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    currency: str | None = None
    comparator: str = "="

    def to_record(self) -> dict[str, str | None]:
        """Return the value as the corpus writes it: decimal strings, no empty field but `currency`."""
        numbers = (("value", self.value), ("low", self.low), ("high", self.high))
        record: dict[str, str | None] = {
            name: _plain(number) for name, number in numbers if number is not None
        }
        return record | {"currency": self.currency, "comparator": self.comparator}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Amount":
        """Return the amount that a record of the corpus says; inverse of `to_record`."""
        numbers = {name: Decimal(record[name]) for name in ("value", "low", "high") if name in record}
        return cls(**numbers, currency=record.get("currency"), comparator=record["comparator"])


def read_amount(
    text: str, context: Context = NO_CONTEXT, *, currency: str | None = None, magnitude: int = 0
) -> Amount | Unknown:
    """Return the sum that a phrase says, `Unknown` with the reason where it is none.

    `currency` and `magnitude` (a power of ten) are what the document supplies where the phrase names
    neither, as in «вместо 18 млрд рублей потратят [12]». The context gives a comparison that a
    preposition parts from the phrase («примерно на [5 млн]») and the state whose crowns or pesos are
    meant.
    """
    if len(text) > _LONGEST:
        return Unknown(f"A sum of money has at most {_LONGEST} characters, this text has {len(text)}.")
    between = context.before[-10:].lower().split()[-1:] == ["между"]
    sums = _read(f"между {text}" if between else text)
    if sums is None:
        return Unknown(f"{text!r} is not read as one sum of money.")
    if not sums.currency and currency is None and (sums.short or not sums.magnitude):
        return Unknown(f"{text!r} names neither money nor a magnitude.")
    if not sums.currency and not sums.magnitude:
        sums = replace(sums, values=tuple(value * 10**magnitude for value in sums.values))
    if any(value.adjusted() >= _MOST_DIGITS for value in sums.values):
        return Unknown(f"{text!r} is more money than there is.")
    return _made(
        sums,
        _code(sums.currency, context, currency),
        sign_before(context.before) or sign_after(context.after),
    )


@lru_cache(maxsize=1024)
def _read(text: str) -> Sums | None:
    return read_sums(read_gloss(text))


def _code(money: Currency | None, context: Context, supplied: str | None) -> str | None:
    return settle(money, context, supplied) if money else supplied


def _made(sums: Sums, currency: str | None, outside: str) -> Amount:
    values = [value if value == value.quantize(_CENT) else _rounded(value) for value in sums.values]
    if len(values) == 2:
        return Amount(None, values[0], values[1], currency, "range")
    comparator = sums.comparator
    if values and comparator == "=" and outside:
        comparator = _SIGNS.get(outside, outside)
    return Amount(values[0] if values else None, currency=currency, comparator=comparator)


def _rounded(value: Decimal) -> Decimal:
    """Return a third of a million in cents, and a price of five decimals as it stands."""
    return value.quantize(_CENT) if -int(value.as_tuple().exponent) > 8 else value


def _plain(number: Decimal) -> str:
    whole = number.to_integral_value()
    return f"{whole:f}" if number == whole else f"{number.normalize():f}"
