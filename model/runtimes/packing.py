"""Batches without padding: the tokens of all rows in one row, each attending within its own row alone.

Rows are told apart by the arguments with which transformers hands packed rows to flash attention:
`cu_seq_lens_q` and `max_length_q`, described in transformers.modeling_flash_attention_utils. On a GPU it is
torch's own flash attention for rows of any length (torch.nn.attention.varlen), elsewhere one product a row.

Whether a model passes those arguments down to its attention, and whether a GPU has the kernel, cannot be told
from its configuration. The runtime therefore tries it once, by `trial` and `agree`: a model that does not
score packed rows as it scores them padded goes on with padding.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

ATTENTION = "ie_packed"
# Longer than the local attention of the ModernBERT family, so that a wrong width of it shows.
LONGEST_TRIAL = 160
TRIAL_LENGTHS = (LONGEST_TRIAL, 97, 33)
# In bf16 two orders of summing differ by 0.7 % of the spread of scores (the bundled model), in fp32 by a
# millionth; wrong positions, padding that is seen or rows that see each other by 50 % and more.
ROUNDING = 1e-3
HALF_ROUNDING = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """The tokens of a batch without its padding.

    `ids` are of shape [tokens], and `places` count from 0 in each row; row i is `[bounds[i], bounds[i + 1])`.
    """

    ids: NDArray[np.int64]
    places: NDArray[np.int64]
    bounds: NDArray[np.int32]
    longest: int


def pack(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Packed:
    """Return the tokens of a padded batch, [rows, length], whose mask is 1; rows without any are left out."""
    kept = mask.astype(bool)
    lengths = kept.sum(axis=1)
    lengths = lengths[lengths > 0]
    bounds = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    places = np.cumsum(kept, axis=1)[kept] - 1
    return Packed(ids[kept], places, bounds, int(lengths.max(initial=0)))


def unpack(values: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return values of packed tokens, [tokens, n], in the places that `pack` left, [rows, length, n]."""
    result = np.zeros((*mask.shape, values.shape[-1]), dtype=np.float32)
    result[mask.astype(bool)] = values
    return result


def use_packing(model: Any) -> None:
    """Let a transformers model attend by `attend`; from then on it takes packed rows only."""
    from transformers import AttentionInterface

    # without a mask registered under this name, transformers makes none, which would be tokens by tokens
    AttentionInterface.register(ATTENTION, attend)
    model.set_attn_implementation(ATTENTION)


def first_position(model: Any) -> int:
    """Return the position of a row's first token: 0, in RoBERTa and its heirs the padding's index plus 1."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            return int(module.padding_idx) + 1
    return 0


def attend(
    module: "torch.nn.Module",  # noqa: ARG001
    query: "torch.Tensor",
    key: "torch.Tensor",
    value: "torch.Tensor",
    attention_mask: "torch.Tensor | None",  # noqa: ARG001
    *,
    cu_seq_lens_q: "torch.Tensor",
    max_length_q: int,
    scaling: float | None = None,
    sliding_window: int | None = None,
    **_: Any,
) -> "tuple[torch.Tensor, None]":
    """Return what the heads read, [1, tokens, heads, width], of [1, heads, tokens, width].

    `cu_seq_lens_q`, int32, are the bounds of rows and `max_length_q` is the longest. A token sees those less
    than `sliding_window` places away on both sides, which is how transformers counts.
    """
    heads = [tensor[0].transpose(0, 1) for tensor in (query, key, value)]
    reach = -1 if sliding_window is None else sliding_window - 1
    if query.is_cuda:
        read = _attend_by_kernel(heads, cu_seq_lens_q, max_length_q, scaling, reach)
    else:
        read = _attend_by_row(heads, cu_seq_lens_q.tolist(), scaling, reach)
    return read.unsqueeze(0), None


def _attend_by_kernel(
    heads: "list[torch.Tensor]", bounds: "torch.Tensor", longest: int, scaling: float | None, reach: int
) -> "torch.Tensor":
    """Return what the heads read, all [tokens, heads, width]; a `reach` of -1 is the whole row."""
    from torch.nn.attention.varlen import varlen_attn

    query, key, value = heads
    window = (reach, reach)
    read = varlen_attn(query, key, value, bounds, bounds, longest, longest, scale=scaling, window_size=window)
    assert not isinstance(read, tuple)  # it is one only where more than the result is asked for
    return read


def _attend_by_row(
    heads: "list[torch.Tensor]", bounds: list[int], scaling: float | None, reach: int
) -> "torch.Tensor":
    """Return the same by plain products, without any kernel of a device."""
    import torch

    read = torch.empty_like(heads[2])
    for start, end in pairwise(bounds):
        query, key, value = (tensor[start:end].transpose(0, 1).unsqueeze(0) for tensor in heads)
        seen = None if reach < 0 else _band(end - start, reach)
        row = torch.nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=seen, scale=scaling
        )
        read[start:end] = row[0].transpose(0, 1)
    return read


def _band(length: int, reach: int) -> "torch.Tensor":
    """Return, [length, length], which tokens are at most `reach` places away."""
    import torch

    places = torch.arange(length)
    return (places[:, None] - places[None, :]).abs() <= reach


def trial(vocabulary: int, positions: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ids and mask of three rows of unlike lengths for a model of so many words and positions."""
    lengths = np.minimum(TRIAL_LENGTHS, positions)
    mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
    # the special tokens stand at the front of nearly all vocabularies, padding among them
    lowest = min(10, vocabulary - 1)
    ids = np.random.default_rng(0).integers(lowest, vocabulary, mask.shape)
    return np.where(mask == 1, ids, 0), mask


def agree(found: NDArray[np.float32], expected: NDArray[np.float32], rounding: float) -> bool:
    """Return whether scores, [tokens, tags], differ by at most `rounding`, as a share of their spread."""
    spread = float(np.linalg.norm(expected - expected.mean(axis=0)))
    return bool(np.linalg.norm(found - expected) <= rounding * spread)
