"""The configuration of a training run: one dataclass a section, read from YAML.

Paths are relative to the current directory. Configurations are data: they never name a class.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

from ie.errors import ConfigError
from ie.labels import LABELS, OUTSIDE

from .schema import bounded, build

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScratchConfig:
    """A small BERT with random weights and a WordPiece tokenizer trained on the training texts."""

    layers: int = bounded(2, low=1)
    """Transformer layers."""
    hidden: int = bounded(64, low=2)
    """Width of the hidden states; a multiple of `heads`."""
    heads: int = bounded(2, low=1)
    """Attention heads of a layer."""
    vocabulary: int = bounded(1000, low=50)
    """Pieces of the tokenizer; single characters are all there, even beyond this number."""


@dataclass(frozen=True, slots=True)
class BaseConfig:
    """The model that training starts from: `name`, or `scratch`."""

    name: str | None = None
    """A folder or the id of a model on the Hugging Face Hub; it needs a fast tokenizer."""
    revision: str | None = None
    """Branch, tag or commit on the Hub."""
    scratch: ScratchConfig | None = None
    """Train a model of random weights of this size instead."""
    layers: tuple[int, ...] | None = bounded(None, low=0)
    """Which of the base's layers to keep, counted from 0, in ascending order; null keeps all."""
    dropout: float | None = bounded(None, low=0, high=0.9)
    """Replaces every dropout probability of the base; null leaves the base's own."""
    attention_dropout: float | None = bounded(None, low=0, high=0.9)
    """The same for the attention weights alone, which are most of what dropout costs on processors."""
    licence: str | None = None
    """Its licence, for the model card."""


@dataclass(frozen=True, slots=True)
class CorpusConfig:
    """A training corpus and its share in the mixture."""

    path: str
    """A corpus file, JSON Lines."""
    weight: float = bounded(1.0, above=0)
    """Expected number of passes over it in an epoch; of 1.5, all windows once and a random half again."""
    noise: float = bounded(0.0, low=0)
    """Expected number of noisy copies of each document in an epoch, beside `weight`."""
    labels: tuple[str, ...] | None = None
    """Labels that its annotation is trusted for, the others count as not annotated; null trusts all."""
    without: tuple[str, ...] = ()
    """Corpus files with better annotation of some documents, which by their text are left out of this one."""
    licence: str | None = None
    """Its licence, for the model card."""
    source: str | None = None
    """Where it comes from, for the model card: a Hub id or an address."""


@dataclass(frozen=True, slots=True)
class DataConfig:
    """Corpora, and how they are cut into windows and batches."""

    train: tuple[CorpusConfig, ...]
    """The training corpora."""
    dev: tuple[str, ...] = ()
    """Corpus files that decide which weights are kept; without any, the last ones are."""
    ignore_labels: tuple[str, ...] = ()
    """Labels in the corpora that are not learned; any other label that `labels` lacks is an error."""
    max_tokens: int = bounded(256, low=8)
    """Tokens in a window, special ones included, in training as in inference."""
    window_overlap: int = bounded(64, low=0)
    """Tokens that neighbouring windows share in inference."""
    train_overlap: int = bounded(0, low=0)
    """Tokens that they share in training: each learns its half of them, the other half is context."""
    batch_tokens: int = bounded(2048, low=8)
    """Tokens in a batch of one device, padding included."""
    guidelines: str | None = None
    """Version of the label guide that the corpora follow; kept with the checkpoint. With "1.2", that of
    `ie.conventions`, what the model finds is made to follow them."""


@dataclass(frozen=True, slots=True)
class OptimizerConfig:
    """AdamW, its learning rates and their schedule."""

    learning_rate: float = bounded(5e-5, above=0)
    """Highest learning rate of the top layer."""
    head_learning_rate: float | None = bounded(None, above=0)
    """Highest learning rate of the classifier, which starts from random weights; null means the same."""
    layer_decay: float = bounded(1.0, above=0, high=1)
    """Factor on the learning rate for each layer further from the top; 1 treats all alike."""
    weight_decay: float = bounded(0.01, low=0)
    """AdamW's; norms and biases are exempt."""
    beta1: float = bounded(0.9, low=0, high=0.9999)
    """AdamW's decay of the mean of gradients."""
    beta2: float = bounded(0.999, low=0, high=0.999999)
    """AdamW's decay of the mean of squared gradients."""
    epsilon: float = bounded(1e-8, above=0)
    """AdamW's term against division by zero."""
    warmup: float = bounded(0.1, low=0, high=1)
    """Share of all steps in which learning rates rise from 0."""
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    """How learning rates fall after the warm-up."""
    max_grad_norm: float = bounded(1.0, low=0)
    """Gradients are scaled down to this norm; 0 leaves them."""
    freeze_embeddings: bool = False
    """Leave the token embeddings as they are; else those learn whose tokens occur in training texts."""
    average_decay: float | None = bounded(None, above=0, high=0.99999)
    """Evaluate and keep an exponential moving average of the weights, which keeps this share of itself at
    each step; null keeps the weights as they are."""


