"""The model that training starts from: a folder, a model on the Hub, or random weights."""

import copy
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from ie.checkpoint import PICKLED_FILES, SLOW_TOKENIZER_FILES, TOKENIZER_FILE, TORCH_FILES, is_hub_id
from ie.errors import CheckpointError, ConfigError
from ie.labels import tag_names
from ie.safetensors import read_header
from ie.settings import read_object
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer, PreTrainedModel

from .config import BaseConfig, ScratchConfig

# Small files that belong to a tokenizer; they go to the new checkpoint as they are.
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
        """The number of weights."""
        return sum(p.numel() for p in self.model.parameters())

    def write_tokenizer(self, folder: Path) -> None:
        """Write the tokenizer's files into `folder`."""
        for name, content in self.tokenizer_files.items():
            (folder / name).write_bytes(content)


def load_base(config: BaseConfig, labels: Sequence[str], texts: Iterable[str], max_tokens: int) -> Base:
    """Return the base that `config` names; its random weights come from torch's generator.

    `texts` train the tokenizer of a base from scratch. Raises `CheckpointError`, naming the file or
    folder, where the base is missing, damaged or has no fast tokenizer, `HubError` where the Hub cannot
    give it, and `ConfigError` where the configuration does not fit it.
    """
    if config.scratch is not None:
        base = _from_scratch(config.scratch, labels, texts, max_tokens)
    else:
        assert config.name is not None
        folder, revision = _locate(config.name, config.revision)
        base = _from_folder(folder, config, labels, revision)
    _set_dropout(base.model, config.dropout)
    if config.layers is not None:
        base = _keep_layers(base, config.layers)
    return base


def _locate(name: str, revision: str | None) -> tuple[Path, str | None]:
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


def _from_folder(folder: Path, config: BaseConfig, labels: Sequence[str], revision: str | None) -> Base:
    if not folder.is_dir():
        raise CheckpointError(f"The base folder {folder} does not exist.")
    read_object(folder / "config.json")
    _check_weights(folder)
    tokenizer, files = read_tokenizer(folder)
    model = _load_model(folder, labels)
    vocabulary = model.get_input_embeddings().num_embeddings
    if tokenizer.get_vocab_size() > vocabulary:
        raise CheckpointError(
            f"{folder}: the tokenizer has {tokenizer.get_vocab_size()} tokens, but the model knows {vocabulary}."
        )
    return Base(model, tokenizer, files, str(config.name), revision)


def _check_weights(folder: Path) -> None:
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
        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        except Exception as error:
            raise CheckpointError(f"Cannot read the tokenizer {folder / TOKENIZER_FILE}: {_line(error)}.") from error
        return tokenizer, _contents(folder)
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise CheckpointError(f"{folder} has no tokenizer: there is no {TOKENIZER_FILE} in it.")
    try:
        wrapped = AutoTokenizer.from_pretrained(folder, use_fast=True, trust_remote_code=False)
    except Exception as error:
        raise CheckpointError(f"{folder} has no fast tokenizer and none can be made: {_line(error)}.") from error
    if not wrapped.is_fast:
        raise CheckpointError(f"{folder} has only a slow tokenizer ({type(wrapped).__name__}).")
    with tempfile.TemporaryDirectory() as temporary:
        wrapped.save_pretrained(temporary)
        return wrapped.backend_tokenizer, _contents(Path(temporary))


def _contents(folder: Path) -> dict[str, bytes]:
    paths = [folder / name for name in TOKENIZER_FILES]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def _load_model(folder: Path, labels: Sequence[str]) -> PreTrainedModel:
    """Return the encoder of `folder` with a classifier of the tags of `labels`."""
    tags = tag_names(labels)
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        same_tags = [config.id2label.get(i) for i in range(len(config.id2label))] == list(tags)
        config.id2label, config.label2id = dict(enumerate(tags)), {tag: i for i, tag in enumerate(tags)}
        model, report = AutoModelForTokenClassification.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
            ignore_mismatched_sizes=True,
            output_loading_info=True,
            trust_remote_code=False,
        )
    except Exception as error:
        raise CheckpointError(f"The base {folder} cannot be loaded: {_line(error)}.") from error
    mismatched = [name if isinstance(name, str) else name[0] for name in report["mismatched_keys"]]
    for name in (*report["missing_keys"], *mismatched):
        if name.startswith(f"{model.base_model_prefix}."):
            raise CheckpointError(f"The base {folder} has no weights that fit {name!r}.")
    if not same_tags:
        _reset_classifier(model)
    return model


