"""The layers of an encoder, found by the names of its weights."""

import copy
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from transformers import AutoModelForTokenClassification, PreTrainedModel

from ie.errors import ConfigError

# What architectures call the list of their layers.
LAYER_LISTS = frozenset({"layer", "layers", "h", "block", "blocks"})


def keep_layers(old: PreTrainedModel, layers: Sequence[int]) -> PreTrainedModel:
    """Return a model with only `layers` of the encoder of `old`, renumbered from 0.

    Raises `ConfigError` where `old` has no such layer.
    """
    count = old.config.num_hidden_layers
    if layers[-1] >= count:
        raise ConfigError(f"'base.layers' names layer {layers[-1]}, but the base has {count}.")
    config = copy.deepcopy(old.config)
    config.num_hidden_layers = len(layers)
    if getattr(config, "layer_types", None):
        config.layer_types = [config.layer_types[i] for i in layers]
    auto: Any = AutoModelForTokenClassification  # its methods are untyped
    model = auto.from_config(config)
    state = old.state_dict()
    renamed = {_renumbered(name, layers): value for name, value in state.items()}
    model.load_state_dict({name: value for name, value in renamed.items() if name is not None})
    assert isinstance(model, PreTrainedModel)
    return model


def _renumbered(name: str, layers: Sequence[int]) -> str | None:
    """Return the name of a weight once only `layers` are left; None where its layer is gone."""
    parts = name.split(".")
    for i, part in enumerate(parts[1:], start=1):
        if parts[i - 1] in LAYER_LISTS and part.isdecimal():
            if int(part) not in layers:
                return None
            return ".".join([*parts[:i], str(layers.index(int(part))), *parts[i + 1 :]])
    return name


def depth(name: str, top: int) -> int:
    """Return how many layers lie below a weight: 0 for embeddings, `top` for a norm above all layers."""
    parts = name.split(".")
    for before, part in pairwise(parts):
        if before in LAYER_LISTS and part.isdecimal():
            return int(part) + 1
    return 0 if any("emb" in part for part in parts) else top
