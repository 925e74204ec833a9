"""factRuEval-2016 (https://github.com/dialogue-evaluation/factRuEval-2016).

PARTY is made of people, organizations and those places that are countries; nothing else can be learned here.
A document `NAME` has `NAME.txt`, `NAME.spans` (`id kind start length …`) and `NAME.objects` (`id kind
span-ids… # text`); an object is a mention made of spans.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from ie.data.brat import RawSpan
from ie.data.corpus import read_text
from ie.document import Document
from ie.errors import CorpusError

from . import parties
from .flatten import assemble
from .report import Conversion, Report

_KINDS = {"Person": "PERSON", "Org": "ORGANIZATION", "LocOrg": "GPE", "Location": "GPE"}
_SPAN = re.compile(r"(\d+) (\w+) (\d+) (\d+) ")
_OBJECT = re.compile(r"(\d+) (\w+)((?: \d+)+)(?: |$)")
# parts of one name are words that follow each other, at most a quote between them
_GAP = 3


def convert(source: Path) -> Conversion:
    """Return the documents of a factRuEval folder with PARTY alone, by file name.

    Raises `CorpusError` where the folder holds no document or a file is missing or not UTF-8.
    """
    files = sorted(source.rglob("*.objects"))
    if not files:
        raise CorpusError(f"{source}: no factRuEval documents (*.objects) in this folder.")
    return Conversion.join(_document(file) for file in files)


def _document(objects: Path) -> tuple[Document, Report]:
    report = Report(objects.name)
    text = read_text(objects.with_suffix(".txt"))
    parts = _parts(read_text(objects.with_suffix(".spans")), len(text), report)
    raw = list(_mentions(read_text(objects), text, parts, report))
    document = assemble(
        text,
        raw,
        [parties.convert],
        report,
        id=f"factrueval/{objects.stem}",
        labels=("PARTY",),
        source="factrueval",
    )
    return document, report


def _parts(lines: str, size: int, report: Report) -> dict[str, tuple[int, int]]:
    """Return the place of every span by its identifier."""
    parts = {}
    for number, line in enumerate(lines.splitlines(), 1):
        match = _SPAN.match(line)
        if match is None:
            if line.strip():
                report.problem(f"line {number} of the spans is no span: {line!r:.80}")
            continue
        start = int(match[3])
        end = start + int(match[4])
        if start < end <= size:
            parts[match[1]] = start, end
        else:
            report.problem(f"line {number} of the spans lies outside the text: {line!r:.80}")
    return parts


def _mentions(lines: str, text: str, parts: dict[str, tuple[int, int]], report: Report) -> Iterator[RawSpan]:
    for number, line in enumerate(lines.splitlines(), 1):
        match = _OBJECT.match(line)
        if match is None:
            if line.strip():
                report.problem(f"line {number} is no object: {line!r:.80}")
            continue
        kind = _KINDS.get(match[2])
        places = [parts[part] for part in match[3].split() if part in parts]
        if kind is None or not places:
            continue
        for start, end in _runs(places):
            yield RawSpan(kind, start, end, text[start:end], match[1], line=number)


def _runs(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the hulls of spans that stand next to each other or overlap."""
    places = sorted(places)
    start, end = places[0]
    for first, last in places[1:]:
        if first > end + _GAP:
            yield start, end
            start, end = first, last
        end = max(end, last)
    yield start, end
