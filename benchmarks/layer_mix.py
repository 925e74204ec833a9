"""A classifier that reads a learned mixture of the last layers (Peters et al., 2018) instead of the last one.

For the ablation alone: a checkpoint of this kind has a weight more than the architecture, which no runtime
knows.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ie.checkpoint import open_folder
from ie.document import Document
from ie.train.config import BaseConfig
from ie.train.model import Base, load_base, load_weights
from ie.train.scoring import predict

# The score of the last layer over the others, to begin with: among four its share is 0.87.
LEAD = 3.0


class LayerMix(nn.Module):
    """The weighted mean of the hidden states that layers have just given, with dropout."""

    def __init__(self, layers: Sequence[nn.Module], dropout: float) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.tensor([*[0.0] * (len(layers) - 1), LEAD]))
        self.dropout = nn.Dropout(dropout)
        self._states: list[Tensor] = []
        for layer in layers:
            layer.register_forward_hook(self._keep)

    def _keep(self, _module: nn.Module, _inputs: Any, output: Any) -> None:
        self._states.append(output if isinstance(output, Tensor) else output[0])

    def mixed(self, _module: nn.Module, _inputs: Any) -> tuple[Tensor]:
        """Return the mean, as the input of a module whose hook this is."""
        states, self._states = torch.stack(self._states), []
        mean = torch.einsum("l,l...->...", self.scores.softmax(0).to(states.dtype), states)
        return (self.dropout(mean),)


def mix_layers(model: PreTrainedModel, count: int) -> None:
    """Let the classifier of `model` read the mixture of its last `count` layers."""
    layers = model.base_model.get_submodule("encoder.layer")
    mix = LayerMix(list(layers)[-count:], float(model.config.hidden_dropout_prob))
    model.add_module("layer_mix", mix)
    model.get_submodule("classifier").register_forward_pre_hook(mix.mixed)


@contextmanager
def training_with_mix(count: int) -> Iterator[None]:
    """Have runs inside the block train a mixture of so many layers."""

    def load(*arguments: Any) -> Base:
        base = load_base(*arguments)
        mix_layers(base.model, count)
        return base

    with patch("ie.train.task.load_base", load):
        yield


def reader_with_mix(checkpoint: Path, count: int) -> Callable[[Sequence[Document]], list[Document]]:
    """Return a function that finds entities with a checkpoint trained with a mixture of so many layers."""
    base = load_base(BaseConfig(name=str(checkpoint)), open_folder(checkpoint, None).labels)
    mix_layers(base.model, count)
    load_weights(base, checkpoint)
    return lambda documents: predict(base.model, checkpoint, [replace(d, entities=()) for d in documents])
