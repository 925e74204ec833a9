"""Runtimes: what turns token ids into tag scores. Each is imported only when it is asked for."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ie.errors import UsageError

INPUTS = ("input_ids", "attention_mask")
"""What the ONNX graphs of a checkpoint take."""


class Runtime(Protocol):
    """A model that was loaded; it takes any batch whose rows are no longer than its positions."""

    name: str
    """Engine and device, as in "onnx" or "torch:cuda:0"."""
    batch_tokens: int
    """Tokens of a batch, padding included, at which it is fastest; 1 has each window computed alone."""
    parallel: int
    """How many batches it computes at once, each in a call of `logits` from a thread of its own."""

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the tag scores, before any softmax, of each token: shape [batch, length, tags].

        `ids` and `mask` are [batch, length]; the mask is 1 for tokens and 0 for padding, whose scores
        mean nothing.
        """
        ...


def check_threads(threads: int | None) -> None:
    """Raise `UsageError` unless `threads` is None (all processors) or a positive number."""
    if threads is not None and threads < 1:
        raise UsageError(f"The number of threads must be 1 or more, not {threads}.")


def first_line(error: Exception) -> str:
    """Return what an engine says is wrong, without the lines that only its authors understand."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
