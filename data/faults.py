"""What can be wrong with one record: its fields, its spans, their edges and their labels."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ie.boundaries import trim
from ie.document import Document, Entity
from ie.errors import RecordError
from ie.words import word_spans, words

from .corpus import coverage_fault, entity_fault, overlap_fault, shorten
from .units import find_unit
from .values import value_faults

FIELDS = frozenset(("id", "text", "date", "source", "labels", "entities", "truncated", "model"))
ENTITY_FIELDS = frozenset(("label", "start", "end", "text", "score", "value", "reason", "group"))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: the `rule` it breaks, in one word, and the reason in a sentence.

    A `warning` does not make the record unusable.
    """

    rule: str
    reason: str
    warning: bool = False


def record_faults(record: Any, labels: Collection[str]) -> Iterator[Fault]:
    """Yield everything that is wrong with a parsed JSON record, where `labels` are the known ones."""
    if not isinstance(record, dict):
        yield Fault("field", f"A record must be a JSON object, not {type(record).__name__}.")
        return
    yield from _field_faults(record)
    items = record.get("entities")
    head, fault = _parse({**record, "entities": []})
    if head is None:
        yield Fault("field", fault)
    entities: list[Entity] = []
    for i, item in enumerate(items if isinstance(items, list) else []):
        parsed, fault = _parse({"text": "", "entities": [item]})
        if parsed is None:
            # the parser saw one entity only
            yield Fault("field", fault.replace("entities[0]", f"entities[{i}]", 1))
            continue
        yield from _unknown(item, ENTITY_FIELDS, f"entities[{i}].")
        entities += parsed.entities
    if head is not None:
        yield from document_faults(head, entities, labels)


def document_faults(document: Document, entities: list[Entity], labels: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with `entities` as annotation of `document`, and with its own labels."""
    if not document.text.strip():
        yield Fault("text", "The text is empty.", warning=True)
    for label in document.labels or ():
        if label not in labels:
            yield Fault("label", f"Field 'labels' has the unknown label {label!r}.")
    placed = []
    for entity in sorted(entities, key=lambda e: (e.start, e.end)):
        yield from _label_faults(document, entity, labels)
        yield from _score_faults(entity)
        yield from _value_faults(entity)
        fault = _place_fault(document.text, entity)
        if fault is None:
            placed.append(entity)
        else:
            yield fault
    yield from _overlaps(placed)
    yield from _edge_faults(document.text, placed)


def _parse(record: Mapping[str, Any]) -> tuple[Document | None, str]:
    try:
        return Document.from_record(record), ""
    except RecordError as error:
        return None, str(error)


def _field_faults(record: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _unknown(record, FIELDS)
    for name in ("date", "entities"):
        if name not in record:
            yield Fault("field", f"Field '{name}' is missing.")
    if record.get("id") is None:
        yield Fault("field", "Field 'id' is missing or null.", warning=True)
    items = record.get("entities", [])
    if not isinstance(items, list):
        yield Fault("field", f"Field 'entities' must be a list: {items!r:.80}.")
    date = record.get("date")
    # datetime.date.fromisoformat also takes 20161107 and 2016-W45-1
    if isinstance(date, str) and re.fullmatch(r"\d{8}|\d{4}-?W.*", date):
        yield Fault("field", f"Field 'date' must be YYYY-MM-DD: {date!r}.")


def _unknown(record: Mapping[str, Any], known: Collection[str], where: str = "") -> Iterator[Fault]:
    for name in record:
        if name not in known:
            yield Fault("field", f"Field '{where}{name}' is not part of the format.", warning=True)


def _label_faults(document: Document, entity: Entity, labels: Collection[str]) -> Iterator[Fault]:
    if entity.label not in labels:
        known = ", ".join(labels)
        yield Fault("label", f"{_name(entity)} has an unknown label: the known ones are {known}.")
    elif reason := coverage_fault(document, entity):
        yield Fault("label", reason)


def _score_faults(entity: Entity) -> Iterator[Fault]:
    if entity.score is not None and not 0 <= entity.score <= 1:
        yield Fault("score", f"{_name(entity)} has score {entity.score}, which is no probability.")


def _value_faults(entity: Entity) -> Iterator[Fault]:
    if entity.value is not None:
        for reason in value_faults(entity.label, entity.value):
            yield Fault("value", f"The value of {_name(entity)} is malformed: {reason}")


def _place_fault(text: str, entity: Entity) -> Fault | None:
    reason = entity_fault(text, entity)
    if reason is None:
        return None
    if entity.start >= entity.end:
        return Fault("empty", reason)
    other = find_unit(text, entity.start, entity.end, entity.text)
    if other is not None:
        unit, start, end = other
        return Fault("units", f"{reason} The offsets count {unit}: in characters they are [{start}, {end}).")
    inside = entity.start >= 0 and entity.end <= len(text)
    return Fault("mismatch" if inside else "range", reason)


def _overlaps(entities: list[Entity]) -> Iterator[Fault]:
    """Yield a fault for each entity that overlaps the one before it that reaches furthest."""
    if not entities:
        return
    furthest = entities[0]
    for entity in entities[1:]:
        reason = overlap_fault(furthest, entity)
        if reason is not None:
            yield Fault("overlap", reason)
        furthest = max(furthest, entity, key=lambda e: e.end)


def _edge_faults(text: str, entities: list[Entity]) -> Iterator[Fault]:
    clean = []
    for entity in entities:
        start, end = trim(text, entity.start, entity.end)
        if start >= end:
            yield Fault("edge", f"{_name(entity)} is nothing but white space and punctuation.")
        elif (start, end) != (entity.start, entity.end):
            better = f"[{start}, {end}) {shorten(text[start:end])!r}"
            yield Fault("edge", f"{_name(entity)} has white space or punctuation at its edge, not {better}.")
        else:
            clean.append(entity)
    _, misaligned = word_spans(words(text), (entity.span for entity in clean))
    for span in misaligned:
        name = f"{span.label} [{span.start}, {span.end}) {shorten(text[span.start : span.end])!r}"
        around = shorten(text[max(0, span.start - 10) : span.end + 10])
        yield Fault(
            "word", f"{name} starts or ends inside a word of {around!r}, no model can give it exactly.", True
        )


def _name(entity: Entity) -> str:
    return f"{entity.label} [{entity.start}, {entity.end}) {shorten(entity.text)!r}"
