"""Training by `ie train` beside the `Trainer` of Hugging Face with the settings of its example: speed and F1.

    python benchmarks/training.py --set base.name=FOLDER [--rounds 5] [--steps 5]
    python benchmarks/training.py --set base.name=FOLDER --epochs 1 --learning-rate 3e-4    (F1, not speed)

Both learn the same windows of the same corpora from the same base, those of `--config`. The peer has the
settings of the example: fp32, 16 windows a batch, each padded to the longest length, the base's own dropout,
Trainer's default AdamW. They train in turn, `--rounds` times `--steps` steps each, of which the first of a
round does not count; what is printed is the median over steps of tokens, without padding, by the seconds
between the beginning and the end of a step.

With `--epochs`, each sees the corpora so many times, and is scored on dev as it is at the end. Our recipe has
learning rates by layer, which the example has not, so there are two rows for it: as configured, and
with batches and learning rate of the peer, which leaves arithmetic, padding and the order of
windows as the only differences. The example itself is run_ner.py of transformers, with `--pad_to_max_length`.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback

from ie.train.alignment import IGNORED
from ie.train.batching import Collator
from ie.train.config import Config, load_config
from ie.train.model import load_base
from ie.train.runfolder import RunFolder
from ie.train.scoring import evaluate_model
from ie.train.task import make_task, write_checkpoint_frame
from ie.train.trainer import train

CONFIG = Path(__file__).parent.parent / "configs" / "news.yaml"
BATCH = 16

Load = Callable[[Sequence[str], Path], tuple[list[float], float]]


class Padded:
    """Collates windows of a `WindowSet` as the example does: all of one length."""

    def __init__(self, collate: Collator, pad_id: int, length: int) -> None:
        self._collate = collate
        self._fill = {"input_ids": pad_id, "attention_mask": 0, "labels": IGNORED}
        self._length = length

    def __call__(self, rows: Sequence[dict[str, list[int]]]) -> dict[str, Tensor]:
        """Return input_ids, attention_mask and labels, [batch, length]."""
        batch = self._collate(rows)
        missing = self._length - batch["input_ids"].shape[1]
        pad = torch.nn.functional.pad
        return {name: pad(batch[name], (0, missing), value=fill) for name, fill in self._fill.items()}


class Clock(TrainerCallback):
    """Notes how many seconds each step took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._begun = 0.0

    def on_step_begin(self, *_args: Any, **_kwargs: Any) -> None:
        """Start."""
        self._begun = time.perf_counter()

    def on_step_end(self, *_args: Any, **_kwargs: Any) -> None:
        """Stop."""
        self.seconds.append(time.perf_counter() - self._begun)


class StockTrainer(Trainer):
    """`Trainer` as it is, which counts the tokens of each step."""

    tokens: list[int]

    def training_step(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Tensor:
        """Train one batch."""
        self.tokens.append(int(inputs["attention_mask"].sum()))
        return super().training_step(model, inputs, *args, **kwargs)


def stock(config: Config, learning_rate: float, folder: Path) -> tuple[list[float], float]:
    """Return the tokens a second of each step of the peer, and its micro-F1 on dev where there is one."""
    run = RunFolder(folder)
    task = make_task(config, run, anew=True)
    model = load_base(config.base, config.labels).model
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=BATCH,
        learning_rate=learning_rate,
        num_train_epochs=config.run.epochs,
        max_steps=config.run.max_steps or -1,
        use_cpu=config.run.device == "cpu" or not torch.cuda.is_available(),
        save_strategy="no",
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        seed=config.seed,
    )
    clock, pad_id = Clock(), task.encoder.pad_id
    collate = Padded(Collator(pad_id, len(task.tags)), pad_id, config.data.max_tokens)
    trainer = StockTrainer(
        model, arguments, train_dataset=task.train.dataset, data_collator=collate, callbacks=[clock]
    )
    trainer.remove_callback(PrinterCallback)
    trainer.tokens = []
    trainer.train()
    rates = [tokens / seconds for tokens, seconds in zip(trainer.tokens, clock.seconds, strict=True)]
    if not task.dev:
        return rates, 0.0
    write_checkpoint_frame(task)
    return rates, evaluate_model(model, run.best, task.dev, config.labels).strict.micro.f1


