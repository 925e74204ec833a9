"""Facts out of Russian business news: sums, sectors, parties and dates, each with its exact place and value.

import ie
extractor = ie.Extractor.from_pretrained()
document = extractor.extract("Сумма сделки составила 1,2 млрд долларов.")
print(document.to_record())
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .document import Document, Entity, Span
from .errors import IEError
from .labels import LABELS
from .version import __version__

if TYPE_CHECKING:
    from .extractor import Extractor
    from .values import (
        Amount,
        DateRange,
        Party,
        Sector,
        normalize_amount,
        normalize_date,
        normalize_party,
        normalize_sector,
    )

__all__ = [
    "LABELS",
    "Amount",
    "DateRange",
    "Document",
    "Entity",
    "Extractor",
    "IEError",
    "Party",
    "Sector",
    "Span",
    "__version__",
    "normalize_amount",
    "normalize_date",
    "normalize_party",
    "normalize_sector",
]

_VALUES = frozenset(
    {
        *("Amount", "DateRange", "Party", "Sector"),
        *("normalize_amount", "normalize_date", "normalize_party", "normalize_sector"),
    }
)


def __getattr__(name: str) -> object:
    # numpy, tokenizers and the tables are loaded by those who use them, not by `ie --help`
    if name == "Extractor":
        return import_module(".extractor", __name__).Extractor
    if name in _VALUES:
        return getattr(import_module(".values", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
