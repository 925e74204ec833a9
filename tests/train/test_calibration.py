import dataclasses

import pytest
from annotated import LABELS, corpora, marked
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.train.calibration import best_thresholds, calibration, with_min_score
from ie.train.metrics import score

RIGHT, WRONG = "[PARTY:{} Газпром] растет", "Газпром [PARTY:{} растет]"
GOLD = marked("[PARTY Газпром] растет")


def corpus(*predictions):
    """Return counterparts of which each prediction is (score, right)."""
    predicted = [marked((RIGHT if right else WRONG).format(value)) for value, right in predictions]
    return [GOLD] * len(predicted), predicted


def test_scores_that_are_true_probabilities_have_no_error():
    found = calibration(*corpus(*[(0.75, True)] * 3, (0.75, False)), LABELS)
    assert found.ece == 0
    assert found.scored == 4


def test_error_is_the_distance_of_mean_score_and_accuracy_weighted_by_count():
    # bin 0.9-1.0: mean 0.95, all wrong, 2 spans; bin 0.2-0.3: mean 0.25, all right, 1 span
    found = calibration(*corpus((0.95, False), (0.95, False), (0.25, True)), LABELS)
    assert found.ece == pytest.approx((2 * 0.95 + 0.75) / 3)
    record = found.to_record()
    assert record["bins"] == [
        {"low": 0.2, "high": 0.3, "spans": 1, "confidence": 0.25, "accuracy": 1},
        {"low": 0.9, "high": 1, "spans": 2, "confidence": 0.95, "accuracy": 0},
    ]
    assert record["ece_by_label"] == {"AMOUNT": None, "PARTY": round(found.ece, 6), "DATE": None}


def test_a_span_predicted_twice_is_right_once():
    predicted = marked(RIGHT.format(0.9))
    twice = dataclasses.replace(predicted, entities=predicted.entities * 2)
    assert calibration([GOLD], [twice], LABELS).bins[-1].accuracy == 0.5


def test_a_score_of_one_is_in_the_last_bin():
    assert calibration(*corpus((1.0, True)), LABELS).bins[-1].spans == 1


def test_spans_without_a_score_are_counted_apart():
    found = calibration([GOLD], [GOLD], LABELS)
    assert (found.ece, found.scored, found.unscored) == (None, 0, 1)


@pytest.mark.parametrize(
    ("expected", "predictions"),
    [
        (0, [(0.9, True), (0.2, True)]),
        (0.7, [(0.8, True), (0.6, False)]),
        (0, [(0.8, True), (0.6, False), (0.4, True), (0.3, True)]),
        (0, [(0.6, False)]),
        (
            0,
            [(0.9, True), (0.8, True), (0.7, False), (0.6, False), (0.5, False), (0.4, True)],
        ),  # F1 0.5 twice
        (0, [(0.6, True), (0.6, False)]),  # nothing parts them
        (0, []),
    ],
)
def test_best_threshold(expected, predictions):
    gold, predicted = corpus(*predictions)
    assert best_thresholds(gold, predicted, ("PARTY",)) == {"PARTY": pytest.approx(expected)}


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
    best = best_thresholds(gold, predicted, LABELS)
    for label in LABELS:
        found, rival = (
            score(gold, [with_min_score(d, value) for d in predicted], (label,)).strict.micro.f1
            for value in (best[label], other)
        )
        assert found >= rival


def test_entities_that_score_less_are_dropped_and_unscored_ones_kept():
    document = marked("[PARTY:0.4 Газпром] [DATE:0.5 вчера] [AMOUNT 3 млрд]")
    assert [e.label for e in with_min_score(document, 0.5).entities] == ["DATE", "AMOUNT"]
