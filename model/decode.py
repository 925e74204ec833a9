"""Tag probabilities of words to spans: the best legal tag path, and how probable each of its spans is.

Documents are decoded together, step by step from the longest to the shortest, so that a step costs one call
of numpy for all of them.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from .document import Span
from .tags import legal_starts, legal_transitions, spans_from_tags
from .words import BREAK, Offsets

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# characters, with what ends the line: one with fewer was not broken for want of room
NARROWEST = 40

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


def cuts(text: str, offsets: Offsets, log_probs: Floats, tags: Sequence[str]) -> Ints:
    """Return the words, given by `offsets`, at which `text` is cut: no mention goes on over these.

    Those are the first words of paragraphs, lines and cells. Texts are broken in the middle of a sentence,
    too: in mails and scans where a line was full, in copies of pages before and after a link. So behind a
    full line there is no cut, and behind a narrow one none where the word most probably goes on with a
    mention. Behind an empty line and in a list, that is behind two narrow lines, there always is.
    """
    breaks = np.array([match.span() for match in BREAK.finditer(text)], dtype=np.intp).reshape(-1, 2)
    if not len(breaks):
        return np.empty(0, dtype=np.intp)
    word = np.searchsorted(offsets[:, 0], breaks[:, 0])
    narrow = np.diff(np.concatenate([[0], breaks[:, 1]])) < NARROWEST
    empty = np.diff(np.concatenate([[0], word])) == 0
    lines = np.flatnonzero(~empty)
    listed = lines[narrow[lines] & np.concatenate([[True], narrow[lines]])[:-1]]
    sure = np.bincount(word[np.concatenate([np.flatnonzero(empty), listed])], minlength=len(offsets) + 1) > 0
    found = np.unique(word[(narrow | empty) & (word < len(offsets))])
    inside = np.array([tag.startswith("I-") for tag in tags])
    return np.asarray(found[sure[found] | ~inside[log_probs[found].argmax(axis=1)]])


def decode(
    documents: Sequence[Floats],
    tags: Sequence[str],
    thresholds: Mapping[str, float] | None = None,
    apart: Collection[str] = (),
    cut: Sequence[Ints] | None = None,
) -> list[list[tuple[Span, float]]]:
    """Return, for each document, the spans of its most probable legal tag path, each with its probability.

    A document is the log-probabilities of its words, shape [words, tags]; spans are in words. A span below
    the threshold of its label is left out. What is legal `ie.tags.legal_transitions` says, `apart` included.
    `cut` has the words of each document before which it is cut (`cuts`): what stands on the two sides of a
    cut is decoded as if it were two documents.
    """
    if cut is not None:
        return _decode_pieces(documents, tags, thresholds, apart, cut)
    legal = legal_transitions(tags, apart)
    found = [
        spans_from_tags([tags[i] for i in path]) if path else []
        for path in best_paths(documents, tags, legal)
    ]
    least = thresholds or {}
    scores = iter(span_probabilities(documents, tags, found, legal))
    return [
        [(span, score) for span in spans if (score := next(scores)) >= least.get(span.label, 0.0)]
        for spans in found
    ]


def _decode_pieces(
    documents: Sequence[Floats],
    tags: Sequence[str],
    thresholds: Mapping[str, float] | None,
    apart: Collection[str],
    cut: Sequence[Ints],
) -> list[list[tuple[Span, float]]]:
    pieces = [np.split(document, at) for document, at in zip(documents, cut, strict=True)]
    found = iter(decode([piece for own in pieces for piece in own], tags, thresholds, apart))
    return [
        [
            (Span(start + span.start, start + span.end, span.label), score)
            for start, spans in zip((0, *at.tolist()), islice(found, len(own)), strict=True)
            for span, score in spans
        ]
        for own, at in zip(pieces, cut, strict=True)
    ]


def best_paths(documents: Sequence[Floats], tags: Sequence[str], legal: NDArray[np.bool_]) -> list[list[int]]:
    """Return the tag indices of the most probable path of `legal` [from, to] transitions of each document."""
    starts = legal_starts(tags)
    paths = [document.argmax(axis=1) if len(document) else np.empty(0, np.intp) for document in documents]
    # No transition costs anything, so a legal path of each word's best tags cannot be beaten.
    hard = [i for i, path in enumerate(paths) if not _is_legal(path, starts, legal)]
    for i, path in zip(hard, viterbi([documents[i] for i in hard], free(starts), free(legal)), strict=True):
        paths[i] = path
    return [[int(tag) for tag in path] for path in paths]


def _is_legal(path: Ints, starts: NDArray[np.bool_], legal: NDArray[np.bool_]) -> bool:
    return not len(path) or bool(starts[path[0]] and legal[path[:-1], path[1:]].all())


def free(allowed: NDArray[np.bool_]) -> Floats:
    """Return the scores at which what is allowed costs nothing and all else is out of the question."""
    return np.where(allowed, 0.0, -np.inf)


def viterbi(documents: Sequence[Floats], first: Floats, between: Floats) -> list[Ints]:
    """Return the path of each document whose scores have the largest sum; none may be empty.

    `first` are the scores of the tags that begin a path, `between` [from, to] those of a tag after another;
    -inf is illegal.
    """
    if not documents:
        return []
    steps = _Steps([len(document) for document in documents])
    scores = np.concatenate(documents)[steps.order]
    arriving = between.T  # [to, from]: the tags to choose among lie side by side
    back = np.empty(scores.shape, dtype=np.intp)
    best = scores[steps.at(0)] + first
    tags = np.empty(len(documents), dtype=np.intp)
    for t in range(1, len(steps)):
        at = steps.at(t)
        width = at.stop - at.start
        tags[width : len(best)] = best[width:].argmax(axis=1)
        reached = best[:width, None, :] + arriving
        back[at] = reached.argmax(axis=2)
        best = reached.max(axis=2) + scores[at]
    tags[: len(best)] = best.argmax(axis=1)
    path = np.empty(len(scores), dtype=np.intp)
    for t in range(len(steps) - 1, -1, -1):
        at = steps.at(t)
        current = tags[: at.stop - at.start]
        path[at] = current
        current[:] = back[np.arange(at.start, at.stop), current] if t else 0
    return steps.split(path)


def span_probabilities(
    documents: Sequence[Floats],
    tags: Sequence[str],
    spans: Sequence[Sequence[Span]],
    legal: NDArray[np.bool_],
) -> list[float]:
    """Return the probability of each span, those of one document after those of another.

    It is that of exactly these words bearing exactly this label: the share of all legal tag paths, each
    weighted by its probability, that hold the span (forward-backward with transitions that are legal or
    not, none learned).
    """
    held = [i for i, found in enumerate(spans) if found]
    if not held:
        return []
    steps = _Steps([len(documents[i]) for i in held])
    probs, allowed = np.exp(np.concatenate([documents[i] for i in held])), legal.astype(float)
    scale, before, after = _forward_backward(probs, steps, allowed, legal_starts(tags).astype(float))
    index = {tag: i for i, tag in enumerate(tags)}
    flat = [(k, span) for k, i in enumerate(held) for span in spans[i]]
    base = steps.starts[[k for k, _ in flat]]
    start = base + [span.start for _, span in flat]
    end = base + [span.end for _, span in flat]
    begin = np.array([index[f"B-{span.label}"] for _, span in flat])
    inside = np.array([index[f"I-{span.label}"] for _, span in flat])
    # the product over the words of a span, all spans at once, as a difference of running sums
    runs = np.concatenate([np.zeros((1, len(tags))), np.cumsum(np.log(probs / scale[:, None]), axis=0)])
    mass = probs[start, begin] / scale[start] * np.exp(runs[end, inside] - runs[start + 1, inside])
    entering = np.einsum("it,ti->i", before[start - 1], allowed[:, begin])
    mass *= np.where(start > base, entering, 1.0)
    following = np.minimum(end, len(probs) - 1)
    ends = allowed[inside]
    ends[np.arange(len(flat)), inside] = 0
    leaving = np.einsum("it,it->i", ends, probs[following] * after[following]) / scale[following]
    mass *= np.where(end < base + steps.lengths[[k for k, _ in flat]], leaving, 1.0)
    return [float(value) for value in np.minimum(mass, 1.0)]


def _forward_backward(
    probs: Floats, steps: "_Steps", allowed: Floats, starts: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the scales, shape [words], and scaled forward and backward masses, both [words, tags].

    The scaling of Rabiner (1989), section V.A: forward masses sum to one at each word.
    """
    probs = probs[steps.order]
    scale, before, after = np.empty((len(probs), 1)), np.empty(probs.shape), np.ones(probs.shape)
    ones = np.ones((probs.shape[1], 1))
    entering = np.broadcast_to(starts, (len(steps.lengths), len(starts)))
    for t in range(len(steps)):
        at = steps.at(t)
        mass = entering[: at.stop - at.start] * probs[at]
        total = mass @ ones
        scale[at], before[at] = total, mass / total
        entering = before[at] @ allowed
    backwards = np.ascontiguousarray(allowed.T)
    for t in range(len(steps) - 2, -1, -1):
        at, start = steps.at(t + 1), steps.at(t).start
        leaving = probs[at] * after[at] / scale[at]
        after[start : start + at.stop - at.start] = leaving @ backwards
    return (
        steps.restored(scale)[:, 0],
        steps.restored(before),
        steps.restored(after),
    )


