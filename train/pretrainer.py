"""Masked-language-model training: `pretrain(config)` lets an encoder read raw texts before it learns tags.

Gururangan et al. (2020, "Don't Stop Pretraining") measured what reading texts of the domain brings.
"""

import json
import logging
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import TrainingArguments

from ie.encoder import TextEncoder
from ie.errors import ConfigError
from ie.files import atomic_write

from .alignment import IGNORED
from .attention import use_products
from .batching import Plan, make_batches, plan_run
from .dropout import replace_dropout
from .inputs import inputs_of
from .maskedbase import Predictions, load_masked_base
from .masking import MaskedCollator, MaskedWindows, Masking, Visit, make_masking
from .model import Base
from .passages import Passages, cut_passages, join_passages
from .planned import Course, CourseTrainer
from .pretraining import PretrainingConfig
from .record import device_name, median, read_log, training_seconds, versions
from .runfolder import RunFolder
from .schema import to_mapping
from .scoring import inference
from .texts import Source, read_texts
from .trainer import denormals_flushed, make_arguments

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Pretraining:
    """Everything that a run works on; `sizes` counts the windows of each source, `tokens` theirs."""

    config: PretrainingConfig
    folder: RunFolder
    base: Base
    encoder: TextEncoder
    masking: Masking
    train: Passages
    sizes: tuple[int, ...]
    held_out: Passages
    summaries: tuple[dict[str, Any], ...]


@denormals_flushed()
def pretrain(config: PretrainingConfig, resume: bool = False, overwrite: bool = False) -> Path:
    """Train as `config` says and return the folder of the masked-LM model, which a run on tags takes as base.

    The weights after the last step are the result. `resume` goes on with the run in the output folder exactly
    where its last saved state is; a finished run is left as it is. Raises the `IEError`s of configuration,
    texts and base.
    """
    folder, inputs = RunFolder(Path(config.output.folder)), inputs_of(config)
    described: Any = config
    arguments = make_arguments(described, folder)
    with arguments.main_process_first(local=False):
        first = arguments.process_index == 0
        if first:
            folder.check(config, inputs, resume=resume, overwrite=overwrite)
        if resume and folder.record.exists():
            logger.info("The run in %s is finished.", folder.path)
            return folder.best
        task = make_pretraining(config, folder)
        if first:
            folder.begin(config, inputs, resume=resume)
            folder.best.mkdir(parents=True, exist_ok=True)
            task.base.model.config.save_pretrained(folder.best)
            task.base.write_tokenizer(folder.best)
    logging_of_transformers: Any = transformers.logging
    logging_of_transformers.disable_progress_bar()
    if arguments.device.type == "cpu":
        replace_dropout(task.base.model)
        use_products(task.base.model)
    state = folder.last_state() if resume else None
    arguments.eval_on_start = state is None and len(task.held_out) > 0
    trainer = MaskedTrainer(task, arguments)
    for summary in task.summaries:
        trainer.json_log.write("texts", **summary)
    trainer.train(resume_from_checkpoint=None if state is None else str(state))
    trainer.finish()
    return folder.best


def make_pretraining(config: PretrainingConfig, folder: RunFolder) -> Pretraining:
    """Return the texts and the base of a run, the same in every process and after every interruption."""
    data = config.data
    reading = read_texts(data)
    transformers.set_seed(config.seed)
    base = load_masked_base(config.base, data.max_tokens)
    masking = make_masking(base.tokenizer, data.mask_share)
    encoder = TextEncoder(base.tokenizer)
    if config.optimizer.freeze_embeddings:
        base.model.get_input_embeddings().requires_grad_(False)
    cut = [cut_passages(s.texts, encoder, data.max_tokens, pack=data.pack) for s in reading.sources]
    return Pretraining(
        config,
        folder,
        base,
        encoder,
        masking,
        join_passages([p.window(i) for p in cut for i in range(len(p))]),
        tuple(map(len, cut)),
        cut_passages(reading.held_out, encoder, data.max_tokens, pack=data.pack),
        tuple(_summary(s, p) for s, p in zip(reading.sources, cut, strict=True)),
    )


def _summary(source: Source, passages: Passages) -> dict[str, Any]:
    """Return what the log and the record say of a source: counts, not texts."""
    counts = {name: value for name, value in asdict(source).items() if name != "texts"}
    return {**counts, "windows": len(passages), "tokens": len(passages.ids)}


def make_course(task: Pretraining, rank: int, world: int) -> Course:
    """Return what one process goes through."""
    config = task.config

    def plan(accumulation: int, max_steps: int | None) -> Plan:
        return plan_run(
            task.train.lengths,
            task.sizes,
            [entry.weight for entry in config.data.texts],
            epochs=config.run.epochs,
            budget=config.data.batch_tokens,
            seed=config.seed,
            accumulation=accumulation,
            max_steps=max_steps,
            rank=rank,
            world=world,
        )

    planned = plan(config.run.accumulation, config.run.max_steps)
    if not planned.batches:
        raise ConfigError("'data.texts': with these weights not one window is drawn from the texts.")
    ends = plan(1, None).epoch_ends  # in batches of this process
    batches = list(visits(planned, ends, rank, world))
    dataset = MaskedWindows(task.train, task.masking, config.seed)
    has_dev = len(task.held_out) > 0
    return Course(planned, dataset, batches, MaskedCollator(task.encoder.pad_id), has_dev)


