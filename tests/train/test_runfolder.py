import json

import pytest
import toy

from ie.errors import ConfigError, UsageError
from ie.train.inputs import Inputs
from ie.train.runfolder import RunFolder


def check(folder, config, inputs=None, *, resume=False, overwrite=False):
    folder.check(config, inputs or Inputs(), resume=resume, overwrite=overwrite)


@pytest.fixture
def begun(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.begin(toy.config(tmp_path), Inputs())
    return folder


def test_a_run_is_not_replaced_unasked(tmp_path, begun):
    begun.log.write_text("{}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"run holds a run already: .*--resume.*--overwrite"):
        check(begun, toy.config(tmp_path))
    check(begun, toy.config(tmp_path), overwrite=True)


@pytest.mark.parametrize("left", ["best/model.safetensors", "checkpoints/checkpoint-5/x"])
def test_what_training_has_made_is_not_replaced_unasked_though_its_log_is_lost(tmp_path, left):
    path = tmp_path / "run" / left
    path.parent.mkdir(parents=True)
    path.write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="holds a run already"):
        check(RunFolder(tmp_path / "run"), toy.config(tmp_path))


def test_a_run_does_not_replace_the_model_that_it_starts_from(tmp_path, begun):
    begun.best.mkdir()
    for model in (begun.best, begun.path / "tensorboard" / ".." / "best"):
        with pytest.raises(ConfigError, match=r"lies in output\.folder"):
            check(begun, toy.config(tmp_path), Inputs(models=(str(model),)), overwrite=True)
    check(begun, toy.config(tmp_path), Inputs(models=(str(begun.path / "teacher"),)), overwrite=True)


def test_a_run_is_resumed_with_the_files_that_it_was_made_of(tmp_path):
    text, model = tmp_path / "train.jsonl", tmp_path / "base"
    model.mkdir()
    for path in (text, model / "model.safetensors", model / "README.md"):
        path.write_text("x", encoding="utf-8")
    inputs, folder = Inputs((str(text),), (str(model),)), RunFolder(tmp_path / "run")
    folder.begin(toy.config(tmp_path), inputs)
    (model / "README.md").write_text("y", encoding="utf-8")
    check(folder, toy.config(tmp_path), inputs, resume=True)
    text.write_text("y", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"made of other files: \S*train\.jsonl changed"):
        check(folder, toy.config(tmp_path), inputs, resume=True)
    text.unlink()
    (model / "model.safetensors").write_text("y", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"other files: \S*model\.safetensors, \S*train\.jsonl changed"):
        check(folder, toy.config(tmp_path), inputs, resume=True)


def test_a_run_is_resumed_with_all_of_its_texts_and_no_others(tmp_path):
    texts, model = tmp_path / "texts", tmp_path / "base"
    for path in (texts / "b.jsonl", texts / "c.jsonl", model / "model.safetensors"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x", encoding="utf-8")
    inputs, folder = Inputs((str(texts),), (str(model),)), RunFolder(tmp_path / "run")
    folder.begin(toy.config(tmp_path), inputs)
    (model / "model.safetensors").unlink()
    check(folder, toy.config(tmp_path), inputs, resume=True)
    (texts / "a.jsonl").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"made of other files: \S*a\.jsonl changed"):
        check(folder, toy.config(tmp_path), inputs, resume=True)
    (texts / "a.jsonl").unlink()
    (texts / "c.jsonl").unlink()
    with pytest.raises(ConfigError, match=r"made of other files: \S*c\.jsonl changed"):
        check(folder, toy.config(tmp_path), inputs, resume=True)
    # a finished run does not need them any more
    folder.best.mkdir()
    folder.record.write_text("{}", encoding="utf-8")
    check(folder, toy.config(tmp_path), inputs, resume=True)


def test_a_run_that_failed_before_its_first_step_is_in_nobodys_way(tmp_path, begun):
    check(begun, toy.config(tmp_path, None, "seed=5"))
    begun.begin(toy.config(tmp_path, None, "seed=5"), Inputs())
    assert json.loads(begun.config.read_text(encoding="utf-8"))["seed"] == 5


def test_overwriting_removes_the_run_and_nothing_else(tmp_path, begun):
    for name in (
        "best/model.safetensors",
        "checkpoints/checkpoint-5/x",
        "tensorboard/x",
        "log.jsonl",
        "mine.txt",
    ):
        path = begun.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    begun.begin(toy.config(tmp_path), Inputs())
    assert sorted(p.name for p in begun.path.iterdir()) == [
        "checkpoints",
        "inputs.json",
        "mine.txt",
        "run.json",
    ]
    assert not list(begun.states.iterdir())


def test_there_must_be_a_run_to_resume(tmp_path):
    with pytest.raises(UsageError, match="no run to resume"):
        check(RunFolder(tmp_path / "none"), toy.config(tmp_path), resume=True)


def test_only_what_does_not_change_weights_may_change(tmp_path, begun):
    check(begun, toy.config(tmp_path, None, "run.log_every=7", "output.dtype=fp16"), resume=True)
    changed = toy.config(tmp_path, None, "seed=1", "data.train.0.weight=3", "run.epochs=5")
    with pytest.raises(ConfigError, match=r"data\.train, run\.epochs, seed changed") as caught:
        check(begun, changed, resume=True)
    assert str(begun.path) in str(caught.value)


def test_the_last_complete_state_is_found_and_broken_ones_removed(tmp_path, begun):
    assert begun.last_state() is None
    for name in ("checkpoint-9", "checkpoint-10", ".partial/checkpoint-11", "checkpoint-12.tmp"):
        (begun.states / name).mkdir(parents=True)
    assert begun.last_state() == begun.states / "checkpoint-10"
    begun.begin(toy.config(tmp_path), Inputs(), resume=True)
    assert not (begun.states / ".partial").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="file"):
        RunFolder(tmp_path / "file" / "run").begin(toy.config(tmp_path), Inputs())


def test_a_run_of_an_older_version_can_be_resumed(tmp_path, begun):
    values = json.loads(begun.config.read_text(encoding="utf-8"))
    del values["loss"], values["run"]["patience"]
    begun.config.write_text(json.dumps(values), encoding="utf-8")
    check(begun, toy.config(tmp_path), resume=True)
    with pytest.raises(ConfigError, match=r"run\.patience changed"):
        check(begun, toy.config(tmp_path, None, "run.patience=3"), resume=True)


def test_a_run_cannot_go_on_and_begin_anew(ie):
    code, _, err = ie("train", "--config", "configs/smoke.yaml", "--resume", "--overwrite")
    assert (code, err) == (
        2,
        "error: --resume goes on with the run that --overwrite would replace: choose one.\n",
    )
