"""Strict F1 under noise: how much worse entities are found in text that was typed, scanned or copied badly.

    python benchmarks/robustness.py [--model FOLDER] [CORPUS.jsonl …]

Prints a table a corpus, in Markdown. Each row is one kind of noise (`ie.train.noise`) done to every
document: all lower case; all capitals; punctuation outside numbers and words lost; е for ё; Latin look-alikes
of Cyrillic letters in 30 % of the words; typos at 3 % of the letters; 5 % of the blanks lost; lines broken at
about 60 characters, three breaks in ten inside words. `micro` has a 95 % interval over documents; `loss` is
against clean text, in points. `out of reach` are the annotated spans that no tags of words can say: their
edge is inside a "word" that two grew into, or they touch another of a label of which no two are decoded side
by side.

A model trained with `noise` in its configuration has seen all of these kinds, on other documents and at other
strengths: the table does not tell how it takes noise of another kind.
"""

import argparse
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from ie.data.corpus import read_corpus
from ie.document import Document
from ie.extractor import Extractor
from ie.train.bootstrap import Interval, intervals
from ie.train.evaluate import Predictor
from ie.train.metrics import LabelScores, tally
from ie.train.noise import KINDS, perturb
from ie.words import word_spans, words

CORPUS = Path(__file__).parent.parent / "data" / "news" / "dev.jsonl"
CLEAN = "clean"
SEED = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Strict scores under one kind of noise; `out_of_reach` is the share of spans that cannot be decoded."""

    name: str
    scores: LabelScores
    micro: Interval
    out_of_reach: float


def noisy(documents: Sequence[Document], kind: str) -> list[Document]:
    """Return `documents` under one kind of noise, the same ones each time."""
    seeds = ((SEED, crc32(kind.encode()), crc32(document.text.encode())) for document in documents)
    return [perturb(d, kind, np.random.default_rng(seed)) for d, seed in zip(documents, seeds, strict=True)]


def rows(extractor: Predictor, documents: Sequence[Document], apart: Collection[str] = ()) -> Iterator[Row]:
    """Yield the row of clean text, then one a kind of noise; `apart` are the decoder's labels."""
    for name in (CLEAN, *KINDS):
        gold = list(documents) if name == CLEAN else noisy(documents, name)
        predicted = list(extractor.extract_batch(replace(document, entities=()) for document in gold))
        counts = tally(gold, predicted, extractor.labels)
        micro = intervals(counts, seed=SEED).strict.micro["f1"]
        yield Row(name, counts.scores.strict, micro, out_of_reach(gold, apart))


def out_of_reach(documents: Sequence[Document], apart: Collection[str]) -> float:
    """Return the share of spans with an edge inside a word, or right after another of a label in `apart`."""
    total = lost = 0
    for document in documents:
        spans = [entity.span for entity in document.entities]
        aligned, misaligned = word_spans(words(document.text), spans)
        pairs = pairwise(sorted(aligned))
        touching = sum(a.end == b.start and a.label == b.label and a.label in apart for a, b in pairs)
        total, lost = total + len(spans), lost + len(misaligned) + touching
    return lost / total if total else 0.0


def header(labels: Sequence[str]) -> list[str]:
    """Return the two lines above the rows."""
    names = ["noise", *labels, "micro", "95 % interval", "loss", "out of reach"]
    return [f"| {' | '.join(names)} |", "|---|" + "--:|" * (len(names) - 1)]


def line(row: Row, clean: Row) -> str:
    """Return a row of the table."""
    labels = [f"{counts.f1:.3f}" for counts in row.scores.labels.values()]
    loss = round(100 * (clean.scores.micro.f1 - row.scores.micro.f1), 1) + 0.0  # never "-0.0"
    cells = [
        row.name.replace("_", " "),
        *labels,
        f"{row.scores.micro.f1:.3f}",
        f"{row.micro.low:.3f}–{row.micro.high:.3f}",
        "" if row is clean else f"{loss:.1f}",
        f"{row.out_of_reach:.1%}",
    ]
    return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="*", type=Path, default=[CORPUS], metavar="CORPUS.jsonl")
    parser.add_argument("--model", metavar="FOLDER", help="a checkpoint; the bundled one by default")
    options = parser.parse_args(arguments)
    extractor = Extractor.from_pretrained(options.model)
    for path in options.corpora:
        documents = read_corpus(path)
        print(f"\n{path.name}, {len(documents)} documents, {extractor.model}\n")
        print("\n".join(header(extractor.labels)))
        clean: Row | None = None
        for row in rows(extractor, documents, extractor.checkpoint.settings.apart):
            clean = clean or row
            print(line(row, clean), flush=True)


if __name__ == "__main__":
    main()
