"""Dates: every day comes back from every form of it, borders hold, and no text breaks the reader."""

from datetime import date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from ie.timex import GRAINS, parse_timex
from ie.values.dates.reader import DateRange, read_date
from ie.values.dates.tense import FUTURE, PAST
from ie.values.result import Unknown

GENITIVE = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
SHORT = ["янв.", "фев.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сен.", "окт.", "ноя.", "дек."]
WEEKDAYS = ["понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье"]
FIRST, LAST = date(1900, 1, 1), date(2100, 12, 31)
DAYS = st.dates(date(1800, 1, 1), date(2150, 12, 31))


@cache
def ordinal(number, **form):
    return num2words(number, to="ordinal", lang="ru", **form)


def in_words(day):
    return f"{ordinal(day.day, gender='n')} {GENITIVE[day.month - 1]} {ordinal(day.year, case='g')} года"


FORMS = {
    "genitive": lambda day: f"{day.day} {GENITIVE[day.month - 1]} {day.year} года",
    "short": lambda day: f"{day.day:02} {SHORT[day.month - 1]} {day.year} г.",
    "ordinal": lambda day: f"«{day.day}-го {GENITIVE[day.month - 1]} {day.year}-го»",
    "weekday": lambda day: f"{WEEKDAYS[day.weekday()]}, {day.day} {GENITIVE[day.month - 1]} {day.year}",
    "words": in_words,
    "points": lambda day: f"{day.day:02}.{day.month:02}.{day.year}",
    "slashes": lambda day: f"{day.day}/{day.month}/{day.year}",
    "byline": lambda day: f"{day.day:02}.{day.month:02}.{day.year} 10:42",
    "ISO 8601": lambda day: day.isoformat(),
    "ISO with time": lambda day: f"{day}T23:59:59+03:00",
    "RFC 2822": lambda day: day.strftime("%a, %d %b %Y 21:46:46 +0300"),
    "English": lambda day: day.strftime("%B %d, %Y"),
}


def days(first=FIRST, last=LAST):
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def test_there_are_twelve_forms():
    assert len(FORMS) == 12


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("decade", range(1900, 2101, 10))
def test_every_day_from_1900_to_2100_comes_back_from_every_form(form, decade):
    for day in days(date(decade, 1, 1), min(date(decade + 9, 12, 31), LAST)):
        phrase = FORMS[form](day)
        assert read_date(phrase) == DateRange(day, day, "day", (), day.isoformat()), phrase


@given(DAYS, DAYS)
def test_a_day_without_a_year_is_the_nearest_one(day, reference):
    phrase = f"{day.day} {GENITIVE[day.month - 1]}"
    found = read_date(phrase, reference)
    assert (found.start.month, found.start.day) == (day.month, day.day)
    assert abs((found.start - reference).days) <= (366 if phrase != "29 февраля" else 8 * 366)


@given(DAYS)
def test_the_article_s_day_is_meant_by_its_own_date(day):
    for leaning in (None, PAST, FUTURE):
        assert read_date(f"{day.day} {GENITIVE[day.month - 1]}", day, leaning=leaning).start == day
    for leaning in (None, PAST):
        assert read_date(WEEKDAYS[day.weekday()], day, leaning=leaning).start == day


@given(DAYS)
def test_days_by_name_follow_each_other(reference):
    names = ["позавчера", "вчера", "сегодня", "завтра", "послезавтра"]
    starts = [read_date(name, reference).start for name in names]
    assert starts == [reference + timedelta(days=count) for count in range(-2, 3)]


@given(DAYS, st.sampled_from(["день", "неделя", "месяц", "квартал", "год"]))
def test_units_before_and_after_touch(reference, unit):
    ending = "ая" if unit == "неделя" else "ый"
    this = read_date(f"{'эта' if unit == 'неделя' else 'этот'} {unit}", reference)
    before = read_date(f"прошл{ending} {unit}", reference)
    assert this.start <= reference <= this.end
    assert before.end == this.start - timedelta(days=1)
    if unit != "день":
        after = read_date(f"следующ{'ая' if unit == 'неделя' else 'ий'} {unit}", reference)
        assert after.start == this.end + timedelta(days=1)


@given(DAYS, st.integers(2, 99))
def test_so_many_units_ago_and_ahead(reference, count):
    assert read_date(f"{count} дней назад", reference).start == reference - timedelta(days=count)
    week = read_date(f"{count} недель назад", reference)
    assert week.start <= reference - timedelta(weeks=count) <= week.end
    assert read_date(f"{count} лет назад", reference).timex == str(reference.year - count)
    assert read_date(f"через {count} лет", reference).timex == str(reference.year + count)
    month = read_date(f"через {count} месяцев", reference)
    assert (month.start.year - reference.year) * 12 + month.start.month - reference.month == count


@given(st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.integers(0, 700))
def test_an_interval_has_both_ends(first, length):
    last = first + timedelta(days=length)
    words = [FORMS["genitive"](day) for day in (first, last)]
    for phrase in (
        f"с {words[0]} по {words[1]}",
        f"{words[0]} — {words[1]}",
        f"{first:%d.%m.%Y}–{last:%d.%m.%Y}",
    ):
        found = read_date(phrase)
        assert (found.start, found.end, found.mod) == (first, last, ())


