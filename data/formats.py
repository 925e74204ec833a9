"""The formats that `ie data convert` reads and writes, by name."""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ie.document import Document
from ie.errors import CorpusError, UsageError

from .conll import write_conll
from .convert.report import Conversion, Report
from .corpus import corpus_files, iter_corpus, write_corpus

# public corpora, each with rules of its own
CORPORA = ("nerel", "rured2", "factrueval", "bsnlp")
# formats of annotation with any labels: module and function
TOOLS = {
    "brat": ("ie.data.intake", "convert_brat"),
    "conll": ("ie.data.conll", "convert"),
    "doccano": ("ie.data.doccano", "convert"),
    "label-studio": ("ie.data.label_studio", "convert"),
}
OURS = "jsonl"
FORMATS = (*CORPORA, *TOOLS, OURS)
TARGETS = (".jsonl", ".jsonl.gz", ".conll")


def convert(name: str, source: Path, mapping: Mapping[str, str] | None = None) -> Conversion:
    """Return the documents that `source` holds in the format `name`, and the report of what was done.

    Raises `UsageError` on an unknown name, or a `mapping` of labels where the corpus has rules of its own,
    and `CorpusError` where there is nothing to read.
    """
    if name not in FORMATS:
        raise UsageError(f"{name!r} is no format; the known ones are {', '.join(FORMATS)}.")
    if mapping and name not in TOOLS:
        raise UsageError(f"Labels of {name!r} cannot be mapped: only those of {', '.join(TOOLS)}.")
    if not source.exists():
        raise CorpusError(f"{source}: There is no such file or folder.")
    conversion = _convert(name, source, mapping)
    if not conversion.documents:
        raise CorpusError(f"{source}: No document could be read as {name}.")
    return conversion


def check_target(path: Path) -> None:
    """Raise `UsageError` where the name of a file to write does not say in which format."""
    if not path.name.lower().endswith(TARGETS):
        raise UsageError(f"{path}: the name must end in {', '.join(TARGETS[:-1])} or {TARGETS[-1]}.")


def write(path: Path, documents: Sequence[Document]) -> list[str]:
    """Write documents as CoNLL where `path` ends in `.conll`, else as a corpus; return what that lost."""
    if path.suffix.lower() == ".conll":
        return write_conll(path, documents)
    write_corpus(path, documents)
    return []


def _convert(name: str, source: Path, mapping: Mapping[str, str] | None) -> Conversion:
    if name == OURS:
        return Conversion([d for path in corpus_files([source]) for d in iter_corpus(path)], Report())
    conversion: Conversion
    if name in TOOLS:
        module, function = TOOLS[name]
        conversion = getattr(importlib.import_module(module), function)(source, mapping)
    else:
        conversion = importlib.import_module(f"ie.data.convert.{name}").convert(source)
    return conversion
