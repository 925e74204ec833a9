import dataclasses

import pytest
from annotated import LABELS, corpora, marked, spans_within
from hypothesis import given, settings

from ie.document import Document
from ie.errors import InputError
from ie.train.metrics import Counts, count_overlaps, score, scored_entities, tally

GOLD = marked("[PARTY Газпром] и [PARTY банк ВТБ] дали [AMOUNT 3 млрд рублей] [DATE вчера]")
# expected strict, overlap and boundaries, each as TP, FP, FN; what was predicted
CASES = [
    (
        (4, 0, 0),
        (4, 0, 0),
        (4, 0, 0),
        "[PARTY Газпром] и [PARTY банк ВТБ] дали [AMOUNT 3 млрд рублей] [DATE вчера]",
    ),
    ((0, 0, 4), (0, 0, 4), (0, 0, 4), "Газпром и банк ВТБ дали 3 млрд рублей вчера"),
    (
        (3, 1, 1),
        (4, 0, 0),
        (3, 1, 1),
        "[PARTY Газпром] и банк [PARTY ВТБ] дали [AMOUNT 3 млрд рублей] [DATE вчера]",
    ),
    (
        (3, 1, 1),
        (3, 1, 1),
        (4, 0, 0),
        "[PARTY Газпром] и [PARTY банк ВТБ] дали [DATE 3 млрд рублей] [DATE вчера]",
    ),
    (
        (1, 2, 3),
        (2, 1, 2),
        (1, 2, 3),
        "[PARTY Газпром] и банк ВТБ дали [AMOUNT 3] [AMOUNT млрд рублей] вчера",
    ),
    ((0, 1, 4), (1, 0, 3), (0, 1, 4), "[PARTY Газпром и банк ВТБ] дали 3 млрд рублей вчера"),
    ((0, 1, 4), (0, 1, 4), (0, 1, 4), "Газпром и банк ВТБ [AMOUNT дали] 3 млрд рублей вчера"),
]


@pytest.mark.parametrize(("strict", "overlap", "boundaries", "predicted"), CASES)
def test_scores_of_one_sentence(strict, overlap, boundaries, predicted):
    scores = score([GOLD], [marked(predicted)], LABELS)
    assert scores.strict.micro == strict
    assert scores.overlap.micro == overlap
    assert scores.boundaries == boundaries


def test_quotients_by_hand():
    counts = Counts(tp=6, fp=2, fn=4)
    assert (counts.precision, counts.recall) == (0.75, 0.6)
    assert counts.f1 == pytest.approx(2 * 0.75 * 0.6 / 1.35)
    assert Counts() == (0, 0, 0)
    assert (Counts().precision, Counts().recall, Counts().f1) == (0, 0, 0)


def test_macro_averages_the_labels_that_occur():
    predicted = marked("[PARTY Газпром] и [PARTY банк ВТБ] дали [AMOUNT 3 млрд] рублей [DATE вчера]")
    strict = score([GOLD], [predicted], (*LABELS, "SECTOR")).strict
    assert strict.labels["AMOUNT"] == (0, 1, 1)
    assert strict.labels["SECTOR"] == (0, 0, 0)
    assert strict.macro.f1 == pytest.approx(2 / 3)


def test_labels_that_a_record_does_not_cover_are_neither_right_nor_wrong():
    gold = marked("[PARTY Газпром] вложит 3 млрд", labels=("PARTY",))
    scores = score([gold], [marked("[PARTY Газпром] вложит [AMOUNT 3 млрд]")], LABELS)
    assert scores.strict.micro == scores.overlap.micro == scores.boundaries == (1, 0, 0)


def test_labels_that_were_not_asked_for_do_not_count():
    scores = score([GOLD], [GOLD], ("DATE",))
    assert scores.strict.labels == {"DATE": (1, 0, 0)}
    assert scores.boundaries == (1, 0, 0)


