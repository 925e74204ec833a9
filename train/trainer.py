"""Trains a checkpoint: `train(config)` runs Hugging Face's `Trainer` on the plan of batches of a run."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import torch
import transformers
from torch import Tensor
from transformers import TrainerState, TrainingArguments
from transformers.trainer import TRAINER_STATE_NAME

from ie.conventions import GUIDELINES
from ie.integrity import record_checksums
from ie.runtimes.torch import processor_gains_by_bf16

from .adversary import moved_embeddings, token_embeddings
from .attention import use_products
from .averaging import WeightAverage
from .batching import Collator
from .callbacks import is_exhausted
from .config import Config
from .dropout import replace_dropout
from .inputs import inputs_of
from .loss import PartialLabelLoss, divergence
from .metrics import Scores
from .model import load_weights
from .planned import Course, CourseTrainer
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
    folder, inputs = RunFolder(Path(config.output.folder)), inputs_of(config)
    arguments = make_arguments(config, folder)
    with arguments.main_process_first(local=False):
        first = arguments.process_index == 0
        if first:
            folder.check(config, inputs, resume=resume, overwrite=overwrite)
        if resume and folder.record.exists():
            logger.info("The run in %s is finished.", folder.path)
            return folder.best
        task = make_task(config, folder, anew=first and not resume)
        if first:
            # only now: what is wrong with the new run has cost nothing of the old one
            folder.begin(config, inputs, resume=resume)
            write_checkpoint_frame(task)
    _hide_bars()
    if arguments.device.type == "cpu":
        replace_dropout(task.base.model)
        use_products(task.base.model)
    trainer = PlannedTrainer(task, arguments)
    trainer.report_data()
    state = folder.last_state() if resume else None
    if state is not None and trainer.average is not None:
        trainer.average.load(state)
    if state is None or not trainer.was_over(state):
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
    return processor_gains_by_bf16(torch)


class PlannedTrainer(CourseTrainer):
    """Learns tags: our loss and evaluation, and the best weights on dev are kept."""

    def __init__(self, task: Task, arguments: TrainingArguments) -> None:
        self.task = task
        config, teacher = task.config, task.config.teacher
        self.loss = PartialLabelLoss(config.loss, task.tags, teacher.weight if teacher else 0.0)
        plan = make_plan(task, arguments.process_index, arguments.world_size)
        dataset = task.taught or task.train.dataset
        collate = Collator(task.encoder.pad_id, len(task.tags))
        course = Course(plan, dataset, plan.batches, collate, has_dev=bool(task.dev), keeps_best=True)
        settings = (config.optimizer, config.run, config.output)
        super().__init__(task.base.model, arguments, course, task.folder, settings)
        decay = config.optimizer.average_decay
        self.average = None if decay is None else WeightAverage(task.base.model, decay)
        if self.average is not None:
            self.add_callback(self.average)

    def was_over(self, state: Path) -> bool:
        """Return whether patience had ended the run in a saved state, whose progress it then takes over.

        `Trainer` notices only after a step, and that one would be too many.
        """
        saved = TrainerState.load_from_json(str(state / TRAINER_STATE_NAME))
        over = is_exhausted(saved, self.task.config.run.patience)
        if over:
            self.state = saved
        return over

    def report_data(self) -> None:
        """Log what the run is about, and list the gold spans that cannot be learned."""
        for summary in self.task.train.summaries:
            self.json_log.write("corpus", **summary.to_record())
        for item in self.task.train.misaligned:
            self.json_log.write("misaligned", **asdict(item))
        version = self.task.config.data.guidelines
        if version not in (None, GUIDELINES):
            logger.warning(
                "'data.guidelines': %r is not %r, the version that ie.conventions knows.", version, GUIDELINES
            )
        for path, ids in self.task.leaked.items():
            self.json_log.write("leaked", path=path, documents=ids)
            logger.warning("%s: %d documents are in dev too and were left out.", path, len(ids))
        if self.task.train.misaligned:
            count, log = len(self.task.train.misaligned), self.task.folder.log
            logger.warning("%d gold spans do not fit words and were masked; see %s.", count, log)

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the loss per labelled word of the whole optimizer step."""
        labels, again = inputs["labels"], self.task.config.loss.consistency

        def tag() -> Tensor:
            output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
            return cast(Tensor, output.logits)

        def cost(logits: Tensor) -> Tensor:
            return self.loss(logits, labels, inputs["open"], inputs.get("soft"))

        logits = tag()
        loss = cost(logits)
        if again:
            second = tag()
            loss = (loss + cost(second)) / 2 + again * divergence(logits, second, labels)
        # Gradients of several processes are averaged, so each has to bring its share times their number.
        loss = loss * self.accelerator.num_processes / num_items_in_batch.clamp(min=1)
        return (loss, {"logits": logits}) if return_outputs else loss

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Tensor:
        """Return the loss of a batch after adding its gradients, and those of its adversarial twin."""
        length = self.task.config.loss.adversarial
        if not length:
            return super().training_step(model, inputs, num_items_in_batch)
        gradient = token_embeddings(self.task.base.model).grad
        before = None if gradient is None else gradient.clone()
        # the second pass shares out the sum of both: gradients averaged already would be no sum with `before`
        with self.accelerator.no_sync(model):
            loss = super().training_step(model, inputs, num_items_in_batch)
        with moved_embeddings(self.task.base.model, length, before):
            super().training_step(model, inputs, num_items_in_batch)
        return loss

    def evaluate(self, *_args: Any, **_kwargs: Any) -> dict[str, float]:
        """Return, and log, the scores on dev of the weights as they are, in the precision of training."""
        start = time.perf_counter()
        with self._evaluated_weights():
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

    def finish(self) -> None:
        """Complete the checkpoint: last weights where none were chosen, temperature, record of the run."""
        best = self.task.folder.best
        self._leave_bf16()
        if not self.task.dev:
            self.keep_weights()
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
            record_checksums(best)
            write_record(self.task, self.plan, self.state, self.args, scores)
        self.accelerator.wait_for_everyone()

    def _leave_bf16(self) -> None:
        """Have the model compute in fp32 again: what is stored with the checkpoint is measured so."""
        model: Any = self.task.base.model
        # Accelerator.unwrap_model would take the wrappers of transformers off too
        plain = vars(model).pop("_original_forward", None)
        if plain is not None:
            model.forward = plain

    def keep_weights(self) -> None:
        """Write the weights that are evaluated to `best/`."""
        with self._evaluated_weights():
            super().keep_weights()

    def _evaluated_weights(self) -> AbstractContextManager[None]:
        """Have the model hold the weights that are evaluated and kept, inside the block."""
        return nullcontext() if self.average is None else self.average.in_place()

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        super()._save(output_dir, state_dict)
        if self.args.should_save and self.average is not None:
            assert output_dir is not None
            self.average.save(Path(output_dir))
