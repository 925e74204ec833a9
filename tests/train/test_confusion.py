import pytest
from annotated import LABELS, corpora, marked
from hypothesis import given, settings

from ie.train.confusion import confusion, errors, match, matches
from ie.train.metrics import score

GOLD = marked("[PARTY Газпром] и [PARTY банк ВТБ] вложат [AMOUNT 3 млрд рублей] в [DATE 2016 году]", id="n/1")


def kinds(predicted, gold=GOLD):
    return [found.kind for found in match(gold.entities, marked(predicted).entities)]


@pytest.mark.parametrize(
    ("expected", "predicted"),
    [
        (
            ["right"] * 4,
            "[PARTY Газпром] и [PARTY банк ВТБ] вложат [AMOUNT 3 млрд рублей] в [DATE 2016 году]",
        ),
        (["missed"] * 4, "Газпром и банк ВТБ вложат 3 млрд рублей в 2016 году"),
        (
            ["label", "boundary", "spurious", "missed", "missed"],
            "[DATE Газпром] и банк [PARTY ВТБ] [DATE вложат] 3 млрд рублей в 2016 году",
        ),
        # one prediction over two gold spans is the partner of the one that it shares more with
        (
            ["missed", "boundary", "missed", "missed"],
            "[PARTY Газпром и банк ВТБ] вложат 3 млрд рублей в 2016 году",
        ),
        (
            ["missed", "missed", "boundary", "spurious", "missed"],
            "Газпром и банк ВТБ вложат [DATE 3] [AMOUNT млрд рублей] в 2016 году",
        ),
    ],
)
def test_kinds_by_place(expected, predicted):
    found = kinds(predicted)
    assert sorted(found) == sorted(expected)


def test_table_of_gold_and_predicted_labels():
    predicted = marked("[DATE Газпром] и банк [PARTY ВТБ] [DATE вложат] 3 млрд рублей в [DATE 2016 году]")
    assert confusion(matches([GOLD], [predicted], LABELS), LABELS).to_record() == {
        "AMOUNT": {"AMOUNT": 0, "PARTY": 0, "DATE": 0, "none": 1},
        "PARTY": {"AMOUNT": 0, "PARTY": 1, "DATE": 1, "none": 0},
        "DATE": {"AMOUNT": 0, "PARTY": 0, "DATE": 1, "none": 0},
        "none": {"AMOUNT": 0, "PARTY": 0, "DATE": 1, "none": 0},
    }


def test_an_error_shows_both_sides_and_the_text_around():
    far = "а" * 80
    gold, predicted = (
        marked(f"{far} [PARTY банк ВТБ] {far}", id="n/2"),
        marked(f"{far} банк [PARTY:0.75 ВТБ] {far}"),
    )
    assert list(errors([gold], matches([gold], [predicted], LABELS))) == [
        {
            "kind": "boundary",
            "id": "n/2",
            "document": 0,
            "start": 81,
            "end": 89,
            "text": "банк ВТБ",
            "before": "а" * 59 + " ",
            "after": " " + "а" * 59,
            "gold": {"label": "PARTY", "start": 81, "end": 89, "text": "банк ВТБ"},
            "predicted": {"label": "PARTY", "start": 86, "end": 89, "text": "ВТБ"},
            "score": 0.75,
        }
    ]


def test_text_before_an_error_begins_with_the_document():
    gold = marked("Вот [PARTY ВТБ] " + "а" * 200)
    (error,) = errors([gold], matches([gold], [marked("Вот ВТБ " + "а" * 200)], LABELS))
    assert error["before"] == "Вот "


def test_missed_and_spurious_spans_have_one_side():
    gold, predicted = marked("[PARTY ВТБ] растет", id="n/3"), marked("ВТБ [DATE:0.5 растет]")
    missed, spurious = errors([gold], matches([gold], [predicted], LABELS))
    assert (missed["kind"], missed["predicted"], missed["score"]) == ("missed", None, None)
    assert (spurious["kind"], spurious["gold"], spurious["score"]) == ("spurious", None, 0.5)
    assert (missed["before"], missed["after"]) == ("", " растет")


@settings(max_examples=30)
@given(corpora(aligned=False))
def test_every_span_stands_in_one_match(corpus):
    gold, predicted = corpus
    found = matches(gold, predicted, LABELS)
    counts = score(gold, predicted, LABELS).strict.micro
    table = confusion(found, LABELS).table
    assert table[:-1].sum() == counts.tp + counts.fn
    assert table[:, :-1].sum() == counts.tp + counts.fp
    assert sum(m.kind == "right" for document in found for m in document) == counts.tp
    assert len(list(errors(gold, found))) == table.sum() - counts.tp


@settings(max_examples=30)
@given(corpora(aligned=False))
def test_errors_quote_the_text(corpus):
    gold, predicted = corpus
    for error in errors(gold, matches(gold, predicted, LABELS)):
        whole = error["before"] + error["text"] + error["after"]
        assert whole in gold[error["document"]].text
        assert error["text"] == gold[error["document"]].text[error["start"] : error["end"]]
