"""The data card: figures made from the corpus, and its plot."""

import sys
from datetime import date
from pathlib import Path

import pytest

from ie.cli import main
from ie.data.card import tables, write_card
from ie.data.compile import read_passes
from ie.data.standoff import write_standoff
from ie.document import Document, Entity
from ie.errors import CorpusError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "passes.tsv").write_text("pass\tsplit\ttopic\n01\ttrain\tзерно\n02\ttest\tсталь\n")
    (tmp_path / "01.txt").write_text(
        "=== 01-1 | 2016-11-08 | wire | noisy\n"
        "[ORG*:«Луч»] и [PERSON:Ян Ким] в [STATE:Японии|JP] за [AMOUNT:5 р.|5 RUB] купили"
        " [SECTOR:торговлю|G47 торговля] и [SECTOR:туризм|N79] в [DATE:конце 2016 года|2016 end].\n"
        "=== 01-2 | - | court\nНичего.\n"
    )
    (tmp_path / "02.txt").write_text(
        "=== 02-1 | 2020-01-01 | wire\n[AMOUNT:сотни рублей|~ RUB] у [ORG:ФНС]\n"
    )
    return tmp_path


@pytest.fixture
def standoff(tmp_path: Path) -> Path:
    path = tmp_path / "ours.jsonl"
    entity = Entity("DATE", 0, 1, "а")
    write_standoff(path, [Document("а б", (entity,), id="1", date=date(2004, 3, 2), source="лента")])
    return path


def test_every_count_of_the_corpus_is_in_the_tables(folder: Path, standoff: Path) -> None:
    text = "\n\n".join(tables(read_passes(folder), [standoff]))
    for row in [
        "| news/train | 2 | 18 | 1 | 2 | 3 | 1 |",
        "| news/test | 1 | 4 | 1 | 0 | 1 | 0 |",
        "| news | 3 | 22 | 2 | 2 | 4 | 1 |",
        "| standoff/ours | 1 | – | 0 | 0 | 0 | 1 |",
        "| with noise | 1 | 17 | 1 | 2 | 3 | 1 |",
        "| 02 | test | сталь | 1 | 4 | 1 | 0 | 1 | 0 |",
        "| organization | 2 | 2 | 50% |",
        "| G | 1 | 47 1 |",
        "| A | 0 | – |",
    ]:
        assert row in text.splitlines()
    for line in [
        "ours: dated 2004 to 2004, лента 1.",
        "1 currencies: RUB 2.",
        "Comparators: = 1, ~ 1.",
        "Articles are dated 2016 to 2020, 1 have no date.",
        "Modifiers: end 1.",
        "2 different sectors, 2 of the 88 divisions of ISIC Rev. 4.",
    ]:
        assert line in text.splitlines()


def test_the_prose_of_the_page_stays(folder: Path, standoff: Path) -> None:
    page = folder / "README.md"
    page.write_text("До\n<!-- figures -->\nстарое\n<!-- /figures -->\nПосле\n")
    write_card(page, read_passes(folder), [standoff])
    written = page.read_text()
    assert written.startswith("До\n<!-- figures -->\n\n### Composition\n")
    assert written.endswith("\n\n<!-- /figures -->\nПосле\n")
    assert "старое" not in written
    write_card(page, read_passes(folder), [standoff])
    assert page.read_text() == written


def test_a_page_without_the_place_is_left_alone(folder: Path) -> None:
    page = folder / "README.md"
    page.write_text("До\n")
    with pytest.raises(CorpusError, match="figures"):
        write_card(page, read_passes(folder), [])
    assert page.read_text() == "До\n"


def test_the_command_writes_card_and_plot(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, plot = folder / "README.md", folder / "plot.svg"
    page.write_text("<!-- figures -->\n<!-- /figures -->\n")
    monkeypatch.setattr(sys, "argv", ["ie", "data", "card", str(page), str(folder), "--plot", str(plot)])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code in (0, None)
    assert "### Composition" in page.read_text()
    assert plot.read_text().lstrip().startswith("<?xml")
    assert "mentions by label" in plot.read_text()
