import copy
import json

import pytest
import yaml
from annotated import LABELS, marked

from ie.data.corpus import write_corpus
from ie.errors import CheckpointError, UsageError
from ie.settings import Settings
from ie.train.card import MARKER, write_card
from ie.train.evaluate import Options, compare, describe_file, write_evaluation

COUNTS = {"tp": 8, "fp": 2, "fn": 2, "precision": 0.8, "recall": 0.8, "f1": 0.8}
ALL = {"precision": 0.8, "recall": 0.8, "f1": 0.8}
LABEL_SCORES = {"labels": {"PARTY": {**COUNTS, "f1": 0.9}, "DATE": COUNTS}, "micro": COUNTS, "macro": ALL}
SCORES = {"strict": LABEL_SCORES, "overlap": LABEL_SCORES, "boundaries": COUNTS}


def corpus(path, sha, **entities):
    counts = {"documents": 10, "windows": 12, "tokens": 900, "misaligned": 3, "leaked": 0}
    return {"path": path, "sha256": sha * 64, "weight": 1.5, "entities": entities, **counts}


RUN = {
    "config": {
        "labels": ["PARTY", "DATE"],
        "seed": 42,
        "base": {"name": "/home/someone/bases/small", "licence": None},
        "data": {
            "train": [
                {
                    "path": "/home/someone/one.jsonl",
                    "weight": 1.5,
                    "licence": "CC BY-SA 4.0",
                    "source": "org/one",
                },
                {"path": "/home/someone/two.jsonl", "weight": 1.5},
            ],
            "max_tokens": 256,
            "window_overlap": 64,
            "batch_tokens": 2048,
        },
        "optimizer": {"learning_rate": 2e-4, "head_learning_rate": None},
        "loss": {"focal_gamma": 0.0, "label_weights": {}},
        "run": {"epochs": 3},
    },
    "base": {"name": "/home/someone/bases/small", "revision": None, "parameters": 37_200_000},
    "data": {
        "train": [
            corpus("/home/someone/one.jsonl", "a", PARTY=70, DATE=20),
            corpus("/home/someone/two.jsonl", "b", PARTY=30),
        ],
        "dev": [corpus("/home/someone/dev.jsonl", "c", PARTY=9, DATE=8)],
    },
    "run": {
        "steps": 600,
        "epochs": 3.0,
        "best_step": 400,
        "evaluations": [],
        "tokens": 123456,
        "seconds": 321.4,
        "tokens_per_second": 1024.0,
        "device": "cpu (x86_64)",
        "processes": 1,
        "precision": "bf16",
    },
    "dev": SCORES,
    "settings": {},
    "versions": {"ie": "0.1.0", "torch": "2.13.0"},
}
INTERVALS = {
    "strict": {"micro": {"f1": [0.75, 0.85]}},
    "overlap": {},
    "boundaries": {},
    "confidence": 0.95,
    "resamples": 1000,
}


def evaluation(sha="d"):
    return {
        "data": {"name": "test.jsonl", "sha256": sha * 64},
        "documents": 44,
        "model": "best@0123456789ab",
        "scores": SCORES,
        "intervals": INTERVALS,
        "calibration": {"ece": 0.0314},
    }


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "best"
    folder.mkdir()
    save(folder, RUN)
    Settings(temperature=1.3, thresholds={"DATE": 0.4}, guidelines="1.2").write(folder)
    return folder


def save(folder, run):
    (folder / "train.json").write_text(json.dumps(run), encoding="utf-8")


def front_matter(card):
    return yaml.safe_load(card.split("---\n")[1])


def card_of(folder, *args, **kwargs):
    return write_card(folder, *args, **kwargs).read_text(encoding="utf-8")


def test_front_matter_is_what_the_hub_reads(folder):
    found = front_matter(card_of(folder, evaluation(), name="org/news", licence="mit", base_model="org/base"))
    assert {
        key: found[key] for key in ("language", "license", "library_name", "pipeline_tag", "base_model")
    } == {
        "language": "ru",
        "license": "mit",
        "library_name": "transformers",
        "pipeline_tag": "token-classification",
        "base_model": "org/base",
    }
    assert found["datasets"] == ["org/one"]
    (index,) = found["model-index"]
    (result,) = index["results"]
    assert (index["name"], result["dataset"]["name"]) == ("org/news", "test.jsonl")
    assert {"type": "f1", "value": 0.8, "name": "Strict micro f1"} in result["metrics"]
    assert {"type": "f1", "value": 0.9, "name": "Strict F1 of PARTY"} in result["metrics"]


