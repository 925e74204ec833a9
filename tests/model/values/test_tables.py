"""Golden tables: the expected value first, then every phrasing of it (`*.txt` beside this file)."""

from pathlib import Path

import pytest
from golden import read_golden, value_of

from ie.values import Context, Unknown, read_amount, read_date, read_party, read_sector
from ie.values.dates.bounds import modifiers
from ie.values.dates.tense import leaning_of

HERE = Path(__file__).parent
READERS = {"amount": read_amount, "date": read_date, "party": read_party, "sector": read_sector}


def cases(name):
    return [pytest.param(case, id=f"{case.line}") for case in read_golden(HERE / f"{name}.txt")]


def record(value):
    return None if isinstance(value, Unknown) else value.to_record()


def context(case):
    return Context(case.before, case.after)


def without_timex(value):
    # the notation may differ (2016/2016 is 2016): what it denotes counts
    return value and {**value, "timex": ""}


def shown(case):
    return f"{case.before}[{case.phrase}]{case.after}"


@pytest.mark.parametrize("case", cases("amounts"))
def test_amounts(case):
    assert record(read_amount(case.phrase, context(case))) == value_of("AMOUNT", case.expected), shown(case)


@pytest.mark.parametrize("case", cases("dates"))
def test_dates(case):
    found = read_date(
        case.phrase,
        case.reference,
        leaning=leaning_of(context(case), case.phrase),
        mod=modifiers(context(case), case.phrase),
    )
    expected = value_of("DATE", case.expected)
    assert without_timex(record(found)) == without_timex(expected), shown(case)


@pytest.mark.parametrize("case", cases("parties"))
def test_parties(case):
    found = record(read_party(case.phrase, context(case)))
    expected = value_of("PARTY", case.expected)
    # a state goes by several names, its code is one
    if "code" in expected:
        found, expected = {**found, "canonical": ""}, {**expected, "canonical": ""}
    assert found == expected, shown(case)


@pytest.mark.parametrize("case", cases("sectors"))
def test_sectors(case):
    assert record(read_sector(case.phrase)) == value_of("SECTOR", case.expected), shown(case)


@pytest.mark.parametrize("case", cases("nothing"))
def test_nothing(case):
    found = READERS[case.section](case.phrase)
    assert isinstance(found, Unknown), found
    assert found.reason.endswith(".")
