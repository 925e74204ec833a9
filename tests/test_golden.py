"""The golden tables themselves: they are well-formed, large enough and say nothing twice."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from golden import Case, read_golden, value_of

TABLES = Path(__file__).parent / "model" / "values"
SIZES = {"amounts": 500, "dates": 800, "parties": 300, "sectors": 300, "nothing": 200}
KINDS = {"amounts": "AMOUNT", "dates": "DATE", "parties": "PARTY", "sectors": "SECTOR"}


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        path = tmp_path / "table.txt"
        path.write_text(text, encoding="utf-8")
        return read_golden(path)

    return read_text


def test_the_format(read):
    text = "# sums\n\n>=5m EUR\n    от 5\u00a0млн евро\n    не менее чем на [5 млн] разом\n-\n    []\n"
    assert read(text) == [
        Case("sums", None, ">=5m EUR", "от 5\u00a0млн евро", "", "", 4),
        Case("sums", None, ">=5m EUR", "5 млн", "не менее чем на ", " разом", 5),
        Case("sums", None, "-", "", "", "", 7),
    ]


def test_no_break_space_at_the_edge_is_part_of_the_phrase(read):
    assert read("-\n    \u00a0\n")[0].phrase == "\u00a0"


def test_references(read):
    cases = read("2016\n    2016\n@ 2016-11-07\n2015\n    прошлый год\n@ -\n2014\n    2014\n")
    assert [case.reference for case in cases] == [None, date(2016, 11, 7), None]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("    5 рублей\n", 1, "no value above"),
        ("5 RUB\n6 RUB\n    6 рублей\n", 2, "value of line 1 has no phrasing"),
        ("5 RUB\n", 1, "has no phrasing"),
        ("5 RUB\n    5 [рублей\n", 2, "brackets"),
        ("5 RUB\n    [5] [рублей]\n", 2, "brackets"),
        ("5 RUB\n    # five\n", 2, "not indented"),
        ("5 RUB\n    5 рублей\n    @ 2016-11-07\n", 3, "not indented"),
        ("5 RUB\n    5\tрублей\n", 2, "tab"),
        ("5 RUB\n\t5 рублей\n", 2, "tab"),
        ("@ 2015-02-29\n", 1, "day"),
        ("@ 7 ноября\n", 1, "Invalid isoformat"),
        ("5 RUB\n    5 рублей\n@ -\n    6 рублей\n", 4, "no value above"),
    ],
)
def test_faults_name_file_and_line(read, text, line, reason):
    with pytest.raises(ValueError, match=rf"table\.txt, line {line}: .*{reason}"):
        read(text)


@pytest.mark.parametrize(
    ("kind", "notation", "value"),
    [
        ("AMOUNT", ">=1.2m ?", {"value": "1200000", "currency": None, "comparator": ">="}),
        ("AMOUNT", "-", None),
        ("PARTY", "PERSON Ерлан Хаиров", {"kind": "person", "canonical": "Ерлан Хаиров"}),
        ("PARTY", "STATE KZ Казахстан", {"kind": "state", "canonical": "Казахстан", "code": "KZ"}),
        ("SECTOR", "D35 энергетика", {"canonical": "энергетика", "code": "D35"}),
        ("SECTOR", "- слово", {"canonical": "слово", "code": None}),
    ],
)
def test_values(kind, notation, value):
    assert value_of(kind, notation) == value


@pytest.mark.parametrize(
    ("kind", "notation"),
    [("AMOUNT", "USD"), ("PARTY", "Казахстан"), ("PARTY", "ORG"), ("SECTOR", "D35"), ("DATE", "2015-02-29")],
)
def test_no_values(kind, notation):
    with pytest.raises(ValueError, match=r"\S"):
        value_of(kind, notation)


@pytest.mark.parametrize("name", SIZES)
def test_tables_are_large_and_say_nothing_twice(name):
    cases = read_golden(TABLES / f"{name}.txt")
    assert len(cases) >= SIZES[name]
    # The same phrase may be no date and no party, and a date depends on the article's.
    seen = Counter(
        (case.section if name == "nothing" else case.reference, case.before, case.phrase, case.after)
        for case in cases
    )
    assert [key for key, count in seen.items() if count > 1] == []


@pytest.mark.parametrize("name", KINDS)
def test_expected_values_can_be_read(name):
    for case in read_golden(TABLES / f"{name}.txt"):
        assert value_of(KINDS[name], case.expected) is None or case.expected != "-", case


def test_nothing_has_four_sections():
    cases = read_golden(TABLES / "nothing.txt")
    assert {case.section for case in cases} == {"amount", "date", "party", "sector"}
    assert {case.expected for case in cases} == {"-"}


def test_amounts_know_many_currencies():
    expected = {case.expected for case in read_golden(TABLES / "amounts.txt")}
    assert len({value_of("AMOUNT", notation)["currency"] for notation in expected} - {None}) >= 90
