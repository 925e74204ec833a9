"""The order in which windows are seen: mixture, batches by token budget, shares of several devices.

The whole run is planned ahead from the seed, so that a resumed run or another number of processes
finds the same batches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .alignment import IGNORED

# Windows are sorted by length in pools of so many batches: little padding, and still a new order each epoch.
POOL_BATCHES = 64

Batch = list[int]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The batches of one process for the whole run, in order.

    `epoch_ends` are the numbers of optimizer steps after which an epoch is over (the last may lie beyond the
    end of a run that was limited in steps); `tokens[i]` is the number
    of tokens, over all processes and without padding, that were seen before step i.
    """

    batches: list[Batch]
    epoch_ends: tuple[int, ...]
    tokens: NDArray[np.int64]

    @property
    def steps(self) -> int:
        """The number of optimizer steps."""
        return len(self.tokens) - 1

    def epochs_at(self, step: int) -> float:
        """Return how many epochs are over after `step` steps, as a fraction."""
        return float(np.interp(step, (0, *self.epoch_ends), range(len(self.epoch_ends) + 1)))


def plan_run(
    lengths: NDArray[np.int64],
    sizes: Sequence[int],
    weights: Sequence[float],
    *,
    epochs: int,
    budget: int,
    seed: int,
    accumulation: int = 1,
    max_steps: int | None = None,
    rank: int = 0,
    world: int = 1,
) -> Plan:
    """Return the plan of process `rank` out of `world`; all of them have equally many batches."""
    rounds: list[list[Batch]] = []  # at each place, the batches of all processes
    ends = []
    for epoch in range(epochs):
        rng = np.random.default_rng((seed, epoch))
        rounds += _rounds(make_batches(sample(sizes, weights, rng), lengths, budget, rng), world)
        ends.append(-(-len(rounds) // accumulation))
    if max_steps is not None:
        rounds = rounds[: max_steps * accumulation]
    counts = [sum(int(lengths[batch].sum()) for batch in batches) for batches in rounds]
    steps = [sum(counts[i : i + accumulation]) for i in range(0, len(counts), accumulation)]
    tokens = np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
    return Plan([batches[rank] for batches in rounds], tuple(ends), tokens)


def sample(sizes: Sequence[int], weights: Sequence[float], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the windows of one epoch: of a corpus of weight 2.3 each twice, and three in ten once more."""
    parts: list[NDArray[np.int64]] = []
    start = 0
    for size, weight in zip(sizes, weights, strict=True):
        whole, share = divmod(weight, 1)
        extra = rng.permutation(size)[: round(share * size)]
        parts.append(start + np.concatenate([np.tile(np.arange(size), int(whole)), extra]))
        start += size
    return np.concatenate(parts).astype(np.int64)


def make_batches(
    windows: NDArray[np.int64], lengths: NDArray[np.int64], budget: int, rng: np.random.Generator
) -> list[Batch]:
    """Return `windows` shuffled and grouped: no batch has more than `budget` tokens, padding included."""
    if not len(windows):
        return []
    shuffled = rng.permutation(windows)
    pool = max(1, POOL_BATCHES * budget // max(1, int(lengths[windows].mean())))
    batches: list[Batch] = []
    for start in range(0, len(shuffled), pool):
        part = shuffled[start : start + pool]
        ordered = part[np.argsort(lengths[part], kind="stable")]
        batches += _packed(ordered, lengths, budget)
    return [batches[i] for i in rng.permutation(len(batches))]


class Collator:
    """Pads windows to the longest of a batch.

    Returns input_ids, attention_mask and labels of shape [batch, length], and `open`, bool
    [batch, tags]: what a word outside of all gold spans may be. Rows with the probabilities of a teacher
    add `soft` [batch, length, tags].
    """

    def __init__(self, pad_id: int, n_tags: int) -> None:
        self._pad_id = pad_id
        self._n_tags = n_tags

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        """Return the batch of `rows` of a `WindowSet`'s dataset."""
        shape = len(rows), max(len(row["input_ids"]) for row in rows)
        ids = np.full(shape, self._pad_id, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        labels = np.full(shape, IGNORED, dtype=np.int64)
        allowed = np.zeros((len(rows), self._n_tags), dtype=bool)
        for i, row in enumerate(rows):
            length = len(row["input_ids"])
            ids[i, :length], mask[i, :length], labels[i, :length] = row["input_ids"], 1, row["labels"]
            allowed[i, row["open"]] = True
        arrays = {"input_ids": ids, "attention_mask": mask, "labels": labels, "open": allowed}
        if "soft" in rows[0]:
            arrays["soft"] = np.zeros((*shape, self._n_tags), dtype=np.float32)
            for i, row in enumerate(rows):
                arrays["soft"][i, : len(row["soft"])] = row["soft"]
        return {name: torch.from_numpy(array) for name, array in arrays.items()}


def _packed(ordered: NDArray[np.int64], lengths: NDArray[np.int64], budget: int) -> list[Batch]:
    """Return windows in ascending order of length, cut where one more would break the budget."""
    batches: list[Batch] = [[]]
    for i in ordered.tolist():
        if batches[-1] and int(lengths[i]) * (len(batches[-1]) + 1) > budget:
            batches.append([])
        batches[-1].append(i)
    return [batch for batch in batches if batch]


def _rounds(batches: list[Batch], world: int) -> list[list[Batch]]:
    """Return `batches` dealt out to `world` processes; the last round is filled up with the first ones."""
    missing = -len(batches) % world
    padded = batches + [batches[i % len(batches)] for i in range(missing)]
    return [padded[i : i + world] for i in range(0, len(padded), world)]