def test_nothing_is_invented(folder):
    run = copy.deepcopy(RUN)
    run["config"]["data"]["train"] = run["config"]["data"]["train"][1:]
    save(folder, {**run, "dev": None})
    card = card_of(folder)
    found = front_matter(card)
    assert not {"license", "base_model", "datasets", "model-index"} & found.keys()
    assert "The model was not evaluated." in card
    assert "| these weights | not stated |" in card
    assert "| `one.jsonl` | not stated |" in card


def test_stated_licences_are_quoted(folder):
    card = card_of(folder, licence="mit")
    assert "| these weights | mit |" in card
    assert "| `one.jsonl` | CC BY-SA 4.0 |" in card
    assert "| `two.jsonl` | not stated |" in card


def test_a_file_of_dev_takes_no_licence_from_one_of_its_name(folder):
    (dev,) = RUN["data"]["dev"]
    save(folder, {**RUN, "data": {**RUN["data"], "dev": [{**dev, "path": "devset/one.jsonl"}]}})
    card = card_of(folder)
    assert "| `one.jsonl` | CC BY-SA 4.0 |" in card
    assert "| `one.jsonl` | not stated |" in card


def test_teachers_and_dropped_layers_are_told(folder):
    config = {
        **RUN["config"],
        "base": {**RUN["config"]["base"], "layers": [0, 2]},
        "teacher": {"models": ["/home/anna/runs/big/best"], "weight": 0.7, "cache": None},
    }
    save(folder, {**RUN, "config": config})
    card = card_of(folder)
    assert "| `base.layers` | `[0, 2]` |" in card
    assert "| `teacher.models` | `big/best` |" in card
    assert "| `teacher.weight` | `0.7` |" in card
    assert "anna" not in card


def test_a_base_on_the_hub_is_named_with_its_commit(folder):
    base = {"name": "org/bert", "revision": "abc123", "parameters": 1_000_000}
    save(folder, {**RUN, "base": base})
    card = card_of(folder)
    assert front_matter(card)["base_model"] == "org/bert"
    assert "`org/bert` @ abc123" in card


def test_no_path_of_the_machine_gets_into_the_card(folder):
    run = copy.deepcopy(RUN)
    run["data"]["train"][1]["path"] = "/home/someone/other/one.jsonl"
    save(folder, run)
    card = card_of(folder)
    assert "someone/one.jsonl" in card
    assert "other/one.jsonl" in card
    assert "/home" not in card


def test_scores_carry_their_intervals(folder):
    card = card_of(folder, evaluation())
    assert "On `test.jsonl`, 44 documents (weights `best@0123456789ab`)." in card
    assert "| strict micro | 0.800 | 0.800 | 0.800 (0.750-0.850) | 10 |" in card
    assert "95% intervals from 1000 bootstrap resamples" in card
    assert "chose the weights, so" not in card
    assert "The expected calibration error of span scores is 0.031." in card


@pytest.mark.parametrize(
    ("sha", "caution"),
    [("c", "The same documents chose the weights"), ("b", "The model was trained on these documents")],
)
def test_data_that_the_model_knows_are_recognised_by_their_hash(folder, sha, caution):
    assert caution in card_of(folder, evaluation(sha))


def test_without_an_evaluation_the_scores_are_those_of_the_run(folder):
    card = card_of(folder)
    assert "On `dev.jsonl`, 10 documents." in card
    assert "| strict PARTY | 0.800 | 0.800 | 0.900 | 10 |" in card
    assert "The same documents chose the weights" in card


def test_data_recipe_and_limits_are_told(folder):
    card = card_of(folder, evaluation())
    assert "| `one.jsonl` | 10 | 70 | 20 | 1.5 | org/one | `aaaaaaaaaaaa` |" in card
    assert "6 annotated spans that tags of words cannot hold were masked" in card
    assert "label guide, version 1.2" in card
    assert "| steps | 600 (3.0 epochs), best at 400 |" in card
    assert "| speed | 1024 tokens a second |" in card
    assert "| `optimizer.learning_rate` | `0.0002` |" in card
    assert "head_learning_rate" not in card
    assert "temperature of 1.3" in card
    assert "(DATE 0.4)" in card
    assert "- `two.jsonl` has no examples of DATE." in card
    assert "- DATE was measured on 10 spans only." in card
    assert "- DATE is the label that is found worst (strict F1 0.800)." in card


