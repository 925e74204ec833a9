"""RuRED2 (https://github.com/denis-gordeev/rured2): economic news of lenta.ru and news of rbc.ru in brat.

All four labels are annotated. The day of publication is in the names of rbc files, in the address that
ends a lenta.ru text and in the RFC 2822 line that ends an rbc.ru text.
"""

import datetime
import re
from email.utils import parsedate_to_datetime
from pathlib import Path

from ie.data.brat import Annotated, read_folder
from ie.document import Document

from . import amounts, dates, parties, sectors
from .flatten import assemble
from .repair import repaired
from .report import Conversion, Report

_RULES = (amounts.convert, sectors.convert, parties.convert, dates.convert)
_NAME_DATE = re.compile(r"(\d\d)-(\d\d)-(\d{4})_")
_ADDRESS_DATE = re.compile(r"https?://\S*?/(\d{4})/(\d\d)/(\d\d)/")
_MAIL_DATE = re.compile(r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} \w{3} \d{4} .*$", re.MULTILINE)


def convert(source: Path) -> Conversion:
    """Return the documents of a RuRED2 folder; their ids begin with the folder's name.

    Raises `CorpusError` where the folder holds no brat files.
    """
    return Conversion.join(_document(source.name, annotated) for annotated in read_folder(source))


def published(name: str, text: str) -> datetime.date | None:
    """Return the day of publication that a file's name or text states, or None."""
    if found := _NAME_DATE.match(name):
        return _day(found[3], found[2], found[1])
    if found := _MAIL_DATE.search(text):
        try:
            return parsedate_to_datetime(found[0]).date()
        except ValueError:
            return None
    if addresses := _ADDRESS_DATE.findall(text):
        return _day(*addresses[-1])
    return None


def _day(year: str, month: str, day: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _document(corpus: str, annotated: Annotated) -> tuple[Document, Report]:
    report = Report(f"{annotated.id}.ann")
    raw = repaired(annotated, report)
    document = assemble(
        annotated.text,
        raw,
        _RULES,
        report,
        id=f"{corpus}/{annotated.id}",
        labels=None,
        date=published(annotated.id, annotated.text),
        source=corpus,
    )
    return document, report
