"""Overlapping token windows, so that a text of any length passes through a model of limited length."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float32]

# Beyond this many tokens more context changes little, so the weights of two windows become equal.
FULL_CONTEXT = 64


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open interval of the tokens of a text."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    @property
    def span(self) -> slice:
        """The slice of an array of the tokens."""
        return slice(self.start, self.end)


def plan_windows(
    n_tokens: int, size: int, overlap: int, starts: NDArray[np.bool_] | None = None
) -> list[Window]:
    """Return windows of at most `size` tokens that cover `n_tokens`, neighbours sharing about `overlap`.

    The windows are of nearly equal length, so that none is a stub without context. Where `starts`
    (which tokens begin a word, shape [n_tokens]) is given, cuts move back to a word's start if there is
    one near. Raises `ValueError` unless `0 <= overlap < size`.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"The overlap of windows must be from 0 to {size - 1}, not {overlap}.")
    windows: list[Window] = []
    start = end = 0
    while n_tokens - start > size:
        left = -(-(n_tokens - start - overlap) // (size - overlap))  # windows still needed, rounded up
        even = -(-(n_tokens - start + (left - 1) * overlap) // left)
        end = _word_start(start + even, max(start + overlap, end) + 1, starts)
        windows.append(Window(start, end))
        start = _word_start(end - overlap, start + 1, starts)
    if n_tokens:
        windows.append(Window(start, n_tokens))
    return windows


def merge_windows(
    windows: Sequence[Window], probabilities: Sequence[Probabilities], n_tokens: int
) -> Probabilities:
    """Return the tag probabilities of each token of the text, shape [n_tokens, tags].

    `probabilities` has shape [len(window), tags] for each window. Where windows overlap, each counts by
    its confidence (the largest probability) times the context it has around the token (the distance to
    the nearer cut, at most FULL_CONTEXT; a text's own ends are no cuts).
    """
    if len(windows) == 1:
        return probabilities[0]
    n_tags = probabilities[0].shape[1] if probabilities else 0
    total = np.zeros((n_tokens, n_tags), dtype=np.float32)
    weight = np.zeros((n_tokens, 1), dtype=np.float32)
    for window, scores in zip(windows, probabilities, strict=True):
        w = _context(window, n_tokens)[:, None] * scores.max(axis=1, keepdims=True)
        total[window.span] += w * scores
        weight[window.span] += w
    return np.asarray(total / weight)


def _word_start(position: int, lowest: int, starts: NDArray[np.bool_] | None) -> int:
    """Return the last word start in `[lowest, position]`, or `position` where there is none near."""
    if starts is None:
        return max(position, lowest)
    lowest = max(lowest, position - FULL_CONTEXT // 2)
    near = np.flatnonzero(starts[lowest : position + 1])
    return lowest + int(near[-1]) if len(near) else max(position, lowest)


def _context(window: Window, n_tokens: int) -> NDArray[np.float32]:
    place = np.arange(len(window), dtype=np.float32)
    before = place + 1 if window.start else np.full(len(window), FULL_CONTEXT)
    after = len(window) - place if window.end < n_tokens else np.full(len(window), FULL_CONTEXT)
    context = np.minimum(np.minimum(before, after), FULL_CONTEXT)
    return np.asarray(context, dtype=np.float32)
