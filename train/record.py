"""The record of a finished run: what went in, what came out, how long it took."""

import json
import platform
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers
from transformers import TrainerState, TrainingArguments

from ie.files import atomic_write
from ie.settings import Settings
from ie.version import __version__

from .batching import Plan
from .metrics import Scores
from .schema import to_mapping
from .task import Task


def write_record(
    task: Task,
    plan: Plan,
    state: TrainerState,
    arguments: TrainingArguments,
    scores: Scores | None,
) -> None:
    """Write train.json, from which the model card is made; `scores` are those of `best/` on dev."""
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
            "seconds": round(training_seconds(speeds, plan), 1),
            "tokens_per_second": median([entry["tokens_per_second"] for entry in speeds]),
            "device": device_name(arguments.device),
            "processes": arguments.world_size,
            "precision": "bf16" if arguments.bf16 else "fp32",
        },
        "dev": None if scores is None else scores.to_record(),
        "settings": Settings.read(task.folder.best).to_record(),
        "versions": versions(),
    }
    with atomic_write(task.folder.record) as file:
        json.dump(record, file, ensure_ascii=False, indent=2)
        file.write("\n")


def training_seconds(speeds: Sequence[dict[str, Any]], plan: Plan) -> float:
    """Return the seconds of all steps, those before a run was resumed too; a step done again counts once."""
    by_step = {entry["step"]: entry["tokens_per_second"] for entry in speeds}
    ends = sorted(by_step)
    starts = [0, *ends]
    spent = [
        float(plan.tokens[end] - plan.tokens[start]) / float(by_step[end])
        for start, end in zip(starts, ends, strict=False)
        if by_step[end]
    ]
    return sum(spent)


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a log, but for a line that a full disk or a power cut has torn."""
    entries = []
    # line by line of the file: str.splitlines also splits at U+2028 and others that a span may hold
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            with suppress(json.JSONDecodeError):
                entries.append(json.loads(line))
    return entries


def median(values: Sequence[float]) -> float | None:
    """Return the median (the upper of two), or None of nothing."""
    return sorted(values)[len(values) // 2] if values else None


def device_name(device: torch.device) -> str:
    """Return what a reader of the record knows the device as."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"cpu ({platform.machine()})"


def versions() -> dict[str, str]:
    """Return the versions of what decides about weights."""
    found = {"ie": __version__, "python": platform.python_version(), "torch": torch.__version__}
    return {**found, "transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
