"""What the conventions of the label guide (`ie.conventions`) are worth: strict F1 with and without them.

    python benchmarks/conventions.py [--model FOLDER] [CORPUS.jsonl …]

Prints a table in Markdown, a row a corpus and label: F1 of what the model says, F1 after the conventions and
with tidy edges, and how many spans were found and right in each; for all labels together the gain has its
95 % interval (paired bootstrap over documents).
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ie.conventions import GUIDELINES
from ie.data.corpus import read_corpus
from ie.document import Document
from ie.extractor import Extractor
from ie.train.bootstrap import micro_difference, points
from ie.train.metrics import Counts, Tally, tally

CORPUS = Path(__file__).parent.parent / "data" / "news" / "dev.jsonl"


def without_and_with(ref: str | None) -> tuple[Extractor, Extractor]:
    """Return the extractor of a checkpoint without conventions and the same with them."""
    given = Extractor.from_pretrained(ref)
    settings = (replace(given.checkpoint.settings, guidelines=version) for version in (None, GUIDELINES))
    plain, guided = (Extractor(replace(given.checkpoint, settings=each), given.runtime) for each in settings)
    return plain, guided


def count(extractor: Extractor, documents: Sequence[Document]) -> Tally:
    """Return the counts of what an extractor finds in annotated documents."""
    bare = (replace(document, entities=()) for document in documents)
    return tally(documents, list(extractor.extract_batch(bare, values=False)), extractor.labels)


def rows(name: str, plain: Tally, guided: Tally) -> Iterator[str]:
    """Yield the rows of a corpus: one a label, then all together."""
    before, after = plain.scores.strict, guided.scores.strict
    for label in before.labels:
        yield _row(name, label, before.labels[label], after.labels[label], "")
    gain = points(*micro_difference([guided.micro], [plain.micro]))
    yield _row(name, "micro", before.micro, after.micro, gain)


def _row(name: str, label: str, before: Counts, after: Counts, gain: str) -> str:
    f1 = f"{before.f1:.3f} → {after.f1:.3f}"
    spans = f"{before.tp} of {before.tp + before.fp} → {after.tp} of {after.tp + after.fp}"
    return f"| {name} | {label} | {f1} | {gain or f'{100 * (after.f1 - before.f1):+.1f}'} | {spans} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="*", type=Path, default=[CORPUS], metavar="CORPUS.jsonl")
    parser.add_argument("--model", metavar="FOLDER", help="a checkpoint; the bundled one by default")
    options = parser.parse_args(arguments)
    plain, guided = without_and_with(options.model)
    print("| corpus | label | F1 | gain | right of found |")
    print("|---|---|---|--:|---|")
    for path in options.corpora:
        documents = read_corpus(path)
        counts = count(plain, documents), count(guided, documents)
        print("\n".join(rows(path.name, *counts)), flush=True)


if __name__ == "__main__":
    main()