@dataclass(frozen=True, slots=True)
class LossConfig:
    """What is minimised: cross-entropy of the tags of words, labels a corpus does not cover left open."""

    unannotated: Literal["open", "masked"] = "open"
    """Of words outside all gold spans, for labels that their corpus does not annotate: open lets them have
    such a label or none; masked compares the other labels only and leaves these as they are."""
    focal_gamma: float = bounded(0.0, low=0)
    """Exponent of the focal loss (Lin et al., 2017); 0 is plain cross-entropy."""
    label_weights: Mapping[str, float] = field(default_factory=dict, metadata={"low": 0}, hash=False)
    """Weight of the words of a label ('O' for those outside); 1 where none is given."""
    label_smoothing: float = bounded(0.0, low=0, high=0.5)
    """Share of the target that is spread evenly over the tags (Szegedy et al., 2016)."""
    consistency: float = bounded(0.0, low=0)
    """Weight of the divergence between two passes with different dropout (R-Drop, Liang et al., 2021); above
    0 a step takes twice the time."""
    adversarial: float = bounded(0.0, low=0)
    """Length of the step by which token embeddings are moved against the gradient for a second pass (FGM,
    Miyato et al., 2017); above 0 a step takes twice the time."""


@dataclass(frozen=True, slots=True)
class TeacherConfig:
    """Trained checkpoints whose averaged tag probabilities are learned beside, or without, annotation.

    Words of a corpus with `labels: []` are learned from the teachers alone.
    """

    models: tuple[str, ...]
    """Checkpoint folders with the tags and the tokenizer of the base."""
    weight: float = bounded(0.5, above=0, high=1)
    """Of annotated words, the share of the loss that the teachers decide; 1 ignores the annotation."""
    cache: str | None = None
    """Folder of what the teachers said, so that other runs need not ask again; null: in the output folder."""


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The course of a run."""

    epochs: int = bounded(3, low=1)
    """Passes over the mixture."""
    max_steps: int | None = bounded(None, low=1)
    """Stop after so many optimizer steps if `epochs` would go on; the schedule is fitted to it."""
    accumulation: int = bounded(1, low=1)
    """Batches whose gradients are added up for one optimizer step."""
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    """Of matrix products; auto is bf16 where the processor or GPU computes with it itself, and faster."""
    device: Literal["auto", "cpu"] = "auto"
    """auto takes the GPU where there is one."""
    evaluate_every: int | None = bounded(None, low=1)
    """Steps between evaluations on dev; null evaluates after each epoch."""
    patience: int | None = bounded(None, low=1)
    """Stop after so many evaluations without a better strict micro-F1; null never does."""
    save_every: int | None = bounded(None, low=1)
    """Steps between checkpoints to resume from; null saves one at each evaluation."""
    log_every: int = bounded(20, low=1)
    """Steps between entries in the log."""


@dataclass(frozen=True, slots=True)
class OutputConfig:
    """Where results go."""

    folder: str
    """`best/` in it is the checkpoint; log.jsonl, tensorboard/ and checkpoints/ lie beside that."""
    dtype: Literal["fp32", "fp16", "bf16"] = "fp32"
    """Of the weights in `best/`; training itself always keeps fp32 weights."""
    keep_checkpoints: int = bounded(1, low=1)
    """How many of the latest checkpoints to resume from are kept."""
    tensorboard: bool = True
    """Write TensorBoard logs."""


@dataclass(frozen=True, slots=True)
class Config:
    """A training run, fully described."""

    base: BaseConfig
    data: DataConfig
    output: OutputConfig
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    run: RunConfig = field(default_factory=RunConfig)
    teacher: TeacherConfig | None = None
    """Learn from other checkpoints (distillation)."""
    labels: tuple[str, ...] = LABELS
    """The labels to learn; their order is that of the model's outputs."""
    seed: int = bounded(42, low=0, high=2**31 - 1)
    """Of weights, sampling and dropout."""


def load_config(path: Path | str, overrides: Sequence[str] = ()) -> Config:
    """Return the configuration in a YAML file after `overrides`, each "dotted.key=YAML value".

    Raises `ConfigError` that names the file, the line or the dotted path of what is wrong.
    """
    return read_config(path, overrides, parse_config)


def read_config(path: Path | str, overrides: Sequence[str], parse: Callable[[Any, Sequence[str]], T]) -> T:
    """Return what `parse` makes of the values in a YAML file and of `overrides`; raises as `load_config`."""
    path = Path(path)
    try:
        values = yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)  # noqa: S506 a SafeLoader
    except OSError as error:
        raise ConfigError(f"Cannot read the configuration {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not a text file in UTF-8.") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}{_place(error)}.") from error
    try:
        return parse(values, overrides)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def parse_config(values: Any, overrides: Sequence[str] = ()) -> Config:
    """Return the configuration that a parsed YAML mapping describes; `overrides` as in `load_config`."""
    config = build(Config, override(values, overrides))
    _check(config)
    return config