def test_a_span_predicted_twice_is_right_once():
    twice = dataclasses.replace(GOLD, entities=GOLD.entities[:1] * 2)
    scores = score([GOLD], [twice], LABELS)
    assert scores.strict.micro == scores.overlap.micro == scores.boundaries == (1, 1, 3)
    assert score([twice], [twice], LABELS).strict.micro == (2, 0, 0)


def test_counts_stay_apart_by_document_and_label():
    counts = tally([GOLD, GOLD], [GOLD, marked(CASES[2][3])], LABELS)
    assert counts.strict.tolist() == [
        [[1, 0, 0], [2, 0, 0], [1, 0, 0]],
        [[1, 0, 0], [1, 1, 1], [1, 0, 0]],
    ]
    assert counts.boundaries.tolist() == [[4, 0, 0], [3, 1, 1]]


def test_no_labels_no_counts():
    assert score([GOLD], [GOLD], ()).strict.micro == (0, 0, 0)
    assert score([GOLD], [GOLD], ()).strict.macro == (0, 0, 0)


def test_record_holds_counts_and_quotients():
    record = score([GOLD], [marked(CASES[2][3])], LABELS).to_record()
    assert record["strict"]["labels"]["PARTY"] == {
        "tp": 1,
        "fp": 1,
        "fn": 1,
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
    }
    assert record["boundaries"]["f1"] == 0.75
    assert record["overlap"]["macro"]["f1"] == 1


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([], [], "There are no documents to score."),
        ([GOLD], [], "1 gold documents cannot be scored with 0 predicted ones."),
        ([Document("абв", id="x")], [Document("абг")], "document x differ from character 2 on"),
        ([Document("абв")], [Document("аб")], "document 0 differ from character 2 on"),
    ],
)
def test_documents_that_are_no_counterparts(gold, predicted, message):
    with pytest.raises(InputError, match=message):
        score(gold, predicted, LABELS)


@settings(max_examples=30)
@given(corpora(aligned=False))
def test_every_span_is_counted_once_a_side(corpus):
    gold, predicted = corpus
    scores = score(gold, predicted, LABELS)
    sides = [scored_entities(g, p, LABELS) for g, p in zip(gold, predicted, strict=True)]
    truth, found = (sum(len(side[i]) for side in sides) for i in (0, 1))
    for counts in (scores.strict.micro, scores.overlap.micro, scores.boundaries):
        assert counts.tp + counts.fn == truth
        assert counts.tp + counts.fp == found
    assert scores.strict.micro.tp <= min(scores.overlap.micro.tp, scores.boundaries.tp)


@settings(max_examples=30)
@given(corpora(aligned=False))
def test_gold_predicts_itself(corpus):
    gold, _ = corpus
    scores = score(gold, gold, LABELS)
    assert all(c.fp == c.fn == 0 for c in (scores.strict.micro, scores.overlap.micro, scores.boundaries))


@settings(max_examples=30)
@given(corpora(aligned=False))
def test_precision_and_recall_change_places_with_the_sides(corpus):
    gold, predicted = ([dataclasses.replace(d, labels=None) for d in side] for side in corpus)
    there, back = score(gold, predicted, LABELS), score(predicted, gold, LABELS)
    for name in ("micro", "macro"):
        for one, other in ((there.strict, back.strict), (there.overlap, back.overlap)):
            assert getattr(one, name).precision == getattr(other, name).recall


def largest_matching(gold, predicted):
    """Return the size of a maximum matching, by trying every partner of every span."""
    if not gold:
        return 0
    first, rest = gold[0], gold[1:]
    partners = [i for i, span in enumerate(predicted) if first.overlaps(span)]
    taken = [1 + largest_matching(rest, predicted[:i] + predicted[i + 1 :]) for i in partners]
    return max([largest_matching(rest, predicted), *taken])


@given(spans_within(14, ("A",)), spans_within(14, ("A",)))
def test_no_pairing_of_flat_spans_has_more_pairs(gold, predicted):
    assert count_overlaps(gold, predicted) == largest_matching(gold, predicted)
