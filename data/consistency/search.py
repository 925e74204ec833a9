"""All the rules over a corpus."""

from collections.abc import Iterator, Sequence

from ie.data.values import value_faults
from ie.document import Document, Entity

from .amounts import amount_findings
from .bare import find_bare
from .boundaries import find_boundaries
from .dates import date_findings
from .finding import Finding, finding_of
from .names import party_findings
from .repeats import find_repeats
from .sectors import find_codes, sector_findings

_READERS = {
    "AMOUNT": amount_findings,
    "DATE": date_findings,
    "PARTY": party_findings,
    "SECTOR": sector_findings,
}


def find(documents: Sequence[Document]) -> list[Finding]:
    """Return every finding, by document and place."""
    return [finding for found in find_each(documents) for finding in found]


def find_each(documents: Sequence[Document]) -> list[list[Finding]]:
    """Return the findings of each document, by place."""
    repeats, codes = find_repeats(documents), find_codes(documents)
    return [
        sorted(
            (*_find_in(document), *repeated, *coded),
            key=lambda finding: (finding.start, finding.end, finding.rule),
        )
        for document, repeated, coded in zip(documents, repeats, codes, strict=True)
    ]


def _find_in(document: Document) -> Iterator[Finding]:
    yield from find_bare(document)
    yield from find_boundaries(document)
    valued = any(entity.value is not None for entity in document.entities)
    for entity in document.entities:
        if entity.value is not None:
            yield from _value_findings(document, entity)
        elif valued:
            yield finding_of(document, "value", entity, "It has no value, others of the document have one.")


def _value_findings(document: Document, entity: Entity) -> Iterator[Finding]:
    """Yield what is wrong with a value: its form, or else how it disagrees with the text."""
    assert entity.value is not None
    faults = list(value_faults(entity.label, entity.value))
    for fault in faults:
        yield finding_of(document, "value", entity, fault)
    if not faults and entity.label in _READERS:
        yield from _READERS[entity.label](document, entity, entity.value)
