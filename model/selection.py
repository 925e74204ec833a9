"""Entities that were asked for, out of all that were found."""

from collections.abc import Sequence
from dataclasses import replace

from .document import Document
from .errors import UsageError


def check_labels(wanted: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return `wanted` in the order of `known`, or all of `known` where none is wanted.

    Raises `UsageError` on a label that is not known.
    """
    for label in wanted:
        if label not in known:
            raise UsageError(f"Unknown label {label!r}: this model finds {', '.join(known)}.")
    return tuple(label for label in known if not wanted or label in wanted)


def select(document: Document, labels: Sequence[str], min_score: float = 0.0) -> Document:
    """Return the document with the entities of `labels` only, and of those the ones that score `min_score`.

    An entity without a score is kept.
    """
    kept = tuple(
        entity
        for entity in document.entities
        if entity.label in labels and (entity.score is None or entity.score >= min_score)
    )
    return replace(document, entities=kept, labels=tuple(labels))
