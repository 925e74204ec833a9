"""What the paths on a command line stand for: files, folders with all they hold, patterns, standard input."""

import glob
import os
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from .errors import InputError

STDIN = "-"
_PATTERN = frozenset("*?[")


class InputFormat(StrEnum):
    """How an input is read; AUTO goes by the suffix, for others and standard input by how it begins."""

    AUTO = "auto"
    TEXT = "text"
    HTML = "html"
    JSONL = "jsonl"
    JSON = "json"


SUFFIXES = {
    ".txt": InputFormat.TEXT,
    ".text": InputFormat.TEXT,
    ".md": InputFormat.TEXT,
    ".html": InputFormat.HTML,
    ".htm": InputFormat.HTML,
    ".xhtml": InputFormat.HTML,
    ".jsonl": InputFormat.JSONL,
    ".ndjson": InputFormat.JSONL,
    ".json": InputFormat.JSON,
}
# Read as text, these would give noise or one text where there are many.
UNREADABLE = frozenset(
    {
        *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".epub", ".fb2"),
        *(".csv", ".tsv", ".xml", ".parquet", ".gz", ".bz2", ".xz", ".zst", ".zip", ".7z", ".rar", ".tar"),
    }
)


def find_files(paths: Iterable[str], skip: Path | None = None) -> Iterator[Path | InputError]:
    """Yield the files that `paths` stand for, in order; an error takes the place of a path that has none.

    A folder gives the files in it, at any depth, whose suffix is in `SUFFIXES`, sorted; hidden ones and
    `skip` (the output of this very run) are passed over. A pattern (`*`, `?`, `[…]`, `**`) that the shell
    left as it was gives what it matches. `-` is standard input.
    """
    for path in paths:
        if path == STDIN or not _PATTERN.intersection(path) or os.path.lexists(path):
            yield from _expand(Path(path), skip)
            continue
        found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute path
        if not found:
            yield InputError(f"{path}: No file matches the pattern.")
        for match in found:
            yield from _expand(Path(match), skip)


def display_name(path: Path) -> str:
    """Return the path as text that can be written anywhere, whatever the bytes of its name."""
    return "<stdin>" if str(path) == STDIN else os.fsencode(path).decode("utf-8", "replace")


def _expand(path: Path, skip: Path | None) -> Iterator[Path | InputError]:
    # os.path.isdir: unlike Path.is_dir, it never raises
    if not os.path.isdir(path):  # noqa: PTH112
        yield path
        return
    empty = True
    for item in _walk(path, skip):
        empty = False
        yield item
    if empty:
        known = " ".join(SUFFIXES)
        yield InputError(f"{display_name(path)}: The folder holds no file that ends in one of {known}.")


def _walk(folder: Path, skip: Path | None) -> Iterator[Path | InputError]:
    errors: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES and not _same(path, skip):
                yield path
    for error in errors:
        yield InputError(f"{display_name(Path(error.filename))}: {error.strerror}.")


def _same(path: Path, other: Path | None) -> bool:
    return other is not None and other.exists() and path.exists() and path.samefile(other)
