"""Annotation of other systems as documents: labels mapped, offsets verified, spans flat, losses reported."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from ie.boundaries import trim
from ie.document import Document, Span, make_entity
from ie.errors import CorpusError, UsageError
from ie.labels import LABELS

from .brat import Annotated, RawSpan, read_brat
from .convert.flatten import resolve
from .convert.report import Conversion, Report
from .units import find_unit


def parse_mapping(argument: str) -> dict[str, str]:
    """Return what `ORG=PARTY,PER=PARTY` says, their label to ours; raises `UsageError` where it is wrong."""
    mapping = {}
    for item in filter(None, argument.split(",")):
        theirs, equals, ours = (part.strip() for part in item.partition("="))
        if not (theirs and equals and ours):
            raise UsageError(f"A mapping of labels must be THEIRS=OURS,…, not {item!r}.")
        mapping[theirs] = ours
    return mapping


def convert_brat(source: Path, mapping: Mapping[str, str] | None = None) -> Conversion:
    """Return the documents of all `.ann` files in the folder `source` and below; see `to_conversion`."""
    files = sorted(source.rglob("*.ann"))
    if not files:
        raise CorpusError(f"{source}: no brat annotation (*.ann) in this folder.")
    report = Report()
    return to_conversion(_read_all(source, files, report), mapping, report)


def to_conversion(
    texts: Iterable[Annotated], mapping: Mapping[str, str] | None = None, report: Report | None = None
) -> Conversion:
    """Return the documents of annotated texts; notes are added to `report` (None: a new one).

    Without `mapping` labels stay as they are; with it labels that it does not name are dropped. Each document
    says by `labels` that the corpus covers the labels it maps to or, without a mapping, those it uses.
    """
    report = Report() if report is None else report
    documents = [_document(annotated, mapping or {}, report) for annotated in texts]
    used = {entity.label for document in documents for entity in document.entities}
    covered = tuple(sorted(set((mapping or {}).values()) or used, key=_label_order))
    converted = [
        Document(document.text, document.entities, id=document.id, labels=covered) for document in documents
    ]
    return Conversion(converted, report)


def _read_all(source: Path, files: Iterable[Path], report: Report) -> Iterator[Annotated]:
    for path in files:
        # two folders may have files of one name
        name = path.relative_to(source).with_suffix("").as_posix()
        try:
            yield replace(read_brat(path), id=name)
        except CorpusError as error:
            report.file = name
            report.problem(str(error))


def _document(annotated: Annotated, mapping: Mapping[str, str], report: Report) -> Document:
    report.file = annotated.id
    for problem in annotated.problems:
        report.problem(problem)
    spans: set[Span] = set()
    for raw in annotated.spans:
        label = mapping.get(raw.label) if mapping else raw.label
        if label is None:
            report.drop(raw, "label is not mapped")
            continue
        span = _place(annotated.text, raw, label, report)
        if span in spans:
            report.drop(raw, "the same mention twice")
        elif span is not None:
            spans.add(span)
    entities = (make_entity(annotated.text, span) for span in _flat(annotated.text, spans, report))
    return Document(annotated.text, tuple(entities), id=annotated.id)


def _place(text: str, raw: RawSpan, label: str, report: Report) -> Span | None:
    """Return where `raw` really lies, without white space and punctuation at its edges, if anywhere."""
    placed = _located(text, raw, report)
    if placed is None:
        return None
    start, end = trim(text, placed.start, placed.end)
    if start >= end:
        report.drop(raw, "nothing but white space and punctuation")
        return None
    span = Span(start, end, label)
    if placed.fragments:
        report.change(raw, text, span, "discontinuous, taken as a whole")
    elif (start, end) != (placed.start, placed.end):
        report.change(raw, text, span, "white space or punctuation at the edge")
    return span


def _located(text: str, raw: RawSpan, report: Report) -> RawSpan | None:
    inside = 0 <= raw.start < raw.end <= len(text)
    if inside and raw.fits(text):
        return raw
    found = find_unit(text, raw.start, raw.end, raw.text)
    if found is None:
        report.drop(raw, "the offsets do not select the text")
        return None
    unit, start, end = found
    fixed = RawSpan(raw.label, start, end, text[start:end])
    report.repair(raw, fixed, f"the offsets counted {unit}")
    return fixed


def _flat(text: str, spans: Collection[Span], report: Report) -> list[Span]:
    ordered = sorted(spans)
    # resolve compares each with each
    if any(one.overlaps(two) for one, two in pairwise(ordered)):
        return resolve(text, ordered, report)
    return ordered


def _label_order(label: str) -> tuple[int, str]:
    return (LABELS.index(label) if label in LABELS else len(LABELS), label)
