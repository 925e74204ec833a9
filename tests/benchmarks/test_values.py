"""The comparison of normalisers, on a corpus of two sentences and with a peer of our own."""

import datetime
from decimal import Decimal

import pytest
from benched import load
from valued import valued

from ie.data.corpus import write_corpus


@pytest.fixture(scope="module")
def benchmark():
    return load("values")


@pytest.fixture
def corpus(tmp_path):
    source = (
        "Купил за [AMOUNT:5 млн рублей|5m RUB] и [AMOUNT:от 3 до 5 млн евро|3m..5m EUR], "
        "[AMOUNT:сотни миллионов долларов|~ USD], [DATE:вчера|2016-11-07] и в [DATE:марте|2016-03]."
    )
    write_corpus(tmp_path / "corpus.jsonl", [valued(source)])
    return tmp_path / "corpus.jsonl"


def test_ours_and_a_peer_are_scored_on_the_same_phrases(benchmark, corpus, monkeypatch, capsys):
    def money(text):
        return (Decimal(5000000), Decimal(5000000), "RUB") if "рублей" in text else None

    def days(_, reference):
        yesterday = reference - datetime.timedelta(days=1)
        return yesterday, yesterday

    ours = benchmark.System("ie", benchmark.our_money, benchmark.our_days)
    monkeypatch.setattr(benchmark, "systems", lambda: [ours, benchmark.System("peer", money, days)])
    benchmark.main([str(corpus)])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[1] == ["ie", "in", "text", "2/2", "1.000", "1/1", "1.000", "2/2", "1.000", "2/2", "1.000"]
    assert rows[2][:9] == ["ie", "2/2", "1.000", "1/1", "1.000", "2/2", "1.000", "2/2", "1.000"]
    assert rows[3][:9] == ["peer", "1/2", "0.500", "1/1", "1.000", "1/2", "0.500", "1/2", "0.500"]


def test_a_peer_that_is_not_installed_is_named(benchmark, monkeypatch, capsys):
    def missing():
        raise ModuleNotFoundError("No module named 'peer'")

    missing.__name__ = "peer"
    monkeypatch.setattr(benchmark, "natasha", missing)
    monkeypatch.setattr(benchmark, "dateparser", missing)
    assert [system.name for system in benchmark.systems()] == ["ie"]
    assert "peer is left out: No module named 'peer'." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("expected", "parts"),
    [
        (("2016-01-01", "2016-12-31"), (2016, None, None)),
        (("2016-02-01", "2016-02-29"), (2016, 2, None)),
        (("2016-02-29", "2016-02-29"), (2016, 2, 29)),
        (None, (2015, 2, 29)),
    ],
)
def test_parts_of_a_date_stand_for_all_of_their_days(benchmark, expected, parts):
    found = benchmark._days(*parts)
    assert (found and tuple(day.isoformat() for day in found)) == expected


def test_a_peer_that_fails_has_not_read_the_phrase(benchmark):
    assert benchmark._tried(lambda text: {}[text], "к маю") is None


def test_a_bound_of_zero_is_a_bound(benchmark, monkeypatch):
    class Found:
        value, low, high, currency = None, Decimal(0), Decimal(5), "RUB"

    monkeypatch.setattr(benchmark, "read_amount", lambda _text: Found)
    assert benchmark.our_money("от 0 до 5 рублей") == (0, 5, "RUB")
