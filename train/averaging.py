"""The exponential moving average of the weights of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

FILE = "average.safetensors"


class WeightAverage(TrainerCallback):
    """Averages what a model learns after each optimizer step.

    At step t the average keeps the share min(decay, (1 + t) / (10 + t)) of itself, so that the random
    weights of the beginning are soon forgotten (Tarvainen and Valpola, 2017; the ramp is that of TensorFlow's
    `ExponentialMovingAverage`).
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._model = model
        self._decay = decay
        self._values = {name: value.detach().clone() for name, value in self._learned()}

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002 the signature is that of transformers
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> None:
        """Take in the weights of this step."""
        decay = min(self._decay, (1 + state.global_step) / (10 + state.global_step))
        for name, value in self._learned():
            self._values[name].lerp_(value.detach(), 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the average in the place of the weights inside the block."""
        held = {name: value.detach().clone() for name, value in self._learned()}
        self._copy(self._values)
        try:
            yield
        finally:
            self._copy(held)

    def save(self, folder: Path) -> None:
        """Write the average into the saved state `folder`."""
        save_file({name: value.contiguous() for name, value in self._values.items()}, folder / FILE)

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        for name, value in load_file(folder / FILE).items():
            self._values[name].copy_(value)

    def _learned(self) -> Iterator[tuple[str, Tensor]]:
        return ((name, value) for name, value in self._model.named_parameters() if value.requires_grad)

    def _copy(self, values: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for name, value in self._learned():
                value.copy_(values[name])