@given(DAYS, st.sampled_from([None, PAST, FUTURE]), st.integers(1, 12), st.integers(1, 12))
def test_months_of_an_interval_are_in_order(reference, leaning, first, last):
    names = GENITIVE[first - 1], "по", GENITIVE[last - 1]
    found = read_date(f"с {' '.join(names)}", reference, leaning=leaning)
    assert (found.start.month, found.end.month) == (first, last)
    assert found.start <= found.end
    assert (found.end - found.start).days < 400


@given(st.integers(0, 99), st.integers(1950, 2100))
def test_a_year_of_two_digits_is_at_most_19_years_ahead(digits, reference):
    found = read_date(f"7 ноября {digits:02}-го", date(reference, 6, 1))
    assert found.start.year % 100 == digits
    assert -80 <= found.start.year - reference <= 19


@pytest.mark.parametrize(
    "phrase", ["30 февраля", "31 ноября 2016", "29 февраля 2015 года", "31.13.2016", "0 мая 2016"]
)
def test_a_day_that_does_not_exist_is_unknown_with_the_reason(phrase):
    found = read_date(phrase, date(2016, 11, 7))
    assert isinstance(found, Unknown)
    assert "no such date" in found.reason
    assert found.reason.endswith(".")


def test_the_29th_of_february_is_of_a_leap_year():
    assert read_date("29 февраля", date(2017, 2, 10)).start == date(2016, 2, 29)
    assert read_date("29 февраля", date(2019, 12, 1), leaning=FUTURE).start == date(2020, 2, 29)
    assert read_date("29 февраля").to_record()["start"] == "--02-29"


def test_hours_count_where_the_time_is_known():
    assert read_date("три часа назад", datetime(2016, 11, 7, 1, 30)).start == date(2016, 11, 6)
    assert read_date("через час", datetime(2016, 11, 7, 23, 30)).start == date(2016, 11, 8)
    assert read_date("три часа назад", date(2016, 11, 7)).start == date(2016, 11, 7)


EARLIER = (DateRange.of("2014"), DateRange.of("2016-01/2016-09"))


@pytest.mark.parametrize(
    ("phrase", "timex"),
    [
        ("аналогичный период прошлого года", "2015-01/2015-09"),
        ("тот же период 2013 года", "2013-01/2013-09"),
        ("тем же периодом годом ранее", "2015-01/2015-09"),
        ("годом ранее", "2015-01/2015-09"),
        ("в мае того же года", "2016-05"),
    ],
)
def test_what_hangs_on_a_date_told_before(phrase, timex):
    assert read_date(phrase, date(2016, 11, 7), earlier=EARLIER).timex == timex


def test_the_same_day_is_the_nearest_day_told():
    earlier = [DateRange.of("2016-11-03"), DateRange.of("2016-11-04"), DateRange.of("2016")]
    assert read_date("в тот же день", date(2016, 11, 7), earlier=earlier).timex == "2016-11-04"
    assert read_date("в тот же четверг", date(2016, 11, 7), earlier=earlier).timex == "2016-11-03"
    assert isinstance(read_date("в тот же день", date(2016, 11, 7)), Unknown)


def test_modifiers_of_the_context_join_those_of_the_phrase():
    assert read_date("конца года", date(2016, 11, 7), mod=["until"]).mod == ("end", "until")


RECORDS = [
    "2016-11-07",
    "XXXX-11-06",
    "XXXX-XX-XX",
    "201X",
    "2006-11-07/2016-11-07@year",
    "2016-Q2",
    "2015-W53",
]


@pytest.mark.parametrize("timex", RECORDS)
def test_a_record_read_back_is_the_value(timex):
    value = DateRange.of(timex, ["until", "end"])
    assert DateRange.from_record(value.to_record()) == value


WORDS = st.sampled_from(
    [
        "с",
        "до",
        "по",
        "к",
        "в",
        "конце",
        "начале",
        "января",
        "мая",
        "2016",
        "31",
        "29",
        "-го",
        "года",
        "квартал",
        "2-й",
        "неделю",
        "назад",
        "через",
        "прошлой",
        "понедельник",
        "—",
        "-",
        "/",
        ".",
        ",",
        ":",
        "XX",
        "век",
        "II",
        "полгода",
        "вчера",
        "не",
        "позднее",
        "лет",
        "10",
        "90-е",
        "первая",
        "половина",
        "сезон",
        "ночь",
        "на",
        "20:01",
        "последние",
        "0",
        "00",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join)), st.none() | st.dates())
def test_no_text_breaks_the_reader(text, reference):
    found = read_date(text, reference)
    if isinstance(found, Unknown):
        assert found.reason.endswith(".")
        return
    period = parse_timex(found.timex)
    record = found.to_record()
    assert (period.start, period.end) == (record["start"], record["end"])
    assert found.grain in GRAINS
    assert found.start is None or found.start <= found.end


@pytest.mark.parametrize("piece", ["1", "с ", "7 ноября ", "- ", "первого ", "II", "\u0301", "2016 и "])
def test_a_long_text_is_unknown_at_once(piece):
    assert isinstance(read_date(piece * 100_000, date(2016, 11, 7)), Unknown)
    read_date(piece * (199 // len(piece)), date(2016, 11, 7))
