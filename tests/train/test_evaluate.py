import dataclasses
import json
import shlex

import pytest
from annotated import LABELS, marked
from typer.testing import CliRunner
from valued import valued

import ie
from ie.cli import app
from ie.data.corpus import read_corpus, write_corpus
from ie.document import Document
from ie.errors import InputError, UsageError
from ie.train.evaluate import Options, compare, describe_file, evaluate, known_labels, write_evaluation
from ie.train.report import render, table

GOLD = (
    marked("[PARTY Газпром] вложит [AMOUNT 3 млрд рублей] [DATE вчера]", id="news/1"),
    marked("[PARTY банк ВТБ] растет", id="news/2", labels=("PARTY",)),
)
PREDICTED = (
    marked("[PARTY:0.9 Газпром] вложит [AMOUNT:0.6 3 млрд] рублей [DATE:0.8 вчера]", id="news/1"),
    marked("банк [PARTY:0.7 ВТБ] [AMOUNT:0.2 растет]", id="news/2"),
)


class FakeExtractor:
    """Finds in a text what was written down for it; keeps the documents it was given."""

    model = "fake@1"

    def __init__(self, predicted=PREDICTED, labels=LABELS):
        self.labels = labels
        self.answers = {document.text: document.entities for document in predicted}
        self.given = []

    def extract_batch(self, documents):
        for document in documents:
            self.given.append(document)
            entities = self.answers[document.text]
            yield dataclasses.replace(document, entities=entities, labels=self.labels, model=self.model)


def test_an_extractor_is_scored_on_what_it_finds():
    found = evaluate(FakeExtractor(), GOLD, Options(bootstrap=0))
    assert found.scores.strict.micro == (2, 2, 2)
    assert found.scores.overlap.micro == (4, 0, 0)
    assert (found.model, found.labels, found.intervals) == ("fake@1", LABELS, None)
    assert found.seconds > 0


def test_an_extractor_does_not_see_the_gold_entities():
    extractor = FakeExtractor()
    evaluate(extractor, GOLD)
    assert [(d.id, d.text, d.entities) for d in extractor.given] == [(d.id, d.text, ()) for d in GOLD]


def test_gold_labels_that_the_model_lacks_are_left_out_and_counted():
    found = evaluate(FakeExtractor(labels=("PARTY",)), GOLD)
    assert found.labels == ("PARTY",)
    assert found.left_out == {"AMOUNT": 1, "DATE": 1}
    assert found.scores.strict.micro == (1, 1, 1)
    assert "Not scored, though annotated: AMOUNT (1), DATE (1)." in render(found)


def test_gold_labels_that_the_model_lacks_are_missed_if_asked_for():
    found = evaluate(FakeExtractor(PREDICTED, ("PARTY",)), GOLD, Options(labels=("PARTY", "DATE", "DATE")))
    assert found.labels == ("PARTY", "DATE")
    assert found.left_out == {"AMOUNT": 1}


@pytest.mark.parametrize("labels", [("PATRY",), (), ("PARTY", "")])
def test_unknown_labels_are_refused(labels):
    with pytest.raises(UsageError, match="Labels must be some of AMOUNT, PARTY, DATE, not"):
        compare(GOLD, PREDICTED, Options(labels=labels))


def test_entities_below_the_least_score_do_not_count():
    found = compare(GOLD, PREDICTED, Options(min_score=0.75))
    assert found.scores.strict.micro == (2, 0, 2)
    assert [entity.label for document in found.predicted for entity in document.entities] == ["PARTY", "DATE"]


def test_predictions_are_found_by_id():
    found = compare(GOLD, PREDICTED[::-1])
    assert [document.id for document in found.predicted] == ["news/1", "news/2"]
    assert found.scores.strict.micro == (2, 2, 2)


def test_predictions_without_ids_are_taken_in_order():
    gold, predicted = ([dataclasses.replace(d, id=None) for d in side] for side in (GOLD, PREDICTED))
    assert compare(gold, predicted).scores.strict.micro == (2, 2, 2)


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([], [], "There are no documents to score."),
        (GOLD, PREDICTED[:1], "The predictions lack 1 documents, the first is 'news/2'."),
        (GOLD[:1], PREDICTED, "The data lack 1 documents, the first is 'news/2'."),
        (GOLD * 2, PREDICTED, "The data hold 2 ids more than once, the first is 'news/1'."),
        (GOLD, PREDICTED * 2, "The predictions hold 2 ids more than once"),
        ([*GOLD, Document("а")], PREDICTED, "Document 3 of the data has no id"),
        (GOLD[:1], [Document("Газпрома", id="news/1")], "document news/1 differ from character 7 on"),
    ],
)
def test_documents_that_cannot_be_paired(gold, predicted, message):
    with pytest.raises(InputError, match=message):
        compare(gold, predicted)


