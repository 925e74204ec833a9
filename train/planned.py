"""`Trainer` on the plan of a run: its batches, learning rates, log and way of saving, whatever is learned."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import PreTrainedModel, Trainer, TrainingArguments
from transformers.integrations.integration_utils import TensorBoardCallback
from transformers.trainer_callback import PrinterCallback
from transformers.trainer_utils import rotate_checkpoints

from ie.integrity import drop_exports

from .batching import Plan
from .callbacks import JsonLog, Milestones
from .config import OptimizerConfig, OutputConfig, RunConfig
from .model import save_weights
from .optimizer import make_optimizer, make_scheduler
from .runfolder import RunFolder


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a run goes through: `batches` are what the sampler of this process hands to `dataset`."""

    plan: Plan
    dataset: Any
    batches: Sequence[Sequence[Any]]
    collate: Callable[[Any], Any]
    has_dev: bool
    keeps_best: bool = False
    """Whether evaluations decide which weights are kept; else the last ones are."""


class CourseTrainer(Trainer):
    """`Trainer` with our batches, learning rates, log and way of saving; states are whole or not there."""

    def __init__(
        self,
        model: PreTrainedModel,
        arguments: TrainingArguments,
        course: Course,
        folder: RunFolder,
        settings: tuple[OptimizerConfig, RunConfig, OutputConfig],
    ) -> None:
        self.course = course
        self.plan = course.plan
        self.folder = folder
        self.weights = model
        self.optimizer_config, run, self.output = settings
        self.json_log = JsonLog(folder.log, course.plan, active=arguments.process_index == 0)
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=course.dataset,
            data_collator=course.collate,
            callbacks=[Milestones(course.plan, run, course.has_dev), self.json_log],
        )
        if arguments.process_index:
            # else all processes, which Trainer seeds alike, would drop out the same values
            torch.manual_seed(arguments.seed + arguments.process_index)
        self.remove_callback(PrinterCallback)  # it prints to stdout, which is for results
        if self.output.tensorboard and arguments.process_index == 0:
            from torch.utils.tensorboard import SummaryWriter

            callback: Any = TensorBoardCallback
            self.add_callback(callback(SummaryWriter(str(folder.tensorboard))))
        # Trainer then counts the labels of a step in all batches and processes, for compute_loss.
        self.model_accepts_loss_kwargs = True
        self.loss_is_scaled_for_ga = True

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return the batches of this process; the plan already shares them out."""
        batches: Iterable[Any] = self.course.batches
        return DataLoader(
            self.course.dataset,
            batch_sampler=batches,
            collate_fn=self.data_collator,
            pin_memory=self.args.device.type == "cuda",
            generator=torch.Generator(),  # else each epoch would draw from the generator of dropout
        )

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Return AdamW with learning rates by layer."""
        if self.optimizer is None:
            self.optimizer = make_optimizer(model or self.weights, self.optimizer_config)
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Return the schedule of learning rates."""
        if self.lr_scheduler is None:
            target = optimizer or self.optimizer
            assert target is not None
            self.lr_scheduler = make_scheduler(target, self.optimizer_config, num_training_steps)
            self._created_lr_scheduler = True
        return self.lr_scheduler

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log with the number of epochs of the plan, all of which are one epoch to Trainer."""
        self.state.epoch = self.plan.epochs_at(self.state.global_step)
        super().log(logs, start_time)

    def keep_weights(self) -> None:
        """Write the weights as they are to `best/`."""
        if self.args.should_save:
            # somebody may have exported the best weights so far
            drop_exports(self.folder.best)
            save_weights(self.weights, self.folder.best, self.output.dtype)

    def _determine_best_metric(self, metrics: dict[str, float], trial: Any) -> bool:
        improved = self.course.keeps_best and super()._determine_best_metric(metrics, trial)
        if improved:
            self.keep_weights()
        return improved

    def _get_output_dir(self, trial: Any) -> str:  # noqa: ARG002 given by Trainer
        """Return where a state is being written; it is moved to its place when complete."""
        return str(self._partial)

    @property
    def _partial(self) -> Path:
        return self.folder.states / ".partial"

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        self.accelerator.wait_for_everyone()
        if not self.args.should_save:
            return
        name = f"checkpoint-{self.state.global_step}"
        target = self.folder.states / name
        if target.exists():
            shutil.rmtree(target)
        (self._partial / name).replace(target)
        self._partial.rmdir()
        rotate_checkpoints(str(self.folder.states), self.output.keep_checkpoints)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """Save weights and nothing that takes unpickling to read."""
        if self.args.should_save:
            assert output_dir is not None
            self.weights.save_pretrained(output_dir, state_dict=state_dict)
