"""Normalised values: sums, periods, parties and sectors out of the phrases that name them.

`read_…` return a value, or `Unknown` with the reason; `normalize_…` return a value or None. No value is ever
invented: a phrase that no rule reads has none.
"""

import datetime
from typing import TypeVar

from .amounts.reader import Amount, read_amount
from .dates.dateline import find_dateline
from .dates.reader import DateRange, read_date
from .mentions import Value, add_values, with_dateline
from .parties.reader import Party, read_party
from .result import Context, Unknown
from .sectors.isic import title
from .sectors.reader import Sector, read_sector

__all__ = [
    "Amount",
    "Context",
    "DateRange",
    "Party",
    "Sector",
    "Unknown",
    "Value",
    "add_values",
    "find_dateline",
    "normalize_amount",
    "normalize_date",
    "normalize_party",
    "normalize_sector",
    "read_amount",
    "read_date",
    "read_party",
    "read_sector",
    "title",
    "with_dateline",
]


_T = TypeVar("_T")


def normalize_amount(text: str) -> Amount | None:
    """Return the sum of money that a phrase such as «более 1,2 млрд долларов США» names, or None."""
    return _known(read_amount(text))


def normalize_date(text: str, reference: datetime.date | None = None) -> DateRange | None:
    """Return the period that a phrase such as «6 ноября» names in an article of `reference`, or None.

    Without `reference` what hangs on it stays open: `start` and `end` are None and `timex` is `XXXX-11-06`.
    """
    return _known(read_date(text, reference))


def normalize_party(text: str) -> Party | None:
    """Return the organization, person or state that a name in any case form is of, or None."""
    return _known(read_party(text))


def normalize_sector(text: str) -> Sector | None:
    """Return the sector that a phrase in any case form names, with its ISIC Rev. 4 code if known, or None."""
    return _known(read_sector(text))


def _known(value: _T | Unknown) -> _T | None:
    return None if isinstance(value, Unknown) else value
