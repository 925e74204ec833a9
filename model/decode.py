"""Tag probabilities of words to spans: the best legal tag path, and how probable each of its spans is."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .document import Span
from .tags import legal_starts, legal_transitions, spans_from_tags

Floats = NDArray[np.float64]

_TINY = 1e-9  # no tag is impossible, so that a legal path always exists


def word_log_probs(tokens: NDArray[np.float32], first: NDArray[np.int32], tags: Sequence[str]) -> Floats:
    """Return the log-probabilities of the tags of words, shape [words, tags].

    `tokens` are tag probabilities of tokens, shape [tokens, tags]; `first` is each word's first token
    (`ie.encoder.first_tokens`). A word that shares its token with the word before can only go on with
    what that token says, and a word without a token goes on with whatever surrounds it.
    """
    begins = np.array([i for i, tag in enumerate(tags) if tag.startswith("B-")], dtype=np.intp)
    inside = np.array([tags.index(f"I-{tags[i][2:]}") for i in begins], dtype=np.intp)
    known = first >= 0
    probs = np.ones((len(first), len(tags)))
    probs[known] = tokens[first[known]]
    shared = np.zeros(len(first), dtype=bool)
    shared[1:] = known[1:] & (first[1:] == first[:-1])
    rows = np.flatnonzero(shared)[:, None]
    probs[rows, inside] += probs[rows, begins]
    probs[np.flatnonzero(shared | ~known)[:, None], begins] = 0
    probs = np.maximum(probs, _TINY)
    return np.asarray(np.log(probs / probs.sum(axis=1, keepdims=True)))


def decode(
    log_probs: Floats,
    tags: Sequence[str],
    thresholds: Mapping[str, float] | None = None,
    apart: Collection[str] = (),
) -> list[tuple[Span, float]]:
    """Return the spans, in words, of the most probable legal tag path, each with its probability.

    `log_probs` has shape [words, tags]. A span below the threshold of its label is left out. What is legal
    `ie.tags.legal_transitions` says, `apart` included.
    """
    if not len(log_probs):
        return []
    legal = legal_transitions(tags, apart)
    path = viterbi(log_probs, tags, legal)
    spans = spans_from_tags([tags[i] for i in path])
    if not spans:
        return []
    scored = zip(spans, span_probabilities(log_probs, tags, spans, legal), strict=True)
    return [(span, score) for span, score in scored if score >= (thresholds or {}).get(span.label, 0.0)]


def viterbi(log_probs: Floats, tags: Sequence[str], legal: NDArray[np.bool_]) -> list[int]:
    """Return the tag indices of the most probable path of `legal` [from, to] transitions."""
    closed = np.where(legal, 0.0, -np.inf)
    best = np.where(legal_starts(tags), log_probs[0], -np.inf)
    back = np.empty(log_probs.shape, dtype=np.intp)
    columns = np.arange(len(tags))
    for t in range(1, len(log_probs)):
        paths = best[:, None] + closed
        back[t] = paths.argmax(axis=0)
        best = paths[back[t], columns] + log_probs[t]
    path = [int(best.argmax())]
    for t in range(len(log_probs) - 1, 0, -1):
        path.append(int(back[t, path[-1]]))
    return path[::-1]


def span_probabilities(
    log_probs: Floats, tags: Sequence[str], spans: Sequence[Span], legal: NDArray[np.bool_]
) -> list[float]:
    """Return the probability of each span: that of exactly these words bearing exactly this label.

    It is the share of all legal tag paths, each weighted by its probability, that hold the span
    (forward-backward with transitions that are legal or not, none learned).
    """
    probs = np.exp(log_probs)
    allowed = legal.astype(float)
    scale, before, after = _forward_backward(probs, allowed, legal_starts(tags).astype(float))
    index = {tag: i for i, tag in enumerate(tags)}
    found = []
    for span in spans:
        row = [index[f"B-{span.label}"], *[index[f"I-{span.label}"]] * (span.end - span.start - 1)]
        words = np.arange(span.start, span.end)
        mass = float((probs[words, row] / scale[words]).prod())
        if span.start:
            mass *= float(before[span.start - 1] @ allowed[:, row[0]])
        if span.end < len(probs):
            ends = allowed[row[-1]].copy()
            ends[index[f"I-{span.label}"]] = 0
            mass *= float(ends @ (probs[span.end] * after[span.end]) / scale[span.end])
        found.append(min(mass, 1.0))
    return found


def _forward_backward(probs: Floats, allowed: Floats, start: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the scales, shape [words], and scaled forward and backward masses, both [words, tags].

    The scaling of Rabiner (1989), section V.A: forward masses sum to one at each word.
    """
    scale, before, after = np.empty(len(probs)), np.empty(probs.shape), np.ones(probs.shape)
    entering = start
    for t in range(len(probs)):
        mass = entering * probs[t]
        scale[t] = mass.sum()
        before[t] = mass / scale[t]
        entering = before[t] @ allowed
    for t in range(len(probs) - 2, -1, -1):
        after[t] = allowed @ (probs[t + 1] * after[t + 1]) / scale[t + 1]
    return scale, before, after