def _check(config: Config) -> None:
    """Raise `ConfigError` where settings, each possible, contradict one another."""
    _check_base(config.base)
    data = config.data
    if config.teacher is not None and not config.teacher.models:
        raise ConfigError("'teacher.models' must name at least one checkpoint.")
    if config.loss.adversarial and config.optimizer.freeze_embeddings:
        raise ConfigError(
            "'loss.adversarial' moves the embeddings, which 'optimizer.freeze_embeddings' forbids."
        )
    if not data.train:
        raise ConfigError("'data.train' must name at least one corpus.")
    if config.run.patience is not None and not data.dev:
        raise ConfigError("'run.patience' waits for better scores on 'data.dev', which names no corpus.")
    for name in ("window_overlap", "train_overlap"):
        if getattr(data, name) >= data.max_tokens // 2:
            raise ConfigError(f"'data.{name}' must be less than half of 'data.max_tokens'.")
    if data.batch_tokens < data.max_tokens:
        raise ConfigError(f"'data.batch_tokens' must be at least 'data.max_tokens' ({data.max_tokens}).")
    _check_noise(config)
    _check_labels(config)


def _check_noise(config: Config) -> None:
    """Raise `ConfigError` where there is nothing to learn from noisy copies."""
    for i, corpus in enumerate(config.data.train):
        if corpus.labels == () and corpus.noise:
            raise ConfigError(
                f"'data.train.{i}.noise': teachers read no noisy copies, and there is no annotation to learn."
            )


def _check_base(base: BaseConfig) -> None:
    if (base.name is None) == (base.scratch is None):
        raise ConfigError("Exactly one of 'base.name' and 'base.scratch' must be given.")
    if base.scratch is not None and base.scratch.hidden % base.scratch.heads:
        raise ConfigError(
            f"'base.scratch.hidden' must be a multiple of 'base.scratch.heads' ({base.scratch.heads})."
        )
    if base.scratch is not None and base.layers is not None:
        raise ConfigError("'base.layers' chooses layers of 'base.name', not of 'base.scratch'.")
    if base.layers is not None and (not base.layers or list(base.layers) != sorted(set(base.layers))):
        raise ConfigError("'base.layers' must be a list in ascending order, each layer once.")


def _check_labels(config: Config) -> None:
    labels = config.labels
    if not labels or len(set(labels)) != len(labels) or not all(labels) or OUTSIDE in labels:
        raise ConfigError("'labels' must name at least one label, each once, none of them 'O' or empty.")
    for label in labels:
        if label != label.strip("-"):  # of B--X, seqeval would not know where the label begins
            raise ConfigError(f"'labels': {label!r} must not begin or end with a hyphen.")
    for label in config.loss.label_weights:
        if label not in (*labels, OUTSIDE):
            raise ConfigError(f"'loss.label_weights.{label}': there is no label {label!r} in 'labels'.")
    for label in config.data.ignore_labels:
        if label in labels:
            raise ConfigError(f"'data.ignore_labels': {label!r} is also in 'labels'.")


def override(values: Any, overrides: Sequence[str]) -> Any:
    """Return a copy of the parsed YAML mapping `values` after `overrides`, each "dotted.key=YAML value"."""
    for item in overrides:
        values = _override(values, item)
    return values


def _override(values: Any, override: str) -> Any:
    """Return a copy of `values` with one dotted key set anew.

    Its parts may be list positions; `+` adds to the end of a list.
    """
    name, equals, text = override.partition("=")
    if not equals or not all(name.split(".")):
        raise ConfigError(f"An override must look like 'dotted.key=value', not {override!r}.")
    try:
        value = yaml.load(text, _Loader)  # noqa: S506 a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigError(f"The value of '{name}' is not YAML: {text!r}.") from error
    return _replaced(values, name.split("."), value, name)


def _replaced(values: Any, keys: Sequence[str], value: Any, name: str) -> Any:
    if not keys:
        return value
    if isinstance(values, list):
        if keys[0] == "+":
            return [*values, _replaced(None, keys[1:], value, name)]
        if not keys[0].isdecimal() or int(keys[0]) >= len(values):
            raise ConfigError(
                f"'{name}': {keys[0]!r} is no position in a list of {len(values)}; + adds to it."
            )
        i = int(keys[0])
        return [*values[:i], _replaced(values[i], keys[1:], value, name), *values[i + 1 :]]
    if not isinstance(values, dict | None):
        raise ConfigError(f"'{name}' goes through a value that has no keys.")
    values = values or {}
    return {**values, keys[0]: _replaced(values.get(keys[0]), keys[1:], value, name)}


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error: one of the two would be lost silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key '{key}' stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be parsed"
    return f":{mark.line + 1}: not valid YAML: {problem}" if mark else f": not valid YAML: {problem}"
