import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.sections import MAX_SECTION, sections

# The cuts are marked with |; a section has at most 20 characters.
CUTS = [
    "короткий текст",
    "ровно двадцать знако",
    "Первый абзац.\n\n|Второй\nабзац. И ещё",  # a paragraph goes before a line
    "Первая строка\n|ещё. Другая строка",  # a line before a sentence
    "Да. Слово слово. |Другое слово слово",  # a sentence before a word
    "за 5 млн долл. США |и ещё вчера",  # a dot behind a short word may be that of an abbreviation
    "раз два три четыре |пять шесть семь",
    "а\n\nб в г д е ж з и |к л м н о п",  # only the second half counts: sections are no stubs
    "раз |двадевятиэтажныхдома",  # unless there is no white space in it
    "раздватричетырепятьш|естьсемьвосемь",
    "а" * 20 + "|" + "б" * 20 + "|" + "в",
    "цена 12.5 млн. руб. |и Ко",
    "первая строка\r\n\r\n|вторая строка",
    "",
    " " * 20 + "|" + " " * 5,
]


@pytest.mark.parametrize("marked", CUTS)
def test_sections(marked):
    text = marked.replace("|", "")
    assert [text[a:b] for a, b in sections(text, 20)] == [part for part in marked.split("|") if part]


@given(st.text(alphabet="аБ. \n\r!«\u00a0", max_size=300), st.integers(1, 40))
def test_sections_cover_the_text_and_none_is_too_long(text, size):
    found = list(sections(text, size))
    assert "".join(text[a:b] for a, b in found) == text
    assert all(0 < b - a <= size for a, b in found)
    assert [b for _, b in found[:-1]] == [a for a, _ in found[1:]]
    assert len(found) == 1 or len(text) > size or not text


@given(st.text(alphabet="абвг \n.", max_size=300), st.integers(2, 40))
def test_a_word_is_cut_only_where_its_section_has_no_white_space(text, size):
    for (start, end), _ in itertools.pairwise(sections(text, size)):
        inside = not text[end - 1].isspace() and not text[end].isspace()
        assert not inside or not any(char.isspace() for char in text[start:end])


def test_an_article_is_one_section():
    assert list(sections("слово " * 4000)) == [(0, 24_000)]
    assert len(list(sections("слово " * MAX_SECTION))) == 7


@pytest.mark.parametrize("piece", ["\n", " \n", ". ", "а", "а ", ".\t", "А. Б\n\n"])
def test_time_grows_with_the_text_only(piece):
    def seconds(chars):
        text = piece * (chars // len(piece))
        start = time.process_time()
        assert sum(1 for _ in sections(text))
        return time.process_time() - start

    assert seconds(1_000_000) < 20 * seconds(200_000) + 1
