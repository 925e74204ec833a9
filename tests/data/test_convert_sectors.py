"""What becomes of economic sectors; `<…>` is what the corpus marks, `[…]` what must come out."""

import re

import pytest

from ie.data.brat import RawSpan
from ie.data.convert import sectors
from ie.data.convert.inflection import pattern, phrase
from ie.data.convert.report import Report


def raw_of(case: str) -> tuple[str, list[RawSpan]]:
    text, spans, start = "", [], 0
    for part in re.split(r"([<>])", case):
        if part == "<":
            start = len(text)
        elif part == ">":
            spans.append(RawSpan("ECONOMIC_SECTOR", start, len(text), text[start:]))
        else:
            text += part
    return text, spans


def bracketed(case: str) -> str:
    """Return the text with what the rules make a SECTOR in brackets."""
    text, raw = raw_of(case)
    for span in reversed(sectors.convert(text, raw, Report("case"))):
        text = f"{text[: span.start]}[{text[span.start : span.end]}]{text[span.end :]}"
    return text


@pytest.mark.parametrize(
    "expected",
    [
        "спад в [легкой промышленности]",
        "российская [нефтяная отрасль] растет",
        "отечественная [химическая промышленность]",
        "деньги для [энергетического, финансового и оборонного секторов]",
        "в [нефтяной и газовой отраслях]",
        "доля на [страховом рынке]",
        "вся наша [банковская система]",
        "в сфере [энергетики]",
        "на рынке [недвижимости]",
        "отрасль [машиностроения]",
        "мировая [энергетика] в беде",
        "развитие [атомной энергетики]",
        "снижение [добычи нефти] и рост [добычи полезных ископаемых]",
        "[животноводство], [туризм], [АПК] и [ЖКХ]",
        "сети [розничной торговли]",
        "[туризм], [строительство] и [торговля]",
        "[сельское хозяйство] и [медицина]",
        "работает в [авиаотрасли]",
        "[черная металлургия]",
        "занят в [IT-секторе]",
    ],
)
def test_the_lexicon_finds_sectors_with_their_heads(expected: str) -> None:
    assert bracketed(re.sub(r"[\[\]]", "", expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "министр энергетики и угольной промышленности",
        "комиссар по сельскому хозяйству",
        "Министерство сельского хозяйства",
        "профсоюз химической промышленности",
        "экономика, промышленность и бизнес",
        "в связи с этим строительство завода",
        "нефтяная компания, платежная система",
        "государственный сектор и сектор Газа",
        "Судостроительный комплекс «Якорь»",
        "об этом сообщили энергетики",
    ],
)
def test_posts_goods_and_bare_heads_are_no_sectors(text: str) -> None:
    assert bracketed(text) == text


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        ("занялся [производством керамической плитки]", "занялся <производством керамической плитки>"),
        ("на рынке [прокатных услуг]", "<на рынке прокатных услуг>"),
        ("в [оконном бизнесе]", "в <оконном бизнесе>"),
        ("выросло [страхование]", "выросло <страхование>"),
        ("поставки газа в Китай", "<поставки газа> в Китай"),
        ("транзит нефти", "<транзит нефти>"),
        ("начато строительство", "начато <строительство>"),
        ("нефтяной и другие", "<нефтяной> и другие"),
        ("идет строительство завода", "идет <строительство завода>"),
        ("строительство газопровода «Юг»", "<строительство газопровода> «Юг»"),
    ],
)
def test_the_corpus_is_believed_where_it_names_an_activity_in_general(expected: str, case: str) -> None:
    assert bracketed(case) == expected


def test_sectors_in_the_names_of_posts_and_bodies_that_the_corpus_marks_are_left_out() -> None:
    text = "Лига сельского хозяйства и туризм"
    raw = [RawSpan("ORGANIZATION", 0, 24, text[:24])]
    assert [text[s.start : s.end] for s in sectors.convert(text, raw, Report("case"))] == ["туризм"]


def test_what_is_dropped_added_and_changed_is_reported() -> None:
    text, raw = raw_of("<поставки газа>, <на рынке прокатных услуг> и туризм")
    report = Report("case")
    sectors.convert(text, raw, report)
    assert {(note.action, note.text) for note in report.notes} == {
        ("dropped", "поставки газа"),
        ("changed", "на рынке прокатных услуг"),
        ("added", "туризм"),
    }


@pytest.mark.parametrize(
    ("lemma", "forms"),
    [
        ("отрасль", "отрасль отрасли отраслью отраслей отраслям"),
        ("промышленность", "промышленности промышленностью"),
        ("рынок", "рынок рынка рынках"),
        ("перевозка", "перевозки перевозок перевозками"),
        ("машиностроение", "машиностроения машиностроением"),
        ("нефтяной", "нефтяной нефтяная нефтяную нефтяными Нефтяного"),
        ("легкий", "легкая легкой легких"),
        ("добыча", "добычи добычей"),
        ("сектор", "сектор секторов секторах"),
    ],
)
def test_lemmas_match_their_case_forms(lemma: str, forms: str) -> None:
    assert all(re.fullmatch(pattern(lemma), form) for form in forms.split())
    assert not re.fullmatch(pattern(lemma), lemma + "ский")


def test_phrases_keep_fixed_words_and_abbreviations_as_they_are() -> None:
    assert re.fullmatch(phrase("добыча =нефти|=газа"), "Добычу газа")
    assert not re.fullmatch(phrase("добыча =нефти|=газа"), "добычу газу")
    assert re.fullmatch(phrase("ТЭК"), "ТЭК")
    assert not re.fullmatch(phrase("ТЭК"), "тэк")
