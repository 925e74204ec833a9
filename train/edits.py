"""Rewriting the text of an annotated document, character by character, so that offsets stay right."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from ie.document import Document, Entity


def rewrite(document: Document, pieces: Sequence[str]) -> Document:
    """Return `document` with `pieces[i]` in place of its character i: `""` drops it, more letters insert.

    A span keeps what its characters have become, without white space at its edges; a span of which nothing
    is left is dropped. All other fields stay, values too: they are those of the text before. Raises
    `ValueError` unless there is one piece a character.
    """
    if len(pieces) != len(document.text):
        raise ValueError(f"{len(document.text)} characters cannot be rewritten by {len(pieces)} pieces.")
    places = [0, *accumulate(map(len, pieces))]
    text = "".join(pieces)
    moved = (_moved(entity, text, places) for entity in document.entities)
    return replace(document, text=text, entities=tuple(entity for entity in moved if entity is not None))


def _moved(entity: Entity, text: str, places: Sequence[int]) -> Entity | None:
    start, end = places[entity.start], places[entity.end]
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    mention = inside.strip()
    if not mention:
        return None
    return replace(entity, start=start, end=start + len(mention), text=mention)
