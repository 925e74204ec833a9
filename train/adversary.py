"""Token embeddings moved to where the loss is higher, for a second pass over a batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel


def token_embeddings(model: PreTrainedModel) -> torch.nn.Parameter:
    """Return the table of token embeddings."""
    embedding: Any = model.get_input_embeddings()
    weight: torch.nn.Parameter = embedding.weight
    return weight


@contextmanager
def moved_embeddings(model: PreTrainedModel, length: float, before: Tensor | None = None) -> Iterator[None]:
    """Move the token embeddings by `length` along their gradient inside the block.

    One step for the whole table, as its gradient lies (the fast gradient method of Miyato et al., 2017).
    `before` is the gradient that earlier batches of the step have left, and no part of the direction. Where
    there is no gradient, or none that is a number, nothing moves.
    """
    weight = token_embeddings(model)
    if weight.grad is None:
        yield
        return
    gradient = weight.grad if before is None else weight.grad - before
    norm = float(gradient.norm())
    if not 0 < norm < float("inf"):
        yield
        return
    held = weight.detach().clone()
    with torch.no_grad():
        weight.add_(gradient, alpha=length / norm)
    try:
        yield
    finally:
        with torch.no_grad():
            weight.copy_(held)
