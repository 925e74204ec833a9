"""The model that training starts from (a folder, one on the Hub, or random weights), and its storage."""

import logging
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
)

from ie.checkpoint import (
    PICKLED_FILES,
    SLOW_TOKENIZER_FILES,
    TOKENIZER_FILE,
    TORCH_FILES,
    is_hub_id,
    most_tokens,
)
from ie.errors import CheckpointError, ConfigError
from ie.labels import tag_names
from ie.safetensors import read_header
from ie.settings import read_object

from .config import BaseConfig
from .layers import keep_layers
from .scratch import scratch_architecture, train_tokenizer, wrap_tokenizer

_AUTO: Any = AutoModelForTokenClassification  # its methods are untyped

# Small files that belong to a tokenizer; they go to the new checkpoint as they are.
# what a base from scratch can take where nothing is said
DEFAULT_TOKENS = 512
TOKENIZER_FILES = (
    TOKENIZER_FILE,
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "merges.txt",
    *SLOW_TOKENIZER_FILES,
)


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """A model with a fresh (or, for the same tags, the old) classifier, its weights in fp32.

    `tokenizer_files` maps names to contents. `revision` is the commit on the Hub, else None.
    """

    model: PreTrainedModel
    tokenizer: Tokenizer
    tokenizer_files: dict[str, bytes]
    name: str
    revision: str | None = None

    @property
    def parameters(self) -> int:
        """The number of weights, learned or not."""
        return sum(value.numel() for value in self.model.state_dict().values())

    def write_tokenizer(self, folder: Path) -> None:
        """Write the tokenizer's files into `folder`."""
        for name, content in self.tokenizer_files.items():
            (folder / name).write_bytes(content)


def load_base(
    config: BaseConfig,
    labels: Sequence[str],
    texts: Iterable[str] = (),
    max_tokens: int | None = None,
    known_tokenizer: Path | None = None,
) -> Base:
    """Return the base that `config` names; its random weights come from torch's generator.

    It has to take `max_tokens` at once, where that is given. For a base from scratch it is the length that it
    gets, and its tokenizer is that in the folder `known_tokenizer`, or one trained on `texts`. Raises
    `CheckpointError`, naming the file or folder, where the base is missing, damaged or has no fast tokenizer,
    `HubError` where the Hub cannot give it, and `ConfigError` where the configuration does not fit it.
    """
    if config.scratch is not None:
        return _from_scratch(config, labels, texts, max_tokens or DEFAULT_TOKENS, known_tokenizer)
    assert config.name is not None
    folder, revision = locate(config.name, config.revision)
    base = _from_folder(folder, config, labels, revision, max_tokens)
    if config.layers is None:
        return base
    return replace(base, model=keep_layers(base.model, config.layers))


def locate(name: str, revision: str | None) -> tuple[Path, str | None]:
    """Return the folder of a base, and its commit where it comes from the Hub."""
    if is_hub_id(name):
        from ie.hub import fetch

        small = [*TOKENIZER_FILES, "config.json"]
        folder, commit = fetch(name, revision=revision, patterns=[*small, "model*.safetensors*"])
        if not any((folder / file).is_file() for file in TORCH_FILES):
            # Some good Russian bases exist only in this form; torch reads it without running code in it.
            folder, commit = fetch(name, revision=commit, patterns=[*small, "pytorch_model*.bin*"])
        return folder, commit
    if revision is not None:
        raise CheckpointError(f"A revision can be chosen on the Hub only: {name} is a folder.")
    return Path(name).expanduser(), None


def _from_folder(
    folder: Path, config: BaseConfig, labels: Sequence[str], revision: str | None, max_tokens: int | None
) -> Base:
    if not folder.is_dir():
        raise CheckpointError(f"The base folder {folder} does not exist.")
    check_length(folder, max_tokens)
    check_weights(folder)
    tokenizer, files = read_tokenizer(folder)
    model = _load_model(folder, labels, config)
    vocabulary = int(model.config.vocab_size)
    if tokenizer.get_vocab_size() > vocabulary:
        raise CheckpointError(
            f"{folder}: the tokenizer has {tokenizer.get_vocab_size()} tokens, the model knows {vocabulary}."
        )
    return Base(model, tokenizer, files, str(config.name), revision)


def check_length(folder: Path, max_tokens: int | None) -> None:
    """Raise `ConfigError` where a base takes fewer than `max_tokens` at once.

    Raises `CheckpointError` where its config.json is missing or damaged.
    """
    limit = most_tokens(read_object(folder / "config.json"))
    if limit is not None and max_tokens is not None and max_tokens > limit:
        raise ConfigError(f"'data.max_tokens' is {max_tokens}, but the base {folder} takes {limit}.")


def check_weights(folder: Path) -> None:
    """Raise `CheckpointError` where weights are missing or a safetensors file is cut short."""
    for path in sorted(folder.glob("*.safetensors")):
        read_header(path)
    if not any((folder / name).is_file() for name in (*TORCH_FILES, *PICKLED_FILES)):
        raise CheckpointError(f"{folder} is not a base: there is no {TORCH_FILES[0]} in it.")