class _Steps:
    """The order in which the words of documents are gone through: the first word of all, then the second.

    `order` is the place of each in the documents put one after another; `starts` and `lengths` are those of
    the documents. At every step longer documents come first, so that those that go on are a slice.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        self.lengths = np.array(lengths, dtype=np.intp)
        self.starts = np.cumsum(self.lengths) - self.lengths
        longest = int(self.lengths.max())
        by_length = np.argsort(-self.lengths, kind="stable")
        # how many documents are longer than t words
        widths = np.searchsorted(-self.lengths[by_length], -np.arange(longest), side="left")
        ends = np.cumsum(widths)
        self._slices = [slice(int(end - width), int(end)) for end, width in zip(ends, widths, strict=True)]
        step = np.repeat(np.arange(longest), widths)
        rank = np.arange(len(step)) - np.repeat(ends - widths, widths)
        self.order = self.starts[by_length][rank] + step

    def __len__(self) -> int:
        return len(self._slices)

    def at(self, t: int) -> slice:
        """Return where the words of step `t` stand in what is in this order."""
        return self._slices[t]

    def restored(self, values: Floats) -> Floats:
        """Return values of words in this order as those of one document after another."""
        result = np.empty_like(values)
        result[self.order] = values
        return result

    def split(self, path: Ints) -> list[Ints]:
        """Return the part of each document of one value a word in this order."""
        result = np.empty_like(path)
        result[self.order] = path
        return np.split(result, np.cumsum(self.lengths)[:-1])
