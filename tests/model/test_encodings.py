import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.encodings import check_encoding, decode, detect, is_text
from ie.errors import InputError, UsageError

LONG = (
    "Совет директоров холдинга «Северная верфь» одобрил покупку завода в Твери за 1,2 млрд рублей. "
    "Сделку закроют до конца марта, пишет газета. Остальное пойдёт на ремонт цехов: около 40 млн евро, "
    "уточнил Олег Щукин. АНАЛИТИКИ ЖДУТ РОСТА ЭКСПОРТА ЗЕРНА."
)
SHORT = (
    "Москва, 6 ноября",
    "Банк купил завод.",
    "ООО Ромашка",
    "Цена выросла на 5 %",
    "нефть подешевела",
    "Объём торгов: 3 млн",
    "ПРИБЫЛЬ ВЫРОСЛА ВДВОЕ",
)
LEGACY = ("cp1251", "koi8_r", "cp866")
PARTS = [LONG[i : i + 40] for i in range(0, 220, 10)]


def in_charset(text, encoding):
    """Return the part of a text that an 8-bit encoding has letters for."""
    return text.encode(encoding, "ignore").decode(encoding)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", *LEGACY]
)
@pytest.mark.parametrize("text", [LONG, *SHORT])
def test_russian_text_is_read_in_the_encoding_it_is_in(text, encoding):
    if encoding in LEGACY:
        text = in_charset(text, encoding)
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", LEGACY)
@pytest.mark.parametrize(("least", "case"), [(0.99, str), (0.99, str.lower), (0.8, str.upper)])
def test_cuts_of_forty_characters_are_told_apart(encoding, least, case):
    cuts = [in_charset(case(part), encoding) for part in PARTS]
    right = sum(decode(cut.encode(encoding)) == cut for cut in cuts)
    assert right >= least * len(cuts)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"])))
def test_utf8_is_never_taken_for_anything_else(text):
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@given(st.text(st.sampled_from("абвгд АБВ xyz 123 «»—\r\n\t\u0301\xa0\xad😀"), min_size=1))
def test_line_ends_and_marks_stay_as_they_are(text):
    assert decode(text.encode("utf-8-sig")) == decode(text.encode("utf-16")) == text


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_an_input_error(data):
    with suppress(InputError):
        assert "\0" not in decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0",
        b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(range(256)),
        bytes(range(256)) * 4,
        b"\x7fELF\x02\x01\x01" + bytes(100),
        b"\0" * 50,
    ],
    ids=["png", "zip", "every byte", "elf", "zeros"],
)
def test_binary_data_are_refused(data):
    with pytest.raises(InputError, match="Not text"):
        decode(data)


def test_one_broken_byte_does_not_turn_utf8_into_noise():
    with pytest.raises(InputError, match="byte 20 does not fit"):
        decode("Курс рубля".encode() + b" \xff " + LONG.encode())


def test_a_text_cut_in_the_middle_of_a_character_is_named():
    with pytest.raises(InputError, match="Not utf-8 text: byte 100 does"):
        decode(LONG.encode()[:101])


def test_an_encoding_that_is_given_is_used_even_where_another_fits():
    assert decode("да".encode("koi8_r"), "cp1251") == "ДБ".lower().replace("дб", "ДБ")


def test_a_byte_that_the_given_encoding_lacks_is_named():
    with pytest.raises(InputError, match=r"Not cp1251 text: byte 3 does not fit\."):
        decode(b"abc\x98", "cp1251")


def test_nul_is_never_text():
    with pytest.raises(InputError, match="NUL"):
        decode("да\0нет".encode("utf-16"))


def test_a_declared_charset_decides_where_utf8_does_not_fit():
    text = "Ціна"
    assert decode(text.encode("koi8_u"), declared="koi8-u") == text


@pytest.mark.parametrize(
    "declared",
    ["iso-8859-1", "no-such-charset", "base64", "utf-8", "undefined", "utf-16", "UTF-32LE", "idna"],
)
def test_a_declaration_that_tells_nothing_is_passed_over(declared):
    assert decode(SHORT[1].encode("cp1251"), declared=declared) == SHORT[1]


def test_other_languages_are_left_to_charset_normalizer():
    text = "Wirtschaft und Börse: die Übernahme größerer Häuser über mehrere Jahre wäre möglich. " * 5
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize("name", ["no-such", "base64", "rot13", ""])
def test_an_unknown_encoding_is_wrong_usage(name):
    with pytest.raises(UsageError, match="Unknown encoding"):
        check_encoding(name)


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", LONG.encode()[:77]),
        ("utf-8", b'{"text": "ok"}\n{"text": "\xff\xfe"}'),
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8 + b"{}"),
        ("cp1251", LONG.encode("cp1251")),
        ("utf-16-le", codecs.BOM_UTF16_LE + "{}".encode("utf-16-le")),
    ],
)
def test_the_encoding_of_lines_is_detected_by_their_beginning(encoding, head):
    assert detect(head) == encoding


def test_text_may_hold_a_stray_control_character():
    assert is_text("а" * 200 + "\x0b\x1b")
    assert not is_text("а" * 20 + "\x1b")
