"""Documents with entities: the one form that corpora are read into and predictions are given in.

A record is the JSON form of a document, one object a line (JSON Lines).
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import RecordError

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled half-open interval `[start, end)`; of characters or of words, as the user of it says."""

    start: int
    end: int
    label: str

    def overlaps(self, other: "Span") -> bool:
        """Return whether the two intervals share a position, whatever their labels."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Entity:
    """A mention: `text` is exactly `document.text[start:end]`, offsets are Unicode code points.

    `score` is the probability that this very span with this label is right, or None where nobody
    estimated it (annotation). `value` is the normalised value as JSON, or None; `reason` says why a
    normaliser found none. Mentions of one party in a document share a `group`, a number from 0 on.
    """

    label: str
    start: int
    end: int
    text: str
    score: float | None = None
    value: Mapping[str, Any] | None = field(default=None, hash=False)
    reason: str | None = None
    group: int | None = None

    @property
    def span(self) -> Span:
        """The entity's place and label without its text, score and value."""
        return Span(self.start, self.end, self.label)

    def to_record(self) -> Record:
        """Return the JSON form; a field only where it is known, a value of null with the reason for it."""
        record: Record = {"label": self.label, "start": self.start, "end": self.end, "text": self.text}
        if self.score is not None:
            record["score"] = round(self.score, 4)
        if self.value is not None:
            record["value"] = dict(self.value)
        elif self.reason is not None:
            record |= {"value": None, "reason": self.reason}
        if self.group is not None:
            record["group"] = self.group
        return record


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its entities, sorted by place.

    `date` is a day; of a `datetime.datetime` the day is kept. `labels` are the labels that were looked for;
    None means all that are known to the reader of it. `model` names the checkpoint (and revision) that
    predicted the entities. Raises `TypeError` for a text or date of another type.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    id: str | None = None
    date: datetime.date | None = None
    source: str | None = None
    labels: tuple[str, ...] | None = None
    truncated: bool = False
    model: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"The text of a document must be a str, not {type(self.text).__name__}.")
        # a datetime is a date to Python, but its record has a time and it cannot be compared with days
        if isinstance(self.date, datetime.datetime):
            object.__setattr__(self, "date", self.date.date())
        elif self.date is not None and not isinstance(self.date, datetime.date):
            raise TypeError(f"The date of a document must be a datetime.date, not {self.date!r:.80}.")

    def to_record(self) -> Record:
        """Return the JSON form; inverse of `from_record`.

        Optional keys (`source`, `labels`, `model`) are left out where nothing is known. A prediction
        (a document with a model) always says whether it was `truncated`.
        """
        record: Record = {"id": self.id, "text": self.text, "date": self.date and self.date.isoformat()}
        if self.source is not None:
            record["source"] = self.source
        if self.labels is not None:
            record["labels"] = list(self.labels)
        record["entities"] = [entity.to_record() for entity in self.entities]
        if self.truncated or self.model is not None:
            record["truncated"] = self.truncated
        if self.model is not None:
            record["model"] = self.model
        return record

    @classmethod
    def from_record(cls, record: Any, *, annotated: bool = False) -> "Document":
        """Return the document that a parsed JSON record describes.

        An `annotated` record must have `entities`, were it none, save where its `labels` are an empty list.
        Raises `RecordError`, naming the field, where a field is missing or of the wrong type. Whether
        spans fit the text is a question about content, answered by `ie.data.check`.
        """
        if not isinstance(record, dict):
            raise RecordError(f"A record must be a JSON object, not {type(record).__name__}.")
        text = _get(record, "text", str, required=True)
        labels = _get(record, "labels", list)
        # to a trainer no entities say that nothing is here, which a misspelt key does not
        entities = _get(record, "entities", list, required=annotated and labels != []) or []
        return cls(
            text=text,
            entities=tuple(_entity(item, f"entities[{i}]") for i, item in enumerate(entities)),
            id=_identifier(record),
            date=_date(record),
            source=_get(record, "source", str),
            labels=None if labels is None else tuple(_strings(labels, "labels")),
            truncated=bool(_get(record, "truncated", bool)),
            model=_get(record, "model", str),
        )


def make_entity(text: str, span: Span, score: float | None = None) -> Entity:
    """Return the entity that `span`, in characters of `text`, marks."""
    return Entity(span.label, span.start, span.end, text[span.start : span.end], score)


def _get(
    record: Record, key: str, kind: type | tuple[type, ...], where: str = "", required: bool = False
) -> Any:
    value = record.get(key)
    name = f"{where}.{key}" if where else key
    if value is None:
        if required:
            raise RecordError(f"Field '{name}' is missing.")
        return None
    # bool is an int to Python, never to a corpus
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise RecordError(f"Field '{name}' has the wrong type: {value!r:.80}.")
    return value


def _entity(item: Any, where: str) -> Entity:
    if not isinstance(item, dict):
        raise RecordError(f"Field '{where}' must be an object: {item!r:.80}.")
    score = _get(item, "score", (int, float), where)
    return Entity(
        label=_get(item, "label", str, where, required=True),
        start=_get(item, "start", int, where, required=True),
        end=_get(item, "end", int, where, required=True),
        text=_get(item, "text", str, where, required=True),
        score=None if score is None else float(score),
        value=_get(item, "value", dict, where),
        reason=_get(item, "reason", str, where),
        group=_get(item, "group", int, where),
    )


def _identifier(record: Record) -> str | None:
    value = record.get("id")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise RecordError(f"Field 'id' must be a string: {value!r:.80}.")


def _date(record: Record) -> datetime.date | None:
    value = _get(record, "date", str)
    try:
        return None if value is None else datetime.date.fromisoformat(value)
    except ValueError as error:
        raise RecordError(f"Field 'date' must be YYYY-MM-DD: {value!r:.80}.") from error


def _strings(values: Iterable[Any], name: str) -> Iterable[str]:
    for value in values:
        if not isinstance(value, str):
            raise RecordError(f"Field '{name}' must hold strings: {value!r:.80}.")
        yield value