def visits(plan: Plan, ends: Sequence[int], rank: int, world: int) -> Iterator[list[Visit]]:
    """Yield the batches of process `rank` as visits, whose masks do not depend on the number of processes.

    They follow from the epoch, the number of the batch in it, counted over all processes, and the row;
    epoch i ends after `ends[i]` batches of one process.
    """
    for i, batch in enumerate(plan.batches):
        epoch = bisect_right(ends, i)
        number = (i - (ends[epoch - 1] if epoch else 0)) * world + rank
        # none is 0, which would make the numbers those of fewer
        yield [(window, (epoch + 1, number + 1, row + 1)) for row, window in enumerate(batch)]


class MaskedTrainer(CourseTrainer):
    """Minimises the cross-entropy of masked tokens; loss and accuracy on held-out texts decide nothing."""

    def __init__(self, task: Pretraining, arguments: TrainingArguments) -> None:
        self.task = task
        self.predictions = Predictions(task.base.model)
        if not self.predictions.gathers:
            logger.warning("The head of this base is computed at all tokens, which makes steps slower.")
        config = task.config
        course = make_course(task, arguments.process_index, arguments.world_size)
        super().__init__(
            task.base.model, arguments, course, task.folder, (config.optimizer, config.run, config.output)
        )

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the loss per masked token of the whole optimizer step."""
        logits, labels = self._predict(model, inputs)
        loss = cross_entropy(logits.float(), labels, reduction="sum")
        # Gradients of several processes are averaged, so each has to bring its share times their number.
        loss = loss * self.accelerator.num_processes / num_items_in_batch.clamp(min=1)
        return (loss, logits) if return_outputs else loss

    def evaluate(self, *_args: Any, **_kwargs: Any) -> dict[str, float]:
        """Return, and log, loss and accuracy on the held-out texts; their masks are always the same."""
        start = time.perf_counter()
        loss, right, count = self._measure().tolist()
        metrics = {"eval_loss": loss / max(count, 1), "eval_accuracy": right / max(count, 1)}
        metrics["eval_seconds"] = round(time.perf_counter() - start, 2)
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def finish(self) -> None:
        """Write the last weights, and the record of the run."""
        self.keep_weights()
        if self.args.should_save:
            write_record(self.task, self.plan, self.state, self.args)
        self.accelerator.wait_for_everyone()

    def _predict(self, model: Any, inputs: Any) -> tuple[Tensor, Tensor]:
        chosen = inputs["labels"] != IGNORED
        logits = self.predictions.logits(model, inputs["input_ids"], inputs["attention_mask"], chosen)
        return logits, inputs["labels"][chosen]

    def _measure(self) -> Tensor:
        """Return the sum of losses, the number of right predictions and that of masked tokens, float64."""
        passages, model = self.task.held_out, self.task.base.model
        windows = MaskedWindows(passages, self.task.masking, seed=0)
        rng, every = np.random.default_rng(0), np.arange(len(passages))
        batches = make_batches(every, passages.lengths, self.task.config.data.batch_tokens, rng)
        sums = torch.zeros(3, dtype=torch.float64, device=self.args.device)
        with inference(model), self.compute_loss_context_manager():
            for batch in batches[self.args.process_index :: self.args.world_size]:
                rows: Any = self.data_collator([windows[i, (i, 1)] for i in batch])
                logits, labels = self._predict(model, self._prepare_inputs(rows))
                sums[0] += cross_entropy(logits.float(), labels, reduction="sum")
                sums[1] += (logits.argmax(-1) == labels).sum()
                sums[2] += len(labels)
        reduced: Tensor = self.accelerator.reduce(sums, "sum")
        return reduced


def write_record(task: Pretraining, plan: Plan, state: Any, arguments: TrainingArguments) -> None:
    """Write train.json: what went in, what came out, how long it took."""
    evaluations = [entry for entry in state.log_history if "eval_loss" in entry]
    speeds = [e for e in read_log(task.folder.log) if "tokens_per_second" in e]
    parameters = sum(value.numel() for value in task.base.model.parameters())
    record = {
        "task": "mlm",
        "config": to_mapping(task.config),
        "base": {"name": task.base.name, "revision": task.base.revision, "parameters": parameters},
        "data": {"texts": list(task.summaries), "held_out_windows": len(task.held_out)},
        "run": {
            "steps": state.global_step,
            "epochs": round(plan.epochs_at(state.global_step), 3),
            "evaluations": evaluations,
            "tokens": int(plan.tokens[state.global_step]),
            "seconds": round(training_seconds(speeds, plan), 1),
            "tokens_per_second": median([entry["tokens_per_second"] for entry in speeds]),
            "device": device_name(arguments.device),
            "processes": arguments.world_size,
            "precision": "bf16" if arguments.bf16 else "fp32",
        },
        "held_out": {"before": evaluations[0], "after": evaluations[-1]} if evaluations else None,
        "versions": versions(),
    }
    with atomic_write(task.folder.record) as file:
        json.dump(record, file, ensure_ascii=False, indent=2)
        file.write("\n")
