"""The checkpoint in the package, on the seed article: what a stranger sees first."""

import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ie.checkpoint import BUNDLED
from ie.data.corpus import read_corpus
from ie.extractor import Extractor
from ie.train.evaluate import compare
from ie.train.metrics import score

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seeds" / "article.jsonl"


@pytest.fixture(scope="module")
def extractor():
    return Extractor.from_pretrained()


@pytest.fixture(scope="module")
def found(extractor):
    gold = read_corpus(SEED)
    return gold, list(extractor.extract_batch(gold))


def test_the_seed_text_is_the_annotated_one():
    (document,) = read_corpus(SEED)
    assert (ROOT / "seeds" / "article.txt").read_text(encoding="utf-8") == document.text


def test_the_seed_article_is_understood(found):
    scores = score(*found, labels=("AMOUNT", "SECTOR", "PARTY", "DATE")).strict
    assert scores.micro.f1 >= 0.9
    assert scores.labels["AMOUNT"].f1 == scores.labels["DATE"].f1 == 1
    assert scores.labels["PARTY"].f1 >= 0.95
    assert scores.labels["SECTOR"].recall >= 13 / 14


def test_the_values_of_the_seed_article_are_right(found):
    scores = compare(*found).values
    assert {label: score.accuracy for label, score in scores.items()} == {
        "PARTY": 1,
        "AMOUNT": 1,
        "DATE": 1,
        "SECTOR": 1,
    }


def test_news_of_topics_it_was_not_trained_on_are_understood(extractor):
    gold = read_corpus(ROOT / "data" / "news" / "dev.jsonl")[::6]
    scores = score(gold, list(extractor.extract_batch(gold)), extractor.labels).strict
    assert scores.micro.f1 >= 0.92
    assert scores.labels["SECTOR"].f1 >= 0.85


def test_scores_are_probabilities_that_differ(found):
    scores = [entity.score for document in found[1] for entity in document.entities]
    assert all(0 < score <= 1 for score in scores)
    assert len({round(score, 4) for score in scores}) > 10


def test_predictions_say_what_made_them(extractor, found):
    assert found[1][0].model == extractor.model
    assert extractor.model.startswith("bundled@")


def test_a_date_is_passed_through(extractor):
    assert extractor.extract("Вчера.", date=datetime.date(2020, 2, 29)).date == datetime.date(2020, 2, 29)


def test_torch_finds_what_int8_finds_but_for_doubtful_sectors(found):
    torch_runtime = Extractor.from_pretrained(runtime="torch")
    scores = score(found[1], list(torch_runtime.extract_batch(found[0])), labels=torch_runtime.labels)
    assert all(scores.strict.labels[label].f1 == 1 for label in ("AMOUNT", "PARTY", "DATE"))
    assert scores.strict.micro.f1 >= 0.9


def test_predict_imports_no_torch_and_no_network():
    code = """
import socket, sys
def refuse(*_, **__): raise AssertionError("a socket was asked for")
socket.socket.connect = refuse
from ie.cli import main
sys.argv = ["ie", "predict", sys.argv[1], "--format", "jsonl"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
assert not {"torch", "transformers", "huggingface_hub"} & set(sys.modules)
"""
    environment = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9"}
    run = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "seeds" / "article.txt")],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert '"label": "AMOUNT"' in run.stdout


def test_the_bundle_is_small_enough_to_ship():
    assert sum(path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()) < 95_000_000
