"""What happens beside the steps of a run: its milestones and its log."""

# ruff: noqa: ARG002 the signatures are those of transformers

import json
import math
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ie.errors import IEError

from .batching import Plan
from .config import RunConfig


class Milestones(TrainerCallback):
    """Says after which steps to evaluate, to log, to save and to stop.

    It keeps nothing of its own: what it decides follows from the plan and the log in the trainer's state,
    so a resumed run decides alike.
    """

    def __init__(self, plan: Plan, run: RunConfig, has_dev: bool) -> None:
        self._plan = plan
        self._run = run
        self._has_dev = has_dev

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Set what the trainer does after this step."""
        step, last = state.global_step, state.global_step >= self._plan.steps
        every = self._run.evaluate_every
        mark = last or (step % every == 0 if every else step in self._plan.epoch_ends)
        save = self._run.save_every
        control.should_evaluate = control.should_evaluate or (mark and self._has_dev)
        control.should_save = control.should_save or mark or (save is not None and step % save == 0)
        exhausted = is_exhausted(state, self._run.patience)
        control.should_training_stop = control.should_training_stop or exhausted
        # any of these may be the last step, whose time and tokens count too
        control.should_log = control.should_log or mark or exhausted

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Stop where patience is at its end."""
        if is_exhausted(state, self._run.patience):
            control.should_training_stop = True


def is_exhausted(state: TrainerState, patience: int | None) -> bool:
    """Return whether the last `patience` evaluations all failed to beat the best one before them."""
    scores = [entry["eval_f1"] for entry in state.log_history if "eval_f1" in entry]
    return (
        patience is not None and len(scores) > patience and max(scores[-patience:]) <= max(scores[:-patience])
    )


class JsonLog(TrainerCallback):
    """Appends what the trainer logs to a JSON Lines file, with the speed of training in tokens a second.

    Raises `IEError` where the loss is not a number any more.
    """

    def __init__(self, path: Path, plan: Plan, active: bool) -> None:
        self._path = path
        self._plan = plan
        self._active = active
        self._seconds = 0.0
        self._begun = 0.0
        self._logged_step = 0

    def write(self, event: str, **fields: Any) -> None:
        """Append one object."""
        if self._active:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Note where this process begins."""
        self._logged_step = state.global_step
        self.write("begin", step=state.global_step, steps=self._plan.steps, time=_now())

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the clock; evaluations and saving are outside of what it measures."""
        self._begun = time.perf_counter()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Stop the clock."""
        self._seconds += time.perf_counter() - self._begun

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Write what was logged."""
        logs, step = dict(logs or {}), state.global_step
        epoch = round(self._plan.epochs_at(step), 4)
        logs.pop("epoch", None)
        if "loss" in logs:
            if not math.isfinite(logs["loss"]):
                raise IEError(f"The loss is {logs['loss']} at step {step}: lower optimizer.learning_rate.")
            seen = int(self._plan.tokens[step] - self._plan.tokens[self._logged_step])
            logs["tokens_per_second"] = round(seen / max(self._seconds, 1e-9), 1)
            self._seconds, self._logged_step = 0.0, step
        event = "eval" if any(name.startswith("eval_") for name in logs) else "train"
        self.write(event, step=step, epoch=epoch, **logs, time=_now())


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")
