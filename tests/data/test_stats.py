import json
from datetime import date

import pytest

from ie.data.stats import corpus_stats, format_stats
from ie.document import Document, Span, make_entity

TEXT = "Лаос и Чад дали 5 млн евро, Чад в мае и в июне."


def document(*spans, text=TEXT, **fields) -> Document:
    return Document(text, tuple(make_entity(text, Span(*span)) for span in spans), **fields)


CORPUS = [
    document((0, 4, "PARTY"), (7, 10, "PARTY"), (16, 26, "AMOUNT"), (28, 31, "PARTY"), source="a.ru"),
    document((34, 37, "DATE"), source="b.ru", date=date(2019, 5, 1), labels=("DATE", "SECTOR")),
    document(source="b.ru", date=date(2018, 1, 2)),
    document((0, 3, "OTHER"), text="чад"),
]


@pytest.fixture
def stats():
    return corpus_stats(CORPUS)


def test_totals(stats):
    assert (stats.documents, stats.empty, stats.undated, stats.entities) == (4, 1, 2, 6)
    assert stats.characters == 3 * len(TEXT) + 3
    assert stats.words == 3 * 15 + 1


def test_dates_are_first_and_last(stats):
    assert stats.dates == ("2018-01-02", "2019-05-01")


def test_sources_come_most_frequent_first(stats):
    assert list(stats.sources.items()) == [("b.ru", 2), ("-", 1), ("a.ru", 1)]


def test_labels(stats):
    party = stats.labels["PARTY"]
    # the second record covers DATE and SECTOR only
    assert (party.entities, party.covered, party.per_document) == (3, 3, 1.0)
    assert party.distinct == 2
    assert (stats.labels["DATE"].covered, stats.labels["DATE"].per_document) == (4, 0.25)
    assert stats.labels["SECTOR"].lengths == ()
    assert (stats.labels["OTHER"].entities, stats.labels["OTHER"].covered) == (1, 0)


def test_length_in_words_at_the_median_the_ninth_decile_and_the_maximum():
    text = " ".join(["слово"] * 60)
    spans = [(i * 18, i * 18 + 5, "DATE") for i in range(9)]
    long = (9 * 18, 9 * 18 + 6 * 8 - 1, "DATE")
    assert corpus_stats([document(*spans, long, text=text)]).labels["DATE"].lengths == (1, 1, 8)


def test_a_span_that_cuts_words_counts_them():
    assert corpus_stats([document((2, 8, "PARTY"))]).labels["PARTY"].lengths == (3, 3, 3)


def test_the_labels_of_a_record_without_any_are_an_argument():
    stats = corpus_stats([document()], labels=["X"])
    assert {name: row.covered for name, row in stats.labels.items()} == {"X": 1}


def test_an_empty_corpus():
    stats = corpus_stats([])
    assert (stats.documents, stats.dates) == (0, None)
    assert "0 without entities, 0.0%" in format_stats(stats)


def test_table(stats):
    table = format_stats(stats)
    assert "documents           4  (1 without entities, 25.0%)" in table
    assert "2018-01-02 … 2019-05-01 (2 without)" in table
    (row,) = [line for line in table.splitlines() if line.startswith("PARTY")]
    assert row.split() == ["PARTY", "3", "1.00", "3", "2", "1,", "1,", "1"]


def test_json(stats):
    record = json.loads(json.dumps(stats.to_record()))
    assert record["labels"]["AMOUNT"] == {
        "entities": 1,
        "covered": 3,
        "per_document": 0.333,
        "distinct": 1,
        "lengths": [3, 3, 3],
    }
