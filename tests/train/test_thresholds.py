import dataclasses

import pytest
from annotated import LABELS, corpora
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.train.calibration import Judged, JudgedDocument, judge, with_min_score
from ie.train.metrics import Counts, score
from ie.train.thresholds import FOLDS, best_threshold, counts_above, folds, held_out_gain


def document(*predictions, gold=None):
    """Return a document of (score, right) predictions of PARTY; by default nothing is missed."""
    spans = tuple(Judged("PARTY", value, right) for value, right in predictions)
    return JudgedDocument(spans, {"PARTY": sum(s.right for s in spans) if gold is None else gold})


@pytest.mark.parametrize(
    ("expected", "predictions"),
    [
        (0, [(0.9, True), (0.2, True)]),
        (0.7, [(0.8, True), (0.6, False)]),
        (0, [(0.8, True), (0.6, False), (0.4, True), (0.3, True)]),
        (0, [(0.6, False)]),
        # F1 0.5 twice
        (0, [(0.9, True), (0.8, True), (0.7, False), (0.6, False), (0.5, False), (0.4, True)]),
        (0, [(0.6, True), (0.6, False)]),  # nothing parts them
        (0, []),
    ],
)
def test_best_threshold(expected, predictions):
    # one gold span a document, as many as predictions
    documents = [document(prediction, gold=1) for prediction in predictions]
    assert best_threshold(documents, "PARTY") == pytest.approx(expected)
    assert best_threshold(documents, "DATE") == 0


@settings(max_examples=30)
@given(corpora(aligned=False), st.floats(0, 1))
def test_no_threshold_is_better_than_the_best(corpus, other):
    gold, predicted = corpus
    # every span has a score, for those without one are kept at any threshold
    predicted = [
        dataclasses.replace(
            d,
            entities=tuple(
                dataclasses.replace(e, score=0.5 if e.score is None else e.score) for e in d.entities
            ),
        )
        for d in predicted
    ]
    documents = judge(gold, predicted, LABELS)
    for label in LABELS:
        best = best_threshold(documents, label)
        found, rival = (
            score(gold, [with_min_score(d, value) for d in predicted], (label,)).strict.micro
            for value in (best, other)
        )
        assert found == counts_above(documents, label, best)
        assert found.f1 >= rival.f1


def test_counts_above_a_threshold():
    documents = [document((0.9, True), (0.5, False), (0.4, True), gold=3)]
    assert counts_above(documents, "PARTY", 0.5) == Counts(tp=1, fp=1, fn=2)
    assert counts_above(documents, "PARTY", 0.51) == Counts(tp=1, fp=0, fn=2)


@pytest.mark.parametrize("count", [5, 7, 44])
def test_folds_share_all_documents_out(count):
    parts = folds(count)
    assert len(parts) == FOLDS
    assert sorted(i for part in parts for i in part) == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert folds(count, seed=1) != parts


def test_what_holds_everywhere_gains_held_out():
    documents = [document((0.9, True), (0.3, False)) for _ in range(20)]
    gain = held_out_gain([documents], "PARTY")
    assert gain == pytest.approx((1 - 2 / 3, 1.0, 1 - 2 / 3))


def test_what_is_chance_gains_nothing_held_out():
    # the one span of the lowest score is wrong by chance
    documents = [document((0.4 + i / 100, i % 3 > 0)) for i in range(30)]
    assert best_threshold(documents, "PARTY") > 0
    gain = held_out_gain([documents], "PARTY")
    assert gain.f1 <= 0
    assert gain.sure < 0.5


def test_gains_of_one_corpus_and_losses_of_another_are_told_apart():
    one = [document((0.9, True), (0.3, False)) for _ in range(20)]
    other = [document((0.9, True), (0.3, True)) for _ in range(10)]
    gain = held_out_gain([one, other], "PARTY")
    assert gain.f1 > 0
    assert gain.least == pytest.approx(2 / 3 - 1)


def test_a_few_documents_are_not_sure():
    documents = [document((0.9, True), (0.3, i > 0)) if i < 2 else document((0.9, True)) for i in range(30)]
    assert held_out_gain([documents], "PARTY").sure < 0.95


@pytest.mark.parametrize("corpora", [[], [[document((0.9, True), (0.3, False))] * (FOLDS - 1)]])
def test_too_few_documents_tell_nothing(corpora):
    assert held_out_gain(corpora, "PARTY") == (0, 0, 0)
