"""What the words before a date make of it: the expectation, then phrasings, the date in brackets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.timex import MODIFIERS
from ie.values.dates.bounds import modifiers
from ie.values.result import NO_CONTEXT, Context

CASES = {
    ("until",): [
        "сдадут до [1 июня]",
        "Вернёт долг ДО [конца года]",
        "долю доведут к [2030 году]",
        "отчёт ждут не позднее [10 мая]",
        "откроют не позже [осени]",
        "закроют не позднее чем к [марту]",
        "вплоть до [декабря]",
        "торги шли с 3 марта по [7 апреля]",
        "до самого [октября] молчали",
        "выпуск вырастет на 5% к [2030 году]",
        "до примерно [2019 года]",
        "к [прошлой осени] всё построили",
    ],
    ("since",): [
        "работает с [2015 года]",
        "со [вторника] подорожает",
        "начиная с [января]",
        "пустят не раньше [весны]",
        "пустят не ранее [2027 года]",
        "завод не откроется раньше [апреля]",
        "не раньше чем в [июле]",
        "пошлина выросла на 5% с [1 октября]",
        "договор действует с [12 мая] по 1 июня",
    ],
    ("after",): ["решат после [10 мая]", "построены позднее [2012 года]"],
    ("before",): ["купленные раньше [октября]", "перед [Новым годом]"],
    (): [
        "[6 ноября]",
        "в [мае] открыли",
        "спрос упал по сравнению с [2016 годом]",
        "в сравнении с [мартом] больше",
        "рост на 3% к [прошлому году]",
        "рост к [прошлому году] невелик",
        "улов вырос к [прошлому году]",
        "прибавил 2 п. п. к [аналогичному периоду 2015 года]",
        "плюс 3,8% к [2024 году]",
        "совпало с [прошлым годом]",
        "суд перенёс слушание с [апреля] на июнь",
        "открыт [с 10 по 20 ноября]",
        "Ранее [6 ноября] сообщалось",
        "Склад закрыт. Позднее [8 мая] его продали",
        "годом ранее [1 мая] было иначе",
        "приговор ранее [сегодня] вынес суд",
        "закроют сделку позднее [этой весной]",
        "туда раньше [зимой] валили снег",
        "от [6 ноября]",
        "подход. [2016 год] удался",
    ],
}


@pytest.mark.parametrize(
    ("expected", "phrase"), [(expected, phrase) for expected, phrases in CASES.items() for phrase in phrases]
)
def test_words_before_a_date(expected, phrase):
    before, _, rest = phrase.partition("[")
    text, _, after = rest.partition("]")
    assert modifiers(Context(before, after), text) == expected


def test_without_context_there_is_no_bound():
    assert modifiers(NO_CONTEXT, "6 ноября") == ()


def test_only_the_nearest_words_count():
    assert modifiers(Context("до " + "слово " * 30), "6 ноября") == ()


@given(st.text(), st.text(), st.text())
def test_any_text_gives_known_modifiers(before, text, after):
    assert set(modifiers(Context(before, after), text)) <= set(MODIFIERS)


@given(
    st.lists(st.sampled_from(["до", "с", "не", "раньше", "%", "к", "чем", ",", ".", "2016", "года", "по"]))
)
def test_any_order_of_its_words_gives_one_modifier_at_most(words):
    assert len(modifiers(Context(" ".join(words)), "2016 года")) <= 1
