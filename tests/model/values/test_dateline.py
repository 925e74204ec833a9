"""The date in a text's own byline or dateline."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.values.dates.dateline import find_dateline

BODY = "Завод выпустил 300 станков. Директор доволен и ждёт роста продаж.\nПрибыль выросла на треть."

HEADS = [
    "07.11.2016",
    "07.11.2016 10:42",
    "7.11.2016, 10:42",
    "2016-11-07T10:42:00+03:00",
    "2016-11-07",
    "10:42, 7 ноября 2016",
    "7 ноября 2016, 10:42",
    "7 ноября 2016 года в 10:42 (мск)",
    "Понедельник, 7 ноября 2016 г.",
    "Опубликовано: 07.11.2016",
    "Дата публикации: 7 ноября 2016 г. 10:42",
    "ТАСС, 7 ноября 2016",
    "РИА Новости, 7 ноября 2016",
    "Иван Петров, 07.11.2016 10:42",
    "Экономика | 7 ноября 2016",
    "7 ноября 2016 10:42 | Экономика",
    "Mon, 07 Nov 2016 10:42:00 +0300",
    "МОСКВА, 7 ноября 2016 г. /ПРАЙМ/. Завод открыт.",
    "МОСКВА, 7 ноября 2016 — Завод открыт.",
    "Москва. 7 ноября 2016 года. ИНТЕРФАКС - Завод открыт.",
    "НУР-СУЛТАН, 7 ноября 2016 г. — Завод открыт.",
    "7 ноября 2016, Минск — Завод открыт.",
]
NO_HEADS = [
    "7 ноября",
    "ноябрь 2016 года",
    "30.02.2016",
    "31 ноября 2016",
    "Завод открыли 7 ноября 2016 года",
    "Завод открыли 7 ноября 2016 года, сообщил директор.",
    "7 ноября 2016 года завод открыли.",
    "Суд решил, что 7 ноября 2016 года срок истёк.",
    "Обновлено: 07.11.2016 10:42",
    "Версия 1.11.2016.4",
    "с 1 ноября 2016 по 7 ноября 2016",
    "Планы на 7 ноября 2016",
    "8 800 07 11 2016",
]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("template", ["{}\n{}", "Завод открыт снова\n{}\n{}", "\n\n  {}\n\n{}"])
def test_date_at_the_head(head, template):
    assert find_dateline(template.format(head, BODY)) == date(2016, 11, 7)


@pytest.mark.parametrize("head", NO_HEADS)
@pytest.mark.parametrize("template", ["{}\n{}", "Завод открыт снова\n{}\n{}"])
def test_no_date_of_its_own(head, template):
    assert find_dateline(template.format(head, BODY)) is None


@pytest.mark.parametrize(
    "foot", ["Mon, 7 Nov 2016 10:42:00 +0300", "07.11.2016 10:42", "ТАСС, 7 ноября 2016", "7 ноября 2016 г."]
)
def test_date_at_the_foot(foot):
    assert find_dateline(f"{BODY}\n\n{foot}\n") == date(2016, 11, 7)
    assert find_dateline(f"{BODY}\n{foot}") == date(2016, 11, 7)


def test_the_head_comes_before_the_foot():
    assert find_dateline(f"01.02.2003\n{BODY}\n{BODY}\n\n07.11.2016") == date(2003, 2, 1)


def test_two_dates_at_the_head_are_not_certain():
    assert find_dateline(f"Хроника\n01.02.2003\n07.11.2016\n{BODY}\n{BODY}") is None


def test_the_same_date_twice_is_certain():
    assert find_dateline(f"07.11.2016 10:42\n7 ноября 2016\n{BODY}") == date(2016, 11, 7)


def test_a_date_after_the_headline_of_another_article_is_not_its_own():
    assert find_dateline(f"{BODY}\n{BODY}\n{BODY}\nСклад продали\n21 августа 2014, 16:56") is None


def test_the_middle_is_not_read():
    assert find_dateline("\n".join([BODY] * 200 + ["07.11.2016"] + [BODY] * 200)) is None


@pytest.mark.parametrize(
    "part", ["A", "А", "А ", "1.", "1.1.", "07.11.2016 ", "| ", "\n", " ", "«А", "А,", "0:00 "]
)
def test_long_texts_take_no_time(part):
    text = part * (1_000_000 // len(part))
    started = time.process_time()
    find_dateline(text)
    assert time.process_time() - started < 1


@given(st.text())
def test_any_text_gives_a_date_or_none(text):
    assert isinstance(find_dateline(text), date | None)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read(day):
    assert find_dateline(f"{day:%d.%m.%Y} 10:42\n{BODY}") == day
    assert find_dateline(f"{BODY}\n\n{day.isoformat()}") == day
