"""Facts out of Russian business news: sums, sectors, parties and dates, each with its exact place.

import ie
extractor = ie.Extractor.from_pretrained()
document = extractor.extract("Сумма сделки составила 1,2 млрд долларов.")
for entity in document.entities:
print(entity.label, entity.text, entity.score)
"""

from typing import TYPE_CHECKING

from .document import Document, Entity, Span
from .errors import IEError
from .labels import LABELS
from .version import __version__

if TYPE_CHECKING:
    from .extractor import Extractor

__all__ = ["LABELS", "Document", "Entity", "Extractor", "IEError", "Span", "__version__"]


def __getattr__(name: str) -> object:
    # numpy and tokenizers are loaded by those who extract, not by `ie --help`
    if name == "Extractor":
        from .extractor import Extractor

        return Extractor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
