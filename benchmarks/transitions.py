"""What transition scores learned beside the model (a linear-chain CRF) are worth against plain Viterbi.

    python benchmarks/transitions.py [--model FOLDER] [CORPUS.jsonl …]

The decoder knows which tag may follow which, and no more. Here a score for each pair of tags that may follow
one another, one for each first tag, and a factor on the model's log-probabilities are fitted to annotated
documents by likelihood (Lafferty et al., 2001), with the model as it is, and tried on other documents:
cross-validation in five folds over the documents of all corpora. Thresholds are left out on both sides, the
conventions of the guide are not.

Prints a table in Markdown: strict F1 of both, and the gain with its 95 % interval (paired bootstrap over
documents).
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ie.data.corpus import read_corpus
from ie.decode import decode, free, viterbi
from ie.document import Document, Span
from ie.extractor import Extractor
from ie.meters import RecordingRuntime
from ie.tags import legal_starts, legal_transitions, spans_from_tags, tags_from_spans
from ie.train.alignment import open_tags
from ie.train.bootstrap import micro_difference, points
from ie.train.metrics import Counts, Tally, tally
from ie.train.thresholds import folds
from ie.words import word_spans, words

CORPUS = Path(__file__).parent.parent / "data" / "news" / "dev.jsonl"
# Squares of the scores cost so much: hardly anything beside the likelihood of a hundred documents.
PENALTY = 0.01
ROUNDS = 25

Floats = NDArray[np.float64]
Decoder = Callable[..., list[list[tuple[Span, float]]]]


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """Scores of [from, to] and of first tags, -inf where illegal; `scale` weighs what the model says."""

    between: Floats
    first: Floats
    scale: float = 1.0

    def paths(self, documents: Sequence[Floats]) -> Iterator[list[int]]:
        """Yield the tag indices of the best path of each document, log-probabilities [words, tags]."""
        scaled = [self.scale * document for document in documents if len(document)]
        found = iter(viterbi(scaled, self.first, self.between))
        return (next(found).tolist() if len(document) else [] for document in documents)

    def decoder(self) -> Decoder:
        """Return a function to stand in for `ie.decode.decode`; its scores mean nothing."""

        def found(
            documents: Sequence[Floats], tags: Sequence[str], *_: object
        ) -> list[list[tuple[Span, float]]]:
            paths = ([tags[i] for i in path] for path in self.paths(documents))
            return [[(span, 1.0) for span in spans_from_tags(path)] for path in paths]

        return found


def plain(tags: Sequence[str], apart: Sequence[str]) -> Transitions:
    """Return the transitions that ship: what is legal costs nothing."""
    legal, starts = legal_transitions(tags, apart), legal_starts(tags)
    return Transitions(free(legal), free(starts))


def learn(
    log_probs: Sequence[Floats], allowed: Sequence[NDArray[np.bool_]], given: Transitions
) -> Transitions:
    """Return `given` with the scores of legal transitions that make the annotation of documents most likely.

    `allowed` [words, tags] says which tags the annotation of a document leaves open.
    """
    lengths = torch.tensor([len(document) for document in log_probs])
    emissions = torch.nn.utils.rnn.pad_sequence([torch.tensor(d) for d in log_probs], batch_first=True)
    gold = torch.nn.utils.rnn.pad_sequence([torch.tensor(a) for a in allowed], batch_first=True)
    closed, closed_first = torch.tensor(given.between), torch.tensor(given.first)
    between, first = torch.zeros_like(closed), torch.zeros_like(closed_first)
    scale = torch.tensor(given.scale, dtype=torch.float64)
    learned = [between.requires_grad_(), first.requires_grad_(), scale.requires_grad_()]
    optimizer = torch.optim.LBFGS(learned, max_iter=ROUNDS, line_search_fn="strong_wolfe")

    def cost() -> Tensor:
        optimizer.zero_grad()
        scores = scale * emissions
        total = partition(scores, lengths, closed + between, closed_first + first)
        # not -inf, whose gradient is no number
        right = partition(scores.masked_fill(~gold, -1e6), lengths, closed + between, closed_first + first)
        value = (total - right).sum() + PENALTY * sum((each**2).sum() for each in (between, first))
        value.backward()
        return value

    optimizer.step(cost)
    with torch.no_grad():
        return Transitions((closed + between).numpy(), (closed_first + first).numpy(), float(scale))


def partition(scores: Tensor, lengths: Tensor, between: Tensor, first: Tensor) -> Tensor:
    """Return the log of the summed weights of all tag paths of each document.

    `scores` are [documents, words, tags], of which the first `lengths` words count.
    """
    reached = first + scores[:, 0]
    for t in range(1, scores.shape[1]):
        on = torch.logsumexp(reached[:, :, None] + between, 1) + scores[:, t]
        reached = torch.where((t < lengths)[:, None], on, reached)
    return torch.logsumexp(reached, 1)


def allowed_tags(document: Document, tags: Sequence[str]) -> NDArray[np.bool_]:
    """Return which tags [words, tags] the annotation allows each word."""
    offsets = words(document.text)
    spans, inside = word_spans(offsets, [entity.span for entity in document.entities])
    names = tags_from_spans(spans, len(offsets))
    allowed = np.zeros((len(offsets), len(tags)), dtype=bool)
    allowed[np.arange(len(offsets)), [tags.index(name) for name in names]] = True
    outside = np.array([name == "O" for name in names], dtype=bool)
    allowed[np.ix_(outside, open_tags(document, tags))] = True
    for span in inside:  # an edge inside a word: nothing can be said of its words
        allowed[(offsets[:, 0] < span.end) & (offsets[:, 1] > span.start)] = True
    return allowed


class Trial:
    """Documents and what the model says of them; it runs once."""

    def __init__(self, extractor: Extractor, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.tags, self.labels = extractor.tags, extractor.labels
        self._bare = [replace(document, entities=()) for document in documents]
        recorder = RecordingRuntime(extractor.runtime)
        self.log_probs: list[Floats] = []

        def record(given: Sequence[Floats], *settings: object) -> list[list[tuple[Span, float]]]:
            self.log_probs += given
            return decode(given, *settings)  # type: ignore[arg-type]

        with patch("ie.extractor.decode", record):
            list(Extractor(extractor.checkpoint, recorder).extract_batch(self._bare, values=False))
        self._extractor = Extractor(extractor.checkpoint, recorder.playback())

    def tally(self, numbers: Sequence[int], transitions: Transitions) -> Tally:
        """Return the counts of the documents of these numbers, decoded with `transitions`."""
        with patch("ie.extractor.decode", transitions.decoder()):
            found = list(self._extractor.extract_batch([self._bare[i] for i in numbers], values=False))
        return tally([self.documents[i] for i in numbers], found, self.labels)


def compare(trial: Trial, given: Transitions) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the counts [documents, labels, 3] with `given` transitions and with learned ones, held out."""
    everything = range(len(trial.documents))
    allowed = [allowed_tags(document, trial.tags) for document in trial.documents]
    before = trial.tally(everything, given).strict
    after = np.empty_like(before)
    for fold in folds(len(trial.documents)):
        rest = sorted(set(everything).difference(fold))
        learned = learn([trial.log_probs[i] for i in rest], [allowed[i] for i in rest], given)
        after[fold] = trial.tally(fold, learned).strict
    return before, after


