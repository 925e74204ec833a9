"""Noisy copies of training documents: the kinds of `noise` at random shares, and the habits of feeds.

The kinds are those that benchmarks/robustness.py measures, so its table tells what a model has learned of
noises that it was trained for, not how it takes others.
"""

import re
from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np

from ie.document import Document

from .edits import rewrite
from .noise import KINDS, Noise, Pieces

SECOND = 0.25  # how often a copy has two kinds of noise

_HEADLINE = re.compile(r"\s*[^\n]{1,200}?(?:[.!?](?=\s)|\n|\Z)")
_QUOTES: tuple[Mapping[str, str], ...] = tuple(
    dict(zip("«»", marks, strict=True))
    for marks in (('"', '"'), ("“", "”"), ("„", "“"), ("'", "'"), ("&quot;", "&quot;"), ("", ""))
)
_DASHES = ("-", "–", "—")


def augment(document: Document, rng: np.random.Generator) -> Document:
    """Return a noisy copy of `document`: one kind of noise, sometimes two, each at a share drawn anew."""
    count = 1 + (rng.random() < SECOND)
    for i in rng.choice(len(_MIXTURE), size=count, replace=False, p=_CHANCES):
        noise, low, high = _MIXTURE[i][1:]
        share = min(1.0, float(rng.uniform(low, high)))
        document = rewrite(document, noise(document.text, rng, share))
    return document


def noisy_copies(documents: Sequence[Document], copies: int, seed: int) -> tuple[Document, ...]:
    """Return `copies` noisy copies of each document; what they are hangs on `seed` and the text alone."""
    return tuple(
        augment(document, np.random.default_rng((seed, copy, crc32(document.text.encode()))))
        for copy in range(copies)
        for document in documents
    )


def headline(text: str, _rng: np.random.Generator, _share: float) -> Pieces:
    """Return the first line or sentence in capitals."""
    match = _HEADLINE.match(text)
    end = match.end() if match else 0
    return [c.upper() if i < end else c for i, c in enumerate(text)]


def shouting(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return a share of the words in capitals."""
    words = re.split(r"(\s+)", text)
    return [c for word in words for c in (word.upper() if _is_plain(word, rng, share) else word)]


def scattered_lookalikes(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return the text with Latin letters for a share of the Cyrillic ones that look like them."""
    changed = KINDS["lookalikes"].noise(text, rng, 1.0)
    return [new if rng.random() < share else old for old, new in zip(text, changed, strict=True)]


def typography(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return the text with other quotes and dashes throughout, and a share of its blanks no-break ones."""
    quotes = _QUOTES[int(rng.integers(len(_QUOTES)))]
    dash = _DASHES[int(rng.integers(len(_DASHES)))]
    pieces = [quotes.get(c, dash if c in "—–" else c) for c in text]
    return ["\u00a0" if c == " " and rng.random() < share else c for c in pieces]


def _is_plain(word: str, rng: np.random.Generator, share: float) -> bool:
    # «ß» and its like become two letters
    return rng.random() < share and len(word.upper()) == len(word)


# How often each kind is drawn, and from where to where its share; above 1 it is 1, so that «0.2 to 1.8» does
# half of the documents throughout.
_MIXTURE: tuple[tuple[float, Noise, float, float], ...] = (
    (2.0, KINDS["lower"].noise, 0.2, 1.8),
    (2.0, KINDS["upper"].noise, 0.2, 1.8),
    (2.0, KINDS["no_punctuation"].noise, 0.2, 1.8),
    (0.5, KINDS["yo"].noise, 0.5, 1.5),
    (2.0, KINDS["lookalikes"].noise, 0.05, 0.6),
    (0.5, scattered_lookalikes, 0.02, 0.3),
    (2.0, KINDS["typos"].noise, 0.005, 0.05),
    (1.5, KINDS["glued"].noise, 0.01, 0.1),
    (1.5, KINDS["broken_lines"].noise, 0.0, 0.6),
    (0.5, headline, 1.0, 1.0),
    (0.5, shouting, 0.02, 0.3),
    (1.0, typography, 0.0, 0.3),
)
_CHANCES = np.array([kind[0] for kind in _MIXTURE]) / sum(kind[0] for kind in _MIXTURE)
