"""Values are scored field by field, on mentions whose span and label are right."""

from dataclasses import replace

import pytest
from valued import valued

from ie.document import Entity
from ie.train.confusion import matches
from ie.train.evaluate import compare
from ie.train.report import render
from ie.train.valuescores import compare_values, value_errors, value_scores

LABELS = ("AMOUNT", "SECTOR", "PARTY", "DATE")
GOLD = valued(
    "[ORG:АО «Лава»|АО «Лава»] из [STATE:Казахстана|KZ] вложит [AMOUNT:5 млн рублей|5m RUB] "
    "и [AMOUNT:от 3 до 4 млн евро|3m..4m EUR] в [SECTOR:энергетику|D35 энергетика] "
    "[DATE:до конца года|2016 until+end]"
)


def predicted(**changes):
    """Return the gold document with some values replaced, by the text of their mention."""
    entities = (
        replace(e, value=changes[e.text], reason="why" if changes[e.text] is None else None)
        if e.text in changes
        else e
        for e in GOLD.entities
    )
    return replace(GOLD, entities=tuple(entities))


def scores(*documents):
    return value_scores(matches([GOLD] * len(documents), documents, LABELS))


def test_equal_values_are_right():
    found = scores(GOLD)
    assert {label: (score.right, score.scored) for label, score in found.items()} == {
        "PARTY": (2, 2),
        "AMOUNT": (2, 2),
        "SECTOR": (1, 1),
        "DATE": (1, 1),
    }
    assert found["PARTY"].fields == {
        "kind": (2, 2),
        "canonical": (2, 2),
        "legal_form": (1, 1),
        "code": (1, 1),
    }


@pytest.mark.parametrize(
    ("text", "value", "wrong"),
    [
        ("5 млн рублей", {"value": "5000000.00", "currency": "RUB", "comparator": "="}, set()),
        ("5 млн рублей", {"value": "5", "currency": "RUB", "comparator": "="}, {"number"}),
        (
            "5 млн рублей",
            {"value": "5000000", "currency": None, "comparator": "~"},
            {"currency", "comparator"},
        ),
        ("5 млн рублей", None, {"number", "currency", "comparator"}),
        ("энергетику", {"canonical": "энергетика", "code": "D"}, {"code"}),
        ("энергетику", {"canonical": "энергетика", "code": None}, {"code", "section"}),
        ("Казахстана", {"kind": "state", "canonical": "Казахстан", "code": "UZ"}, {"code"}),
        ("АО «Лава»", {"kind": "organization", "canonical": "Лава"}, {"legal_form"}),
        (
            "до конца года",
            {"start": "2016-01-01", "end": "2016-12-31", "grain": "year", "mod": ["end"]},
            {"mod"},
        ),
    ],
)
def test_a_field_is_wrong_by_itself(text, value, wrong):
    gold = next(entity for entity in GOLD.entities if entity.text == text)
    fields = compare_values(gold, replace(gold, value=value))
    assert {name for name, right in fields.items() if not right} == wrong


def test_what_gold_does_not_say_is_not_scored():
    gold = Entity("PARTY", 0, 4, "Лава", value={"kind": "organization"})
    found = replace(gold, value={"kind": "organization", "canonical": "Лова", "legal_form": "АО"})
    assert compare_values(gold, found) == {"kind": True}
    assert compare_values(replace(gold, value=None), found) == {}
    assert compare_values(replace(gold, label="SHIP", value={"name": "a"}), found) == {}


def test_modifiers_may_be_joined_by_plus():
    gold = next(entity for entity in GOLD.entities if entity.label == "DATE")
    joined = replace(gold, value={**gold.value, "mod": "until+end"})
    assert all(compare_values(joined, gold).values())


def test_mentions_found_elsewhere_are_not_scored():
    shifted = replace(
        GOLD, entities=tuple(replace(e, end=e.end - 1, text=e.text[:-1]) for e in GOLD.entities)
    )
    assert scores(shifted) is None
    assert scores(GOLD, shifted)["AMOUNT"].scored == 2


def test_predictions_without_values_have_no_scores():
    bare = replace(GOLD, entities=tuple(replace(entity, value=None) for entity in GOLD.entities))
    assert scores(bare) is None
    assert compare([GOLD], [bare]).to_record()["values"] is None


def test_a_null_with_a_reason_is_a_wrong_value():
    found = scores(predicted(**{"5 млн рублей": None}))
    assert (found["AMOUNT"].right, found["AMOUNT"].accuracy) == (1, 0.5)


def test_wrong_values_are_errors_with_both_values():
    other = {"canonical": "экономика", "code": None}
    document = predicted(энергетику=other)
    (error,) = value_errors([GOLD], matches([GOLD], [document], LABELS))
    assert (error["kind"], error["text"], error["fields"]) == (
        "value",
        "энергетику",
        ["section", "code", "canonical"],
    )
    assert error["gold"]["value"] == {"canonical": "энергетика", "code": "D35"}
    assert error["predicted"]["value"] == other


def test_the_report_and_the_record_have_the_scores():
    evaluation = compare([GOLD], [predicted(энергетику={"canonical": "энергетика", "code": "B"})])
    assert evaluation.to_record()["values"]["SECTOR"] == {
        "right": 0,
        "scored": 1,
        "accuracy": 0.0,
        "fields": {
            "section": {"right": 0, "scored": 1},
            "code": {"right": 0, "scored": 1},
            "canonical": {"right": 1, "scored": 1},
        },
    }
    assert evaluation.to_record()["errors"]["value"] == 1
    assert "Values of mentions whose span and label are right" in render(evaluation)
