"""Windows of raw texts for masked-language-model training, which know where their words begin."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from ie.encoder import TextEncoder, first_tokens
from ie.windows import plan_windows
from ie.words import Offsets, words

from .alignment import CHUNK

Ids = NDArray[np.int32]
Starts = NDArray[np.bool_]
Piece = tuple[Ids, Starts]


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """Windows one after another, special tokens included; window i is the tokens from `bounds[i]` on.

    `ids` and `starts` have shape [tokens]; `starts` says which tokens begin a word, as special ones do.
    """

    ids: Ids
    starts: Starts
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of tokens of each window."""
        return np.diff(self.bounds)

    def window(self, i: int) -> Piece:
        """Return ids and word starts of one window."""
        place = slice(int(self.bounds[i]), int(self.bounds[i + 1]))
        return self.ids[place], self.starts[place]


def cut_passages(
    texts: Sequence[str], encoder: TextEncoder, max_tokens: int, *, pack: bool = False
) -> Passages:
    """Return the windows of `texts`, of at most `max_tokens` tokens and cut as training on tags cuts them.

    With `pack`, neighbours share a window where both have room in it, each followed by the special tokens
    that end a text.
    """
    size = max_tokens - encoder.n_special
    pieces: Iterable[list[Piece]] = ([piece] for piece in _pieces(texts, encoder, size))
    if pack:
        pieces = _packed(_pieces(texts, encoder, size), size, len(encoder.suffix))
    return join_passages([_window(parts, encoder) for parts in pieces])


def join_passages(windows: Sequence[Piece]) -> Passages:
    """Return `windows` as one object."""
    ids = [np.empty(0, dtype=np.int32), *(ids for ids, _ in windows)]
    starts = [np.empty(0, dtype=np.bool_), *(starts for _, starts in windows)]
    bounds = np.array([0, *accumulate(len(ids) for ids, _ in windows)], dtype=np.int64)
    return Passages(np.concatenate(ids), np.concatenate(starts), bounds)


def word_starts(found: Offsets, tokens: Offsets, first: NDArray[np.int32]) -> Starts:
    """Return which tokens begin a word and hold nothing of a word before, so that none is cut inside.

    Words that share a token («».» is one piece to some tokenizers) count as one. A blank token, which some
    tokenizers put before a word, belongs to that word. Words and tokens are character offsets; `first` is
    the first token of each word.
    """
    starts = np.zeros(len(tokens), dtype=np.bool_)
    before = np.concatenate([np.zeros(min(1, len(found)), dtype=np.int32), found[:-1, 1]])
    kept = (first >= 0) & (tokens[first, 0] >= before) if len(tokens) else first >= 0
    begins = first[kept]
    blank = (begins > 0) & (tokens[begins - 1, 0] >= before[kept]) & (tokens[begins - 1, 1] <= found[kept, 0])
    starts[np.where(blank, begins - 1, begins)] = True
    return starts


def _pieces(texts: Sequence[str], encoder: TextEncoder, size: int) -> Iterator[Piece]:
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        for text, encoding in zip(chunk, encoder.encode_batch(chunk), strict=True):
            found = words(text)
            first = first_tokens(found, encoding.offsets)
            cuts = np.zeros(len(encoding.ids), dtype=np.bool_)
            cuts[first[first >= 0]] = True
            starts = word_starts(found, encoding.offsets, first)
            for window in plan_windows(len(cuts), size, 0, cuts):
                begins = starts[window.span].copy()
                begins[0] = True  # also where a long word had to be cut
                yield encoding.ids[window.span], begins


def _packed(pieces: Iterable[Piece], size: int, gap: int) -> Iterator[list[Piece]]:
    """Yield groups of pieces that fill a window of `size` tokens together, `gap` tokens between them."""
    group: list[Piece] = []
    length = 0
    for piece in pieces:
        if group and length + gap + len(piece[0]) > size:
            yield group
            group, length = [], 0
        length += len(piece[0]) + (gap if group else 0)
        group.append(piece)
    if group:
        yield group


def _window(pieces: Sequence[Piece], encoder: TextEncoder) -> Piece:
    ids: list[Ids] = [np.array(encoder.prefix, dtype=np.int32)]
    starts: list[Starts] = [np.ones(len(encoder.prefix), dtype=np.bool_)]
    end = np.array(encoder.suffix, dtype=np.int32), np.ones(len(encoder.suffix), dtype=np.bool_)
    for piece in pieces:
        for part in (piece, end):
            ids.append(part[0])
            starts.append(part[1])
    return np.concatenate(ids), np.concatenate(starts)
