"""All the rules over a corpus."""

from collections.abc import Iterator, Sequence

from ie.document import Document

from .bare import find_bare
from .finding import Finding


def find(documents: Sequence[Document]) -> list[Finding]:
    """Return every finding, by document and place."""
    return [finding for found in find_each(documents) for finding in found]


def find_each(documents: Sequence[Document]) -> list[list[Finding]]:
    """Return the findings of each document, by place."""
    return [
        sorted(_find_in(document), key=lambda finding: (finding.start, finding.end)) for document in documents
    ]


def _find_in(document: Document) -> Iterator[Finding]:
    yield from find_bare(document)
