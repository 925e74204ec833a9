"""Tense of sentences and the choice between the last and the next date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.values.dates.tense import FUTURE, PAST, leaning_of, nearest, tense_of
from ie.values.result import NO_CONTEXT, Context

CASES = {
    "past": [
        "Банк закрыл сделку [6 ноября].",
        "В [пятницу] компания сообщила об убытке",
        "Завод построили [весной], сообщил директор.",
        "Биржа откроется. В [марте] индекс вырос",
        "В [мае] выручка составила 3 млн рублей",
        "Открыв цех [в июне], фирма наняла людей и снизила цены",
        "Средний чек в [марте] — 300 рублей",
        "выручка за [первый квартал]",
    ],
    "future": [
        "Банк закроет сделку [6 ноября].",
        "В [пятницу] компания представит отчёт",
        "Завод планируют запустить [весной]",
        "Торги пройдут в [марте]",
        "Переговоры намечены на [вторник]",
        "Цех будет работать в [июне]",
        "работы завершатся к [марту]",
        "до [1 июня] должен заплатить",
        "Суд отложил дело. В [среду] решение объявят",
        "заплатит [до 1 июня]",
        "Суд отложил дело на [март].",
    ],
    None: ["цена в [мае]", "Средний чек в [марте] — разный"],
}


@pytest.mark.parametrize(
    ("expected", "phrase"), [(expected, phrase) for expected, phrases in CASES.items() for phrase in phrases]
)
def test_tense_of_the_sentence(expected, phrase):
    before, _, rest = phrase.partition("[")
    text, _, after = rest.partition("]")
    assert tense_of(leaning_of(Context(before, after), text)) == expected


def test_a_sentence_without_words_has_no_tense():
    assert leaning_of(NO_CONTEXT, "6 ноября") is None
    assert tense_of(None) is None


@pytest.mark.parametrize(
    ("expected", "behind", "ahead", "reference", "grain", "leaning"),
    [
        ("2016-11-06", "2016-11-06", "2017-11-06", "2016-11-07", "day", -0.4),
        ("2016-11-06", "2016-11-06", "2017-11-06", "2016-11-07", "day", FUTURE),  # a year off is too far
        ("2016-11-07", "2016-11-07", "2017-11-07", "2016-11-07", "day", PAST),
        ("2016-11-20", "2015-11-20", "2016-11-20", "2016-11-07", "day", -0.4),
        ("2017-01-12", "2016-01-12", "2017-01-12", "2016-12-20", "day", FUTURE),
        ("2016-11-04", "2016-11-04", "2016-11-11", "2016-11-07", "weekday", -0.4),
        ("2016-11-04", "2016-11-04", "2016-11-11", "2016-11-07", "weekday", PAST),
        ("2016-11-11", "2016-11-04", "2016-11-11", "2016-11-07", "weekday", FUTURE),
        ("2016-10-01", "2016-10-01", "2017-10-01", "2016-11-07", "month", -0.4),
        ("2016-12-01", "2015-12-01", "2016-12-01", "2016-11-07", "month", FUTURE),
        ("2016-03-01", "2016-03-01", "2017-03-01", "2016-11-07", "month", PAST),
        ("2017-03-01", "2016-03-01", "2017-03-01", "2016-11-07", "month", FUTURE),
        ("2016-02-29", "2016-02-29", "2020-02-29", "2016-03-01", "day", -0.4),
        ("2017-03-01", "2016-03-01", "2017-03-01", "2016-12-31", "season", FUTURE),
    ],
)
def test_nearest_date(expected, behind, ahead, reference, grain, leaning):
    days = [date.fromisoformat(day) for day in (behind, ahead, reference)]
    assert nearest(*days, grain, leaning).isoformat() == expected


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 400), st.integers(1, 400))
def test_more_future_never_draws_a_date_back(reference, back, forth):
    behind, ahead = reference - timedelta(back), reference + timedelta(forth)
    picks = [nearest(behind, ahead, reference, "month", leaning) for leaning in (PAST, 0.0, FUTURE)]
    assert picks == sorted(picks)


@given(st.text(), st.text(), st.text())
def test_any_text_has_a_tense_or_none(before, text, after):
    assert tense_of(leaning_of(Context(before, after), text)) in ("past", "future", None)
