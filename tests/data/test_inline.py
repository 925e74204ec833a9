"""Inline markup: read, written, and what is wrong with it by line."""

import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.data.inline import Article, format_inline, read_inline
from ie.document import Document, Entity
from ie.errors import CorpusError


def _read(folder: Path, content: str) -> list[Article]:
    path = folder / "a.txt"
    path.write_text(content, encoding="utf-8")
    return read_inline(path)


def test_an_article(tmp_path: Path) -> None:
    [article] = _read(
        tmp_path,
        "=== a-1 | 2016-11-08 | regional | noisy\n"
        "Заголовок\n\n[ORG*:«Луговского»|АО «Луговской»] в [STATE:Японии|JP] [1] \\[ORG:x]"
        " за\\_[AMOUNT:5 р.|5 RUB]\n\n",
    )
    document = article.document
    assert document.text == "Заголовок\n\n«Луговского» в Японии [1] [ORG:x] за\u00a05 р."
    assert [document.text[e.start : e.end] for e in document.entities] == ["«Луговского»", "Японии", "5 р."]
    assert [e.value for e in document.entities] == [
        {"kind": "organization", "canonical": "Луговской", "legal_form": "АО"},
        {"kind": "state", "canonical": "Япония", "code": "JP"},
        {"value": "5", "currency": "RUB", "comparator": "="},
    ]
    assert (document.id, document.date, document.source) == ("a-1", datetime.date(2016, 11, 8), "regional")
    assert article.noisy
    assert article.invented_names == {"Луговской"}


def test_articles_follow_one_another_and_may_have_no_date(tmp_path: Path) -> None:
    articles = _read(tmp_path, "\n=== a-1 | - | wire\nРаз\n\n\n=== a-2 | - | wire\nДва\n")
    assert [(a.document.text, a.document.date, a.noisy) for a in articles] == [
        ("Раз", None, False),
        ("Два", None, False),
    ]


def test_every_fault_is_named_by_line(tmp_path: Path) -> None:
    content = (
        "лишнее\n"
        "=== a-1 | 2016-13-01 | wire\nтекст\n"
        "=== a-2 | - | novel\nтекст\n"
        "=== a-3 | - | wire\n\n"
        "=== a-4 | - | wire\nтекст\n[DATE:в мае|май] и [AMOUNT:5 р.]\n[ORG:Луч\nсвета]"
    )
    with pytest.raises(CorpusError) as caught:
        _read(tmp_path, content)
    lines = [line.removeprefix(f"{tmp_path / 'a.txt'}:") for line in str(caught.value).splitlines()]
    assert [int(line.split(":")[0]) for line in lines] == [1, 2, 4, 6, 10, 10, 11]
    for line, reason in zip(
        lines,
        ["header", "YYYY-MM-DD", "genres are", "no text", "is no date", "needs a value", "not closed"],
        strict=True,
    ):
        assert reason in line


@pytest.mark.parametrize("line", ["===", "====", "===Итоги", "=== Итоги | - | wire", "== Итоги"])
def test_a_line_like_a_header_is_read_back(tmp_path: Path, line: str) -> None:
    document = Document(f"{line}\nРаз\n{line}", id="a-1", source="wire")
    articles = [Article(document, noisy=False, invented=frozenset())] * 2
    assert _read(tmp_path, format_inline(articles)) == articles


_NAMES = st.text("абв АБВ«»[]|\\_:\u00a0=ORG", min_size=1, max_size=12).map(str.strip).filter(bool)
_PLAIN = st.text("абв АБВ[]|\\_:=\n\u00a0DATEORG*", max_size=30)
_VALUES = st.sampled_from(
    [
        ("AMOUNT", {"value": "1200000000", "currency": "USD", "comparator": ">="}),
        ("AMOUNT", {"value": "1234.56", "currency": None, "comparator": "="}),
        ("AMOUNT", {"low": "3000000", "high": "5500000", "currency": "EUR", "comparator": "range"}),
        ("AMOUNT", {"currency": "USD", "comparator": "~"}),
        (
            "DATE",
            {
                "start": "2019-01-01",
                "end": "2019-12-31",
                "grain": "year",
                "mod": ["end", "until"],
                "timex": "2019",
            },
        ),
        (
            "DATE",
            {"start": "2002-06-27", "end": "2012-06-27", "grain": "year", "timex": "2002-06-27/2012-06-27"},
        ),
        ("SECTOR", {"canonical": "добыча угля", "code": "B05"}),
        ("PARTY", {"kind": "organization", "canonical": "УК «Тайга»", "legal_form": "ООО"}),
        ("PARTY", {"kind": "organization", "canonical": "Norrvik", "legal_form": "AB"}),
        ("PARTY", {"kind": "person", "canonical": "Анна Ли"}),
        ("PARTY", {"kind": "state", "canonical": "Япония", "code": "JP"}),
        ("PARTY", {"kind": "state", "canonical": "ЕАЭС"}),
    ]
)


@st.composite
def _articles(draw: st.DrawFn) -> Article:
    text = draw(st.sampled_from("абв"))
    entities = []
    invented = []
    for _ in range(draw(st.integers(0, 4))):
        label, value = draw(_VALUES)
        surface = draw(_NAMES)
        text += draw(_PLAIN)
        if value.get("kind") in ("organization", "person") and draw(st.booleans()):
            invented.append(len(entities))
        entities.append(Entity(label, len(text), len(text) + len(surface), surface, value=value))
        text += surface
    text += draw(_PLAIN) + "."
    date = draw(st.none() | st.dates(datetime.date(1900, 1, 1)))
    genre = draw(st.sampled_from(["wire", "court"]))
    document = Document(text, tuple(entities), id="a-1", date=date, source=genre)
    return Article(document, draw(st.booleans()), frozenset(invented))


@settings(max_examples=300)
@given(_articles())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, article: Article) -> None:
    assert _read(tmp_path_factory.mktemp("inline"), format_inline([article, article])) == [article, article]
