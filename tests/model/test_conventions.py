"""What the label guide settles about spans of sums and sectors."""

import pytest
from guided import marked, shown
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.conventions import follow
from ie.document import Span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the figure and the currency belong to a sum
        ("выручка (2,1 ⟦млрд руб.⟧)", ["2,1 млрд руб."]),
        ("выручка (1 234,5 ⟦тысячи рублей⟧)", ["1 234,5 тысячи рублей"]),
        ("цена ₽⟦9 985,3⟧", ["₽9 985,3"]),
        ("платят ⟦15 млн⟧ рублей", ["15 млн рублей"]),
        ("платят ⟦15 млн⟧ людей", ["15 млн"]),
        ("в 2021 ⟦миллиарды рублей⟧", ["миллиарды рублей"]),
        # comparators
        ("не ⟦более 1 млн рублей⟧", ["не более 1 млн рублей"]),
        ("вырос ⟦почти до $12 млрд⟧", ["$12 млрд"]),
        ("⟦примерно на 5 трлн рублей⟧", ["5 трлн рублей"]),
        ("⟦более чем на триллион рублей⟧", ["триллион рублей"]),
        ("⟦более 5 трлн рублей⟧", ["более 5 трлн рублей"]),
        # ranges and changes
        ("от ⟦3 до 5 млн евро⟧", ["от 3 до 5 млн евро"]),
        ("⟦45 000⟧ — ⟦90 000 ₽⟧", ["45 000 — 90 000 ₽"]),
        ("⟦$1 млрд⟧ – ⟦$2 млрд⟧", ["$1 млрд", "$2 млрд"]),
        ("с ⟦259 млн долларов⟧ до ⟦450 млн⟧", ["259 млн долларов до 450 млн"]),
        ("с ⟦259 млн долларов⟧ ⟦до 450 млн долларов⟧", ["259 млн долларов до 450 млн долларов"]),
        ("с ⟦259 млн долларов⟧ до ⟦450 млн евро⟧", ["259 млн долларов", "450 млн евро"]),
        ("упал на ⟦2 рубля⟧ до ⟦56 рублей⟧", ["2 рубля", "56 рублей"]),
        ("⟦2 рубля⟧ и ⟦56 рублей⟧", ["2 рубля", "56 рублей"]),
        ("с ⟦16 рублей до 2 долларов⟧", ["16 рублей", "2 долларов"]),
        ("⟦с 16 рублей до 2 долларов⟧", ["16 рублей", "2 долларов"]),
        ("⟦от 16 рублей до 20 рублей⟧", ["от 16 рублей до 20 рублей"]),
        ("⟦от 16 до 20 рублей⟧", ["от 16 до 20 рублей"]),
        # where a change led, and a bound
        ("выросла на ⟦2 рубля⟧, ⟦до 56 рублей⟧", ["2 рубля", "56 рублей"]),
        ("на ⟦2,7 тысячи рублей⟧ (⟦до 8,25 тысячи⟧ за тонну)", ["2,7 тысячи рублей", "8,25 тысячи"]),
        ("на ⟦2 млн руб.⟧ — ⟦до 5 млн руб.⟧", ["2 млн руб.", "5 млн руб."]),
        ("на ⟦$2⟧ (⟦до $56⟧)", ["$2", "$56"]),
        ("убыток ⟦16 трлн иен⟧ (⟦до 310 млрд долларов⟧)", ["16 трлн иен", "до 310 млрд долларов"]),
        ("штраф ⟦до 1 млн рублей⟧", ["до 1 млн рублей"]),
        ("курс доллара, ⟦до 1 млн рублей⟧", ["до 1 млн рублей"]),
        # lost blanks
        ("за год ⟦40 миллионов долларови⟧ больше", ["40 миллионов долларов"]),
        ("курс ⟦512,3 тенгеза евро⟧", ["512,3 тенге"]),
        ("стоит ⟦700 рубликов⟧", ["700 рубликов"]),
        # what is no sum
        ("вырос ⟦почти⟧ вдвое", []),
        ("объём, ⟦млрд руб.⟧", []),
        ("⟦миллионы евро⟧", ["миллионы евро"]),
    ],
)
def test_sums(text: str, expected: list[str]) -> None:
    assert shown(text, "AMOUNT") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the noun that an adjective makes a sector of
        ("в ⟦банковском⟧ секторе страны", ["банковском секторе"]),
        ("в ⟦банковском⟧ приложении", []),
        ("⟦нефтяная⟧ компания", []),
        ("⟦энергетика⟧ страны", ["энергетика"]),
        # coordinated adjectives with one head
        ("⟦нефтяной⟧ и ⟦газовой отраслей⟧", ["нефтяной и газовой отраслей"]),
        (
            "⟦металлургической⟧, ⟦лесной⟧ и ⟦пищевой промышленности⟧",
            ["металлургической, лесной и пищевой промышленности"],
        ),
        ("⟦авиа⟧- и ⟦судостроение⟧", ["авиа- и судостроение"]),
        ("⟦энергетика⟧, ⟦лёгкая промышленность⟧", ["энергетика", "лёгкая промышленность"]),
        ("⟦химия⟧ и ⟦нефтехимия⟧", ["химия", "нефтехимия"]),
        # activities that share an object, or do one thing to several
        ("⟦производство⟧ и ⟦экспорт зерна⟧", ["производство и экспорт зерна"]),
        ("⟦производство сыров⟧, ⟦масла⟧", ["производство сыров, масла"]),
        ("⟦торговля⟧ и ⟦добыча нефти⟧", ["торговля", "добыча нефти"]),
        # attributes that say where
        ("⟦мировая энергетика⟧", ["энергетика"]),
        ("⟦российская лёгкая промышленность⟧", ["лёгкая промышленность"]),
        ("⟦финская промышленность⟧", []),
        ("⟦внутренний туризм⟧", ["внутренний туризм"]),
        # the whole economy
        ("⟦промышленность⟧ выросла", []),
        ("⟦экономика⟧", []),
        ("⟦сельское хозяйство⟧", ["сельское хозяйство"]),
    ],
)
def test_sectors(text: str, expected: list[str]) -> None:
    assert shown(text, "SECTOR") == expected


