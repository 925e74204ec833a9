import dataclasses

import pytest
from annotated import LABELS, marked

from ie.train.calibration import calibration, judge, with_min_score

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


def test_what_truth_holds_is_counted_by_label_where_it_is_covered():
    gold = marked("[PARTY Газпром] и [PARTY Росатом] вчера", labels=("PARTY",))
    (found,) = judge([gold], [marked("[PARTY:0.9 Газпром] и Росатом [DATE:0.8 вчера]")], LABELS)
    assert [(span.label, span.right) for span in found.spans] == [("PARTY", True)]
    assert found.gold == {"PARTY": 2}


def test_entities_that_score_less_are_dropped_and_unscored_ones_kept():
    document = marked("[PARTY:0.4 Газпром] [DATE:0.5 вчера] [AMOUNT 3 млрд]")
    assert [e.label for e in with_min_score(document, 0.5).entities] == ["DATE", "AMOUNT"]
