"""Vocabulary trimming: the same encoder with only the pieces that a corpus uses.

The idea is that of "Load What You Need" (Abdaoui et al., 2020): most of a small multilingual encoder is its
embedding table, and the rows of pieces that never occur can go without any training.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ie.checkpoint import POSITIONS_FROM_PADDING
from ie.errors import CheckpointError, UsageError
from ie.files import atomic_write
from ie.settings import SETTINGS_FILE, Settings

from .vocabulary import check_supported, keep_pieces, pieces_of_one_word, select_pieces

JSON = dict[str, Any]
CHUNK = 1000
_ROWS = re.compile(
    r"(^|[._])(word_embeddings|tok_embeddings|embed_tokens|wte|shared|lm_head|decoder|predictions)\.(weight|bias)$"
)


@dataclass(frozen=True, slots=True)
class TrimReport:
    """What trimming changed; texts, tokens and unknowns are those of the texts that were held out."""

    pieces_before: int
    pieces_after: int
    texts: int
    changed_texts: int
    tokens_before: int
    tokens_after: int
    unknown_before: int
    unknown_after: int

    @property
    def changed_share(self) -> float:
        """The share of texts that are segmented otherwise than before, 0 to 1."""
        return self.changed_texts / max(self.texts, 1)

    @property
    def growth(self) -> float:
        """How many tokens more the texts have, as a share of those before."""
        return self.tokens_after / self.tokens_before - 1 if self.tokens_before else 0.0


def trim(
    base: str | Path,
    out: Path,
    texts: Iterable[str],
    *,
    pieces: int | None = None,
    min_count: int = 1,
    held_out: int = 10,
) -> TrimReport:
    """Write to `out` the model `base` (a folder or a Hub id) with a vocabulary of at most `pieces`.

    Pieces are counted on `texts`, of which every `held_out`-th is not counted but measured for the report
    (0 measures none); `ie.train.vocabulary` says which pieces stay, none of them with parts of several
    words. Weights keep their type; of the rest only the settings are taken over, not what was exported.
    Raises `CheckpointError` where `base` is no folder with a fast tokenizer and safetensors, and
    `UsageError` where there is nothing to count or `out` holds something already.
    """
    folder = _folder(base)
    if out.resolve() == folder.resolve():
        raise UsageError(f"Cannot trim {folder} into itself; name another folder.")
    # what was exported from another vocabulary would be loaded beside the new one, and find nothing
    if out.exists() and not (out.is_dir() and next(out.iterdir(), None) is None):
        raise UsageError(f"{out} exists; name a new folder.")
    config, spec = _read(folder / "config.json"), _read(folder / "tokenizer.json")
    settings = _settings(folder)
    check_supported(spec, str(folder / "tokenizer.json"))
    one_word = pieces_of_one_word(spec)
    apart = keep_pieces(spec, one_word)
    counts, sample = _count(_whole_texts(apart), texts, held_out)
    if not counts.any():
        raise UsageError("The corpus to trim the vocabulary by holds no text.")
    kept = [one_word[i] for i in select_pieces(apart, counts, pieces, min_count)]
    trimmed = keep_pieces(spec, kept)
    _write(folder, out, _keep_in_config(config, kept, folder), trimmed, kept)
    if settings is not None:
        settings.write(out)
    return _compare(_whole_texts(spec), _whole_texts(trimmed), kept, sample)


def _folder(base: str | Path) -> Path:
    if Path(base).is_dir():
        return Path(base)
    from ie.hub import fetch

    folder, _ = fetch(str(base), patterns=("*.json", "model.safetensors"))
    return folder


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"Cannot read {path}: {error}.") from error


def _whole_texts(spec: JSON) -> Tokenizer:
    return Tokenizer.from_str(json.dumps({**spec, "truncation": None, "padding": None}))


def _count(tokenizer: Tokenizer, texts: Iterable[str], held_out: int) -> tuple[NDArray[np.int64], list[str]]:
    """Return how often each id occurs, and the texts that were not counted."""
    counts = np.zeros(tokenizer.get_vocab_size(), dtype=np.int64)
    sample: list[str] = []
    numbered = enumerate(texts, start=1)
    while chunk := list(islice(numbered, CHUNK)):
        counted = [text for i, text in chunk if not held_out or i % held_out]
        sample.extend(text for i, text in chunk if held_out and i % held_out == 0)
        ids = np.concatenate([np.zeros(0, dtype=np.int64), *_encode(tokenizer, counted)])
        counts += np.bincount(ids, minlength=len(counts))
    return counts, sample


def _encode(tokenizer: Tokenizer, texts: Sequence[str]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(texts), CHUNK):
        for encoding in tokenizer.encode_batch_fast(texts[start : start + CHUNK], add_special_tokens=False):
            yield np.asarray(encoding.ids, dtype=np.int64)


def _compare(before: Tokenizer, after: Tokenizer, kept: Sequence[int], texts: Sequence[str]) -> TrimReport:
    old_ids = np.asarray(kept)
    changed, tokens, unknown = 0, np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    unknown_id = _unknown_id(before)
    for old, new in zip(_encode(before, texts), _encode(after, texts), strict=True):
        back = old_ids[new]
        changed += not np.array_equal(old, back)
        tokens += (len(old), len(back))
        unknown += ((old == unknown_id).sum(), (back == unknown_id).sum())
    return TrimReport(
        pieces_before=before.get_vocab_size(),
        pieces_after=after.get_vocab_size(),
        texts=len(texts),
        changed_texts=changed,
        tokens_before=int(tokens[0]),
        tokens_after=int(tokens[1]),
        unknown_before=int(unknown[0]),
        unknown_after=int(unknown[1]),
    )


def _unknown_id(tokenizer: Tokenizer) -> int | None:
    model = json.loads(tokenizer.to_str())["model"]
    if "unk_id" in model:
        return None if model["unk_id"] is None else int(model["unk_id"])
    return tokenizer.token_to_id(model["unk_token"]) if model.get("unk_token") else None


def _keep_in_config(config: JSON, kept: Sequence[int], folder: Path) -> JSON:
    """Return the model configuration for the vocabulary of the ids `kept`."""
    new: dict[Any, int] = {old: position for position, old in enumerate(kept)}
    pad = config.get("pad_token_id")
    if config.get("model_type") in POSITIONS_FROM_PADDING and new.get(pad) != pad:
        raise CheckpointError(
            f"Cannot trim {folder}: its positions count from the padding piece, which would move."
        )
    ids = {key: _renumber(value, new) for key, value in config.items() if key.endswith("_token_id")}
    return {**config, **ids, "vocab_size": len(kept)}


def _renumber(value: Any, new: dict[Any, int]) -> Any:
    if isinstance(value, list):
        return [new[i] for i in value if i in new]
    return new.get(value)


def _write(folder: Path, out: Path, config: JSON, spec: JSON, kept: Sequence[int]) -> None:
    from safetensors.torch import save

    size = int(_read(folder / "config.json").get("vocab_size", 0))
    tensors = _keep_rows(_tensors(folder / "model.safetensors"), size, kept, folder)
    with atomic_write(out / "model.safetensors", binary=True) as file:
        file.write(save(tensors, metadata={"format": "pt"}))
    _write_json(out / "config.json", config)
    with atomic_write(out / "tokenizer.json") as file:
        # without indentation it is a third smaller
        json.dump(spec, file, ensure_ascii=False, separators=(",", ":"))
    if (folder / "tokenizer_config.json").exists():
        _write_json(out / "tokenizer_config.json", _tokenizer_config(folder, kept))


def _settings(folder: Path) -> Settings | None:
    """Return the settings of a checkpoint without the checksums, which are those of its own weights."""
    return replace(Settings.read(folder), checksums={}) if (folder / SETTINGS_FILE).exists() else None


def _write_json(path: Path, value: Any) -> None:
    with atomic_write(path) as file:
        file.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _tokenizer_config(folder: Path, kept: Sequence[int]) -> JSON:
    config: JSON = _read(folder / "tokenizer_config.json")
    new = {str(old): str(position) for position, old in enumerate(kept)}
    if "added_tokens_decoder" in config:
        tokens = config["added_tokens_decoder"].items()
        config["added_tokens_decoder"] = {new[i]: token for i, token in tokens}
    return config


def _tensors(path: Path) -> JSON:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"Cannot read weights from {path}: {error}.") from error


def _keep_rows(tensors: JSON, size: int, kept: Sequence[int], folder: Path) -> JSON:
    """Return the tensors with only the rows `kept` in those that have one for each of `size` pieces."""
    rows = [name for name, tensor in tensors.items() if _ROWS.search(name) and tensor.shape[0] == size]
    if not any(name.endswith("weight") for name in rows):
        raise CheckpointError(f"{folder / 'model.safetensors'} has no word embeddings of {size} rows.")
    if max(kept) >= size:
        raise CheckpointError(f"{folder}: the tokenizer has more pieces than the model has rows, {size}.")
    return {name: t[list(kept)].contiguous() if name in rows else t for name, t in tensors.items()}
