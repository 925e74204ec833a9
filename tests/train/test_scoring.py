from dataclasses import replace

import numpy as np
import pytest
import torch
import toy
from annotated import LABELS

import tiny
from ie.checkpoint import Settings, open_folder
from ie.encoder import TextEncoder
from ie.extractor import Extractor
from ie.labels import tag_names
from ie.train.config import BaseConfig
from ie.train.dataset import Corpus, make_windows, read_corpora
from ie.train.model import load_base
from ie.train.scoring import (
    ModelRuntime,
    evaluate_model,
    fit_temperature,
    flatten_scores,
    inference,
    predict,
    with_temperature,
)

TAGS = tag_names(LABELS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("model"), labels=LABELS)


@pytest.fixture(scope="module")
def model(folder):
    return load_base(BaseConfig(name=str(folder)), LABELS).model


def test_predictions_are_those_of_the_extractor(folder, model):
    documents = toy.documents(3)
    expected = list(
        Extractor.from_pretrained(folder, runtime="torch", precision="fp32").extract_batch(documents)
    )
    found = predict(model, folder, documents)
    spans = [[entity.span for entity in document.entities] for document in found]
    assert spans == [[entity.span for entity in document.entities] for document in expected]


def test_inference_leaves_the_model_as_it_was(model):
    model.train()
    with inference(model):
        assert not model.training
        assert not torch.is_grad_enabled()
    assert model.training
    assert torch.is_grad_enabled()


def test_logits(model):
    with inference(model):
        logits = ModelRuntime(model).logits(np.array([[2, 9, 3, 0]]), np.array([[1, 1, 1, 0]]))
    assert (logits.shape, logits.dtype) == ((1, 4, len(TAGS)), np.float32)


def test_scores_by_name(folder, model):
    scores = evaluate_model(model, folder, toy.documents(2), LABELS)
    numbers = flatten_scores(scores)
    assert set(numbers) == {"f1", "precision", "recall", "AMOUNT_f1", "PARTY_f1", "DATE_f1", "overlap_f1"}
    assert numbers["f1"] == scores.strict.micro.f1


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_temperature_undoes_a_scale(tmp_path, folder, factor):
    """Where logits are `factor` times too large, so is the temperature that was right before."""
    data = toy.config(tmp_path).data
    base = load_base(BaseConfig(name=str(folder)), LABELS)
    encoder = TextEncoder(base.tokenizer)
    windows = make_windows(read_corpora(data, LABELS)[1], encoder, TAGS, 64)
    with torch.no_grad():
        # a classifier that knows how often each tag occurs and nothing else
        counts = torch.bincount(torch.tensor([i for row in windows.dataset["labels"] for i in row if i >= 0]))
        base.model.classifier.weight.zero_()
        base.model.classifier.bias.copy_(factor * (counts / counts.sum()).log())
    assert fit_temperature(base.model, windows, encoder.pad_id, TAGS) == pytest.approx(factor, rel=0.01)


def test_without_a_judged_word_the_temperature_is_1(folder):
    base = load_base(BaseConfig(name=str(folder)), LABELS)
    encoder = TextEncoder(base.tokenizer)
    unread = Corpus(
        "a.jsonl", 1.0, "0" * 64, tuple(replace(d, labels=(), entities=()) for d in toy.documents(2))
    )
    windows = make_windows([unread], encoder, TAGS, 64)
    assert fit_temperature(base.model, windows, encoder.pad_id, TAGS) == pytest.approx(1, abs=0.01)


def test_temperature_is_stored(tmp_path):
    folder = tiny.make(tmp_path / "m", labels=LABELS)
    Settings(max_tokens=48, window_overlap=8, guidelines="1.2").write(folder)
    with_temperature(folder, 1.75)
    settings = open_folder(folder, None).settings
    assert (settings.temperature, settings.max_tokens, settings.guidelines) == (1.75, 48, "1.2")
