"""What trained checkpoints say of the windows of a run: the tag probabilities that a student learns."""

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from ie.batches import pad, plan_batches
from ie.checkpoint import TOKENIZER_FILE, TORCH_FILES, open_folder
from ie.errors import ConfigError
from ie.extractor import Extractor
from ie.files import atomic_write, sha256
from ie.labels import tag_names
from ie.runtimes import Runtime

from .config import TeacherConfig
from .dataset import WindowSet

logger = logging.getLogger(__name__)

Probabilities = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class TaughtWindows(Dataset[dict[str, Any]]):
    """The windows of `windows`, each with `soft`, the tag probabilities [length, tags] of its tokens.

    They are zero where no teacher was asked.
    """

    windows: WindowSet
    probabilities: Probabilities
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.starts)

    def __getitem__(self, i: int) -> dict[str, Any]:
        """Return the row of window `i`."""
        start = self.starts[i]
        soft = self.probabilities[start : start + self.windows.lengths[i]]
        return {**self.windows.dataset[i], "soft": soft}


def taught_windows(
    config: TeacherConfig, windows: WindowSet, labels: Sequence[str], tokenizer: bytes, cache: Path
) -> TaughtWindows:
    """Return `windows` with the mean of the probabilities of the teachers.

    Noisy copies, which confuse teachers, are left to the annotation. What a teacher says of a corpus is kept
    in `cache` under the checksums of both. Raises `ConfigError` where a teacher has other labels than
    `labels` or another tokenizer than the file `tokenizer`.
    """
    ends = np.cumsum(windows.lengths)
    starts = ends - windows.lengths
    total = np.zeros((int(windows.lengths.sum()), len(tag_names(labels))), dtype=np.float32)
    for name in config.models:
        teacher = _Teacher(Path(name).expanduser(), labels, tokenizer, cache)
        last = 0
        for summary in windows.summaries:
            first, last = last, last + summary.windows
            if summary.windows and not summary.noisy:
                place = slice(starts[first], ends[last - 1])
                total[place] += teacher.probabilities(
                    windows.dataset.select(range(first, last))["input_ids"][:]
                )
    return TaughtWindows(windows, (total / len(config.models)).astype(np.float16), starts)


class _Teacher:
    """A checkpoint, loaded when it is first asked what the cache does not know."""

    def __init__(self, folder: Path, labels: Sequence[str], tokenizer: bytes, cache: Path) -> None:
        if not folder.is_dir():
            raise ConfigError(f"'teacher.models': the folder {folder} does not exist.")
        settings = open_folder(folder, None)
        if tuple(settings.labels) != tuple(labels):
            theirs, ours = ", ".join(settings.labels), ", ".join(labels)
            raise ConfigError(f"'teacher.models': {folder} has the labels {theirs}, not {ours}.")
        if tuple(settings.tags) != tag_names(labels):
            raise ConfigError(f"'teacher.models': {folder} has its tags in another order.")
        if (folder / TOKENIZER_FILE).read_bytes() != tokenizer:
            raise ConfigError(f"'teacher.models': {folder} has another tokenizer than the base.")
        weights = folder / TORCH_FILES[0]
        if not weights.is_file():
            raise ConfigError(f"'teacher.models': {folder} has no {weights.name}.")
        self._folder = folder
        self._cache = cache
        self._checksum = sha256(weights)
        self._runtime: Runtime | None = None

    def probabilities(self, rows: Sequence[Sequence[int]]) -> Probabilities:
        """Return the tag probabilities [tokens, tags] of windows, one after another."""
        path = self._cache / f"{self._digest(rows)}.npy"
        if not path.exists():
            if self._runtime is None:
                # the very weights whose checksum is the key, not what has been exported from them
                extractor = Extractor.from_pretrained(self._folder, runtime="torch", precision="fp32")
                self._runtime = extractor.runtime
            logger.info("%s reads %d windows.", self._folder, len(rows))
            with atomic_write(path, binary=True) as file:
                np.save(file, _read(self._runtime, rows))
        found: Probabilities = np.load(path)
        return found

    def _digest(self, rows: Sequence[Sequence[int]]) -> str:
        # caches of before may hold, under the checksum alone, what int8 or bf16 said
        digest = hashlib.sha256(f"{self._checksum} fp32".encode())
        for row in rows:
            digest.update(np.array([len(row), *row], dtype=np.int64).tobytes())
        return digest.hexdigest()[:24]


def _read(runtime: Runtime, rows: Sequence[Sequence[int]]) -> Probabilities:
    """Return the tag probabilities [tokens, tags] of `rows`, one row after another."""
    arrays = [np.array(row, dtype=np.int64) for row in rows]
    lengths = [len(row) for row in rows]
    batches = list(plan_batches(lengths, runtime.batch_tokens))

    def ask(batch: Sequence[int]) -> list[Probabilities]:
        logits = torch.from_numpy(runtime.logits(*pad([arrays[i] for i in batch], 0)))
        values = logits.softmax(-1).numpy().astype(np.float16)
        return [values[k, : lengths[i]] for k, i in enumerate(batch)]

    found: dict[int, Probabilities] = {}
    with ThreadPoolExecutor(runtime.parallel) as pool:
        for batch, parts in zip(batches, pool.map(ask, batches), strict=True):
            found.update(zip(batch, parts, strict=True))
    return np.concatenate([found[i] for i in range(len(rows))])
