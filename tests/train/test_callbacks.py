import json

import numpy as np
import pytest
from transformers import TrainerControl, TrainerState

from ie.errors import IEError
from ie.train.batching import Plan
from ie.train.callbacks import JsonLog, Milestones, is_exhausted
from ie.train.config import RunConfig

PLAN = Plan([[0]] * 10, (4, 8, 12), np.arange(11) * 100)


def state(step=0, scores=()):
    history = [{"loss": 1.0}, *({"eval_f1": score} for score in scores)]
    return TrainerState(global_step=step, log_history=history)


def marks(run, has_dev=True):
    """Return the steps after which there is an evaluation, and those after which there is a save."""
    found = [], []
    for step in range(1, PLAN.steps + 1):
        control = TrainerControl()
        Milestones(PLAN, run, has_dev).on_step_end(None, state(step), control)
        for steps, wanted in zip(found, (control.should_evaluate, control.should_save), strict=True):
            if wanted:
                steps.append(step)
    return found


def test_milestones():
    assert marks(RunConfig()) == ([4, 8, 10], [4, 8, 10])
    assert marks(RunConfig(evaluate_every=3)) == ([3, 6, 9, 10], [3, 6, 9, 10])
    assert marks(RunConfig(save_every=5)) == ([4, 8, 10], [4, 5, 8, 10])
    assert marks(RunConfig(), has_dev=False) == ([], [4, 8, 10])


def test_what_may_be_the_last_step_is_logged():
    def logged(step, run=RunConfig(), has_dev=True, scores=()):  # noqa: B008 it is frozen
        control = TrainerControl()
        Milestones(PLAN, run, has_dev).on_step_end(None, state(step, scores), control)
        return control.should_log

    assert [step for step in range(1, 11) if logged(step)] == [4, 8, 10]
    assert logged(10, has_dev=False)
    assert logged(5, RunConfig(patience=1), scores=(0.5, 0.5))


@pytest.mark.parametrize(
    ("expected", "patience", "scores"),
    [
        (False, None, [0.5, 0.4, 0.3, 0.2]),
        (False, 1, []),
        (False, 2, [0.5, 0.4]),
        (True, 2, [0.5, 0.4, 0.5]),
        (False, 2, [0.5, 0.4, 0.6]),
        (True, 1, [0.0, 0.0]),
        (False, 2, [0.1, 0.2, 0.3]),
    ],
)
def test_patience(expected, patience, scores):
    assert is_exhausted(state(1, scores), patience) == expected
    control = TrainerControl()
    milestones = Milestones(PLAN, RunConfig(patience=patience), has_dev=True)
    milestones.on_evaluate(None, state(1, scores), control)
    assert control.should_training_stop == expected
    # also for a run that was resumed after the evaluation that ended it
    control = TrainerControl()
    milestones.on_step_end(None, state(1, scores), control)
    assert control.should_training_stop == expected


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_log(tmp_path):
    log = JsonLog(tmp_path / "log.jsonl", PLAN, active=True)
    log.on_train_begin(None, state(2), None)
    log.on_step_begin(None, state(2), None)
    log.on_step_end(None, state(6), None)
    log.on_log(None, state(6), None, {"loss": 0.5, "epoch": 0.1})
    log.on_log(None, state(6), None, {"eval_f1": 0.25})
    begin, train, evaluation = read(tmp_path / "log.jsonl")
    assert (begin["event"], begin["step"], begin["steps"]) == ("begin", 2, 10)
    assert (train["event"], train["step"], train["epoch"], train["loss"]) == ("train", 6, 1.5, 0.5)
    # 400 tokens in a moment
    assert train["tokens_per_second"] > 400
    assert (evaluation["event"], evaluation["eval_f1"]) == ("eval", 0.25)


def test_only_one_process_writes(tmp_path):
    JsonLog(tmp_path / "log.jsonl", PLAN, active=False).write("x")
    assert not (tmp_path / "log.jsonl").exists()


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_the_run(tmp_path, loss):
    log = JsonLog(tmp_path / "log.jsonl", PLAN, active=True)
    with pytest.raises(IEError, match=r"at step 3: lower optimizer\.learning_rate"):
        log.on_log(None, state(3), None, {"loss": loss})
