"""Whether values are right, on the mentions whose span and label are.

A field is scored where the gold value has something to say of it: the canonical name only where gold has one,
the code only of states and sectors. A value is right where all of its scored fields are. `number` is the
value of a sum or both ends of a range; `section` is the letter of a sector's code. `timex` is not scored: it
is another way to write start and end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ie.document import Document, Entity, Record

from .confusion import Match, error_record

Value = Mapping[str, Any]
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ValueScore:
    """Counts of one label: mentions with a gold value, those with a right one, (right, scored) by field."""

    scored: int
    right: int
    fields: Mapping[str, tuple[int, int]]

    @property
    def accuracy(self) -> float:
        """The share of mentions whose value is right; 0 where none was scored."""
        return self.right / self.scored if self.scored else 0.0

    def to_record(self) -> Record:
        """Return the JSON form."""
        fields = {name: {"right": right, "scored": scored} for name, (right, scored) in self.fields.items()}
        return {
            "right": self.right,
            "scored": self.scored,
            "accuracy": round(self.accuracy, 6),
            "fields": fields,
        }


def value_scores(found: Sequence[Sequence[Match]]) -> dict[str, ValueScore] | None:
    """Return the scores by label of the mentions that were found exactly; None where nothing has values.

    `found` are the matches of each document. Labels whose gold has no values are left out.
    """
    pairs = list(_pairs(found))
    if not any(predicted.value is not None or predicted.reason for _, predicted in pairs):
        return None
    labels = dict.fromkeys(gold.label for gold, _ in pairs if gold.label in _FIELDS)
    return {label: _score([pair for pair in pairs if pair[0].label == label]) for label in labels}


def value_errors(documents: Sequence[Document], found: Sequence[Sequence[Match]]) -> Iterator[Record]:
    """Yield each value that is wrong as JSON: like other errors, kind `value`, with both values."""
    for index, (document, matches) in enumerate(zip(documents, found, strict=True)):
        for match in matches:
            gold, predicted = match.gold, match.predicted
            if match.kind != "right" or gold is None or predicted is None or not gold.value:
                continue
            wrong = [name for name, right in compare_values(gold, predicted).items() if not right]
            if wrong:
                record = error_record(document, index, match) | {"kind": "value", "fields": wrong}
                record["gold"]["value"] = dict(gold.value)
                record["predicted"]["value"] = predicted.value and dict(predicted.value)
                yield record


def compare_values(gold: Entity, predicted: Entity) -> dict[str, bool]:
    """Return for each field that the gold value has whether the predicted value agrees; null never does."""
    fields_of = _FIELDS.get(gold.label)
    if fields_of is None or not gold.value:
        return {}
    ours = fields_of(gold.value)
    theirs = fields_of(predicted.value or {})
    return {name: bool(predicted.value) and theirs.get(name) == value for name, value in ours.items()}


def _pairs(found: Sequence[Sequence[Match]]) -> Iterator[tuple[Entity, Entity]]:
    for matches in found:
        for match in matches:
            if match.kind == "right" and match.gold and match.predicted and match.gold.value:
                yield match.gold, match.predicted


def _score(pairs: Sequence[tuple[Entity, Entity]]) -> ValueScore:
    compared = [compare_values(gold, predicted) for gold, predicted in pairs]
    names = dict.fromkeys(name for fields in compared for name in fields)
    return ValueScore(
        scored=len(compared),
        right=sum(all(fields.values()) for fields in compared),
        fields={name: _count(fields[name] for fields in compared if name in fields) for name in names},
    )


def _count(outcomes: Iterable[bool]) -> tuple[int, int]:
    found = list(outcomes)
    return sum(found), len(found)


def _amount(value: Value) -> Fields:
    numbers = tuple(_decimal(value.get(name)) for name in ("value", "low", "high"))
    return {"number": numbers, "currency": value.get("currency"), "comparator": value.get("comparator")}


def _decimal(number: Any) -> Decimal | None:
    try:
        return None if number is None else Decimal(str(number))
    except InvalidOperation:
        return None


def _date(value: Value) -> Fields:
    mod = value.get("mod") or ()
    names = mod.split("+") if isinstance(mod, str) else mod
    return {**{name: value.get(name) for name in ("start", "end", "grain")}, "mod": frozenset(names)}


def _party(value: Value) -> Fields:
    fields = {"kind": value.get("kind")}
    if value.get("kind") == "state":
        fields["code"] = value.get("code")
    if "canonical" in value:
        fields["canonical"] = value["canonical"]
        if value.get("kind") == "organization":
            fields["legal_form"] = value.get("legal_form")
    return fields


def _sector(value: Value) -> Fields:
    code = value.get("code")
    fields = {"section": code and code[:1], "code": code}
    return {**fields, "canonical": value["canonical"]} if "canonical" in value else fields


_FIELDS: dict[str, Callable[[Value], Fields]] = {
    "AMOUNT": _amount,
    "DATE": _date,
    "PARTY": _party,
    "SECTOR": _sector,
}
