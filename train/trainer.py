"""Trains a checkpoint: `train(config)` runs Hugging Face's `Trainer` on the plan of batches of a run."""

import logging
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import Trainer, TrainingArguments
from transformers.integrations.integration_utils import TensorBoardCallback
from transformers.trainer_callback import PrinterCallback
from transformers.trainer_utils import rotate_checkpoints

from ie.runtimes.torch import processor_has_bf16

from .attention import use_products
from .batching import Collator, PlannedSampler
from .callbacks import JsonLog, Milestones
from .config import Config
from .dropout import replace_dropout
from .loss import PartialLabelLoss
from .metrics import Scores
from .model import load_weights, save_weights
from .optimizer import make_optimizer, make_scheduler
from .record import write_record
from .runfolder import RunFolder
from .scoring import evaluate_model, fit_temperature, flatten_scores, with_temperature
from .task import Task, make_plan, make_task, write_checkpoint_frame

logger = logging.getLogger(__name__)


@contextmanager
def denormals_flushed() -> Iterator[None]:
    """Take denormal numbers for zero meanwhile: they slowed epochs down more and more."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        # left on, it would change the arithmetic of whoever called us
        torch.set_flush_denormal(False)


@denormals_flushed()
def train(config: Config, resume: bool = False, overwrite: bool = False) -> Path:
    """Train as `config` says and return the folder of the best checkpoint.

    `resume` goes on with the run in the output folder exactly where its last saved state is, and ends with
    the same weights as if it had never stopped; a finished run is left as it is. Raises the `IEError`s of
    configuration, corpora and base.
    """
    folder = RunFolder(Path(config.output.folder))
    arguments = make_arguments(config, folder)
    with arguments.main_process_first(local=False):
        if arguments.process_index == 0:
            folder.begin(config, resume=resume, overwrite=overwrite)
        if folder.record.exists():
            logger.info("The run in %s is finished.", folder.path)
            return folder.best
        task = make_task(config, folder)
        if arguments.process_index == 0:
            write_checkpoint_frame(task)
    _hide_bars()
    if arguments.device.type == "cpu":
        replace_dropout(task.base.model)
        use_products(task.base.model)
    trainer = PlannedTrainer(task, arguments)
    trainer.report_data()
    state = folder.last_state() if resume else None
    trainer.train(resume_from_checkpoint=None if state is None else str(state))
    trainer.finish()
    return folder.best


def make_arguments(config: Config, folder: RunFolder) -> TrainingArguments:
    """Return the settings of `Trainer` that are not ours to decide step by step."""
    run = config.run
    arguments = TrainingArguments(
        output_dir=str(folder.states),
        num_train_epochs=1,  # one pass over the plan, which holds all epochs
        gradient_accumulation_steps=run.accumulation,
        max_grad_norm=config.optimizer.max_grad_norm,
        bf16=uses_bf16(run.precision, run.device),
        use_cpu=run.device == "cpu" or not torch.cuda.is_available(),
        logging_steps=run.log_every,
        logging_nan_inf_filter=False,
        eval_strategy="no",
        save_strategy="no",
        metric_for_best_model="f1",
        greater_is_better=True,
        report_to=[],  # TensorBoard's callback is made below, with our folder
        disable_tqdm=not sys.stderr.isatty(),
        seed=config.seed,
        log_level="error",
        remove_unused_columns=False,
        ddp_broadcast_buffers=False,  # all of them are constants
    )
    # Several GPUs take `accelerate launch`; without it, Trainer would fall back on DataParallel.
    arguments._n_gpu = min(arguments.n_gpu, 1)
    return arguments


def _hide_bars() -> None:
    """Hide the progress bars of writing weights; that of training stays."""
    logging_of_transformers: Any = transformers.logging
    logging_of_transformers.disable_progress_bar()


def uses_bf16(precision: str, device: str) -> bool:
    """Return whether matrix products are computed in bf16."""
    if precision != "auto":
        return precision == "bf16"
    if device != "cpu" and torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return processor_has_bf16(torch)


class PlannedTrainer(Trainer):
    """`Trainer` with our batches, loss, learning rates, evaluation and way of saving."""

    def __init__(self, task: Task, arguments: TrainingArguments) -> None:
        self.task = task
        self.plan = make_plan(task, arguments.process_index, arguments.world_size)
        self.loss = PartialLabelLoss(task.config.loss, task.tags)
        self.json_log = JsonLog(task.folder.log, self.plan, active=arguments.process_index == 0)
        has_dev = bool(task.dev)
        super().__init__(
            model=task.base.model,
            args=arguments,
            train_dataset=task.train.dataset,
            data_collator=Collator(task.encoder.pad_id, len(task.tags)),
            callbacks=[Milestones(self.plan, task.config.run, has_dev), self.json_log],
        )
        self.remove_callback(PrinterCallback)  # it prints to stdout, which is for results
        if task.config.output.tensorboard and arguments.process_index == 0:
            from torch.utils.tensorboard import SummaryWriter

            callback: Any = TensorBoardCallback
            self.add_callback(callback(SummaryWriter(str(task.folder.tensorboard))))
        # Trainer then counts the labelled words of a step in all batches and processes, for compute_loss.
        self.model_accepts_loss_kwargs = True
        self.loss_is_scaled_for_ga = True

    def report_data(self) -> None:
        """Log what the run is about, and list the gold spans that cannot be learned."""
        for summary in self.task.train.summaries:
            self.json_log.write("corpus", **summary.to_record())
        for item in self.task.train.misaligned:
            self.json_log.write("misaligned", **asdict(item))
        for path, ids in self.task.leaked.items():
            self.json_log.write("leaked", path=path, documents=ids)
            logger.warning("%s: %d documents are in dev too and were left out.", path, len(ids))
        if self.task.train.misaligned:
            count, log = len(self.task.train.misaligned), self.task.folder.log
            logger.warning("%d gold spans do not fit words and were masked; see %s.", count, log)

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return the batches of this process; the plan already shares them out."""
        return DataLoader(
            self.task.train.dataset,
            batch_sampler=PlannedSampler(self.plan),
            collate_fn=self.data_collator,
            pin_memory=self.args.device.type == "cuda",
            generator=torch.Generator(),  # else each epoch would draw from the generator of dropout
        )

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Return AdamW with learning rates by layer."""
        if self.optimizer is None:
            self.optimizer = make_optimizer(model or self.task.base.model, self.task.config.optimizer)
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Return the schedule of learning rates."""
        if self.lr_scheduler is None:
            target = optimizer or self.optimizer
            assert target is not None
            self.lr_scheduler = make_scheduler(target, self.task.config.optimizer, num_training_steps)
            self._created_lr_scheduler = True
        return self.lr_scheduler

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the loss per labelled word of the whole optimizer step."""
        output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
        loss: Tensor = self.loss(output.logits, inputs["labels"], inputs["open"])
        # Gradients of several processes are averaged, so each has to bring its share times their number.
        loss = loss * self.accelerator.num_processes / num_items_in_batch.clamp(min=1)
        return (loss, output) if return_outputs else loss

    def evaluate(self, *_args: Any, **_kwargs: Any) -> dict[str, float]:
        """Return, and log, the scores on dev of the weights as they are."""
        start = time.perf_counter()
        scores = self.score_dev()
        metrics = {f"eval_{name}": value for name, value in flatten_scores(scores).items()}
        metrics["eval_seconds"] = round(time.perf_counter() - start, 2)
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def score_dev(self) -> Scores:
        """Return the scores on dev."""
        task, args = self.task, self.args
        return evaluate_model(
            task.base.model,
            task.folder.best,
            task.dev,
            task.config.labels,
            args.process_index,
            args.world_size,
        )

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log with the number of epochs of the plan, all of which are one epoch to Trainer."""
        self.state.epoch = self.plan.epochs_at(self.state.global_step)
        super().log(logs, start_time)

    def finish(self) -> None:
        """Complete the checkpoint: last weights where none were chosen, temperature, record of the run."""
        best = self.task.folder.best
        if not self.task.dev:
            self._keep_weights()
        self.accelerator.wait_for_everyone()
        load_weights(self.task.base, best)
        if self.task.dev_windows is not None:
            temperature = fit_temperature(
                self.task.base.model, self.task.dev_windows, self.task.encoder.pad_id, self.task.tags
            )
            if self.args.should_save:
                with_temperature(best, temperature)
            self.accelerator.wait_for_everyone()
        scores = self.score_dev() if self.task.dev else None
        if self.args.should_save:
            write_record(self.task, self.plan, self.state, self.args, scores)
        self.accelerator.wait_for_everyone()

    def _determine_best_metric(self, metrics: dict[str, float], trial: Any) -> bool:
        improved = super()._determine_best_metric(metrics, trial)
        if improved:
            self._keep_weights()
        return improved

    def _keep_weights(self) -> None:
        if self.args.should_save:
            save_weights(self.task.base.model, self.task.folder.best, self.task.config.output.dtype)

    def _get_output_dir(self, trial: Any) -> str:  # noqa: ARG002 given by Trainer
        """Return where a state is being written; it is moved to its place when complete."""
        return str(self._partial)

    @property
    def _partial(self) -> Path:
        return self.task.folder.states / ".partial"

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        self.accelerator.wait_for_everyone()
        if not self.args.should_save:
            return
        name = f"checkpoint-{self.state.global_step}"
        target = self.task.folder.states / name
        if target.exists():
            shutil.rmtree(target)
        (self._partial / name).replace(target)
        self._partial.rmdir()
        rotate_checkpoints(str(self.task.folder.states), self.task.config.output.keep_checkpoints)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """Save weights and nothing that takes unpickling to read."""
        if self.args.should_save:
            assert output_dir is not None
            self.task.base.model.save_pretrained(output_dir, state_dict=state_dict)
