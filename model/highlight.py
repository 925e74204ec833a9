"""What every way of showing a document needs: a heading, the text cut at its entities, a colour a label."""

from collections.abc import Iterator, Sequence

from .document import Document, Entity

# Light backgrounds for black text, from the colours that Okabe and Ito chose for colour-blind readers.
PALETTE = ("#9ee2c8", "#cdb4e8", "#ffd08a", "#a6d8f7", "#f6b4c9", "#e8e58f", "#c9d6df", "#f3b391")


def segments(document: Document) -> Iterator[tuple[str, Entity | None]]:
    """Yield the whole text of a document piece by piece, each with the entity that it is, or None.

    Of entities that overlap, the first is shown.
    """
    position = 0
    for entity in sorted(document.entities, key=lambda entity: (entity.start, -entity.end)):
        if entity.start < position or entity.start == entity.end:
            continue
        if entity.start > position:
            yield document.text[position : entity.start], None
        yield document.text[entity.start : entity.end], entity
        position = entity.end
    if position < len(document.text):
        yield document.text[position:], None


def heading(document: Document) -> str:
    """Return the id and the date of a document, as far as they are known."""
    date = None if document.date is None else document.date.isoformat()
    return " · ".join(part for part in (document.id, date) if part)


def colour(label: str, labels: Sequence[str]) -> str:
    """Return the colour of a label as "#rrggbb": the last of the palette if it is not among `labels`."""
    return PALETTE[labels.index(label) % len(PALETTE) if label in labels else -1]
