"""What holds of every sector phrase: terms in all cases, records, random text, time."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.values.result import Context, Unknown
from ie.values.sectors import isic, reader
from ie.values.sectors.lemmas import WORD, keys, readings
from ie.values.sectors.lexicon import lexicon
from ie.values.sectors.noun_phrase import find_head
from ie.values.sectors.reader import LONGEST, Sector, read_sector

LISTS = Path(__file__).parents[3] / "seeds" / "lexicon" / "sectors"
CASES = ("gent", "datv", "accs", "ablt", "loct")
SAMPLE = 400
WORDS = ["", "и", ",", "-", "по", "области", "добыча", "рынок", "услуги", "IT", "нефти", "производством", "ё"]


def terms():
    for path in sorted(LISTS.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.strip() and not line.startswith("#"):
                code, term = line.split("\t")
                yield code, term.strip()


def refused(term):
    """Return whether the guidelines have the term among what is no sector."""
    return any(key in lexicon().nothing for key in keys(WORD.findall(term)))


def in_case(term, case):
    """Return a term in another case by pymorphy3, None where its words are not all plain."""
    phrase = find_head(WORD.findall(term))
    if phrase is None or phrase.shared or (phrase.after and not phrase.after[0].islower()):
        return None
    nouns = [r for r in readings(phrase.noun) if r.noun and r.case == "nomn" and not r.animate]
    if not nouns:
        return None
    noun = max(nouns, key=lambda reading: reading.score)
    words = []
    for word in phrase.words[: phrase.head]:
        fitting = [r for r in readings(word) if not r.noun and r.agrees(noun)]
        wanted = {case, "inan"} if case == "accs" and noun.number == "plur" else {case}
        wanted |= {noun.number} | ({noun.gender} if noun.number == "sing" and noun.gender else set())
        if case == "accs" and noun.gender == "masc" and noun.number == "sing":
            wanted |= {"inan"}
        form = fitting[0].parse.inflect(wanted) if fitting else None
        if form is None:
            return None
        words.append(form.word)
    form = noun.parse.inflect({case, noun.number})
    return " ".join([*words, form.word, *phrase.after]) if form else None


def test_there_are_enough_terms():
    assert len(list(terms())) >= 1200


def test_every_section_and_division_has_a_term():
    coded = {term.code for term in lexicon().terms.values()}
    assert set(isic.codes()) - coded - {isic.section(code) for code in coded} == set()
    assert len(isic.codes()) == 21 + 88


def test_every_term_has_its_own_code():
    wrong = [
        (code, term, found)
        for code, term in terms()
        if not refused(term) and getattr(found := read_sector(term), "code", None) != code
    ]
    assert wrong == []


@pytest.mark.parametrize("case", CASES)
def test_every_term_in_each_case_has_its_own_code(case):
    sample = random.Random(case).sample(sorted(set(terms())), SAMPLE)
    wrong = []
    for code, term in sample:
        form = None if refused(term) else in_case(term, case)
        if form and getattr(found := read_sector(form), "code", None) != code:
            wrong.append((term, form, found))
    # a few forms are also forms of another word
    assert len(wrong) <= SAMPLE // 200, wrong


@pytest.mark.parametrize("case", CASES)
def test_most_terms_in_each_case_have_their_own_nominative(case):
    sample = random.Random(case + "!").sample(sorted(set(terms())), SAMPLE)
    pairs = [(term, form) for _, term in sample if not refused(term) and (form := in_case(term, case))]
    wrong = [(t, f, found) for t, f in pairs if getattr(found := read_sector(f), "canonical", None) != t]
    assert len(wrong) <= 0.06 * len(pairs), wrong


def test_every_code_of_the_lexicon_has_titles():
    known = lexicon()
    codes = {term.code for term in known.terms.values()} | set(known.adjectives.values())
    codes |= {code for good in known.goods.values() for code in (good.made, good.dug, good.grown) if code}
    codes |= set(known.stems.values()) | set(known.endings.values())
    for code in codes:
        assert isic.title(code)
        assert isic.title(code, "ru")


def test_titles():
    assert isic.title("D") == "Electricity, gas, steam and air conditioning supply"
    assert isic.title("M72", "ru") == "Научные исследования и разработки"
    assert isic.section("D35") == "D"
    with pytest.raises(ValueError, match="'Z99'"):
        isic.title("Z99")
    with pytest.raises(ValueError, match="'kk'"):
        isic.title("D", "kk")


@pytest.mark.parametrize("sector", [Sector("энергетика", "D35"), Sector("слово", None)])
def test_records(sector):
    assert Sector.from_record(sector.to_record()) == sector


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=LONGEST + 20))
def test_random_text_never_raises(text):
    found = read_sector(text)
    if isinstance(found, Unknown):
        assert found.reason.endswith(".")
    else:
        assert found.canonical
        assert found.code is None or isic.title(found.code)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS)))
def test_random_words_never_raise(words):
    found = read_sector(" ".join(words))
    assert isinstance(found, Unknown) or found.code is None or isic.title(found.code)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(set(terms()))))
def test_a_nominative_is_its_own(pair):
    first = read_sector(pair[1])
    if isinstance(first, Sector):
        assert read_sector(first.canonical) == first
        assert read_sector(f"  «{pair[1]}», ") == first
        if len(pair[1]) > 5:
            assert getattr(read_sector(pair[1].upper()), "code", first.code) == first.code


@pytest.mark.parametrize(
    "text", ["\U00017000", "добыча \U00017000", "\ud800", "-", "ё-", "1-й", "²", "½ нефти"]
)
def test_strange_letters_never_raise(text):
    assert read_sector(text)


def test_soft_hyphens_are_no_part_of_words():
    assert read_sector("энер\u00adгетику") == read_sector("энергетику") == Sector("энергетика", "D35")
    before = [Context(f"вложения в {head} ", "") for head in ("сек\u00adтор", "сектор")]
    found, expected = (read_sector("ово\u00adщей и фруктов", context) for context in before)
    assert isinstance(found, Sector)
    assert found == expected == read_sector("овощей и фруктов", before[1])


def test_long_phrases_are_unknown():
    assert isinstance(read_sector("добыча нефти и " * 7000), Unknown)


def test_a_phrase_takes_milliseconds():
    phrases = [term for _, term in random.Random(7).sample(sorted(set(terms())), SAMPLE)]
    read = reader._read.__wrapped__
    for phrase in phrases:
        read(phrase)
    start = time.process_time()
    for phrase in phrases:
        read(phrase)
    assert (time.process_time() - start) / len(phrases) < 0.01
