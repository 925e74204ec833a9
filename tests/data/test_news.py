"""The news corpus itself: compiled from its source, as large and wide as it claims, its test part locked."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from ie.data.card import tables
from ie.data.check import check_files
from ie.data.compile import Pass, compile_folder, read_passes
from ie.data.consistency import find
from ie.data.consistency.reviewed import apply_exceptions, read_exceptions
from ie.data.corpus import read_corpus
from ie.data.standoff import iter_records
from ie.data.values import value_faults
from ie.document import Document
from ie.files import sha256
from ie.labels import LABELS

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds" / "news"
NEWS = ROOT / "data" / "news"
STANDOFF = sorted((ROOT / "data" / "standoff").glob("*.jsonl"))
# The test part is only ever measured on; whoever changes it says so in the model cards that cite it.
TEST_SHA256 = "23d6f134671ba3f85d10885530d34437941a30d12925d20c5e2cf1f7eb7af22e"


@pytest.fixture(scope="module")
def passes() -> list[Pass]:
    return read_passes(SEEDS)


@pytest.fixture(scope="module")
def documents(passes: list[Pass]) -> list[Document]:
    return [article.document for item in passes for article in item.articles]


def test_the_files_are_what_the_source_compiles_to(tmp_path: Path) -> None:
    compile_folder(SEEDS, tmp_path)
    assert sorted(path.name for path in NEWS.glob("*.jsonl")) == ["dev.jsonl", "test.jsonl", "train.jsonl"]
    for path in NEWS.glob("*.jsonl"):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_the_test_part_is_locked() -> None:
    assert sha256(NEWS / "test.jsonl") == TEST_SHA256


def test_every_file_passes_the_check() -> None:
    assert [
        str(problem) for problem in check_files(sorted(NEWS.glob("*.jsonl"))) if not problem.warning
    ] == []


def test_every_finding_is_reviewed(documents: list[Document]) -> None:
    left, stale = apply_exceptions(find(documents), read_exceptions(ROOT / "data" / "exceptions.tsv"))
    assert [f"{finding.id}: {finding.rule}: {finding.text}" for finding in left] == []
    assert stale == []


def test_size(documents: list[Document]) -> None:
    labels = Counter(entity.label for document in documents for entity in document.entities)
    assert len(documents) >= 450
    assert sum(len(document.text.split()) for document in documents) >= 90_000
    assert labels["AMOUNT"] >= 2500
    assert labels["SECTOR"] >= 2500
    assert labels["PARTY"] >= 7000
    assert labels["DATE"] >= 3000


def test_every_mention_has_a_well_formed_value(documents: list[Document]) -> None:
    for document in documents:
        for entity in document.entities:
            assert entity.value is not None
            assert list(value_faults(entity.label, entity.value)) == []


def test_spread(passes: list[Pass], documents: list[Document]) -> None:
    values = [(e.label, e.value or {}) for document in documents for e in document.entities]
    codes = {str(value["code"]) for label, value in values if label == "SECTOR"}
    assert {code[0] for code in codes} == set("ABCDEFGHIJKLMNOPQRSTU")
    assert len({code for code in codes if len(code) == 3}) >= 60
    assert len({value["currency"] for label, value in values if label == "AMOUNT"} - {None}) >= 15
    years = {document.date.year for document in documents if document.date}
    assert (min(years), max(years)) == (1998, 2026)
    articles = [article for item in passes for article in item.articles]
    assert 0.15 <= sum(article.noisy for article in articles) / len(articles) <= 0.25
    bare = sum(len({e.label for e in d.entities}) < len(LABELS) for d in documents)
    assert 0.07 <= bare / len(documents) <= 0.15


def test_shares_of_the_split_and_of_invented_names(passes: list[Pass]) -> None:
    sizes = Counter[str]()
    mentions = invented = 0
    for item in passes:
        sizes[item.split] += len(item.articles)
        for article in item.articles:
            named = [
                e.label == "PARTY" and (e.value or {})["kind"] != "state" for e in article.document.entities
            ]
            mentions += sum(named)
            invented += len(article.invented)
    total = sizes.total()
    assert sizes["train"] / total == pytest.approx(0.70, abs=0.04)
    assert sizes["dev"] / total == pytest.approx(0.15, abs=0.02)
    assert sizes["test"] / total == pytest.approx(0.15, abs=0.02)
    assert 0.4 <= invented / mentions <= 0.6


def test_no_story_is_told_twice(documents: list[Document]) -> None:
    from ie.data.duplicates import similar_pairs

    assert list(similar_pairs([document.text for document in documents])) == []


@pytest.mark.parametrize("path", STANDOFF, ids=lambda path: path.name)
def test_stand_off_files_hold_places_and_values_but_no_text(path: Path) -> None:
    records = [record for _, _, record in iter_records(path)]
    assert len({record["id"] for record in records}) == len(records)
    for record in records:
        assert "text" not in record
        spans = [(entity["start"], entity["end"]) for entity in record["entities"]]
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
        for entity in record["entities"]:
            assert "text" not in entity
            # what no rule reads has no value
            assert entity["value"] is None or list(value_faults(entity["label"], entity["value"])) == []


def test_the_figures_of_the_data_card_are_those_of_the_corpus(passes: list[Pass]) -> None:
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for table in tables(passes, STANDOFF):
        assert table in page


def test_corpus_files_are_read_back() -> None:
    assert len(read_corpus(NEWS / "train.jsonl")) > 300
