"""SECTOR values that disagree with their text."""

from collections.abc import Iterator, Mapping
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
