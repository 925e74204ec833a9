"""Text to token ids with character offsets, the whole text always, the same for training and inference."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding as RawEncoding
from tokenizers import Tokenizer

from .legible import legible
from .words import Offsets

# A tokenizer may give up on a long run of non-spaces (WordPiece makes one [UNK] of it) or slow down.
MAX_RUN = 100
MAX_SEGMENT = 20_000
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a pair, which JSON can escape and UTF-8 cannot hold
_LONG_RUN = re.compile(rf"\S{{{MAX_RUN + 1},}}")


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """The tokens of a whole text: `ids` of shape [tokens], character `offsets` of shape [tokens, 2].

    There are no special tokens. An offset may include the white space before a token.
    """

    ids: NDArray[np.int32]
    offsets: Offsets


class TextEncoder:
    """Wraps a fast tokenizer; `prefix` and `suffix` are the special ids to put around each window.

    The tokenizer is the encoder's from then on: its truncation, padding and special tokens are switched off.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = True
        self.prefix, self.suffix = _special_ids(self._tokenizer)
        added = self._tokenizer.get_added_tokens_decoder()
        self._special = np.array([i for i, token in added.items() if token.special], dtype=np.int32)
        self._unknown = _unknown_id(self._tokenizer)
        self.pad_id = _pad_id(self._tokenizer)

    @property
    def n_special(self) -> int:
        """The number of special tokens around a window."""
        return len(self.prefix) + len(self.suffix)

    def encode(self, text: str) -> Encoding:
        """Return all tokens of `text`."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[Encoding]:
        """Return the encoding of each text as it is legible (`ie.legible`); tokenised in parallel."""
        texts = [legible(text) for text in texts]
        cuts = [list(_segments(text)) for text in texts]
        parts = [
            _SURROGATE.sub("\ufffd", text[start:end])
            for text, spans in zip(texts, cuts, strict=True)
            for start, end in spans
        ]
        encoded = iter(self._tokenizer.encode_batch(parts, add_special_tokens=False))
        return [self._join([(start, next(encoded)) for start, _ in spans]) for spans in cuts]

    def _join(self, parts: Sequence[tuple[int, RawEncoding]]) -> Encoding:
        ids = np.array([i for _, part in parts for i in part.ids], dtype=np.int32)
        # A text that spells a special token («</s>») must not act as one.
        if self._unknown is not None:
            ids[np.isin(ids, self._special)] = self._unknown
        offsets = [np.array(part.offsets, dtype=np.int32).reshape(-1, 2) + start for start, part in parts]
        return Encoding(ids, np.concatenate(offsets) if offsets else np.empty((0, 2), dtype=np.int32))


def first_tokens(words: Offsets, tokens: Offsets) -> NDArray[np.int32]:
    """Return, for each word, the index of the first token that overlaps it, or -1 where none does.

    Both arrays are sorted character offsets. Two words share a token where it covers the end of one
    and the start of the next («».» is one piece to some tokenizers).
    """
    if not len(words) or not len(tokens):
        return np.full(len(words), -1, dtype=np.int32)
    ends = np.maximum.accumulate(tokens[:, 1])
    first = np.searchsorted(ends, words[:, 0], side="right")
    inside = tokens[np.minimum(first, len(tokens) - 1), 0] < words[:, 1]
    return np.where((first < len(tokens)) & inside, first, -1).astype(np.int32)


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Yield intervals that cover `text`, cut before white space and inside overlong runs only."""
    start = 0
    for cut in [*_run_cuts(text), len(text)]:
        while cut - start > MAX_SEGMENT:
            end = start + MAX_SEGMENT
            while not text[end].isspace():
                end -= 1
            yield start, end
            start = end
        if cut > start:
            yield start, cut
            start = cut


def _run_cuts(text: str) -> Iterator[int]:
    for run in _LONG_RUN.finditer(text):
        yield from range(run.start(), run.end(), MAX_RUN)
        yield run.end()


def _special_ids(tokenizer: Tokenizer) -> tuple[tuple[int, ...], tuple[int, ...]]:
    encoding = tokenizer.encode("a")
    body = [i for i, special in enumerate(encoding.special_tokens_mask) if not special]
    if not body:
        return tuple(encoding.ids), ()
    return tuple(encoding.ids[: body[0]]), tuple(encoding.ids[body[-1] + 1 :])


def _unknown_id(tokenizer: Tokenizer) -> int | None:
    for token in ("<unk>", "[UNK]", "<|unk|>"):
        if (found := tokenizer.token_to_id(token)) is not None:
            return int(found)
    return None


def _pad_id(tokenizer: Tokenizer) -> int:
    for token in ("<pad>", "[PAD]", "<|pad|>", "<|endoftext|>"):
        if (found := tokenizer.token_to_id(token)) is not None:
            return int(found)
    return 0
