"""Parties: what holds for every string, and the kinds, cases and forms that no table has."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.values.parties.reader import KINDS, Party, read_party
from ie.values.result import Context, Unknown

LETTERS = st.sampled_from("АБвгдеёиаоыьй «»\"„“-.'№&()A z9\u00a0\n")
_WORDS = "ООО АО «Лён» банк министерство Анна Ивановой Сергеем РФ Японии МИДа и им. И. Acme Ltd ПАО 7 — по"
WORDS = st.sampled_from(_WORDS.split())


@given(st.text(max_size=80) | st.text(LETTERS, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_string_raises(text: str, before: str, after: str) -> None:
    party = read_party(text, Context(before, after))
    assert isinstance(party, Unknown) or (party.canonical and party.kind in KINDS)


@given(st.lists(WORDS, min_size=1, max_size=6), st.sampled_from(KINDS))
def test_no_phrase_raises_whatever_kind_it_is_said_to_be(words: list[str], kind: str) -> None:
    party = read_party(" ".join(words), kind=kind)
    assert isinstance(party, Unknown) or party.kind == kind


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_a_party_is_read_back_from_its_record(words: list[str]) -> None:
    party = read_party(" ".join(words))
    if isinstance(party, Party):
        assert Party.from_record(party.to_record()) == party


def test_long_texts_are_refused_at_once() -> None:
    start = time.process_time()
    for text in ("я" * 100_000, "« " * 50_000, "И. " * 30_000, "ООО " * 25_000):
        assert isinstance(read_party(text), Unknown)
    assert time.process_time() - start < 3


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ValueError, match="'firm' is no kind of party"):
        read_party("Лён", kind="firm")


def test_names_in_a_text_without_capitals_are_no_descriptions() -> None:
    around = Context(
        "москва, 3 мар - ", ". об этом сообщает пресс-служба ведомства, уточняя сроки и суммы договора"
    )
    mixed = Context("Москва, 3 мар - ", around.after)
    party = read_party("вольные новости", around)
    assert isinstance(party, Party)
    assert party.canonical == "вольные новости"
    assert read_party("вольные новости", mixed) == Unknown("It is a description without a name.")
    assert isinstance(read_party("компания", around), Unknown)
    assert isinstance(read_party("вольные новости"), Unknown)


def test_a_state_that_is_none_has_no_value() -> None:
    assert read_party("Лён", kind="state") == Unknown("'Лён' is no state's name.")


@pytest.mark.parametrize(
    ("before", "name", "after", "kind"),
    [
        ("заявил президент ", "Жмых", " журналистам", "person"),
        ("акции компании ", "Жмых", " выросли", "organization"),
        ("Фёдор Тарабыкин построил склад. ", "Тарабыкин", " доволен", "person"),
        ("завод «Тарабыкин» закрыт. ", "Тарабыкин", " не ответил", "organization"),
        ("", "Tarvik Oilworks", "", "organization"),
        ("", "Martin Tarvik", "", "person"),
        ("", "Минтеплосвязь", "", "organization"),
        ("", "Кварцбанку", "", "organization"),
        ("", "Рюдигер Фальк", "", "person"),
    ],
)
def test_the_kind_of_a_name(before: str, name: str, after: str, kind: str) -> None:
    party = read_party(name, Context(before, after))
    assert isinstance(party, Party)
    assert party.kind == kind


@pytest.mark.parametrize(
    ("before", "name", "after", "canonical"),
    [
        ("", "Петрова", " сообщила о сделке", "Петрова"),
        ("по словам ", "Петрова", ", сделка закрыта", "Петров"),
        ("Анна Петрова купила дом. К ", "Петровой", " приехали", "Петрова"),
        ("встреча с министром ", "Петровым", "", "Петров"),
        ("отчёт ", "«Ладоги»", " за год", "Ладога"),
        ("в компании ", "«Ладога»", " уверены", "Ладога"),
        ("директор ", "«Ладоги»", " уволен", "Ладога"),
        ("", "Центральной палате мер РФ", "", "Центральная палата мер РФ"),
        ("", "РязГЭСом", "", "РязГЭС"),
        ("", "Лёгкой логистикой", "", "Лёгкая логистика"),
    ],
)
def test_the_nominative_follows_the_words_around(before: str, name: str, after: str, canonical: str) -> None:
    party = read_party(name, Context(before, after))
    assert isinstance(party, Party)
    assert party.canonical == canonical
