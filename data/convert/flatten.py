"""Flat spans out of what the rules made: one label a place.

A rule module makes the spans of one label (or of a few) and is called as
`convert(text: str, raw: Sequence[RawSpan], report: Report) -> list[Span]`, with all raw mentions of the
document, offsets already repaired. `assemble` calls the rules and resolves overlaps between their results.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence

from ie.data.brat import RawSpan
from ie.document import Document, Span, make_entity

from .report import Report

Rule = Callable[[str, Sequence[RawSpan], Report], list[Span]]

# which label keeps a place that two spans of the same length claim
_PRIORITY = ("PARTY", "AMOUNT", "DATE", "SECTOR")


def resolve(text: str, spans: Iterable[Span], report: Report) -> list[Span]:
    """Return non-overlapping spans by place: the longer of two stays, then the label's priority decides."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s.start - s.end, _rank(s.label), s.start)):
        other = next((k for k in kept if k.overlaps(span)), None)
        if other is None:
            kept.append(span)
        else:
            raw = RawSpan(span.label, span.start, span.end, text[span.start : span.end])
            report.drop(raw, f"overlaps a longer {other.label}")
    return sorted(kept)


def assemble(
    text: str,
    raw: Sequence[RawSpan],
    rules: Sequence[Rule],
    report: Report,
    *,
    id: str,  # noqa: A002 - the name of the document's field
    labels: tuple[str, ...] | None,
    date: datetime.date | None = None,
    source: str | None = None,
) -> Document:
    """Return the document whose entities `rules` make of the raw mentions, flat and without overlaps."""
    spans = [span for rule in rules for span in rule(text, raw, report)]
    if labels is not None:
        spans = [span for span in spans if span.label in labels]
    entities = tuple(make_entity(text, span) for span in resolve(text, spans, report))
    return Document(text, entities, id=id, date=date, source=source, labels=labels)


def _rank(label: str) -> int:
    return _PRIORITY.index(label) if label in _PRIORITY else len(_PRIORITY)