def _reset_classifier(model: PreTrainedModel) -> None:
    """Give the classifier random weights, also where the base had one of the same shape for other tags."""
    std = getattr(model.config, "initializer_range", 0.02)
    for parameter in model.classifier.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=std)
        else:
            torch.nn.init.zeros_(parameter)


def _set_dropout(model: PreTrainedModel, dropout: float | None) -> None:
    """Set every dropout probability, in the modules and in the configuration."""
    if dropout is None:
        return
    for name, value in model.config.to_dict().items():
        if "dropout" in name and (value is None or isinstance(value, float | int)):
            setattr(model.config, name, dropout)
    rebuilt = AutoModelForTokenClassification.from_config(model.config)
    for module, template in zip(model.modules(), rebuilt.modules(), strict=True):
        if isinstance(module, torch.nn.Dropout):
            assert isinstance(template, torch.nn.Dropout)
            module.p = template.p
        # attention keeps its probability as a number
        for name in ("dropout_prob", "attention_dropout", "dropout"):
            if isinstance(value := getattr(template, name, None), float):
                setattr(module, name, value)


def _keep_layers(base: Base, layers: Sequence[int]) -> Base:
    """Return `base` with only `layers` of its encoder, renumbered."""
    old = base.model
    count = old.config.num_hidden_layers
    if layers[-1] >= count:
        raise ConfigError(f"'base.layers' names layer {layers[-1]}, but {base.name} has {count}, counted from 0.")
    config = copy.deepcopy(old.config)
    config.num_hidden_layers = len(layers)
    if getattr(config, "layer_types", None):
        config.layer_types = [config.layer_types[i] for i in layers]
    model = AutoModelForTokenClassification.from_config(config)
    state = old.state_dict()
    renamed = {_renumbered(name, layers): value for name, value in state.items()}
    model.load_state_dict({name: value for name, value in renamed.items() if name is not None})
    return Base(model, base.tokenizer, base.tokenizer_files, base.name, base.revision)


def _renumbered(name: str, layers: Sequence[int]) -> str | None:
    """Return the name of a weight once only `layers` are left; None where its layer is gone."""
    parts = name.split(".")
    for i, part in enumerate(parts[1:], start=1):
        if parts[i - 1] in LAYER_LISTS and part.isdecimal():
            if int(part) not in layers:
                return None
            return ".".join([*parts[:i], str(layers.index(int(part))), *parts[i + 1 :]])
    return name


# What architectures call the list of their layers in the names of weights.
LAYER_LISTS = frozenset({"layer", "layers", "h", "block", "blocks"})


def _from_scratch(config: ScratchConfig, labels: Sequence[str], texts: Iterable[str], max_tokens: int) -> Base:
    from transformers import BertConfig

    wrapped = _train_tokenizer(texts, config.vocabulary)
    tags = tag_names(labels)
    model = AutoModelForTokenClassification.from_config(
        BertConfig(
            vocab_size=len(wrapped),
            hidden_size=config.hidden,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            intermediate_size=4 * config.hidden,
            max_position_embeddings=max_tokens,
            pad_token_id=wrapped.pad_token_id,
            id2label=dict(enumerate(tags)),
            label2id={tag: i for i, tag in enumerate(tags)},
        )
    )
    with tempfile.TemporaryDirectory() as temporary:
        wrapped.save_pretrained(temporary)
        return Base(model, wrapped.backend_tokenizer, _contents(Path(temporary)), "scratch")


def _train_tokenizer(texts: Iterable[str], vocabulary: int) -> Any:
    from tokenizers import models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    specials = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 a piece of a vocabulary
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary, special_tokens=[*specials.values(), "[MASK]"], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    ids = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=ids
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, mask_token="[MASK]", **specials)  # noqa: S106


def save_weights(model: PreTrainedModel, folder: Path, dtype: str) -> None:
    """Write config.json and model.safetensors of `model` into `folder`, each replaced in one step.

    The config goes on to say float32, so that weights stored in half precision are loaded as fp32, which
    is what processors compute with.
    """
    target = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[dtype]
    state = {name: value.detach().to("cpu", target) for name, value in model.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".weights-", dir=folder.parent))
    try:
        model.save_pretrained(temporary, state_dict=state)
        for path in sorted(temporary.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(temporary)


def _line(error: Exception) -> str:
    """Return the first sentence of an error of somebody else's, without its full stop."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")
