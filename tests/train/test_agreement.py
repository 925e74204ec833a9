import pytest
from annotated import LABELS, corpora, marked
from hypothesis import given, settings

from ie.train import agreement
from ie.train.agreement import DisagreementError, Quotients, agree, seqeval_scores
from ie.train.metrics import score

GOLD = marked("[PARTY Газпром] вложит [AMOUNT 3 млрд рублей]", id="a")


@settings(max_examples=100)
@given(corpora(aligned=True))
def test_the_strict_scorers_agree_on_spans_of_whole_words(corpus):
    found, ours = agree(*corpus, LABELS), score(*corpus, LABELS).strict
    assert found.left_out == ()
    for theirs, counts in [
        *zip(found.labels.values(), ours.labels.values(), strict=True),
        (found.micro, ours.micro),
    ]:
        expected = (counts.precision, counts.recall, counts.f1, counts.tp + counts.fn)
        assert theirs == pytest.approx(expected)


@settings(max_examples=100)
@given(corpora(aligned=False))
def test_the_strict_scorers_agree_on_all_spans_but_those_named(corpus):
    gold, predicted = corpus
    found = agree(gold, predicted, LABELS)
    held = sum(quotients.support for quotients in found.labels.values())
    named = sum(span.side == "gold" for span in found.left_out)
    assert held + named == sum(len(document.entities) for document in gold)


def test_spans_inside_words_are_named_and_left_out():
    found = agree([GOLD], [marked("[PARTY Газ]пром вложит [AMOUNT 3 млрд рублей]")], LABELS)
    assert [span.to_record() for span in found.left_out] == [
        {
            "side": "predicted",
            "document": 0,
            "id": None,
            "reason": "not aligned with words",
            "label": "PARTY",
            "start": 0,
            "end": 3,
            "text": "Газ",
        }
    ]
    assert found.micro == (1, 0.5, pytest.approx(2 / 3), 2)


def test_spans_over_others_are_named_and_left_out():
    twice = marked("[PARTY Газпром] вложит [AMOUNT 3 млрд рублей]")
    twice = type(twice)(twice.text, (*twice.entities, twice.entities[0]))
    found = agree([GOLD], [twice], LABELS)
    assert [(span.side, span.reason) for span in found.left_out] == [
        ("predicted", "overlapping another span")
    ]
    assert found.micro.f1 == 1


@pytest.mark.parametrize("lenient", [["I-A", "I-A"], ["O", "I-A"]])
def test_seqeval_reads_strict_iob2(lenient):
    assert seqeval_scores([["B-A", "I-A"]], [lenient]) == ({"A": (0, 0, 0, 1)}, (0, 0, 0, 1))


def test_documents_without_spans():
    nothing = marked("Ничего нового")
    found = agree([nothing], [nothing], LABELS)
    assert found.labels == dict.fromkeys(LABELS, (0, 0, 0, 0))
    assert found.micro == (0, 0, 0, 0)


@pytest.mark.parametrize("name", ["PARTY", "micro"])
def test_a_disagreement_is_an_error(monkeypatch, name):
    right = seqeval_scores([["B-PARTY", "O", "B-AMOUNT"]], [["B-PARTY", "O", "B-AMOUNT"]])
    wrong = Quotients(0.5, 1, 2 / 3, 1)
    by_label, micro = ({**right[0], name: wrong}, right[1]) if name != "micro" else (right[0], wrong)
    monkeypatch.setattr(agreement, "seqeval_scores", lambda *_: (by_label, micro))
    with pytest.raises(DisagreementError, match=f"The strict scorers disagree on {name}"):
        agree([GOLD], [GOLD], LABELS)


def test_long_documents_take_seqeval_no_quadratic_time():
    # one sequence of 60,000 words with 20,000 spans takes minutes
    sentence = "[PARTY Газпром] вложит [AMOUNT 3 млрд] "
    document = marked(sentence * 10_000)
    assert agree([document], [document], LABELS).micro == (1, 1, 1, 20_000)


def test_adjacent_spans_stay_apart():
    gold, predicted = marked("[PARTY Газпром] [PARTY Нефть]"), marked("[PARTY Газпром Нефть]")
    assert agree([gold], [predicted], LABELS).labels["PARTY"] == (0, 0, 0, 2)
