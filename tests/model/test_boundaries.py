import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.boundaries import tidy
from ie.document import Span
from ie.labels import LABELS

# {predicted} and [expected]
CASES = [
    ("AMOUNT", "на {90 млрд руб}.", "на [90 млрд руб.]"),
    ("AMOUNT", "на {90 млрд рублей.}", "на [90 млрд рублей]."),
    ("AMOUNT", "({$800 млн)}", "([$800 млн])"),
    ("DATE", "в {2012 г}. и", "в [2012 г.] и"),
    ("DATE", "{ 6 ноября, }", " [6 ноября], "),
    ("PARTY", "АО «{Казахтелеком»}", "АО [«Казахтелеком»]"),
    ("PARTY", "«{Интерфакс}» сообщил", "[«Интерфакс»] сообщил"),
    ("PARTY", "{АО «Казахтелеком}»,", "[АО «Казахтелеком»],"),
    ("PARTY", '{ТОО "Токио Роуп}"', '[ТОО "Токио Роуп"]'),
    ("PARTY", "{ООО «Банк «Восток»}»", "[ООО «Банк «Восток»»]"),
    ("PARTY", "{ООО «Банк «Восток»}, и", "[ООО «Банк «Восток»], и"),
    ("PARTY", 'О {АО "НК "Тайга"} и "Лён"', 'О [АО "НК "Тайга"] и "Лён"'),
    ("PARTY", 'О {АО "НК "Тайга}" и "Лён"', 'О [АО "НК "Тайга"] и "Лён"'),
    ("PARTY", 'О {"Тайга" и "Лён}"', 'О ["Тайга" и "Лён"]'),
    ("PARTY", '"Помогла {Тайга"}, - сказал', '"Помогла [Тайга]", - сказал'),
    ("PARTY", "О {Банк ”Тайга”} и", "О [Банк ”Тайга”] и"),
    ("PARTY", "{Tokyo Rope Inc}. и", "[Tokyo Rope Inc.] и"),
    ("PARTY", "{Иванов И. И.} и", "[Иванов И. И.] и"),
    ("PARTY", "{О’Рейли}, О'Нил", "[О’Рейли], О'Нил"),
    ("PARTY", "«он из {Газпрома»}, и", "«он из [Газпрома]», и"),
    ("PARTY", "{РЖД (Россия}), и", "[РЖД (Россия)], и"),
    ("PARTY", "{ООО &quot;Лён&quot;}, и", "[ООО &quot;Лён&quot;], и"),
    ("PARTY", "&quot;и {Лён&quot;}, и", "&quot;и [Лён]&quot;, и"),
    ("PARTY", '{НПО «Лён"}, и', '[НПО «Лён"], и'),
    ("AMOUNT", "{≈5 млрд.} руб", "[≈5 млрд.] руб"),
    ("AMOUNT", "{≈5 млрд.} Но", "[≈5 млрд]. Но"),
    ("DATE", "в {2009г.} Но", "в [2009г.] Но"),
    ("SECTOR", "«{энергетика}»", "«[энергетика]»"),
    ("SECTOR", "«{энергетика»}", "«[энергетика]»"),
]


@pytest.mark.parametrize(("label", "predicted", "expected"), CASES)
def test_tidy(label, predicted, expected):
    start, end = predicted.index("{"), predicted.index("}") - 1
    text = predicted.replace("{", "").replace("}", "")
    got = tidy(text, Span(start, end, label), 0, len(text))
    assert f"{text[: got.start]}[{text[got.start : got.end]}]{text[got.end :]}" == expected


def test_nothing_is_left_of_mere_punctuation():
    assert tidy("а — б", Span(2, 3, "DATE"), 0, 5) is None


def test_a_neighbour_is_not_grown_into():
    text = "«Восток»"
    assert tidy(text, Span(1, 7, "PARTY"), 1, 8) == Span(1, 7, "PARTY")


def test_a_sign_that_was_cut_off_is_not_taken_in_again():
    text = "г«((-г.,.а»"
    found = tidy(text, Span(0, len(text), "PARTY"), 0, len(text))
    assert found is not None
    assert tidy(text, found, 0, len(text)) == found


@given(st.text(alphabet="аБ«»\"'().,- г1", min_size=1, max_size=25), st.data())
def test_tidy_stays_within_its_bounds_and_is_stable(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = Span(start, end, data.draw(st.sampled_from(LABELS)))
    got = tidy(text, span, 0, len(text))
    if got is not None:
        assert 0 <= got.start < got.end <= len(text)
        assert text[got.start : got.end].strip() == text[got.start : got.end]
        assert tidy(text, got, 0, len(text)) == got
