"""The comparison of training, on corpora and a base that take a second."""

import json

import pytest
import torch
import toy
from benched import load

import tiny
from ie.train.batching import Collator
from ie.train.schema import to_mapping


@pytest.fixture(scope="module")
def benchmark():
    return load("training")


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    base = tiny.make(folder / "base", texts=[d.text for d in toy.documents(30)], hidden=16)
    (folder / "recipe.yaml").write_text(json.dumps(to_mapping(toy.config(folder, base))), encoding="utf-8")
    return folder / "recipe.yaml"


def rows(capsys):
    lines = capsys.readouterr().out.splitlines()
    return {line[:20].strip(): line[20:].split() for line in lines}


def test_speed_is_that_of_real_tokens_in_both(benchmark, recipe, capsys):
    benchmark.main(["--config", str(recipe), "--rounds", "2", "--steps", "2"])
    found = rows(capsys)
    assert list(found) == ["", "Trainer", "ie train", "ie train, alike"]
    assert found["Trainer"][1] == "1.00"
    for rate, ratio, lowest, highest in (found["Trainer"], found["ie train"]):
        assert 0 < float(lowest) <= float(rate) <= float(highest)
        assert float(ratio) == pytest.approx(float(rate) / float(found["Trainer"][0]), abs=0.02)


def test_scores_are_those_of_equally_many_epochs(benchmark, recipe, capsys):
    arguments = [
        "--config",
        str(recipe),
        "--epochs",
        "12",
        "--learning-rate",
        "3e-3",
        "--set",
        "run.epochs=1",
    ]
    benchmark.main([*arguments, "--only", "Trainer", "ie train"])
    found = rows(capsys)
    assert list(found) == ["", "Trainer", "ie train"]
    for f1, _, steps in (found["Trainer"], found["ie train"]):
        assert float(f1) > 0.3
        assert int(steps) >= 12


def test_alike_means_the_settings_of_the_peer(benchmark, recipe):
    from ie.train.config import load_config

    config = load_config(recipe)
    same = load_config(recipe, benchmark.alike(config, 0.001))
    assert same.data.batch_tokens == 16 * config.data.max_tokens
    assert (same.optimizer.learning_rate, same.optimizer.head_learning_rate) == (0.001, None)
    assert same.base == config.base


def test_the_peer_pads_to_the_longest_length(benchmark):
    collate = benchmark.Padded(Collator(7, 3), 7, 6)
    batch = collate([{"input_ids": [1, 2], "labels": [0, 1], "open": []}])
    assert batch["input_ids"].tolist() == [[1, 2, 7, 7, 7, 7]]
    assert batch["attention_mask"].tolist() == [[1, 1, 0, 0, 0, 0]]
    assert batch["labels"].tolist() == [[0, 1, -100, -100, -100, -100]]
    assert batch["labels"].dtype == torch.int64
