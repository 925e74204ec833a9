"""Whole-word masking: which words of a window are to be predicted, and what stands in their place.

Of BERT (Devlin et al., 2019), with the words of `ie.words`: all tokens of a chosen word are predicted; of
them 80 % become the mask token, 10 % a random piece, and 10 % stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.utils.data import Dataset

from ie.errors import CheckpointError

from .alignment import IGNORED
from .passages import Ids, Passages, Starts

MASKED, RANDOM = 0.8, 0.1  # of the tokens of chosen words

# What the mask token is called by BERT, by RoBERTa and their kin, and by others.
_NAMES = ("[MASK]", "<mask>", "<|mask|>")

# A window, and what its masks are drawn from: numbers that tell this time from all others that it is seen.
Visit = tuple[int, tuple[int, ...]]
Row = dict[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Masking:
    """Chooses and replaces words.

    `special` are the ids of special tokens, words with which are never chosen, and `pieces` the other ids.
    """

    share: float
    mask_id: int
    special: NDArray[np.int32]
    pieces: NDArray[np.int32]

    def apply(self, ids: Ids, starts: Starts, rng: np.random.Generator) -> tuple[Ids, Ids]:
        """Return input ids and labels, both of shape [tokens]; labels are IGNORED outside of chosen words.

        Of a window's words `share` is chosen, rounded, but one at least.
        """
        unit = np.cumsum(starts) - 1  # the word of each token
        words = np.ones(int(unit[-1]) + 1, dtype=np.bool_)
        words[unit[np.isin(ids, self.special)]] = False
        open_words = np.flatnonzero(words)
        count = min(len(open_words), max(1, round(self.share * len(open_words))))
        chosen = np.isin(unit, rng.permutation(open_words)[:count])
        labels = np.where(chosen, ids, IGNORED).astype(np.int32)
        return self._replace(ids, chosen, rng), labels

    def _replace(self, ids: Ids, chosen: NDArray[np.bool_], rng: np.random.Generator) -> Ids:
        draw = rng.random(len(ids))
        replaced = np.where(chosen & (draw < MASKED), np.int32(self.mask_id), ids)
        random = chosen & (draw >= MASKED) & (draw < MASKED + RANDOM)
        return np.where(random, rng.choice(self.pieces, len(ids)), replaced)


def make_masking(tokenizer: Tokenizer, share: float) -> Masking:
    """Return the masking of a tokenizer; raises `CheckpointError` where it has no mask token."""
    found = (tokenizer.token_to_id(name) for name in _NAMES)
    mask_id = next((i for i in found if i is not None), None)
    if mask_id is None:
        raise CheckpointError(f"The tokenizer of the base has no mask token ({', '.join(_NAMES)}).")
    added = tokenizer.get_added_tokens_decoder()
    special = np.array(sorted({mask_id, *(i for i, t in added.items() if t.special)}), dtype=np.int32)
    pieces = np.setdiff1d(np.arange(tokenizer.get_vocab_size(), dtype=np.int32), special)
    return Masking(share, mask_id, special, pieces)


class MaskedWindows(Dataset[Row]):
    """The windows of `passages`, masked anew at each visit: the same visit finds the same masks."""

    def __init__(self, passages: Passages, masking: Masking, seed: int) -> None:
        self._passages = passages
        self._masking = masking
        self._seed = seed

    def __len__(self) -> int:
        return len(self._passages)

    def __getitem__(self, visit: Visit) -> Row:
        window, place = visit
        ids, starts = self._passages.window(window)
        inputs, labels = self._masking.apply(ids, starts, np.random.default_rng((self._seed, *place)))
        return {"input_ids": inputs.astype(np.int64), "labels": labels.astype(np.int64)}


class MaskedCollator:
    """Pads masked windows to the longest of a batch.

    Returns input_ids, attention_mask and labels of shape [batch, length].
    """

    def __init__(self, pad_id: int) -> None:
        self._pad_id = pad_id

    def __call__(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Return the batch of `rows` of `MaskedWindows`."""
        shape = len(rows), max(len(row["input_ids"]) for row in rows)
        batch = {
            "input_ids": np.full(shape, self._pad_id, dtype=np.int64),
            "attention_mask": np.zeros(shape, dtype=np.int64),
            "labels": np.full(shape, IGNORED, dtype=np.int64),
        }
        for i, row in enumerate(rows):
            length = len(row["input_ids"])
            batch["attention_mask"][i, :length] = 1
            for name, values in row.items():
                batch[name][i, :length] = values
        return {name: torch.from_numpy(array) for name, array in batch.items()}
