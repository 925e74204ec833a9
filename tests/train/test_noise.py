import datetime
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from annotated import marked
from hypothesis import given
from hypothesis import strategies as st

from ie.document import Document, Entity
from ie.train.noise import KINDS, SLACK, WIDTH, perturb
from ie.words import word_spans, words

SENTENCE = (
    "Вчера [PARTY АО «Щербинка»] заняло [AMOUNT 1,2 млрд руб.] на [SECTOR добычу угля], объём – 5-7 %. "
    "[PARTY А. Д. Ёлкин] (пайщик) ждёт роста к [DATE 10 ноября 2016 г.], сказано в отчёте. "
)
LONG = marked(SENTENCE * 12, id="long", date=datetime.date(2016, 11, 7), labels=("AMOUNT", "PARTY"))
WORDS = (
    "Ёлка",
    "№ 5",
    "2,5",
    "Ф.",
    "«Щит»",
    "-",
    "—",
    "ЕС",
    "е\u0308ж",
    "ßX",
    "a@b.ru",
    "и\n",
    "\u00a0",
    "😀",
    "(т.д.)",
)
SEEDS = st.integers(0, 2**32).map(np.random.default_rng)


@st.composite
def documents(draw):
    """Return a strategy for documents of any words, with spans of whole words that do not touch."""
    text, entities = "", []
    for word in draw(st.lists(st.sampled_from(WORDS), max_size=30)):
        text += " "
        mention = word.strip()
        if mention and draw(st.booleans()):
            entities.append(
                Entity("PARTY", len(text), len(text) + len(mention), mention, value={"kind": "x"})
            )
        text += word
    return Document(text, tuple(entities), id="x")


def letters(text):
    return [c for c in text if c.isalnum()]


def run(kind, source, share=1.0, seed=0):
    return perturb(marked(source), kind, np.random.default_rng(seed), share)


@pytest.mark.parametrize("kind", KINDS)
@given(document=documents(), rng=SEEDS, share=st.floats(0, 1))
def test_spans_fit_the_text_in_order(kind, document, rng, share):
    noisy = perturb(document, kind, rng, share)
    end = 0
    for entity in noisy.entities:
        assert entity.text == noisy.text[entity.start : entity.end] == entity.text.strip() != ""
        assert entity.start >= end
        end = entity.end
    assert [c for c in noisy.text if c.isdigit()] == [c for c in document.text if c.isdigit()]
    # only marks that were spans of their own can be lost
    kept = [e for e in document.entities if letters(e.text) or kind != "no_punctuation"]
    assert len(noisy.entities) >= len(kept)
    assert all(entity.value == {"kind": "x"} for entity in noisy.entities)


@pytest.mark.parametrize("kind", KINDS)
@given(document=documents(), rng=SEEDS)
def test_a_share_of_nothing_changes_nothing(kind, document, rng):
    noisy = perturb(document, kind, rng, 0.0)
    if kind == "broken_lines":  # its share is that of the breaks inside words
        noisy = replace(document, entities=()) if noisy.text.split() == document.text.split() else noisy
        document = replace(document, entities=())
    assert noisy == document


@pytest.mark.parametrize("kind", KINDS)
def test_noise_is_strong_but_loses_no_span_and_no_field(kind):
    noisy = perturb(LONG, kind, np.random.default_rng(5))
    assert noisy.text != LONG.text
    assert [entity.label for entity in noisy.entities] == [entity.label for entity in LONG.entities]
    assert (noisy.id, noisy.date, noisy.labels) == (LONG.id, LONG.date, LONG.labels)
    assert perturb(LONG, kind, np.random.default_rng(5)) == noisy


@given(document=documents(), rng=SEEDS)
def test_what_is_taken_away_is_all_that_is_missing(document, rng):
    text = document.text
    assert perturb(document, "lower", rng).text == "".join(c.lower() for c in text)
    assert perturb(document, "upper", rng).text == "".join(c.upper() for c in text)
    assert perturb(document, "yo", rng).text == text.replace("е\u0308", "е").replace("Ё", "Е").replace(
        "ё", "е"
    )
    bare = perturb(document, "no_punctuation", rng).text
    assert letters(bare) == letters(text)
    assert "«" not in bare
    assert "(" not in bare
    glued = perturb(document, "glued", rng, 0.5).text
    assert re.sub("[ \u00a0]", "", glued) == re.sub("[ \u00a0]", "", text)
    assert glued.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("expected", "source"),
    [
        ("[PARTY АО Лава] и [PARTY Роса]", "[PARTY АО «Лава»] и [PARTY «Роса»]"),
        ("[AMOUNT 1,2 млрд руб] и [AMOUNT $3.5 млн]", "[AMOUNT 1,2 млрд руб.], и ([AMOUNT $3.5 млн])"),
        ("[PARTY А Д Сажин] т д", "[PARTY А.Д. Сажин], т.д."),
        ("[DATE 2015–2019 годы] 10:42 5-7 %", "[DATE 2015–2019 годы], 10:42, 5-7 %…"),
        ("Лава сказал он нефте- и газодобыча", "— Лава, — сказал он: «нефте- и газодобыча»."),
        ("из-за О'Нила -5 [PARTY Лава]-дочка", "из-за О'Нила -5 [PARTY «Лава»]-дочка"),
        ("[PARTY Лава] [PARTY Роса]", "[PARTY «Лава»],[PARTY «Роса»]"),
        ("Да\nНет\n\nЛава", "Да.\nНет!\n\n— Лава"),
        (
            "пишет http://lava.ru/a.html и a.b@lava.ru или lava ru",
            "пишет http://lava.ru/a.html и a.b@lava.ru или lava.ru",
        ),
        ("№ 5 AT&T 2011/12", "№ 5, AT&T, 2011/12"),
    ],
)
def test_punctuation(expected, source):
    assert run("no_punctuation", source) == marked(expected)


