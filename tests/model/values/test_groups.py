"""Mention groups: the golden table, what must stay apart, and what any input must do."""

import time
from pathlib import Path

import pytest
from grouped import read_grouped
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.values.parties.groups import group_mentions
from ie.values.parties.reader import Party, read_party
from ie.values.result import Context

DOCUMENTS = read_grouped(Path(__file__).with_name("groups.txt"))


def test_table_has_every_kind():
    kinds = {kind for document in DOCUMENTS for _, _, kind in document.mentions}
    assert kinds == {"organization", "person", "state"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: f"line {document.line}")
def test_golden(document):
    mentions = []
    for start, end, kind in document.mentions:
        party = read_party(document.text[start:end], Context.of(document.text, start, end), kind=kind)
        assert isinstance(party, Party), document.text[start:end]
        mentions.append((start, end, party))
    numbers = group_mentions(document.text, mentions)
    assert _sets(numbers) == _sets(document.parties), [party.canonical for _, _, party in mentions]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("Минэнерго РФ|Минэнерго ЮАР|Минэнерго", [0, 1, 2]),
        ("Минфин США|министерство финансов США|Минфин", [0, 0, 0]),
        ("Министерство энергетики и ЖКХ Свердловской области|Минэнерго", [0, 1]),
        ("Минфин Татарстана|Министерство финансов Татарстана|Минфин России", [0, 0, 1]),
        ("Федеральное агентство по рыболовству|Росрыболовство", [0, 0]),
        ("Московская биржа|Мосбиржа", [0, 0]),
        ("УК «Тайга»|Тайга", [0, 0]),
        ("УК «Тайга»|СК «Тайга»|Тайга", [0, 1, 2]),
        ("НПФ «Газпром»|Газпром", [0, 1]),
        ("Кузнецкая лава|Лава", [0, 0]),
        ("Кузнецкая лава|Уральская лава|Лава", [0, 1, 2]),
        ("Хатасс-Кристалл|Кристалл", [0, 1]),
        ("Школа физики Минатома|Минатома", [0, 1]),
        ("Тойота Россия|Тойота", [0, 1]),
        ("Единая Россия|Справедливая Россия", [0, 1]),
        ("Сбер|Сбербанк|Сбербанк России", [0, 0, 0]),
        ("ФРС|Федрезерв|ФРС США", [0, 0, 0]),
        ("ЦБ|Банк России|Банк Японии", [0, 0, 1]),
        ("Алтын-Тау|АЛТЫН ТАУ|Алтын – Тау", [0, 0, 0]),
        ("Союз озёр|Союз озер", [0, 0]),
    ],
)
def test_organizations(names, expected):
    assert _grouped("organization", names) == expected


def test_legal_forms_tell_companies_apart():
    parties = [("Лава", "ООО"), ("Лава", "АО"), ("Лава", "ПАО"), ("Лава", None)]
    mentions = _mentions([Party("organization", name, form, None) for name, form in parties])
    assert group_mentions("", mentions) == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("Иван Петров|Пётр Петров|Петров", [0, 1, 1]),
        ("Петров|Иван Петров", [0, 0]),
        ("Петров|Иван Петров|Пётр Петров", [0, 1, 2]),
        ("Иван Петрович Сидоров|И. П. Сидоров|И. Сидоров|Сидоров И.П.|Сидоров", [0, 0, 0, 0, 0]),
        ("Иван Сидоров|Илья Сидоров|И. Сидоров", [0, 1, 2]),
        ("Дж. Смит|Джон Смит", [0, 0]),
        ("Си Цзиньпин|Си", [0, 0]),
        ("Назарбаев|Назарбаев", [0, 0]),
        ("Сергей Громов|Громовы", [0, 1]),
        ("Елена Громова|Сергей Громов|Громова", [0, 1, 0]),
        ("Сергей Громов|Громовой", [0, 1]),
        ("Самир Гиргис|Самира Гиргис", [0, 1]),
        ("Дональд Трамп|Дональда Трампа", [0, 0]),
    ],
)
def test_persons(names, expected):
    assert _grouped("person", names) == expected


@pytest.mark.parametrize(
    ("before", "between", "after", "expected"),
    [
        ("Комбинат северных солей", " (далее — ", ")", [0, 0]),
        ("Комбинат северных солей", " (", ")", [0, 1]),
        ("Комбинат северных ледников", ", ", "", [0, 1]),
    ],
)
def test_aliases_in_brackets(before, between, after, expected):
    text = f"{before}{between}«Лёд»{after}"
    start = text.index("«")
    mentions = [
        (0, len(before), Party("organization", before, None, None)),
        (start, start + 5, Party("organization", "Лёд", None, None)),
    ]
    assert group_mentions(text, mentions) == expected


def test_kinds_do_not_mix():
    kinds = ("organization", "person", "state")
    assert group_mentions("", _mentions([Party(kind, "Грузия", None, None) for kind in kinds])) == [0, 1, 2]


def test_no_mentions():
    assert group_mentions("", []) == []


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.builds(
            Party,
            st.sampled_from(["organization", "person", "state"]),
            st.text(st.sampled_from("Аа Бб. «»-()ёИИИ1Z\n") | st.characters(), max_size=20),
            st.sampled_from([None, "АО", ""]),
            st.sampled_from([None, "RU"]),
        ),
        max_size=8,
    ),
    st.text(max_size=40),
)
def test_any_input_has_numbers_by_first_appearance(parties, text):
    numbers = group_mentions(text, _mentions(parties))
    assert len(numbers) == len(parties)
    firsts = list(dict.fromkeys(numbers))
    assert firsts == list(range(len(firsts)))


@pytest.mark.parametrize("kind", ["organization", "person"])
@pytest.mark.parametrize("name", ["Министерство {} энергетики", "Мин{}энерго", "{} Лава", "Лава {}", "Лава"])
def test_many_mentions_are_quick(kind, name):
    mentions = _mentions([Party(kind, name.format(f"х{i}"), None, None) for i in range(2000)])
    group_mentions("", mentions[:1])  # reads the tables
    start = time.process_time()
    group_mentions("", mentions)
    assert time.process_time() - start < 5  # 0.5 s where nothing else runs and nothing traces


def _grouped(kind, names):
    return group_mentions("", _mentions([Party(kind, name, None, None) for name in names.split("|")]))


def _mentions(parties):
    """Return mentions at the places of a text whose first line is empty, ten characters each."""
    return [(i * 10, i * 10 + 9, party) for i, party in enumerate(parties)]


def _sets(numbers):
    first = {}
    return [first.setdefault(number, place) for place, number in enumerate(numbers)]
