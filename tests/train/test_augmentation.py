import re

import numpy as np
import pytest
from annotated import marked
from hypothesis import given
from hypothesis import strategies as st

from ie.train.augmentation import augment, headline, noisy_copies, scattered_lookalikes, shouting, typography
from ie.train.edits import rewrite
from ie.train.noise import KINDS

SENTENCE = "Вчера [PARTY «Щербинка»] заняла [AMOUNT 1,2 млрд руб.] — на [SECTOR добычу угля], объём 5 %. "
DOCUMENT = marked("Щербинка растёт\n\n" + SENTENCE * 6, id="x", labels=("AMOUNT", "PARTY", "SECTOR"))
SEEDS = st.integers(0, 2**32)


@given(seed=SEEDS)
def test_a_copy_has_all_spans_and_all_digits(seed):
    noisy = augment(DOCUMENT, np.random.default_rng(seed))
    assert [entity.label for entity in noisy.entities] == [entity.label for entity in DOCUMENT.entities]
    assert all(entity.text == noisy.text[entity.start : entity.end] for entity in noisy.entities)
    assert re.findall(r"\d", noisy.text) == re.findall(r"\d", DOCUMENT.text)
    assert (noisy.id, noisy.labels) == (DOCUMENT.id, DOCUMENT.labels)


def test_copies_differ_among_themselves_and_hang_on_seed_and_text_alone():
    copies = noisy_copies([DOCUMENT, marked("Порт в [PARTY Казахстане]")], 40, seed=3)
    texts = [document.text for document in copies]
    assert len(copies) == 80
    assert len(set(texts[::2])) > 30
    assert noisy_copies([DOCUMENT], 40, seed=3) == copies[::2]
    assert noisy_copies([DOCUMENT], 1, seed=4) != copies[:1]


def test_among_copies_are_mild_ones_and_whole_texts():
    texts = [document.text for document in noisy_copies([DOCUMENT], 200, seed=0)]
    assert any(text.isupper() for text in texts)
    assert any(text.islower() for text in texts)
    partly = [t for t in texts if "ВЧЕРА" in t and re.search("[Вв]чера", t)]
    assert partly
    # beyond the kinds that are measured
    assert any("\u00a0" in text for text in texts)
    assert any('"' in text for text in texts)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_is_measured_is_drawn(kind, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "ie.train.augmentation.rewrite", lambda document, pieces: (drawn.append(pieces), document)[1]
    )
    noisy_copies([DOCUMENT], 200, seed=1)
    whole = {"".join(pieces) for pieces in drawn}
    signs = {
        "lower": lambda t: t.islower(),
        "upper": lambda t: t.isupper(),
        "no_punctuation": lambda t: "«" not in t and "Щербинка" in t and "," in t,
        "yo": lambda t: "объем" in t and "«Щербинка»" in t,
        "lookalikes": lambda t: re.search("[a-z]", t),
        "typos": lambda t: abs(len(t) - len(DOCUMENT.text)) < 9 and t.split() != DOCUMENT.text.split(),
        "glued": lambda t: t.count(" ") < DOCUMENT.text.count(" ") and "«" in t,
        "broken_lines": lambda t: t.count("\n") > 4,
    }
    assert any(signs[kind](text) for text in whole)


def test_a_headline_is_the_first_line_or_sentence():
    rng = np.random.default_rng(0)
    assert "".join(headline("Рост цен\nВчера.", rng, 1)) == "РОСТ ЦЕН\nВчера."
    assert "".join(headline("Рост в 1.5 раза. Вчера.", rng, 1)) == "РОСТ В 1.5 РАЗА. Вчера."
    assert headline("", rng, 1) == []


def test_words_and_letters_in_part():
    rng = np.random.default_rng(0)
    text = "один два три " * 40
    loud = "".join(shouting(text, rng, 0.3))
    assert loud.lower() == text
    assert set(loud.split()) == {"один", "два", "три", "ОДИН", "ДВА", "ТРИ"}
    latin = "".join(scattered_lookalikes("сосна " * 40, rng, 0.3))
    assert 0.1 < np.mean([c.isascii() for c in latin if c != " "]) < 0.4


def test_typography_is_of_one_style_in_a_document():
    styles = set()
    for seed in range(60):
        noisy = rewrite(DOCUMENT, typography(DOCUMENT.text, np.random.default_rng(seed), 0.2))
        names = {entity.text for entity in noisy.entities if entity.label == "PARTY"}
        assert len(names) == 1
        styles |= names
        assert "«" not in noisy.text
    assert styles == {
        '"Щербинка"',
        "“Щербинка”",
        "„Щербинка“",
        "'Щербинка'",
        "&quot;Щербинка&quot;",
        "Щербинка",
    }
