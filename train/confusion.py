"""Which gold span was taken for which predicted one: the confusion table and the errors with context."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ie.document import Document, Entity, Record

from .metrics import scored_entities

NONE = "none"
CONTEXT = 60

Kind = Literal["right", "missed", "spurious", "label", "boundary"]
ERROR_KINDS = ("missed", "spurious", "label", "boundary", "value")


@dataclass(frozen=True, slots=True)
class Match:
    """A gold span and the predicted span that overlaps it; one of the two is None where it has no partner."""

    gold: Entity | None
    predicted: Entity | None

    @property
    def kind(self) -> Kind:
        """What happened: `label` where labels differ (boundaries may too), `boundary` where they alone do."""
        if self.gold is None:
            return "spurious"
        if self.predicted is None:
            return "missed"
        if self.gold.label != self.predicted.label:
            return "label"
        return "right" if self.gold.span == self.predicted.span else "boundary"

    @property
    def extent(self) -> tuple[int, int]:
        """The first and last character (exclusive) of the two spans together."""
        sides = [side for side in (self.gold, self.predicted) if side is not None]
        return min(side.start for side in sides), max(side.end for side in sides)


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a gold label (row) was predicted as a label (column); the last of each is `none`."""

    labels: tuple[str, ...]
    table: NDArray[np.int64]

    def to_record(self) -> dict[str, dict[str, int]]:
        """Return the JSON form: gold label, then predicted label, then the count."""
        names = (*self.labels, NONE)
        return {row: dict(zip(names, self.table[i].tolist(), strict=True)) for i, row in enumerate(names)}


def match(gold: Sequence[Entity], predicted: Sequence[Entity]) -> list[Match]:
    """Return the entities of one text paired one to one where they overlap, and the others alone, by place.

    Equal spans are paired first, then equal boundaries, then equal labels, then those that share most text.
    """
    free_gold, free_predicted = dict.fromkeys(range(len(gold))), dict.fromkeys(range(len(predicted)))
    matches = []
    for i, j in sorted(
        _overlapping(gold, predicted), key=lambda ij: _distance(gold[ij[0]], predicted[ij[1]])
    ):
        if i in free_gold and j in free_predicted:
            del free_gold[i], free_predicted[j]
            matches.append(Match(gold[i], predicted[j]))
    matches += [Match(gold[i], None) for i in free_gold]
    matches += [Match(None, predicted[j]) for j in free_predicted]
    return sorted(matches, key=lambda found: (found.extent, found.gold is None))


def matches(
    gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str]
) -> list[list[Match]]:
    """Return the matches of each document on the labels that its gold record covers."""
    pairs = zip(gold, predicted, strict=True)
    return [match(*scored_entities(ours, theirs, labels)) for ours, theirs in pairs]


def confusion(found: Sequence[Sequence[Match]], labels: Sequence[str]) -> Confusion:
    """Return the table of the matches of all documents."""
    names = (*labels, NONE)
    counts = Counter((_label(m.gold), _label(m.predicted)) for document in found for m in document)
    return Confusion(tuple(labels), np.array([[counts[row, column] for column in names] for row in names]))


def errors(documents: Sequence[Document], found: Sequence[Sequence[Match]]) -> Iterator[Record]:
    """Yield each match that is not right as JSON, with `CONTEXT` characters of text on either side."""
    for index, (document, document_matches) in enumerate(zip(documents, found, strict=True)):
        for m in document_matches:
            if m.kind != "right":
                yield error_record(document, index, m)


def error_record(document: Document, index: int, found: Match) -> Record:
    """Return a match as JSON; `index` is the place of its document."""
    start, end = found.extent
    return {
        "kind": found.kind,
        "id": document.id,
        "document": index,
        "start": start,
        "end": end,
        "text": document.text[start:end],
        "before": document.text[max(0, start - CONTEXT) : start],
        "after": document.text[end : end + CONTEXT],
        "gold": _side(found.gold),
        "predicted": _side(found.predicted),
        "score": found.predicted and found.predicted.score,
    }


def _side(entity: Entity | None) -> dict[str, Any] | None:
    if entity is None:
        return None
    return {"label": entity.label, "start": entity.start, "end": entity.end, "text": entity.text}


def _overlapping(gold: Sequence[Entity], predicted: Sequence[Entity]) -> list[tuple[int, int]]:
    starts, ends = (np.array([getattr(e, key) for e in gold], dtype=int) for key in ("start", "end"))
    their_starts, their_ends = (
        np.array([getattr(e, key) for e in predicted], dtype=int) for key in ("start", "end")
    )
    shared = (starts[:, None] < their_ends) & (their_starts < ends[:, None])
    return [(int(i), int(j)) for i, j in np.argwhere(shared)]


def _distance(gold: Entity, predicted: Entity) -> tuple[bool, bool, bool, int, int]:
    """Return a key that is smaller the better the two fit; place decides between equals."""
    same_place = (gold.start, gold.end) == (predicted.start, predicted.end)
    same_label = gold.label == predicted.label
    shared = min(gold.end, predicted.end) - max(gold.start, predicted.start)
    return not (same_place and same_label), not same_place, not same_label, -shared, gold.start


def _label(entity: Entity | None) -> str:
    return NONE if entity is None else entity.label
