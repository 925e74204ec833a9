import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.legible import legible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "МИНИСТЕРСТВО ЭНЕРГЕТИКИ КУПИТ УГОЛЬ НА 5 МЛН РУБЛЕЙ.",
            "министерство энергетики купит уголь на 5 млн рублей.",
        ),
        (
            "Итоги. БАНКИ ПОВЫСИЛИ СТАВКИ ПОСЛЕ РЕШЕНИЯ РЕГУЛЯТОРА Президент уехал.",
            "Итоги. банки повысили ставки после решения регулятора Президент уехал.",
        ),
        (
            "Среди них США, ЕС, ООН, НАТО, ОПЕК, СНГ, ШОС и БРИКС.",
            "Среди них США, ЕС, ООН, НАТО, ОПЕК, СНГ, ШОС и БРИКС.",
        ),
        ("КУРСЫ ВАЛЮТ\nДоллар вырос.", "КУРСЫ ВАЛЮТ\nДоллар вырос."),
        ("Гaзпрoм и BТБ", "Газпром и ВТБ"),
        ("iPhone, IT-компания, Мbank, ТASS", "iPhone, IT-компания, Мbank, ТASS"),
        ("", ""),
    ],
)
def test_legible(text, expected):
    assert legible(text) == expected


@given(st.text(alphabet="абвАБВabcABCİß \n.1", max_size=120))
def test_every_character_stays_in_its_place(text):
    found = legible(text)
    assert len(found) == len(text)
    assert all(a == b or (a.isalpha() and b.isalpha()) for a, b in zip(text, found, strict=True))


def test_any_text_takes_time_by_its_length():
    for text in ("А" * 300_000, "аa" * 150_000, "А б" * 100_000, "a" * 300_000):
        start = time.process_time()
        legible(text)
        assert time.process_time() - start < 5
