"""Batches of windows of like length, with as little padding as a budget of tokens allows."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


def plan_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Yield positions of `lengths`, longest first, at most `budget` tokens a batch, padding included.

    A row longer than the budget is a batch of its own.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def pad(rows: Sequence[NDArray[np.integer]], pad_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ids of `rows` and their mask, [rows, longest]; the mask is 1 for tokens, 0 for padding."""
    ids = np.full((len(rows), max(len(row) for row in rows)), pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)], mask[i, : len(row)] = row, 1
    return ids, mask
