"""Checkpoints: Hugging Face token-classification folders, found by path or Hub id and checked before use."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tokenizers import Tokenizer

from .errors import CheckpointError
from .labels import labels_of, tag_names
from .safetensors import read_header
from .settings import SETTINGS_FILE, Settings, read_object

__all__ = [
    "BUNDLED",
    "SETTINGS_FILE",
    "Checkpoint",
    "RuntimeName",
    "Settings",
    "load_checkpoint",
    "open_folder",
]

RuntimeName = Literal["onnx", "openvino", "torch"]

BUNDLED = Path(__file__).parent / "weights"
CONFIG_FILE = "config.json"
TOKENIZER_FILE = "tokenizer.json"
ONNX_FILES = ("onnx/model_quantized.onnx", "onnx/model.onnx")
GRAPH_FILE = "graph.onnx"
TORCH_FILES = ("model.safetensors", "model.safetensors.index.json")
PICKLED_FILES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
SLOW_TOKENIZER_FILES = (
    "vocab.txt",
    "vocab.json",
    "sentencepiece.bpe.model",
    "spiece.model",
)

# Their positions count from the id of the padding piece, so that their tables are longer than the texts that
# they take.
POSITIONS_FROM_PADDING = frozenset(
    {
        "camembert",
        "data2vec-text",
        "esm",
        "ibert",
        "layoutlmv3",
        "lilt",
        "longformer",
        "luke",
        "markuplm",
        "mpnet",
        "roberta",
        "roberta-prelayernorm",
        "xlm-roberta",
        "xlm-roberta-xl",
        "xmod",
    }
)

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder that was found good for a runtime.

    `tags` stand in the order of the model's outputs. `weights` is the file that the runtime opens;
    None where no runtime was asked for. `name` is what the user called it, `revision` what exactly that
    was: the commit hash on the Hub, or the first 12 digits of the SHA-256 that `ie.json` records for the
    weights (to compute it at every start would take longer than to load them).
    """

    folder: Path
    name: str
    revision: str | None
    tags: tuple[str, ...]
    settings: Settings
    weights: Path | None
    config: dict[str, Any] = field(repr=False, hash=False)

    def read_tokenizer(self) -> Tokenizer:
        """Return the tokenizer; raises `CheckpointError` where its file cannot be loaded."""
        path = self.folder / TOKENIZER_FILE
        try:
            return Tokenizer.from_file(str(path))
        except Exception as error:
            raise CheckpointError(f"Cannot read the tokenizer {path}: {error}.") from error

    @property
    def identity(self) -> str:
        """`name@revision`, or `name` where no revision is known; predictions carry it."""
        return f"{self.name}@{self.revision}" if self.revision else self.name

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the tags name."""
        return labels_of(self.tags)


def load_checkpoint(
    ref: str | Path | None = None,
    *,
    revision: str | None = None,
    token: str | None = None,
    cache_dir: Path | None = None,
    runtime: RuntimeName | None = "onnx",
) -> Checkpoint:
    """Return the checkpoint that `ref` names: the bundled one (None), a folder, or a model on the Hub.

    Of a model on the Hub only the files that `runtime` needs are fetched; None asks for no weights.
    Raises `CheckpointError` where there is no such folder or it is incomplete or damaged, `HubError`
    where the Hub cannot give it.
    """
    if is_hub_id(ref):
        # huggingface_hub takes a third of a second to import, which a local checkpoint need not pay
        from .hub import fetch_checkpoint

        folder, commit = fetch_checkpoint(str(ref), revision, token, cache_dir, runtime)
        return open_folder(folder, runtime, name=str(ref), revision=commit)
    folder = BUNDLED if ref is None else _at_home(ref)
    if revision is not None:
        raise CheckpointError(f"A revision can be chosen on the Hub only: {folder} is a folder.")
    if ref is None and not (folder / CONFIG_FILE).is_file():
        raise CheckpointError(
            f"The bundled model is missing: there is no {folder / CONFIG_FILE}; name a model instead."
        )
    return open_folder(folder, runtime, name="bundled" if ref is None else folder.resolve().name)


def is_hub_id(ref: str | Path | None) -> bool:
    """Return whether `ref` can only mean a model on the Hub.

    A `Path`, an existing folder and whatever is written like a path are folders. Raises `CheckpointError`
    where it can be neither.
    """
    if ref is None or isinstance(ref, Path) or (ref and _at_home(ref).exists()):
        return False
    if ref.startswith((".", "/", "~")) or ref.endswith(("/", os.sep)) or "\\" in ref or ref.count("/") > 1:
        return False
    if not _HUB_ID.fullmatch(ref):
        raise CheckpointError(f"{ref!r} is neither a folder nor the id of a model on the Hub ('org/name').")
    return True


def _at_home(ref: str | Path) -> Path:
    """Return a path, with the folder of the user that `~` stands for."""
    try:
        return Path(ref).expanduser()
    except RuntimeError as error:
        raise CheckpointError(f"The checkpoint folder {ref} is in the home of an unknown user.") from error


def open_folder(
    folder: Path, runtime: RuntimeName | None, *, name: str | None = None, revision: str | None = None
) -> Checkpoint:
    """Return the checkpoint in `folder` after checking all that can be checked without running it.

    Raises `CheckpointError`, naming the file, where something is missing, damaged or contradictory.
    """
    if not folder.is_dir():
        state = "is a file: name the folder that holds it" if folder.exists() else "does not exist"
        raise CheckpointError(f"The checkpoint folder {folder} {state}.")
    config = read_object(_existing(folder, CONFIG_FILE))
    tags = _tags(folder / CONFIG_FILE, config)
    _check_tokenizer(folder)
    settings = _settings(folder, config, tags)
    weights = None if runtime is None else find_weights(folder, runtime)
    return Checkpoint(
        folder=folder,
        name=name or folder.resolve().name,
        revision=revision or _recorded_revision(folder, weights, settings),
        tags=tags,
        settings=settings,
        weights=weights,
        config=config,
    )


def _recorded_revision(folder: Path, weights: Path | None, settings: Settings) -> str | None:
    names = [weights.relative_to(folder).as_posix()] if weights else [*ONNX_FILES, *TORCH_FILES]
    if names == [GRAPH_FILE]:  # whose weights are those of the safetensors
        names = [*TORCH_FILES]
    return next((settings.checksums[name][:12] for name in names if name in settings.checksums), None)


def find_weights(folder: Path, runtime: RuntimeName) -> Path:
    """Return the file that `runtime` opens: int8 before fp32 ONNX, a graph, safetensors or their index.

    Raises `CheckpointError` where there is none, or where a safetensors file is truncated.
    """
    names = weights_files(runtime)
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise CheckpointError(_no_weights(folder, runtime))
    if found.stat().st_size == 0:
        raise CheckpointError(f"{found} is empty.")
    if found.name == GRAPH_FILE:  # whose weights are those of the safetensors
        find_weights(folder, "torch")
    for path in _shards(found) if runtime == "torch" else ():
        read_header(path)
    return found


def weights_files(runtime: RuntimeName) -> tuple[str, ...]:
    """Return the files of a checkpoint one of which `runtime` opens, the best first."""
    match runtime:
        case "onnx":
            return ONNX_FILES
        case "openvino":
            # int8 files made for onnxruntime are slow in OpenVINO
            return (GRAPH_FILE, ONNX_FILES[-1])
        case "torch":
            return TORCH_FILES


def _no_weights(folder: Path, runtime: RuntimeName) -> str:
    if runtime != "torch":
        return (
            f"{folder} has no ONNX weights ({' or '.join(weights_files(runtime))}): "
            "run `ie model export` on it or use `--runtime torch`."
        )
    if any((folder / name).is_file() for name in PICKLED_FILES):
        return (
            f"{folder} has only {PICKLED_FILES[0]}, a pickle, which can run code: convert it to safetensors."
        )
    return f"{folder} has no {TORCH_FILES[0]}; weights are read from safetensors only."


def _shards(path: Path) -> list[Path]:
    """Return the safetensors files that `path`, one of them or the index of several, stands for."""
    if path.suffix != ".json":
        return [path]
    parts = read_object(path).get("weight_map")
    if not isinstance(parts, dict) or not all(isinstance(part, str) for part in parts.values()):
        raise CheckpointError(f"{path}: 'weight_map' must map tensor names to files.")
    return [_existing(path.parent, part) for part in sorted(set(parts.values()))]


def _existing(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise CheckpointError(f"{folder} is not a checkpoint: there is no {name} in it.")
    return path


def _tags(path: Path, config: dict[str, Any]) -> tuple[str, ...]:
    names = config.get("id2label")
    if not isinstance(names, dict) or not names:
        raise CheckpointError(
            f"{path}: 'id2label' is missing, so this is not a token-classification checkpoint."
        )
    tags: list[str] = []
    for i in range(len(names)):
        tag = names.get(str(i))
        if not isinstance(tag, str):
            raise CheckpointError(f"{path}: 'id2label.{i}' is missing among {len(names)} tags.")
        tags.append(tag)
    count = config.get("num_labels", len(tags))
    if count != len(tags):
        raise CheckpointError(f"{path}: 'num_labels' is {count!r}, but 'id2label' names {len(tags)} tags.")
    try:
        expected = tag_names(labels_of(tags))
    except ValueError as error:
        raise CheckpointError(f"{path}: 'id2label': {error}") from error
    for tag in expected:
        if tags.count(tag) != 1:
            state = "missing" if tag not in tags else "named twice"
            raise CheckpointError(f"{path}: 'id2label': tag {tag!r} is {state}.")
    return tuple(tags)


def _settings(folder: Path, config: dict[str, Any], tags: tuple[str, ...]) -> Settings:
    settings = Settings.read(folder)
    path = folder / SETTINGS_FILE
    positions = most_tokens(config)
    if positions is not None and settings.max_tokens > positions:
        if path.exists():
            raise CheckpointError(
                f"{path}: 'max_tokens' is {settings.max_tokens}, but the model takes {positions} at most."
            )
        settings = settings.fitted(positions)
    for key in ("thresholds", "apart"):
        for label in getattr(settings, key):
            if label not in labels_of(tags):
                raise CheckpointError(f"{path}: '{key}.{label}' names a label that the model does not have.")
    return settings


def most_tokens(config: Mapping[str, Any]) -> int | None:
    """Return how many tokens a model takes at once by its config.json; None where that does not say."""
    positions = config.get("max_position_embeddings")
    if not isinstance(positions, int) or isinstance(positions, bool):
        return None
    padding = config.get("pad_token_id") if config.get("model_type") in POSITIONS_FROM_PADDING else None
    return max(positions - padding - 1, 1) if isinstance(padding, int) else positions


def _check_tokenizer(folder: Path) -> None:
    slow = next((name for name in SLOW_TOKENIZER_FILES if (folder / name).is_file()), None)
    if slow is not None and not (folder / TOKENIZER_FILE).is_file():
        raise CheckpointError(
            f"{folder} has only a slow tokenizer ({slow}): save a fast one, which writes {TOKENIZER_FILE}."
        )
    _existing(folder, TOKENIZER_FILE)
