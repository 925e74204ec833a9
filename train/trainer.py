"""Trains a checkpoint: `train(config)` runs Hugging Face's `Trainer` on the plan of batches of a run."""

import json
import logging
import platform
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from ie.checkpoint import Settings
from ie.document import Document
from ie.encoder import TextEncoder
from ie.errors import ConfigError
from ie.files import atomic_write
from ie.labels import tag_names
from ie.version import __version__
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import Trainer, TrainingArguments
from transformers.trainer_callback import PrinterCallback
from transformers.trainer_utils import rotate_checkpoints

from .batching import Collator, Plan, PlannedSampler, plan_run
from .callbacks import JsonLog, Milestones
from .config import Config
from .dataset import Corpus, WindowSet, make_windows, read_corpora
from .loss import PartialLabelLoss
from .metrics import Scores
from .model import Base, load_base, save_weights
from .optimizer import make_optimizer, make_scheduler
from .runfolder import RunFolder
from .schema import to_mapping
from .scoring import evaluate_model, fit_temperature, flatten_scores, with_temperature

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Everything that a run works on."""

    config: Config
    folder: RunFolder
    base: Base
    encoder: TextEncoder
    tags: tuple[str, ...]
    train: WindowSet
    dev: tuple[Document, ...]
    dev_windows: WindowSet | None
    leaked: dict[str, list[str]]


def train(config: Config, resume: bool = False, overwrite: bool = False) -> Path:
    """Train as `config` says and return the folder of the best checkpoint.

    `resume` goes on with the run in the output folder exactly where its last saved state is, and ends with
    the same weights as if it had never stopped; a finished run is left as it is. Raises the `IEError`s of
    configuration, corpora and base.
    """
    torch.set_flush_denormal(True)  # they slowed epochs down more and more
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
    arguments.distributed_state.wait_for_everyone()
    trainer = PlannedTrainer(task, arguments)
    trainer.report_data()
    state = folder.last_state() if resume else None
    start = time.perf_counter()
    trainer.train(resume_from_checkpoint=None if state is None else str(state))
    trainer.finish(time.perf_counter() - start)
    return folder.best


def make_task(config: Config, folder: RunFolder) -> Task:
    """Return the data and the base of a run; both are the same in every process."""
    tags = tag_names(config.labels)
    train_corpora, dev_corpora = read_corpora(config.data, config.labels)
    transformers.set_seed(config.seed)
    texts = [document.text for corpus in train_corpora for document in corpus.documents]
    base = load_base(config.base, config.labels, texts, config.data.max_tokens)
    if config.optimizer.freeze_embeddings:
        base.model.get_input_embeddings().requires_grad_(False)
    encoder = TextEncoder(base.tokenizer)
    size = config.data.max_tokens
    return Task(
        config,
        folder,
        base,
        encoder,
        tags,
        make_windows(train_corpora, encoder, tags, size),
        tuple(document for corpus in dev_corpora for document in corpus.documents),
        make_windows(dev_corpora, encoder, tags, size) if dev_corpora else None,
        {corpus.path: list(corpus.leaked) for corpus in train_corpora if corpus.leaked},
    )


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
        report_to=["tensorboard"] if config.output.tensorboard else [],
        disable_tqdm=not sys.stderr.isatty(),
        seed=config.seed,
        remove_unused_columns=False,
    )
    # Several GPUs take `accelerate launch`; without it, Trainer would fall back on DataParallel.
    arguments._n_gpu = min(arguments.n_gpu, 1)
    return arguments


def uses_bf16(precision: str, device: str) -> bool:
    """Return whether matrix products are computed in bf16."""
    if precision != "auto":
        return precision == "bf16"
    if device != "cpu" and torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    probes = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return any(getattr(torch.cpu, probe, lambda: False)() for probe in probes)


def write_checkpoint_frame(task: Task) -> None:
    """Write what a checkpoint holds beside its weights."""
    best, data = task.folder.best, task.config.data
    best.mkdir(parents=True, exist_ok=True)
    task.base.model.config.save_pretrained(best)
    task.base.write_tokenizer(best)
    Settings(
        max_tokens=data.max_tokens, window_overlap=data.window_overlap, guidelines=data.guidelines
    ).write(best)


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
            self.optimizer = make_optimizer(model or self.model, self.task.config.optimizer)
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Return the schedule of learning rates."""
        if self.lr_scheduler is None:
            target = self.optimizer if optimizer is None else optimizer
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

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
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
            self.model, task.folder.best, task.dev, task.config.labels, args.process_index, args.world_size
        )

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log with the number of epochs of the plan, all of which are one epoch to Trainer."""
        self.state.epoch = self.plan.epochs_at(self.state.global_step)
        super().log(logs, start_time)

    def finish(self, seconds: float) -> None:
        """Complete the checkpoint: last weights where none were chosen, temperature, record of the run."""
        best = self.task.folder.best
        if not self.task.dev:
            self._keep_weights()
        self.accelerator.wait_for_everyone()
        load_weights(self.task.base, best)
        if self.task.dev_windows is not None:
            temperature = fit_temperature(
                self.model, self.task.dev_windows, self.task.encoder.pad_id, self.task.tags
            )
            if self.args.should_save:
                with_temperature(best, temperature)
            self.accelerator.wait_for_everyone()
        scores = self.score_dev() if self.task.dev else None
        if self.args.should_save:
            write_record(self, scores, seconds)
        self.accelerator.wait_for_everyone()

    def _determine_best_metric(self, metrics: dict[str, float], trial: Any) -> bool:
        improved = super()._determine_best_metric(metrics, trial)
        if improved:
            self._keep_weights()
        return improved

    def _keep_weights(self) -> None:
        if self.args.should_save:
            save_weights(self.task.base.model, self.task.folder.best, self.task.config.output.dtype)

    def _get_output_dir(self, trial: Any) -> str:
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
        rotate_checkpoints(str(self.task.folder.states), self.task.config.output.keep_checkpoints)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """Save weights and nothing that takes unpickling to read."""
        if self.args.should_save:
            assert output_dir is not None
            self.task.base.model.save_pretrained(output_dir, state_dict=state_dict)


def make_plan(task: Task, rank: int, world: int) -> Plan:
    """Return the batches of one process."""
    config = task.config
    plan = plan_run(
        task.train.lengths,
        task.train.sizes,
        [corpus.weight for corpus in config.data.train],
        epochs=config.run.epochs,
        budget=config.data.batch_tokens,
        seed=config.seed,
        accumulation=config.run.accumulation,
        max_steps=config.run.max_steps,
        rank=rank,
        world=world,
    )
    if not plan.batches:
        raise ConfigError("'data.train': with these weights not one window is drawn from the corpora.")
    return plan


def load_weights(base: Base, folder: Path) -> None:
    """Put the weights stored in `folder` into the model, so that what is measured is what is stored."""
    from safetensors.torch import load_file

    state = load_file(folder / "model.safetensors")
    base.model.load_state_dict({name: value.float() for name, value in state.items()})


def write_record(trainer: PlannedTrainer, scores: Scores | None, seconds: float) -> None:
    """Write train.json, from which the model card is made."""
    task, plan, state = trainer.task, trainer.plan, trainer.state
    evaluations = [entry for entry in state.log_history if "eval_f1" in entry]
    speeds = [e for e in read_log(task.folder.log) if "tokens_per_second" in e]
    record = {
        "config": to_mapping(task.config),
        "base": {"name": task.base.name, "revision": task.base.revision, "parameters": task.base.parameters},
        "data": {
            "train": [summary.to_record() for summary in task.train.summaries],
            "dev": [s.to_record() for s in (task.dev_windows.summaries if task.dev_windows else ())],
        },
        "run": {
            "steps": state.global_step,
            "epochs": round(plan.epochs_at(state.global_step), 3),
            "best_step": max(evaluations, key=lambda e: e["eval_f1"])["step"] if evaluations else None,
            "evaluations": evaluations,
            "tokens": int(plan.tokens[state.global_step]),
            "seconds": round(seconds, 1),
            "tokens_per_second": median([entry["tokens_per_second"] for entry in speeds]),
            "device": device_name(trainer.args.device),
            "processes": trainer.args.world_size,
            "precision": "bf16" if trainer.args.bf16 else "fp32",
        },
        "dev": None if scores is None else scores.to_record(),
        "settings": Settings.read(task.folder.best).to_record(),
        "versions": versions(),
    }
    with atomic_write(task.folder.record) as file:
        json.dump(record, file, ensure_ascii=False, indent=2)
        file.write("\n")


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a log."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def median(values: Sequence[float]) -> float | None:
    """Return the median (the upper of two), or None of nothing."""
    return sorted(values)[len(values) // 2] if values else None


def device_name(device: torch.device) -> str:
    """Return what a reader of the record knows the device as."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"cpu ({platform.machine()})"


def versions() -> dict[str, str]:
    """Return the versions of what decides about weights."""
    import tokenizers

    found = {"ie": __version__, "python": platform.python_version(), "torch": torch.__version__}
    return {**found, "transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
