"""NEREL v1.1 (https://github.com/nerel-ds/NEREL): nested entities of Wikinews in brat, parts as folders.

It annotates sums, dates and parties, not sectors.
"""

from pathlib import Path

from ie.data.brat import Annotated, read_folder
from ie.document import Document
from ie.errors import CorpusError

from . import amounts, dates, parties
from .flatten import assemble
from .repair import repaired
from .report import Conversion, Report

_LABELS = ("AMOUNT", "PARTY", "DATE")
_RULES = (amounts.convert, parties.convert, dates.convert)


def convert(source: Path) -> Conversion:
    """Return the documents of NEREL: of `source` and of its folders (train, dev, test) that hold brat files.

    Raises `CorpusError` where there are none.
    """
    folders = [folder for folder in (source, *sorted(source.glob("*/"))) if any(folder.glob("*.ann"))]
    if not folders:
        raise CorpusError(f"{source}: no brat annotation (*.ann) in this folder or in the folders of it.")
    return Conversion.join(_document(annotated) for folder in folders for annotated in read_folder(folder))


def _document(annotated: Annotated) -> tuple[Document, Report]:
    report = Report(f"{annotated.id}.ann")
    raw = repaired(annotated, report)
    name = f"nerel/{annotated.id}"
    return assemble(annotated.text, raw, _RULES, report, id=name, labels=_LABELS, source="nerel"), report
