"""What a run works on: data, base and plan, made of the configuration."""

from dataclasses import dataclass
from pathlib import Path

import torch
import transformers

from ie.checkpoint import TOKENIZER_FILE
from ie.document import Document
from ie.encoder import TextEncoder
from ie.errors import ConfigError
from ie.labels import tag_names
from ie.settings import Settings

from .alignment import labels_apart
from .batching import Plan, plan_run
from .config import Config
from .dataset import WindowSet, make_windows, read_corpora
from .embeddings import learn_used_rows
from .model import Base, load_base
from .runfolder import RunFolder
from .teacher import TaughtWindows, taught_windows


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
    apart: tuple[str, ...]
    taught: TaughtWindows | None
    """The windows of `train` with what the teachers say of them, where there are teachers."""


def make_task(config: Config, folder: RunFolder, *, anew: bool) -> Task:
    """Return the data and the base of a run, the same in every process and after every interruption.

    `anew` says that what lies in the folder is of an earlier run.
    """
    tags = tag_names(config.labels)
    train_corpora, dev_corpora = read_corpora(config.data, config.labels, config.seed)
    for corpus in () if config.teacher else train_corpora:
        if all(document.labels == () for document in corpus.documents):
            raise ConfigError(
                f"{corpus.path}: no label of it is annotated, and there is no 'teacher.models'."
            )
    transformers.set_seed(config.seed)
    texts = [document.text for corpus in train_corpora for document in corpus.documents]
    known = folder.best if not anew and (folder.best / TOKENIZER_FILE).exists() else None
    base = load_base(config.base, config.labels, texts, config.data.max_tokens, known)
    encoder = TextEncoder(base.tokenizer)
    size = config.data.max_tokens
    windows = make_windows(train_corpora, encoder, tags, size, config.data.train_overlap)
    if config.optimizer.freeze_embeddings:
        base.model.get_input_embeddings().requires_grad_(False)
    else:
        learn_used_rows(base.model, _tokens(windows))
    return Task(
        config,
        folder,
        base,
        encoder,
        tags,
        windows,
        tuple(document for corpus in dev_corpora for document in corpus.documents),
        make_windows(dev_corpora, encoder, tags, size) if dev_corpora else None,
        {corpus.path: list(corpus.leaked) for corpus in train_corpora if corpus.leaked},
        # without punctuation, the members of a list touch
        labels_apart([d for c in train_corpora if not c.noisy for d in c.documents], config.labels),
        _taught(config, folder, base, windows),
    )


def _taught(config: Config, folder: RunFolder, base: Base, windows: WindowSet) -> TaughtWindows | None:
    if config.teacher is None:
        return None
    cache = folder.path / "teacher" if config.teacher.cache is None else Path(config.teacher.cache)
    tokenizer = base.tokenizer_files[TOKENIZER_FILE]
    return taught_windows(config.teacher, windows, config.labels, tokenizer, cache)


def _tokens(windows: WindowSet) -> torch.Tensor:
    """Return the ids of all tokens in `windows`, each once, in ascending order."""
    found: set[int] = set()
    for ids in windows.dataset["input_ids"]:
        found.update(ids)
    return torch.tensor(sorted(found), dtype=torch.int64)


def write_checkpoint_frame(task: Task) -> None:
    """Write what a checkpoint holds beside its weights."""
    best, data = task.folder.best, task.config.data
    best.mkdir(parents=True, exist_ok=True)
    task.base.model.config.save_pretrained(best)
    task.base.write_tokenizer(best)
    Settings(
        max_tokens=data.max_tokens,
        window_overlap=data.window_overlap,
        apart=task.apart,
        guidelines=data.guidelines,
    ).write(best)


def make_plan(task: Task, rank: int, world: int) -> Plan:
    """Return the batches of one process."""
    config = task.config
    plan = plan_run(
        task.train.lengths,
        task.train.sizes,
        [summary.weight for summary in task.train.summaries],
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