def test_lookalikes_are_latin_and_only_in_some_words():
    assert run("lookalikes", "[PARTY АВЕКМНОРСТХ] аеорсух бг 5").text == "ABEKMHOPCTX aeopcyx бг 5"
    latin = str.maketrans("aeopcyxABEKMHOPCTX", "аеорсухАВЕКМНОРСТХ")
    noisy = perturb(LONG, "lookalikes", np.random.default_rng(0))
    assert noisy.text.translate(latin) == LONG.text
    changed = [a != b for a, b in zip(noisy.text.split(), LONG.text.split(), strict=True)]
    assert 0.1 < np.mean(changed) < 0.25  # in nearly half of the words there is no such letter
    # a word of two scripts comes apart, but never across the edge of a span
    assert not word_spans(words(noisy.text), [entity.span for entity in noisy.entities])[1]


def test_typos_are_slips_of_single_letters():
    noisy = perturb(LONG, "typos", np.random.default_rng(0))
    assert abs(len(noisy.text) - len(LONG.text)) < 0.02 * len(LONG.text)
    pairs = list(zip(noisy.text.split(), LONG.text.split(), strict=True))
    assert all(abs(len(a) - len(b)) <= 3 for a, b in pairs)
    assert 0.05 < np.mean([a != b for a, b in pairs]) < 0.35


@pytest.mark.parametrize(
    ("word", "slips"), [("кот", {"окт", "кто", "от", "кт", "ко", "ккот", "коот", "котт"}), ("я", {"яя"})]
)
def test_a_typo_is_swapped_dropped_doubled_or_from_the_next_key(word, slips):
    beside = {"к": "уепва", "о": "лргшть", "т": "ьиоро", "я": "фыч"}
    slips = slips | {word[:i] + key + word[i + 1 :] for i, c in enumerate(word) for key in beside[c]}
    found = {run("typos", word, 0.2, seed).text for seed in range(400)}
    single = {text for text in found if text in slips}
    assert len(single) > len(slips) / 2
    assert word in found
    assert "" not in found


def test_a_span_keeps_its_characters_where_a_blank_is_lost():
    noisy = run("glued", "в [PARTY Казахстане] ждут [AMOUNT 5 млн тенге]")
    assert noisy == marked("в[PARTY Казахстане]ждут[AMOUNT 5млнтенге]")
    spans = [entity.span for entity in noisy.entities]
    aligned, misaligned = word_spans(words(noisy.text), spans)
    assert misaligned == [spans[0]]
    assert len(aligned) == 1


def test_lines_are_broken_near_a_column_and_words_before_a_syllable():
    noisy = perturb(LONG, "broken_lines", np.random.default_rng(0), 0.5)
    lines = noisy.text.split("\n")
    assert all(len(line) <= WIDTH + SLACK + 1 for line in lines)
    assert min(map(len, lines[:-1])) > WIDTH / 2
    after_cut = [b for a, b in pairwise(lines) if a.endswith("-")]
    assert 0.2 < len(after_cut) / len(lines) < 0.8
    assert all(re.match("[бвгджзклмнпрстфхцчшщ][аеёиоуыэюя]", line) for line in after_cut)
    assert noisy.text.replace("-\n", "").replace("\n", " ") == LONG.text


def test_old_lines_stay_and_text_without_blanks_ends():
    short = "Одна строка.\nДругая строка.\n" * 5
    assert run("broken_lines", short).text == short
    assert run("broken_lines", "х" * 500).text == "х" * 500


def test_a_share_of_sentences_is_in_capitals():
    noisy = perturb(LONG, "upper", np.random.default_rng(1), 0.5)
    loud = sum(word.isupper() for word in noisy.text.split() if len(word) > 3)
    assert 0.2 < loud / sum(len(word) > 3 for word in noisy.text.split()) < 0.8
    assert "заняло 1,2 млрд" in noisy.text
    assert "ЗАНЯЛО 1,2 МЛРД" in noisy.text


@pytest.mark.parametrize(
    ("kind", "share"),
    [("lower", 1), ("lookalikes", 0.3), ("typos", 0.03), ("glued", 0.05), ("broken_lines", 0.3)],
)
def test_the_share_of_the_benchmark_is_the_default(kind, share):
    rng = np.random.default_rng(2), np.random.default_rng(2)
    assert perturb(LONG, kind, rng[0]) == perturb(LONG, kind, rng[1], share)


def test_unknown_kind():
    with pytest.raises(KeyError):
        perturb(LONG, "fog", np.random.default_rng(0))
