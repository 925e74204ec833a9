"""Runtimes around a runtime: one that meters it, one that records its answers, one that plays them back."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from .runtimes import Runtime

Batch = tuple[NDArray[np.int64], NDArray[np.int64]]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Work:
    """What a model computed: busy seconds, of all threads that called it, and tokens.

    `tokens` are those of the windows, special ones and overlaps included; `computed` has the padding too.
    """

    seconds: float = 0.0
    tokens: int = 0
    computed: int = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(self.seconds + other.seconds, self.tokens + other.tokens, self.computed + other.computed)


class MeteredRuntime:
    """Passes each batch on and adds up what it took; threads may call at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = Lock()
        self._work = Work()
        self.name = runtime.name
        self.batch_tokens, self.parallel = runtime.batch_tokens, runtime.parallel

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Scores:
        """Return the scores that the runtime gives."""
        started = time.perf_counter()
        scores = self._runtime.logits(ids, mask)
        work = Work(time.perf_counter() - started, int(mask.sum()), ids.size)
        with self._lock:
            self._work += work
        return scores

    def take(self) -> Work:
        """Return the work since the last time this was asked."""
        with self._lock:
            work, self._work = self._work, Work()
        return work


class RecordingRuntime(MeteredRuntime):
    """Keeps every batch and the scores of each of its rows, to be run again or played back."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.batches: list[Batch] = []
        self._rows: dict[bytes, Scores] = {}

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Scores:
        """Return the scores that the runtime gives, and keep them."""
        scores = super().logits(ids, mask)
        with self._lock:
            self.batches.append((ids, mask))
            for row, length in enumerate(mask.sum(axis=1)):
                self._rows[ids[row, :length].tobytes()] = scores[row, :length]
        return scores

    def run_again(self) -> None:
        """Let the runtime compute all batches anew, as many at once as it says; nothing is kept."""
        with ThreadPoolExecutor(self.parallel) as threads:
            for _ in threads.map(lambda batch: self._runtime.logits(*batch), self.batches):
                pass

    def playback(self) -> "ReplayingRuntime":
        """Return a runtime that answers from what was kept."""
        return ReplayingRuntime(self._rows, self)


class ReplayingRuntime:
    """Answers with scores that were recorded, at hardly any cost, whatever batches the rows come in."""

    def __init__(self, rows: Mapping[bytes, Scores], like: MeteredRuntime) -> None:
        self._rows = rows
        self._tags = next((scores.shape[1] for scores in rows.values()), 0)
        self.name, self.batch_tokens, self.parallel = like.name, like.batch_tokens, like.parallel

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Scores:
        """Return the recorded scores, zeros for padding; raises `KeyError` on a row never seen."""
        scores = np.zeros((*ids.shape, self._tags), dtype=np.float32)
        for row, length in enumerate(mask.sum(axis=1)):
            scores[row, :length] = self._rows[ids[row, :length].tobytes()]
        return scores
