import math

import numpy as np
import pytest
from annotated import LABELS, corpora, marked
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.train import bootstrap
from ie.train.bootstrap import intervals, quotients
from ie.train.metrics import Counts, tally

GOOD = marked("[PARTY Газпром] вложит [AMOUNT 3 млрд]")
BAD = marked("Газпром [DATE вложит] 3 млрд")


def counts_of(right, wrong):
    return tally([GOOD] * (right + wrong), [GOOD] * right + [BAD] * wrong, LABELS)


def test_certain_scores_have_no_width():
    found = intervals(counts_of(5, 0), resamples=50)
    assert (
        found.strict.micro["f1"] == found.strict.labels["PARTY"]["recall"] == found.boundaries["f1"] == (1, 1)
    )


def test_the_interval_of_recall_is_that_of_a_binomial():
    # recall of PARTY is the share of good documents: mean 0.5, standard deviation 0.05
    low, high = intervals(counts_of(50, 50), resamples=4000).strict.labels["PARTY"]["recall"]
    assert low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.015)
    assert high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.015)


def test_more_confidence_is_wider_and_more_documents_are_narrower():
    def width(counts, confidence=0.95):
        low, high = intervals(counts, 500, confidence=confidence).strict.micro["f1"]
        return high - low

    assert width(counts_of(10, 10), 0.8) < width(counts_of(10, 10), 0.99)
    assert width(counts_of(100, 100)) < width(counts_of(10, 10))


def test_the_seed_decides():
    one, same, other = (intervals(counts_of(7, 9), 200, seed).to_record() for seed in (1, 1, 2))
    assert one == same
    assert one["strict"] != other["strict"]


def test_big_corpora_are_resampled_in_pieces_with_the_same_result(monkeypatch):
    whole = intervals(counts_of(7, 9), 100)
    monkeypatch.setattr(bootstrap, "_CELLS", 50)
    assert intervals(counts_of(7, 9), 100) == whole


def test_draws_without_a_label_say_nothing_of_it():
    # DATE occurs in one document of 20, where it is right: most draws of few documents lack it
    date = marked("[DATE вчера]")
    found = intervals(tally([date] + [GOOD] * 19, [date] + [GOOD] * 19, (*LABELS, "SECTOR")), 100)
    assert found.strict.labels["DATE"]["f1"] == (1, 1)
    assert found.strict.labels["SECTOR"]["f1"] == (0, 0)
    assert found.strict.macro["f1"] == (1, 1)


@settings(max_examples=30)
@given(corpora(), st.integers(0, 3))
def test_bounds_are_in_order_and_shaped_as_the_scores(corpus, seed):
    counts = tally(*corpus, LABELS)
    record, scores = intervals(counts, 20, seed).to_record(), counts.scores.to_record()
    for kind in ("strict", "overlap"):
        assert record[kind].keys() == scores[kind].keys()
        assert record[kind]["labels"].keys() == scores[kind]["labels"].keys()
        bounds = [*record[kind]["labels"].values(), record[kind]["micro"], record[kind]["macro"]]
        assert all(0 <= low <= high <= 1 for group in bounds for low, high in group.values())


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 3), min_size=1))
def test_vectors_of_quotients_are_those_of_counts(rows):
    for row, values in zip(rows, quotients(np.array(rows)).tolist(), strict=True):
        counts = Counts(*row)
        expected = [counts.precision, counts.recall, counts.f1] if any(row) else [math.nan] * 3
        assert values == pytest.approx(expected, nan_ok=True)
