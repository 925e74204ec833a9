"""The vocabulary inside a `tokenizer.json`: which pieces to keep, and the file with only those.

Removing pieces leaves the segmentation of a text as it was wherever all its pieces are kept: Unigram takes
the best path and WordPiece the longest piece, and either stays best among fewer; BPE repeats the same merges
as long as both halves of each are kept, so a piece is only kept together with all it is merged from.

Pieces of a Unigram vocabulary may hold parts of several words, `▁(2` or `-2017`. A word that shares its first
piece with the one before it has no tag of its own and can begin no span: «([2,1 млрд руб.])» could never be
found. Such pieces are removed first.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ie.errors import CheckpointError, UsageError
from ie.words import words

Spec = dict[str, Any]

_BYTE_PIECE = re.compile(r"<0x[0-9A-F]{2}>")
_ALPHABETS = ("LATIN", "CYRILLIC")


def pieces_of_one_word(spec: Spec) -> list[int]:
    """Return the ids of the pieces of the tokenizer `spec`, without those of a Unigram with several words.

    What a word is `ie.words` says. Pieces with a character that no other piece has stay, so that no text
    becomes unknown, and so do added tokens.
    """
    model = _model_pieces(spec)
    tokens = {token["content"] for token in spec["added_tokens"]}
    outside = [token["id"] for token in spec["added_tokens"] if token["content"] not in model]
    if spec["model"]["type"] != "Unigram":
        return [*sorted(model.values()), *sorted(outside)]
    kept = (
        i
        for piece, i in model.items()
        if piece in tokens
        or _BYTE_PIECE.fullmatch(piece)
        or len(words(piece.replace("▁", " "))) < 2
        or any(part not in model for part in piece)
    )
    return [*sorted(kept), *sorted(outside)]


def select_pieces(
    spec: Spec, counts: NDArray[np.int64], pieces: int | None = None, min_count: int = 1
) -> list[int]:
    """Return the ids of the pieces of the tokenizer `spec` to keep; their positions are their new ids.

    Kept are, whatever their `counts` (by id): added and special tokens, byte pieces, and the single
    characters, other than letters of scripts that are neither Latin nor Cyrillic nor found in a counted
    piece; so no text in these characters becomes unknown. Then the most frequent that occur at least
    `min_count` times, until there are `pieces` in all (None: no limit). Raises `UsageError` where
    `pieces` has no room for what must be kept.
    """
    model = _model_pieces(spec)
    parents = _parents(spec)
    kept: set[str] = set()
    for piece in _required(spec, model, counts):
        kept |= _with_parents(piece, parents)
    outside = [token["id"] for token in spec["added_tokens"] if token["content"] not in model]
    room = len(model) if pieces is None else pieces - len(outside)
    if len(kept) > room:
        raise UsageError(f"A vocabulary of {pieces} pieces is too small: {len(kept)} must be kept.")
    for piece in sorted(model, key=lambda piece: (-counts[model[piece]], model[piece])):
        if counts[model[piece]] < min_count or len(kept) >= room:
            break
        group = _with_parents(piece, parents) - kept
        if len(kept) + len(group) <= room:
            kept |= group
    # tokenizers numbers the pieces of the model first and the added tokens after them
    return [*sorted(model[piece] for piece in kept), *sorted(outside)]


def keep_pieces(spec: Spec, kept: Sequence[int]) -> Spec:
    """Return the tokenizer `spec` with only the pieces of the ids `kept`, renumbered by their positions."""
    new = {old: position for position, old in enumerate(kept)}
    tokens = [{**token, "id": new[token["id"]]} for token in spec["added_tokens"]]
    result = {**spec, "added_tokens": sorted(tokens, key=lambda token: token["id"])}
    result["model"] = _keep_in_model(spec["model"], new)
    if spec.get("post_processor"):
        result["post_processor"] = _renumber(spec["post_processor"], new)
    if spec.get("padding"):
        result["padding"] = {**spec["padding"], "pad_id": new[spec["padding"]["pad_id"]]}
    return result


def check_supported(spec: Spec, where: str) -> None:
    """Raise `CheckpointError`, naming `where`, if the model of the tokenizer `spec` cannot be trimmed."""
    model = spec.get("model") or {}
    kind = model.get("type")
    if kind not in ("Unigram", "WordPiece", "BPE"):
        raise CheckpointError(
            f"{where}: a {kind} vocabulary cannot be trimmed, only Unigram, WordPiece and BPE."
        )
    if kind == "BPE" and (model.get("continuing_subword_prefix") or model.get("end_of_word_suffix")):
        raise CheckpointError(f"{where}: a BPE vocabulary with marked word parts cannot be trimmed.")


def _model_pieces(spec: Spec) -> dict[str, int]:
    vocab = spec["model"]["vocab"]
    return dict(vocab) if isinstance(vocab, dict) else {piece: i for i, (piece, _) in enumerate(vocab)}


def _merges(model: Spec) -> list[tuple[str, str]]:
    pairs = (merge.split(" ", 1) if isinstance(merge, str) else merge for merge in model.get("merges", ()))
    return [(left, right) for left, right in pairs]


def _parents(spec: Spec) -> dict[str, list[str]]:
    parents: dict[str, list[str]] = {}
    for left, right in _merges(spec["model"]):
        parents.setdefault(left + right, []).extend((left, right))
    return parents


def _with_parents(piece: str, parents: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [piece]
    while waiting:
        piece = waiting.pop()
        if piece not in found:
            found.add(piece)
            waiting.extend(parents.get(piece, ()))
    return found


def _required(spec: Spec, model: Mapping[str, int], counts: NDArray[np.int64]) -> Iterator[str]:
    """Yield the pieces that stay whatever their counts."""
    names = {i: piece for piece, i in model.items()}
    yield from (token["content"] for token in spec["added_tokens"] if token["content"] in model)
    yield from (names[i] for i in _processor_ids(spec.get("post_processor")) if i in names)
    kind, unknown = spec["model"]["type"], spec["model"].get("unk_token")
    if unknown in model:
        yield unknown
    if kind == "Unigram" and spec["model"].get("unk_id") is not None:
        yield names[spec["model"]["unk_id"]]
    seen = {part for piece, i in model.items() if counts[i] for part in _characters(piece, spec)}
    for piece in model:
        parts = list(_characters(piece, spec))
        if parts == [piece]:
            needed = kind == "BPE" or piece in seen or _is_basic(piece[-1])
        else:
            # a counted piece may be the only one that has a certain character
            needed = bool(counts[model[piece]]) and any(part not in model for part in parts)
        if needed or _BYTE_PIECE.fullmatch(piece):
            yield piece


def _characters(piece: str, spec: Spec) -> Iterator[str]:
    """Yield the pieces that spell `piece` character by character."""
    prefix = spec["model"].get("continuing_subword_prefix") or ""
    inside = bool(prefix) and piece.startswith(prefix) and piece != prefix
    for i, character in enumerate(piece[len(prefix) :] if inside else piece):
        yield prefix + character if inside or i else character


def _is_basic(character: str) -> bool:
    is_letter = unicodedata.category(character).startswith("L")
    return not is_letter or unicodedata.name(character, "").startswith(_ALPHABETS)


def _keep_in_model(model: Spec, new: Mapping[int, int]) -> Spec:
    if model["type"] == "Unigram":
        vocab = [entry for i, entry in enumerate(model["vocab"]) if i in new]
        unknown = model.get("unk_id")
        return {**model, "vocab": vocab, "unk_id": None if unknown is None else new[unknown]}
    ordered = sorted(model["vocab"].items(), key=lambda item: item[1])
    result = {**model, "vocab": {piece: new[i] for piece, i in ordered if i in new}}
    if "merges" in model:
        kept = result["vocab"]
        result["merges"] = [
            [left, right] for left, right in _merges(model) if {left, right, left + right} <= kept.keys()
        ]
    return result


def _processor_ids(processor: Spec | None) -> Iterable[int]:
    """Return the ids that a post-processor puts around texts."""
    if not processor:
        return []
    inner = [i for part in processor.get("processors", ()) for i in _processor_ids(part)]
    template = [i for token in processor.get("special_tokens", {}).values() for i in token["ids"]]
    return [*inner, *template, *(processor[key][1] for key in ("sep", "cls") if key in processor)]


def _renumber(processor: Spec, new: Mapping[int, int]) -> Spec:
    result = dict(processor)
    if "processors" in processor:
        result["processors"] = [_renumber(part, new) for part in processor["processors"]]
    if "special_tokens" in processor:
        result["special_tokens"] = {
            name: {**token, "ids": [new[i] for i in token["ids"]]}
            for name, token in processor["special_tokens"].items()
        }
    for key in ("sep", "cls"):
        if key in processor:
            result[key] = [processor[key][0], new[processor[key][1]]]
    return result
