"""The second opinion: strict scores by seqeval over words, which must equal our own over characters.

seqeval reads tags in its strict IOB2 mode (its default accepts `I-X` at the start of a span). Spans that
tags of our words cannot hold, because they start or end inside a word or overlap another span, are left
out of the comparison and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from ie.document import Document, Entity, Span
from ie.errors import IEError
from ie.labels import OUTSIDE
from ie.tags import tags_from_spans
from ie.words import Offsets, word_spans, words

from .metrics import Counts, LabelScores, score, scored_entities

MICRO = "micro"
TOLERANCE = 1e-9


class DisagreementError(IEError):
    """The two strict scorers differ on spans that both can hold: one of them has a bug."""


class Quotients(NamedTuple):
    """What seqeval reports of a label; `support` is the number of gold spans."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Untaggable:
    """A span that word tags cannot hold."""

    side: Literal["gold", "predicted"]
    document: int
    id: str | None
    entity: Entity
    reason: Literal["not aligned with words", "overlapping another span"]

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form."""
        where = {"side": self.side, "document": self.document, "id": self.id, "reason": self.reason}
        return {**where, **self.entity.to_record()}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What seqeval found in the spans that tags can hold, and those that they cannot."""

    labels: Mapping[str, Quotients]
    micro: Quotients
    left_out: tuple[Untaggable, ...]

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form."""
        labels = {label: _rounded(quotients) for label, quotients in self.labels.items()}
        return {
            "scheme": "IOB2",
            "mode": "strict",
            "labels": labels,
            "micro": _rounded(self.micro),
            "left_out": [span.to_record() for span in self.left_out],
        }


def agree(gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str]) -> Agreement:
    """Return the strict scores by seqeval after checking that our own scorer gives the same.

    Arguments are counterparts as in `metrics.score`. Raises `DisagreementError` where the two differ.
    """
    left_out: list[Untaggable] = []
    ours, theirs = [], []
    tags: list[tuple[list[str], list[str]]] = []
    for i, (g, p) in enumerate(zip(gold, predicted, strict=True)):
        offsets = words(g.text)
        sides = zip(("gold", "predicted"), (g, p), scored_entities(g, p, labels), strict=True)
        held = [_held(i, side, document, entities, offsets) for side, document, entities in sides]
        left_out += [span for _, others in held for span in others]
        ours.append(replace(g, entities=tuple(held[0][0])))
        theirs.append(replace(p, entities=tuple(held[1][0])))
        tags.extend(_runs(*(_tags(entities, offsets) for entities, _ in held)))
    by_label, micro = seqeval_scores([g for g, _ in tags], [p for _, p in tags])
    _compare(score(ours, theirs, labels).strict, by_label, micro)
    return Agreement(
        {label: by_label.get(label, Quotients(0, 0, 0, 0)) for label in labels}, micro, tuple(left_out)
    )


def seqeval_scores(
    gold: Sequence[list[str]], predicted: Sequence[list[str]]
) -> tuple[dict[str, Quotients], Quotients]:
    """Return seqeval's strict IOB2 scores of tag sequences: of each label that occurs, and micro."""
    from seqeval.metrics.v1 import precision_recall_fscore_support
    from seqeval.scheme import IOB2, Entities

    if not gold:  # seqeval fails on nothing
        return {}, Quotients(0, 0, 0, 0)
    entities = {"entities_true": Entities(gold, IOB2), "entities_pred": Entities(predicted, IOB2)}
    names = sorted(entities["entities_true"].unique_tags | entities["entities_pred"].unique_tags)
    settings = {"scheme": IOB2, "zero_division": 0, **entities}
    columns = precision_recall_fscore_support(gold, predicted, average=None, **settings)
    micro = precision_recall_fscore_support(gold, predicted, average=MICRO, **settings)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    by_label = {name: Quotients(*row) for name, row in zip(names, rows, strict=True)}
    return by_label, Quotients(float(micro[0]), float(micro[1]), float(micro[2]), int(micro[3]))


def _held(
    index: int, side: Any, document: Document, entities: Sequence[Entity], offsets: Offsets
) -> tuple[list[Entity], list[Untaggable]]:
    """Return the entities that tags of the words can hold together, and the others."""
    _, misaligned = word_spans(offsets, [entity.span for entity in entities])
    crooked = frozenset(misaligned)
    kept: list[Entity] = []
    others: list[Untaggable] = []
    for entity in entities:
        if entity.span in crooked:
            others.append(Untaggable(side, index, document.id, entity, "not aligned with words"))
        elif kept and kept[-1].end > entity.start:
            others.append(Untaggable(side, index, document.id, entity, "overlapping another span"))
        else:
            kept.append(entity)
    return kept, others


def _tags(entities: Sequence[Entity], offsets: Offsets) -> list[str]:
    spans, _ = word_spans(offsets, [Span(e.start, e.end, e.label) for e in entities])
    return tags_from_spans(spans, len(offsets))


def _runs(gold: list[str], predicted: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the stretches of words that are inside a span of either side.

    Words outside both say nothing, and seqeval's time is quadratic in the length of a sequence (seqeval#62).
    """
    start = 0
    for i, (g, p) in enumerate([*zip(gold, predicted, strict=True), (OUTSIDE, OUTSIDE)]):
        if g == p == OUTSIDE:
            if start < i:
                yield gold[start:i], predicted[start:i]
            start = i + 1


def _compare(ours: LabelScores, by_label: Mapping[str, Quotients], micro: Quotients) -> None:
    pairs = [
        (label, counts, by_label.get(label, Quotients(0, 0, 0, 0))) for label, counts in ours.labels.items()
    ]
    for name, counts, theirs in [*pairs, (MICRO, ours.micro, micro)]:
        mine = _quotients(counts)
        if any(abs(a - b) > TOLERANCE for a, b in zip(mine, theirs, strict=True)):
            raise DisagreementError(
                f"The strict scorers disagree on {name}: {mine} is ours, {theirs} is seqeval's."
            )


def _quotients(counts: Counts) -> Quotients:
    return Quotients(counts.precision, counts.recall, counts.f1, counts.tp + counts.fn)


def _rounded(quotients: Quotients) -> dict[str, float]:
    return {name: round(value, 6) for name, value in quotients._asdict().items()}
