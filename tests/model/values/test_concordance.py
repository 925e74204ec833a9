"""Names of people over a document: what the other mentions tell about one that may be read in two ways."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.values.parties.concordance import concordant

NAMES = st.sampled_from(
    ["Рябов", "Рябова", "Анна Рябова", "И. Рябов", "И.И.Рябов", "Анна", "Ивановна", "И. И.", "."]
)
READINGS = st.dictionaries(NAMES, st.floats(1e-9, 4), min_size=1)


@pytest.mark.parametrize(
    ("mentions", "expected"),
    [
        ([{"Рябов": 0.6, "Рябова": 0.4}], ["Рябов"]),
        ([{"Рябов": 0.6, "Рябова": 0.4}, {"Рябова": 1.0}], ["Рябова", "Рябова"]),
        ([{"Рябов": 0.6, "Рябова": 0.4}, {"Анна Рябова": 1.0}], ["Рябова", "Анна Рябова"]),
        ([{"А. Рябов": 0.6, "А. Рябова": 0.4}, {"Анна Рябова": 1.0}], ["А. Рябова", "Анна Рябова"]),
        # another's initial, and one of each: the words around decide
        ([{"И. Рябов": 0.6, "И. Рябова": 0.4}, {"Анна Рябова": 1.0}], ["И. Рябов", "Анна Рябова"]),
        (
            [{"Рябов": 0.6, "Рябова": 0.4}, {"Анна Рябова": 1.0}, {"Иван Рябов": 1.0}],
            ["Рябов", "Анна Рябова", "Иван Рябов"],
        ),
        # a patronymic and the order of the words make no other person
        (
            [{"Рябов Егор": 0.6, "Рябова Егора": 0.4}, {"Егор Ильич Рябов": 1.0}],
            ["Рябов Егор", "Егор Ильич Рябов"],
        ),
        # what a mention cannot be it is not, whoever the others are
        ([{"Рябова": 1.0}, *[{"Рябов": 1.0}] * 9], ["Рябова", *["Рябов"] * 9]),
    ],
)
def test_the_reading_that_others_allow_wins(mentions, expected):
    assert concordant(mentions) == expected


@given(st.lists(READINGS, max_size=6))
def test_each_mention_has_one_of_its_readings(mentions):
    assert all(name in readings for name, readings in zip(concordant(mentions), mentions, strict=True))


def test_time_grows_with_the_number_of_mentions():
    start = time.process_time()
    concordant([{f"Иван Рябов{i}": 0.6, f"Иван Рябов{i}а": 0.4, "Рябов": 0.1} for i in range(20_000)])
    assert time.process_time() - start < 3
