"""Periods of the calendar in the notation of annotation."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.timex import Period, parse_timex


@pytest.mark.parametrize(
    ("timex", "start", "end", "grain"),
    [
        ("2016-11-07", "2016-11-07", "2016-11-07", "day"),
        ("2016-02", "2016-02-01", "2016-02-29", "month"),
        ("2015", "2015-01-01", "2015-12-31", "year"),
        ("2016-Q4", "2016-10-01", "2016-12-31", "quarter"),
        ("2016-H1", "2016-01-01", "2016-06-30", "half-year"),
        ("2016-SU", "2016-06-01", "2016-08-31", "season"),
        ("2015-WI", "2015-12-01", "2016-02-29", "season"),
        ("2016-W45", "2016-11-07", "2016-11-13", "week"),
        ("199X", "1990-01-01", "1999-12-31", "decade"),
        ("19XX", "1900-01-01", "1999-12-31", "century"),
        ("XXXX-11-06", "--11-06", "--11-06", "day"),
        ("XXXX-02-29", "--02-29", "--02-29", "day"),
        ("XXXX-11", "--11", "--11", "month"),
        ("XXXX-XX-XX", None, None, "day"),
        ("XXXX-XX", None, None, "month"),
        ("XXXX-WXX", None, None, "week"),
        ("XXXX-Q2", None, None, "quarter"),
        ("XXXX-HX", None, None, "half-year"),
        ("XXXX-SU", None, None, "season"),
        ("XXXX", None, None, "year"),
        ("2015/2019", "2015-01-01", "2019-12-31", "year"),
        ("2016-03-01/2016-05", "2016-03-01", "2016-05-31", "day"),
    ],
)
def test_periods(timex: str, start: str | None, end: str | None, grain: str) -> None:
    assert parse_timex(timex) == Period(start, end, grain, timex)


def test_the_grain_of_an_interval_can_be_named() -> None:
    expected = Period("2002-06-27", "2012-06-27", "year", "2002-06-27/2012-06-27")
    assert parse_timex("2002-06-27/2012-06-27@year") == expected


@pytest.mark.parametrize(
    ("timex", "reason"),
    [
        ("2015-02-29", "does not exist"),
        ("2016-13", "does not exist"),
        ("2015-W54", "does not exist"),
        ("XXXX-02-30", "does not exist"),
        ("XXXX-13", "does not exist"),
        ("2016-11-7", "is no date"),
        ("yesterday", "is no date"),
        ("", "is no date"),
        ("2019/2015", "ends before it starts"),
        ("2019/XXXX-05", "only one end"),
        ("2015/2016/2017", "more than two ends"),
        ("2015@epoch", "no grain"),
    ],
)
def test_what_is_no_period_is_an_error_with_the_reason(timex: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_timex(timex)


@given(st.dates(datetime.date(1000, 1, 1)))
def test_a_day_is_within_every_period_that_is_named_after_it(day: datetime.date) -> None:
    year, week, _ = day.isocalendar()
    names = [
        f"{day:%Y-%m-%d}",
        f"{day:%Y-%m}",
        f"{day:%Y}",
        f"{day:%Y}-Q{(day.month + 2) // 3}",
        f"{day:%Y}-H{1 + (day.month > 6)}",
        f"{day:%Y}"[:3] + "X",
        f"{day:%Y}"[:2] + "XX",
    ]
    if year < 9999:
        names.append(f"{year:04}-W{week:02}")
    for name in names:
        period = parse_timex(name)
        assert str(period.start) <= day.isoformat() <= str(period.end)
