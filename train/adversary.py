"""Token embeddings moved to where the loss is higher, for a second pass over a batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import PreTrainedModel


@contextmanager
def moved_embeddings(model: PreTrainedModel, length: float) -> Iterator[None]:
    """Move the token embeddings by `length` along their gradient inside the block.

    One step for the whole table, as its gradient lies (the fast gradient method of Miyato et al., 2017).
    Where there is no gradient, or none that is a number, nothing moves.
    """
    embedding: Any = model.get_input_embeddings()
    weight: torch.nn.Parameter = embedding.weight
    if weight.grad is None:
        yield
        return
    norm = float(weight.grad.norm())
    if not 0 < norm < float("inf"):
        yield
        return
    held = weight.detach().clone()
    with torch.no_grad():
        weight.add_(weight.grad, alpha=length / norm)
    try:
        yield
    finally:
        with torch.no_grad():
            weight.copy_(held)