def read_tokenizer(folder: Path) -> tuple[Tokenizer, dict[str, bytes]]:
    """Return the fast tokenizer of a folder and the files that describe it.

    Where there is no tokenizer.json, transformers makes one of the vocabulary files, if it knows how.
    Raises `CheckpointError` where there is no tokenizer or only a slow one.
    """
    if (folder / TOKENIZER_FILE).is_file():
        return _read_fast(folder / TOKENIZER_FILE), _contents(folder)
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise CheckpointError(f"{folder} has no tokenizer: there is no {TOKENIZER_FILE} in it.")
    try:
        wrapped = AutoTokenizer.from_pretrained(folder, use_fast=True, trust_remote_code=False)
    except Exception as error:
        raise CheckpointError(
            f"{folder} has no fast tokenizer and none can be made: {first_sentence(error)}."
        ) from error
    if not wrapped.is_fast:
        raise CheckpointError(f"{folder} has only a slow tokenizer ({type(wrapped).__name__}).")
    with tempfile.TemporaryDirectory() as temporary:
        wrapped.save_pretrained(temporary)
        return wrapped.backend_tokenizer, _contents(Path(temporary))


def _read_fast(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:
        raise CheckpointError(f"Cannot read the tokenizer {path}: {first_sentence(error)}.") from error


def _contents(folder: Path) -> dict[str, bytes]:
    paths = [folder / name for name in TOKENIZER_FILES]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def _load_model(folder: Path, labels: Sequence[str], base: BaseConfig) -> PreTrainedModel:
    """Return the encoder of `folder` with a classifier of the tags of `labels`."""
    tags = tag_names(labels)
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        same_tags = [config.id2label.get(i) for i in range(len(config.id2label))] == list(tags)
        config.id2label, config.label2id = dict(enumerate(tags)), {tag: i for i, tag in enumerate(tags)}
        set_dropout(config, base)
        with silence():
            loaded: tuple[PreTrainedModel, dict[str, Any]] = _AUTO.from_pretrained(
                folder,
                config=config,
                dtype=torch.float32,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
                trust_remote_code=False,
            )
    except Exception as error:
        raise CheckpointError(f"The base {folder} cannot be loaded: {first_sentence(error)}.") from error
    model, report = loaded
    mismatched = [name if isinstance(name, str) else name[0] for name in report["mismatched_keys"]]
    for name in (*report["missing_keys"], *mismatched):
        if name.startswith(f"{model.base_model_prefix}."):
            raise CheckpointError(f"The base {folder} has no weights that fit {name!r}.")
    if not same_tags:
        _reset_classifier(model)
    return model


@contextmanager
def silence() -> Iterator[None]:
    """Keep transformers from reporting that the classifier is new, which it is meant to be."""
    level = transformers.logging.get_verbosity()
    transformers.logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        transformers.logging.set_verbosity(level)


def _reset_classifier(model: PreTrainedModel) -> None:
    """Give the classifier random weights, also where the base had one of the same shape for other tags."""
    std = getattr(model.config, "initializer_range", 0.02)
    classifier = model.get_submodule("classifier")
    for parameter in classifier.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=std)
        else:
            torch.nn.init.zeros_(parameter)


def set_dropout(config: PreTrainedConfig, base: BaseConfig) -> None:
    """Set the dropout probabilities that the configuration of an architecture knows by whatever name."""
    for name, value in config.to_dict().items():
        if "dropout" not in name or not (value is None or isinstance(value, float | int)):
            continue
        chosen = base.dropout
        if "attention" in name and base.attention_dropout is not None:
            chosen = base.attention_dropout
        if chosen is not None:
            setattr(config, name, chosen)


def _from_scratch(
    config: BaseConfig, labels: Sequence[str], texts: Iterable[str], max_tokens: int, known: Path | None
) -> Base:
    assert config.scratch is not None
    if known is None:
        wrapped = train_tokenizer(texts, config.scratch.vocabulary)
    else:
        wrapped = wrap_tokenizer(_read_fast(known / TOKENIZER_FILE))
    architecture = scratch_architecture(config.scratch, wrapped, labels, max_tokens)
    set_dropout(architecture, config)
    model = _AUTO.from_config(architecture)
    with tempfile.TemporaryDirectory() as temporary:
        wrapped.save_pretrained(temporary)
        return Base(model, wrapped.backend_tokenizer, _contents(Path(temporary)), "scratch")


def save_weights(model: PreTrainedModel, folder: Path, dtype: str) -> None:
    """Write config.json and model.safetensors of `model` into `folder`, each replaced in one step.

    The config goes on to say float32, so that weights stored in half precision are loaded as fp32, which
    is what processors compute with.
    """
    target = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[dtype]
    whole = model.state_dict()
    copies: dict[int, Tensor] = {}  # weights that stand under two names are stored once
    for value in whole.values():
        copies.setdefault(value.data_ptr(), value.detach().to("cpu", target))
    state = {name: copies[value.data_ptr()] for name, value in whole.items()}
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".weights-", dir=folder.parent))
    try:
        model.save_pretrained(temporary, state_dict=state)
        mode = (temporary / "config.json").stat().st_mode
        for path in sorted(temporary.iterdir()):
            path.chmod(mode)  # safetensors writes files that only their owner may read
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(temporary)


def load_weights(base: Base, folder: Path) -> None:
    """Put the weights stored in `folder` into the model, so that what is measured is what is stored."""
    state = load_file(folder / "model.safetensors")
    base.model.load_state_dict({name: value.float() for name, value in state.items()})


def first_sentence(error: Exception) -> str:
    """Return the first sentence of an error of somebody else's, without its full stop."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")
