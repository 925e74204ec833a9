"""The configuration of masked-language-model training: an encoder reads raw texts before it learns tags."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ie.errors import ConfigError

from .config import BaseConfig, OptimizerConfig, OutputConfig, RunConfig, override, read_config
from .schema import bounded, build


@dataclass(frozen=True, slots=True)
class TextsConfig:
    """Raw texts and their share in the mixture."""

    path: str
    """A JSON Lines file (also .gz) whose records have `text`, or a folder of them; nothing else is read."""
    weight: float = bounded(1.0, above=0)
    """Expected number of passes over them in an epoch; of 1.5, all windows once and a random half again."""
    licence: str | None = None
    """Their licence."""
    source: str | None = None
    """Where they come from: a Hub id or an address."""


@dataclass(frozen=True, slots=True)
class ReadingConfig:
    """Texts, what of them is kept apart, and how they are cut, masked and batched."""

    texts: tuple[TextsConfig, ...]
    """Where the texts are; one that stands in several places is read in the first."""
    exclude: tuple[str, ...] = ()
    """Files or folders, such as dev and test, whose texts and their near-duplicates are not trained on."""
    held_out: float = bounded(0.01, low=0, high=0.5)
    """Share of the texts, chosen by their hash, that loss and accuracy are measured on; they, and their
    near-duplicates, are not trained on."""
    mask_share: float = bounded(0.15, above=0, high=0.9)
    """Share of the words whose tokens are to be predicted."""
    max_tokens: int = bounded(256, low=8)
    """Tokens in a window, special ones included."""
    pack: bool = False
    """Fill windows with several texts, a separator between them; else each text has windows of its own."""
    batch_tokens: int = bounded(4096, low=8)
    """Tokens in a batch of one device, padding included."""


@dataclass(frozen=True, slots=True)
class PretrainingConfig:
    """A run of masked-language-model training, fully described."""

    base: BaseConfig
    data: ReadingConfig
    output: OutputConfig
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    run: RunConfig = field(default_factory=RunConfig)
    seed: int = bounded(42, low=0, high=2**31 - 1)
    """Of a fresh head, of sampling, masks and dropout."""


def load_pretraining(path: Path | str, overrides: Sequence[str] = ()) -> PretrainingConfig:
    """Return the configuration in a YAML file after `overrides`, each "dotted.key=YAML value".

    Raises `ConfigError` that names the file, the line or the dotted path of what is wrong.
    """
    return read_config(path, overrides, parse_pretraining)


def parse_pretraining(values: Any, overrides: Sequence[str] = ()) -> PretrainingConfig:
    """Return the configuration that a parsed YAML mapping describes; `overrides` as in `load_pretraining`."""
    config = build(PretrainingConfig, override(values, overrides))
    _check(config)
    return config


def _check(config: PretrainingConfig) -> None:
    """Raise `ConfigError` where settings contradict one another, or are of no meaning here."""
    base, data = config.base, config.data
    if base.name is None:
        raise ConfigError("'base.name' is missing: masked-language-model training goes on from a base.")
    unused = {
        "base.scratch": base.scratch,
        "base.layers": base.layers,
        "optimizer.average_decay": config.optimizer.average_decay,
        "run.patience": config.run.patience,  # the last weights are kept, no evaluation decides anything
    }
    for name, value in unused.items():
        if value is not None:
            raise ConfigError(f"'{name}' has no meaning in masked-language-model training.")
    if not data.texts:
        raise ConfigError("'data.texts' must name at least one file or folder.")
    if data.batch_tokens < data.max_tokens:
        raise ConfigError(f"'data.batch_tokens' must be at least 'data.max_tokens' ({data.max_tokens}).")
