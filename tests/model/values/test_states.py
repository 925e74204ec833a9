"""States by all their names, in every case form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.values.parties.states import find_states, is_state, read_state, state_codes, state_name
from ie.values.tables import read_table

TABLE = read_table("states")
# ISO 3166-1 alpha-2 of the members of the United Nations, Palestine, the Vatican, Taiwan and Kosovo
_JOINED = (
    "ADAEAFAGALAMAOARATAUAZBABBBDBEBFBGBHBIBJBNBOBRBSBTBWBYBZCACDCFCGCHCICLCMCNCOCRCUCVCYCZDEDJDKDMDO"
    "DZECEEEGERESETFIFJFMFRGAGBGDGEGHGMGNGQGRGTGWGYHNHRHTHUIDIEILINIQIRISITJMJOJPKEKGKHKIKMKNKPKRKWKZ"
    "LALBLCLILKLRLSLTLULVLYMAMCMDMEMGMHMKMLMMMNMRMTMUMVMWMXMYMZNANENGNINLNONPNRNZOMPAPEPGPHPKPLPSPTPW"
    "PYQARORSRURWSASBSCSDSESGSISKSLSMSNSOSRSSSTSVSYSZTDTGTHTJTLTMTNTOTRTTTVTWTZUAUGUSUYUZVAVCVEVNVUWS"
    "XKYEZAZMZWEU"
)
CODES = [_JOINED[i : i + 2] for i in range(0, len(_JOINED), 2)]


@pytest.mark.parametrize("code", CODES)
def test_each_state_has_a_name_that_is_its_own(code: str) -> None:
    name = state_name(code)
    assert name is not None
    state = read_state(name)
    assert state is not None
    assert (state.name, state.code) == (name, code)


def test_no_other_code_is_in_the_list() -> None:
    coded = {symbol for symbol, _, _ in TABLE.values() if len(symbol) == 2}
    assert coded - {"SU", "DD", "YU", "CS"} == set(CODES)
    assert len(CODES) == 198


@given(st.sampled_from(sorted(TABLE)))
def test_every_form_is_read_in_capitals_too(form: str) -> None:
    symbol, name, _ = TABLE[form]
    state = read_state(form.upper())
    assert state is not None
    assert (state.symbol, state.name) == (symbol, name)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Соединённых Штатах Америки", "US"),
        ("Соединенными Штатами", "US"),
        ("рф", "RU"),
        ("РОССИЕЙ", "RU"),
        ("Республике\nКорея", "KR"),
        ("Республики Кореи", "KR"),
        ("Ю.Корею", "KR"),
        ("Кот-д’Ивуаром", "CI"),
        ("Папуа-Новой Гвинее", "PG"),
        ("Папуа – Новой Гвинеей", "PG"),
        ("Бирмой", "MM"),
        ("Евросоюзом", "EU"),
        ("РК", "KZ"),
        ("ЧССР", None),
        ("Содружестве Независимых Государств", None),
    ],
)
def test_case_forms_and_abbreviations(text: str, code: str | None) -> None:
    state = read_state(text)
    assert state is not None
    assert state.code == code


@pytest.mark.parametrize(
    "text", ["", " ", "Гонконг", "Приднестровье", "ДНР", "того", "штаты", "НАТО", "Москва", "Азия"]
)
def test_what_is_no_state(text: str) -> None:
    assert read_state(text) is None
    assert not is_state(text)
    assert state_codes(text) == frozenset()


def test_unions_share_one_symbol_and_have_no_code() -> None:
    assert state_codes("СНГ") == {"UN"}
    assert state_codes("Советским Союзом") == {"SU"}
    assert state_name("UN") is None


def test_names_are_found_in_running_text() -> None:
    text = "Из Новой Зеландии в США и Боснию и Герцеговину, но не в зону .РФ; того же мнения Республика Чили."
    found = [text[start:end] for start, end in find_states(text)]
    assert found == ["Новой Зеландии", "США", "Боснию и Герцеговину", "Республика Чили"]


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    for start, end in find_states(text):
        assert read_state(text[start:end]) is not None
    read_state(text)
