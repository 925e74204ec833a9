import json

import pytest
import toy

from ie.errors import ConfigError, UsageError
from ie.train.runfolder import RunFolder


@pytest.fixture
def begun(tmp_path):
    config = toy.config(tmp_path)
    folder = RunFolder(tmp_path / "run")
    folder.begin(config, resume=False, overwrite=False)
    return folder


def test_a_run_is_not_replaced_unasked(tmp_path, begun):
    begun.log.write_text("{}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"run holds a run already: .*--resume.*--overwrite"):
        begun.begin(toy.config(tmp_path), resume=False, overwrite=False)


def test_a_run_that_failed_before_its_first_step_is_in_nobodys_way(tmp_path, begun):
    begun.begin(toy.config(tmp_path, None, "seed=5"), resume=False, overwrite=False)
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
    begun.begin(toy.config(tmp_path), resume=False, overwrite=True)
    assert sorted(p.name for p in begun.path.iterdir()) == ["checkpoints", "mine.txt", "run.json"]
    assert not list(begun.states.iterdir())


def test_there_must_be_a_run_to_resume(tmp_path):
    with pytest.raises(UsageError, match="no run to resume"):
        RunFolder(tmp_path / "none").begin(toy.config(tmp_path), resume=True, overwrite=False)


def test_only_what_does_not_change_weights_may_change(tmp_path, begun):
    begun.begin(
        toy.config(tmp_path, None, "run.log_every=7", "output.dtype=fp16"), resume=True, overwrite=False
    )
    changed = toy.config(tmp_path, None, "seed=1", "data.train.0.weight=3", "run.epochs=5")
    with pytest.raises(ConfigError, match=r"data\.train, run\.epochs, seed changed") as caught:
        begun.begin(changed, resume=True, overwrite=False)
    assert str(begun.path) in str(caught.value)


def test_the_last_complete_state_is_found_and_broken_ones_removed(tmp_path, begun):
    assert begun.last_state() is None
    for name in ("checkpoint-9", "checkpoint-10", ".partial/checkpoint-11", "checkpoint-12.tmp"):
        (begun.states / name).mkdir(parents=True)
    assert begun.last_state() == begun.states / "checkpoint-10"
    begun.begin(toy.config(tmp_path), resume=True, overwrite=False)
    assert not (begun.states / ".partial").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="file"):
        RunFolder(tmp_path / "file" / "run").begin(toy.config(tmp_path), resume=False, overwrite=False)


def test_a_run_of_an_older_version_can_be_resumed(tmp_path, begun):
    values = json.loads(begun.config.read_text(encoding="utf-8"))
    del values["loss"], values["run"]["patience"]
    begun.config.write_text(json.dumps(values), encoding="utf-8")
    begun.begin(toy.config(tmp_path), resume=True, overwrite=False)
    with pytest.raises(ConfigError, match=r"run\.patience changed"):
        begun.begin(toy.config(tmp_path, None, "run.patience=3"), resume=True, overwrite=False)
