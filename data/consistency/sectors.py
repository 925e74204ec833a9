"""SECTOR values that disagree with their text or with one another."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ie.document import Document, Entity

from .finding import Finding, finding_of
from .stems import shares_stem


def sector_findings(document: Document, entity: Entity, value: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield how the well-formed value of a SECTOR disagrees with its text."""
    canonical = value["canonical"]
    if not shares_stem(entity.text, canonical):
        reason = f"The canonical name {canonical!r} has no word of the text."
        yield finding_of(document, "value", entity, reason)


def find_codes(documents: Sequence[Document]) -> list[list[Finding]]:
    """Return for each document the sectors whose code is not that of most mentions of the sector."""
    codes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for name, code, _ in _coded(document):
            codes[name][code] += 1
    usual = {name: counts.most_common(1)[0][0] for name, counts in codes.items()}
    return [
        [
            finding_of(document, "code", entity, f"The code is {code}, elsewhere {usual[name]}.")
            for name, code, entity in _coded(document)
            if code != usual[name]
        ]
        for document in documents
    ]


def _coded(document: Document) -> Iterator[tuple[str, str, Entity]]:
    """Yield the folded name, the code and the mention of each sector that has both."""
    for entity in document.entities:
        name, code = ((entity.value or {}).get(key) for key in ("canonical", "code"))
        if entity.label == "SECTOR" and isinstance(name, str) and isinstance(code, str):
            yield name.casefold().replace("ё", "е"), code, entity