def test_noisy_copies_are_told_and_are_no_corpus_of_their_own(folder):
    assert "noisy" not in card_of(folder)
    first, second = RUN["data"]["train"]
    copies = {**second, "weight": 0.5, "windows": 24, "noisy": True}
    save(folder, {**RUN, "data": {**RUN["data"], "train": [first, second, copies]}})
    card = card_of(folder)
    assert "| `two.jsonl` | 10 | 30 | 0 | 1.5 | not stated |" in card
    assert "| `two.jsonl`, noisy copies | 10 | 30 | 0 | 0.5 | not stated |" in card
    assert "Of the windows of an epoch, 25.0% are of noisy copies" in card
    assert card.count("- `two.jsonl` has no examples of DATE.") == 1
    assert "6 annotated spans that tags of words cannot hold were masked" in card


def test_the_mean_of_runs_is_told_with_their_seeds(folder):
    assert "| `seed` | `42` |" in card_of(folder)
    averaged = [{"seed": seed, "dev": None} for seed in (1, 2, 3)]
    save(folder, {**RUN, "dev": None, "averaged": averaged})
    card = card_of(folder, evaluation())
    assert "The weights are the mean of 3 runs, which differ" in card
    assert "| `seed` | `1, 2, 3` |" in card
    nested = [{"seed": 11, "dev": None}, {"seed": 12, "dev": None}, {"averaged": averaged}]
    save(folder, {**RUN, "dev": None, "averaged": nested})
    card = card_of(folder, evaluation())
    assert "The weights are the mean of 2 runs and the mean of 3 more, which differ" in card
    assert "| `seed` | `11, 12, 1, 2, 3` |" in card


def test_labels_of_others_have_no_meaning_of_ours(folder):
    save(folder, {**RUN, "config": {**RUN["config"], "labels": ["PARTY", "LAW"]}})
    card = card_of(folder)
    assert "| `PARTY` | a named organization, person or state |" in card
    assert "| `LAW` |  |" in card


def test_the_usage_can_be_copied(folder):
    assert 'Extractor.from_pretrained("org/news")' in card_of(folder, name="org/news")
    assert "ie predict --model path/to/this/folder article.txt" in card_of(folder)


def test_a_card_is_replaced_and_a_text_of_a_person_is_not(folder):
    first = card_of(folder)
    assert MARKER in first
    assert card_of(folder, evaluation()) != first
    (folder / "README.md").write_text("My notes", encoding="utf-8")
    with pytest.raises(UsageError, match=r"README\.md was not written by"):
        write_card(folder)
    assert MARKER in card_of(folder, overwrite=True)


def test_a_card_needs_the_record_of_a_run(folder):
    save(folder, {"config": {}})
    with pytest.raises(CheckpointError, match=r"train\.json or the evaluation is incomplete"):
        write_card(folder)
    (folder / "train.json").unlink()
    with pytest.raises(CheckpointError, match=r"has no train\.json"):
        write_card(folder)


def test_a_card_of_a_real_evaluation(folder):
    documents = [marked("[PARTY Газпром] вложит [AMOUNT 3 млрд] [DATE вчера]", id=str(i)) for i in range(3)]
    data = folder / "gold.jsonl"
    write_corpus(data, documents)
    found = compare(documents, documents, Options(bootstrap=10, labels=LABELS))
    write_evaluation(folder / "evaluation", found, describe_file(data))
    card = card_of(folder, folder / "evaluation" / "evaluation.json")
    perfect = "1.000 (1.000-1.000)"
    assert f"| strict AMOUNT | {perfect} | {perfect} | {perfect} | 3 |" in card
    assert f"| overlap macro | {perfect} | {perfect} | {perfect} |  |" in card


def test_a_card_of_a_real_run(tmp_path):
    from ie.train.config import Config
    from ie.train.schema import build
    from ie.train.trainer import train

    text = "[PARTY Северный ветер] вложит [AMOUNT 1,2 млрд рублей] в порт [DATE 6 ноября]"
    write_corpus(tmp_path / "corpus.jsonl", [marked(f"{text} {i}", id=str(i)) for i in range(4)])
    write_corpus(tmp_path / "dev.jsonl", [marked(text, id="dev")])
    values = {
        "base": {"scratch": {"layers": 1, "hidden": 8, "heads": 1, "vocabulary": 100}},
        "data": {"train": [{"path": str(tmp_path / "corpus.jsonl")}], "dev": [str(tmp_path / "dev.jsonl")]},
        "output": {"folder": str(tmp_path / "run"), "tensorboard": False},
        "run": {"max_steps": 1, "device": "cpu"},
    }
    card = card_of(train(build(Config, values)))
    assert "| `corpus.jsonl` | 4 | 4 | 0 | 4 | 4 | 1 |" in card
    assert "On `dev.jsonl`, 1 documents." in card
    assert "- `corpus.jsonl` has no examples of SECTOR." in card
    assert str(tmp_path) not in card
