"""A value on one line."""

import pytest

from ie.brief import brief
from ie.document import Entity


def entity(label, value, reason=None):
    return Entity(label, 0, 1, "x", value=value, reason=reason)


@pytest.mark.parametrize(
    ("expected", "label", "value"),
    [
        ("1\u202f200\u202f000 USD", "AMOUNT", {"value": "1200000", "currency": "USD", "comparator": "="}),
        ("≥ 0.5 RUB", "AMOUNT", {"value": "0.5", "currency": "RUB", "comparator": ">="}),
        ("3 … 5 EUR", "AMOUNT", {"low": "3", "high": "5", "currency": "EUR", "comparator": "range"}),
        ("≈ ? USD", "AMOUNT", {"currency": "USD", "comparator": "~"}),
        ("5", "AMOUNT", {"value": "5", "currency": None, "comparator": "="}),
        ("2016-11-07", "DATE", {"start": "2016-11-07", "end": "2016-11-07", "grain": "day"}),
        (
            "2016-01-01 … 2016-12-31 (until, end)",
            "DATE",
            {"start": "2016-01-01", "end": "2016-12-31", "grain": "year", "mod": ["until", "end"]},
        ),
        ("XXXX-XX-XX", "DATE", {"start": None, "end": None, "grain": "day", "timex": "XXXX-XX-XX"}),
        ("KZ · Казахстан · state", "PARTY", {"kind": "state", "canonical": "Казахстан", "code": "KZ"}),
        (
            "Лава · АО · organization",
            "PARTY",
            {"kind": "organization", "canonical": "Лава", "legal_form": "АО"},
        ),
        ("D35 энергетика", "SECTOR", {"canonical": "энергетика", "code": "D35"}),
        ("? бортничество", "SECTOR", {"canonical": "бортничество", "code": None}),
        ('{"name": "Заря"}', "SHIP", {"name": "Заря"}),
        ('{"sum": 5}', "AMOUNT", {"sum": 5}),
        ('{"value": "five", "currency": null, "comparator": "="}', "AMOUNT",
         {"value": "five", "currency": None, "comparator": "="}),
    ],
)  # fmt: skip
def test_a_value_is_shown_on_one_line(expected, label, value):
    assert brief(entity(label, value)) == expected


def test_none_is_shown_by_its_reason():
    assert brief(entity("DATE", None, "There is no 30 February.")) == "(There is no 30 February.)"
    assert brief(entity("DATE", None)) == ""