def test_a_span_made_of_two_has_the_lower_probability() -> None:
    plain, spans = marked("⟦нефтяной⟧ и ⟦газовой отраслей⟧", "SECTOR")
    assert follow(plain, spans) == [(Span(0, len(plain), "SECTOR"), 0.8)]


def test_nothing_grows_into_the_span_beside_it() -> None:
    spans = [(Span(0, 2, "DATE"), 0.9), (Span(3, 19, "AMOUNT"), 0.8)]
    assert follow("12 миллионов рублей", spans) == spans


def test_labels_without_conventions_stay() -> None:
    spans = [(Span(0, 8, "PRODUCT"), 0.9), (Span(11, 26, "PRODUCT"), 0.8)]
    assert follow("нефтяной и газовой отраслей", spans) == spans


MARKS = (*' \n\u00a0–-.:«»"()$₽%…', ", ", " ", " ")
WORDS = (
    "12 2,5 млн рублей долларов до от не более с по на и в почти тыс. года",
    "январь 2016 вчера 17:03 понедельник текущем году начало кварталов утром X",
    "нефтяной газовой отраслей промышленность добыча нефти мировая энергетика авиа-",
    "АО ООО ТОО Казахтелеком Россия федерации правительство Иванов Po",
)
PIECES = (*MARKS, *" ".join(WORDS).split(), "Иван Иванович")
LABELS = st.sampled_from(("AMOUNT", "DATE", "PARTY", "SECTOR", "PRODUCT"))


@st.composite
def tagged(draw: st.DrawFn) -> tuple[str, list[tuple[Span, float]]]:
    """Draw a text and spans in it that do not overlap, of one piece or several."""
    text, spans = "", list[tuple[Span, float]]()
    for _ in range(draw(st.integers(1, 7))):
        text += "".join(draw(st.lists(st.sampled_from(PIECES), max_size=3)))
        start = len(text)
        text += "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4)))
        spans.append((Span(start, len(text), draw(LABELS)), draw(st.floats(0, 1))))
    return text, spans


@settings(max_examples=1000, deadline=None)
@given(tagged())
def test_whatever_is_found_stays_in_order_and_inside_the_text(
    drawn: tuple[str, list[tuple[Span, float]]],
) -> None:
    text, spans = drawn
    found = follow(text, spans)
    edges = [0, *(edge for span, _ in found for edge in (span.start, span.end)), len(text)]
    assert edges == sorted(edges)
    assert all(span.start < span.end for span, _ in found)
    assert {score for _, score in found} <= {score for _, score in spans}
    assert [each for each in found if each[0].label == "PRODUCT"] == [
        each for each in spans if each[0].label == "PRODUCT"
    ]
