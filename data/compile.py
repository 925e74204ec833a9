"""Compiles a folder of articles in inline markup into the parts of a corpus.

The folder holds files of articles (`01.txt`, …) and `passes.tsv`, which gives each file its part of the split
and its topic. A file is one author's pass over one topic, so that no story and no invented name is in two
parts; that the names are not is checked here.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ie.document import Document
from ie.errors import CorpusError, CorpusFaultsError

from .corpus import read_text, write_corpus
from .inline import Article, read_inline

PASSES = "passes.tsv"
COLUMNS = ("pass", "split", "topic")


@dataclass(frozen=True, slots=True)
class Pass:
    """The articles of one file, the part of the split they belong to and what they are about."""

    name: str
    split: str
    topic: str
    articles: tuple[Article, ...]

    @property
    def documents(self) -> list[Document]:
        """The documents of the articles."""
        return [article.document for article in self.articles]


def read_passes(folder: Path) -> list[Pass]:
    """Return the passes of a folder, in the order of `passes.tsv`.

    Raises `CorpusFaultsError` with every fault found: those of the files, a file that the table lacks or that
    is not there, an id that is not its file's or stands twice, an invented name in two parts of the split;
    `CorpusError` where the table cannot be read.
    """
    passes: list[Pass] = []
    faults: list[str] = []
    table = _read_table(folder / PASSES)
    unknown = {path.stem for path in folder.glob("*.txt")} - table.keys()
    faults += (f"{folder / name}.txt: {PASSES} does not name this file." for name in sorted(unknown))
    for name, (split, topic) in table.items():
        path = folder / f"{name}.txt"
        try:
            passes.append(Pass(name, split, topic, tuple(read_inline(path))))
        except CorpusFaultsError as error:
            faults += error.faults
        except CorpusError as error:
            faults.append(str(error))
    faults += _id_faults(folder, passes)
    faults += _shared_names(folder, passes)
    if faults:
        raise CorpusFaultsError(faults)
    return passes


def compile_folder(folder: Path, target: Path) -> Mapping[Path, int]:
    """Write `target/SPLIT.jsonl` for each part of the split and return the numbers of documents.

    Raises `CorpusError` as `read_passes` does, before anything is written.
    """
    passes = read_passes(folder)
    target.mkdir(parents=True, exist_ok=True)
    counts = {}
    for split in dict.fromkeys(item.split for item in passes):
        path = target / f"{split}.jsonl"
        counts[path] = write_corpus(path, split_documents(passes, split))
    return counts


def split_documents(passes: Iterable[Pass], split: str) -> list[Document]:
    """Return the documents of one part of the split."""
    return [document for item in passes if item.split == split for document in item.documents]


def _read_table(path: Path) -> dict[str, tuple[str, str]]:
    """Return split and topic of each pass."""
    rows = list(csv.reader(read_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise CorpusError(f"{path}:1: The columns must be {', '.join(COLUMNS)}, with tabs between them.")
    table: dict[str, tuple[str, str]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS) or not all(row) or row[0] in table:
            raise CorpusError(f"{path}:{number}: A row is a pass not named before, its split and its topic.")
        table[row[0]] = (row[1], row[2])
    return table


def _id_faults(folder: Path, passes: Sequence[Pass]) -> Iterable[str]:
    for item in passes:
        ids = Counter(document.id or "" for document in item.documents)
        for identifier, count in ids.items():
            place = f"{folder / item.name}.txt: {identifier}"
            if not identifier.startswith(f"{item.name}-"):
                yield f"{place}: The ids of this file begin with {item.name}-."
            if count > 1:
                yield f"{place}: The id stands {count} times."


def _shared_names(folder: Path, passes: Sequence[Pass]) -> Iterable[str]:
    """Yield a fault for each invented name that two parts of the split share."""
    first: dict[str, Pass] = {}
    for item in passes:
        for name in sorted({name for article in item.articles for name in article.invented_names}):
            other = first.setdefault(name.casefold(), item)
            if other.split != item.split:
                yield (
                    f"{folder / item.name}.txt: The invented name {name!r} is also in {other.name}.txt, "
                    f"which belongs to another part of the split."
                )