def rows(
    name: str, labels: Sequence[str], before: NDArray[np.int64], after: NDArray[np.int64]
) -> Iterator[str]:
    """Yield the rows of a corpus: one for each label that is annotated, then all together."""
    for i, label in enumerate(labels):
        counts = _total(before[:, i])
        if counts.tp + counts.fn:  # the corpus has some
            yield f"| {name} | {label} | {counts.f1:.3f} | {_total(after[:, i]).f1:.3f} | |"
    one, two = before.sum(axis=1), after.sum(axis=1)
    gain = points(*micro_difference([two], [one]), digits=2)
    yield f"| {name} | micro | {_total(one).f1:.3f} | {_total(two).f1:.3f} | {gain} |"


def _total(counts: NDArray[np.int64]) -> Counts:
    return Counts(*counts.sum(axis=0).tolist())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", nargs="*", type=Path, default=[CORPUS], metavar="CORPUS.jsonl")
    parser.add_argument("--model", metavar="FOLDER", help="a checkpoint; the bundled one by default")
    options = parser.parse_args(arguments)
    corpora = [read_corpus(path) for path in options.corpora]
    extractor = Extractor.from_pretrained(options.model)
    trial = Trial(extractor, [document for corpus in corpora for document in corpus])
    before, after = compare(trial, plain(extractor.tags, extractor.checkpoint.settings.apart))
    print("| corpus | label | Viterbi | learned transitions | gain, points |\n|---|---|--:|--:|--:|")
    start = 0
    for path, corpus in zip(options.corpora, corpora, strict=True):
        place = slice(start, start + len(corpus))
        start = place.stop
        print("\n".join(rows(f"{path.parent.name}/{path.name}", trial.labels, before[place], after[place])))


if __name__ == "__main__":
    main()