def test_an_extractor_needs_documents_with_ids_of_their_own():
    with pytest.raises(InputError, match="The data hold 1 ids more than once"):
        evaluate(FakeExtractor(), GOLD[:1] * 2)
    with pytest.raises(InputError, match="There are no documents to score"):
        evaluate(FakeExtractor(), [])


@pytest.mark.parametrize(
    ("expected", "documents"),
    [
        (("AMOUNT", "PARTY", "DATE"), GOLD),
        (("PARTY", "LAW", "ORG"), [marked("[ORG а] [PARTY б]"), Document("", labels=("LAW",))]),
        (ie.LABELS, [Document("")]),
    ],
)
def test_labels_known_from_documents(expected, documents):
    expected = tuple(label for label in (*ie.LABELS, "LAW", "ORG") if label in expected)
    assert known_labels(documents) == expected


def test_labels_that_predictions_declare_are_those_scored():
    predicted = [dataclasses.replace(document, labels=("PARTY",)) for document in PREDICTED]
    assert compare(GOLD, predicted).labels == ("PARTY",)


def test_evaluation_is_written_and_read_as_json(tmp_path):
    found = evaluate(FakeExtractor(), GOLD, Options(bootstrap=10))
    data = tmp_path / "gold.jsonl"
    write_corpus(data, GOLD)
    write_evaluation(tmp_path / "out", found, describe_file(data))
    record = json.loads((tmp_path / "out/evaluation.json").read_text(encoding="utf-8"))
    assert record["data"]["name"] == "gold.jsonl"
    assert len(record["data"]["sha256"]) == 64
    assert record["scores"]["strict"]["micro"]["f1"] == 0.5
    assert record["intervals"]["resamples"] == 10
    assert [row["id"] for row in record["by_document"]] == ["news/1", "news/2"]
    assert record["errors"] == {"missed": 0, "spurious": 0, "label": 0, "boundary": 2, "value": 0}
    errors = (tmp_path / "out/errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["kind"] for line in errors] == ["boundary", "boundary"]
    assert read_corpus(tmp_path / "out/predictions.jsonl") == list(found.predicted)


def test_report_shows_each_part():
    text = render(evaluate(FakeExtractor(), GOLD, Options(bootstrap=10)), documents=True)
    lines = text.splitlines()
    assert lines[0].startswith("fake@1: 2 documents, 49 characters, ")
    assert next(line.split()[:7] for line in lines if line.startswith("  PARTY")) == [
        *("PARTY", "1", "1", "1"),
        *("0.500", "0.500", "0.500"),
    ]
    assert "(10 bootstrap resamples of documents)" in lines
    assert "seqeval, strict IOB2 over words; our strict scorer gives the same" in lines
    assert [line.split() for line in lines if line.startswith("news/2")] == [
        ["news/2", "0", "1", "1", "0.000", "0.000", "0.000"]
    ]
    assert "Overlapping spans: gold label (row) predicted as (column)" in lines
    assert any(line.startswith("Calibration: expected error") for line in lines)


def test_report_without_intervals_scores_and_whole_words():
    odd = marked("[PARTY Га]зпром " * 11)
    text = render(compare([odd], [odd], Options(bootstrap=0)))
    assert "bootstrap" not in text
    assert "without 22 spans that word tags cannot hold" in text
    assert "left out: document 1: gold PARTY [0, 2) 'Га' is not aligned with words" in text
    assert "… and 12 more" in text
    assert "Calibration: no predicted span has a score." in text


def test_a_table_obeys_no_control_characters():
    assert table([["a\x1b[31m", "1"], ["bb", "22"]]) == "a\ufffd[31m   1\nbb      22"


@pytest.fixture
def files(tmp_path):
    write_corpus(tmp_path / "gold.jsonl", GOLD)
    write_corpus(tmp_path / "found.jsonl", PREDICTED)
    return tmp_path


def run(files, arguments):
    words = [word.replace("@", f"{files}/") for word in shlex.split(arguments)]
    return CliRunner().invoke(app, ["evaluate", *words])


def test_command_scores_predictions(files):
    result = run(files, "--data @gold.jsonl --predictions @found.jsonl --bootstrap 20 --errors @errors.jsonl")
    assert result.exit_code == 0
    assert result.stdout.startswith("predictions: 2 documents")
    assert len((files / "errors.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_command_prints_json_and_writes_a_folder(files):
    result = run(
        files, "--data @gold.jsonl --predictions @found.jsonl --format json --labels PARTY --output @out"
    )
    record = json.loads(result.stdout)
    assert record["labels"] == ["PARTY"]
    assert "by_document" not in record
    assert record["data"]["sha256"] == describe_file(files / "gold.jsonl")["sha256"]
    assert sorted(p.name for p in (files / "out").iterdir()) == [
        "errors.jsonl",
        "evaluation.json",
        "predictions.jsonl",
    ]


def test_command_refuses_a_file_as_folder_before_it_scores(files):
    (files / "out").write_text("мой текст", encoding="utf-8")
    result = run(files, "--data @gold.jsonl --predictions @found.jsonl --output @out")
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == f"--output {files / 'out'} is a file: name a folder."
    assert (files / "out").read_text(encoding="utf-8") == "мой текст"


def test_command_prints_scores_even_where_they_cannot_be_written(files):
    result = run(files, "--data @gold.jsonl --predictions @found.jsonl --errors @gold.jsonl/errors.jsonl")
    assert isinstance(result.exception, UsageError)
    assert result.stdout.startswith("predictions: 2 documents")


def test_command_scores_a_model(files, monkeypatch):
    asked = {}

    def from_pretrained(ref, **options):
        asked.update(options, ref=ref)
        return FakeExtractor()

    monkeypatch.setattr(ie.Extractor, "from_pretrained", from_pretrained)
    result = run(files, "--data @gold.jsonl --model org/name --revision v1 --runtime torch --documents")
    assert result.exit_code == 0
    assert result.stdout.startswith("fake@1: 2 documents")
    assert "news/2" in result.stdout
    assert asked == {
        "ref": "org/name",
        "revision": "v1",
        "runtime": "torch",
        "device": "cpu",
        "threads": None,
    }


@pytest.mark.parametrize("option", ["--model x", "--revision v1"])
def test_command_takes_a_model_or_predictions(files, option):
    result = run(files, f"--data @gold.jsonl --predictions @found.jsonl {option}")
    assert isinstance(result.exception, UsageError)
    assert "cannot be combined with --predictions" in str(result.exception)


def test_command_names_the_file_that_is_missing(files):
    result = run(files, "--data @nothing.jsonl --predictions @found.jsonl")
    assert isinstance(result.exception, InputError)
    assert "nothing.jsonl" in str(result.exception)


def test_values_are_scored_on_gold_spans_without_a_model(tmp_path):
    source = (
        "Завод купили за [AMOUNT:5 млн рублей|5m RUB] и [AMOUNT:6 млн евро|7m EUR] [DATE:вчера|2016-11-07]."
    )
    write_corpus(tmp_path / "gold.jsonl", [valued(source)])
    result = CliRunner().invoke(
        app, ["evaluate", "--gold-spans", "--data", str(tmp_path / "gold.jsonl"), "--format", "json"]
    )
    record = json.loads(result.stdout)
    assert record["scores"]["strict"]["micro"]["f1"] == 1
    assert record["values"]["AMOUNT"]["right"] == 1
    assert record["values"]["AMOUNT"]["fields"]["number"] == {"right": 1, "scored": 2}
    assert record["values"]["DATE"]["accuracy"] == 1


@pytest.mark.parametrize("option", [["--model", "a/b"], ["--predictions", "p.jsonl"]])
def test_gold_spans_need_no_model(tmp_path, option):
    write_corpus(tmp_path / "gold.jsonl", GOLD)
    command = ["evaluate", "--gold-spans", "--data", str(tmp_path / "gold.jsonl"), *option]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, UsageError)
    assert "cannot be combined with --gold-spans" in str(result.exception)