def ours(config: Config, folder: Path) -> tuple[list[float], float]:
    """Return the same of `ie train`, from its log and its record."""
    best = train(config)
    entries = map(json.loads, RunFolder(folder).log.read_text(encoding="utf-8").splitlines())
    rates = [entry["tokens_per_second"] for entry in entries if "tokens_per_second" in entry]
    dev = json.loads((best / "train.json").read_text(encoding="utf-8"))["dev"]
    return rates, dev["strict"]["micro"]["f1"] if dev else 0.0


def alike(config: Config, learning_rate: float) -> list[str]:
    """Return the overrides that give ours the batches and the learning rate of the example."""
    values = {
        "data.batch_tokens": BATCH * config.data.max_tokens,
        "optimizer.learning_rate": learning_rate,
        "optimizer.head_learning_rate": "null",
        "optimizer.layer_decay": 1,
        "optimizer.weight_decay": 0,
        "optimizer.warmup": 0,
        "optimizer.schedule": "linear",
    }
    return [f"{name}={value}" for name, value in values.items()]


def systems(path: Path, changes: Sequence[str], learning_rate: float) -> dict[str, Load]:
    """Return what trains by name: each takes more overrides and an empty folder."""

    def configured(extra: Sequence[str], folder: Path) -> Config:
        fixed = [f"output.folder={folder}", "output.tensorboard=false", "run.log_every=1"]
        return load_config(path, [*changes, *extra, *fixed])

    same = alike(configured([], Path()), learning_rate)
    return {
        "Trainer": lambda extra, folder: stock(configured(extra, folder), learning_rate, folder),
        "ie train": lambda extra, folder: ours(configured(extra, folder), folder),
        "ie train, alike": lambda extra, folder: ours(configured([*same, *extra], folder), folder),
    }


def main(given: Sequence[str] | None = None) -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--config", type=Path, default=CONFIG, help="a recipe")
    parser.add_argument("--set", action="append", default=[], help="as in `ie train`")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=5, help="counted in each round")
    parser.add_argument("--epochs", type=int, help="score after so many instead of measuring the speed")
    parser.add_argument("--learning-rate", type=float, default=5e-5, help="of the peer; the example's")
    parser.add_argument("--only", nargs="*", help="systems to run, by name")
    options = parser.parse_args(given)
    found = systems(options.config, options.set, options.learning_rate)
    chosen = {name: load for name, load in found.items() if not options.only or name in options.only}
    if options.epochs:
        _print_scores(chosen, options.epochs)
    else:
        _print_speed(chosen, options.rounds, options.steps)


def _print_speed(chosen: Mapping[str, Load], rounds: int, steps: int) -> None:
    rates: dict[str, list[float]] = {name: [] for name in chosen}
    for _ in range(rounds):
        for name, load in chosen.items():
            with tempfile.TemporaryDirectory() as folder:
                found, _ = load([f"run.max_steps={steps + 1}", "data.dev=[]"], Path(folder) / "run")
            rates[name] += found[1:]  # the first step fills caches
    first = statistics.median(next(iter(rates.values())))
    print(f"{'':20}{'tokens/s':>10}{'ratio':>8}{'lowest':>10}{'highest':>10}")
    for name, values in rates.items():
        middle = statistics.median(values)
        print(f"{name:20}{middle:10.0f}{middle / first:8.2f}{min(values):10.0f}{max(values):10.0f}")


def _print_scores(chosen: Mapping[str, Load], epochs: int) -> None:
    print(f"{'':20}{'F1':>8}{'tokens/s':>10}{'steps':>8}")
    for name, load in chosen.items():
        with tempfile.TemporaryDirectory() as folder:
            rates, f1 = load([f"run.epochs={epochs}", "run.patience=null"], Path(folder) / "run")
        print(f"{name:20}{f1:8.4f}{statistics.median(rates):10.0f}{len(rates):8}", flush=True)


if __name__ == "__main__":
    main()
