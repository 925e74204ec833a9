import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.document import Span
from ie.words import char_spans, word_spans, words

# The cuts between words are marked with |; a space is no word.
CUTS = [
    "выручка| |1,2| |млрд| |$3| |и| |100€|.",
    "передает|Tengrinews|.|kz|со| |ссылкой",
    "23.09.2025| |10|:|42",
    "1 599 059,38".replace(" ", "| |"),
    "в| |2024|году",
    "сло\u00adво|,| |краи\u0306| |с\u200bто",
    'ТОО| |"|Токио| |Роуп|"|.',
    "🇷|🇺| |👍|\u0301",
    "К|o|ндопо|ga",
    "第二| |и| |שלום",
    "",
]


@pytest.mark.parametrize("marked", CUTS)
def test_words(marked):
    text = marked.replace("|", "")
    assert [text[a:b] for a, b in words(text)] == [part for part in marked.split("|") if part.strip()]


@given(st.text())
def test_words_hold_every_visible_character_once(text):
    offsets = words(text)
    assert all(a < b for a, b in offsets)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(offsets))
    covered = "".join(text[a:b] for a, b in offsets)
    assert [c for c in covered if not c.isspace()] == [c for c in text if not c.isspace()]


@given(st.text(alphabet="аб1, .$«»\u0301k", max_size=40), st.data())
def test_word_spans_and_char_spans_are_inverse(text, data):
    offsets = words(text)
    if not len(offsets):
        return
    start = data.draw(st.integers(0, len(offsets) - 1))
    end = data.draw(st.integers(start + 1, len(offsets)))
    span = Span(start, end, "PARTY")
    assert word_spans(offsets, char_spans(offsets, [span])) == ([span], [])


def test_spans_inside_a_word_are_told_apart():
    assert word_spans(words("около 1,2 млрд"), [Span(6, 7, "AMOUNT"), Span(6, 14, "AMOUNT")]) == (
        [Span(1, 3, "AMOUNT")],
        [Span(6, 7, "AMOUNT")],
    )
