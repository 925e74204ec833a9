"""What the paths on a command line stand for: files, folders with all they hold, patterns, standard input."""

import glob
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from .errors import InputError

STDIN = "-"
PACKED = ".jsonl.gz"
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
    PACKED: InputFormat.JSONL,
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


def ignore(_: object) -> None:
    """Take notice of nothing."""


def suffix_of(path: Path) -> str:
    """Return the suffix, in small letters, that says how a file is read; `.jsonl.gz` is one."""
    return PACKED if path.name.lower().endswith(PACKED) else path.suffix.lower()


def is_named(file: Path, paths: Iterable[str]) -> bool:
    """Return whether one of `paths` is that very regular file, whatever links lead to it.

    Folders and patterns that have it are not meant (`is_among`): `find_files` leaves it out of them.
    """
    # a terminal is input and output at once, and nothing is lost by it
    return file.is_file() and any(
        _same(Path("/dev/stdin" if path == STDIN else path), file) for path in paths
    )


def is_among(file: Path, paths: Iterable[str]) -> bool:
    """Return whether that very file, which is there, would be read with the folders and patterns."""
    if not file.is_file():
        return False
    known = suffix_of(file) in SUFFIXES and not file.name.startswith(".")
    return any(
        known and file.resolve().is_relative_to(match.resolve()) if _is_folder(match) else _same(match, file)
        for path in paths
        for match in ([Path(path)] if _is_folder(path) else _glob(path) if _is_pattern(path) else [])
    )


def find_files(
    paths: Iterable[str], skip: Path | None = None, on_unknown: Callable[[Path], object] = ignore
) -> Iterator[Path | InputError]:
    """Yield the files that `paths` stand for, in order; an error takes the place of a path that has none.

    A folder gives the files in it (see `walk`) whose suffix is in `SUFFIXES`. A pattern (`*`, `?`, `[…]`,
    `**`) that the shell left as it was gives what it matches, each file once. Neither gives `skip`, the
    output of this very run. `-` is standard input. `on_unknown` is told of the files in folders that have
    another suffix.
    """
    for path in paths:
        if _is_pattern(path):
            yield from _matching(path, skip, on_unknown)
        elif _is_folder(path):
            yield from _in_folder(Path(path), skip, on_unknown)
        else:
            yield Path(path)


def walk(folder: Path, on_error: Callable[[OSError], object] = ignore) -> Iterator[Path]:
    """Yield the files in a folder, at any depth, sorted; hidden ones are passed over.

    Links to folders are followed after the folders that are really there, and no folder is read twice, so
    that links in a circle come to an end. `on_error` is told of folders that cannot be read.
    """
    waiting, seen = deque([folder]), set[str]()
    while waiting:
        for root, folders, files in os.walk(waiting.popleft(), onerror=on_error):
            real = os.path.realpath(root)
            if real in seen:
                folders.clear()
                continue
            seen.add(real)
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            waiting.extend(path for name in folders if (path := Path(root, name)).is_symlink())
            yield from (Path(root, name) for name in sorted(files) if not name.startswith("."))


def display_name(path: Path) -> str:
    """Return the path as text that can be written anywhere, whatever the bytes of its name."""
    return "<stdin>" if str(path) == STDIN else os.fsencode(path).decode("utf-8", "replace")


def _matching(
    pattern: str, skip: Path | None, on_unknown: Callable[[Path], object]
) -> Iterator[Path | InputError]:
    """Yield each file that a pattern stands for once, whatever links lead to its folder."""
    given = set[str]()
    for item in _matches(pattern, skip, on_unknown):
        place = str(item) if isinstance(item, InputError) else os.path.realpath(item.parent) + "/" + item.name
        if place not in given:
            given.add(place)
            yield item
    if not given:
        but = " but the output" if any(_same(path, skip) for path in _glob(pattern)) else ""
        yield InputError(f"{pattern}: No file{but} matches the pattern.")


def _glob(pattern: str) -> list[Path]:
    found = glob.glob(pattern, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute path
    return [Path(path) for path in sorted(found)]


def _matches(
    pattern: str, skip: Path | None, on_unknown: Callable[[Path], object]
) -> Iterator[Path | InputError]:
    folders = set[Path]()
    for match in _glob(pattern):
        # by its real path: where links go in a circle, the system gives up at some depth
        if not _is_folder(os.path.realpath(match)):
            if not _same(match, skip):
                yield match
        elif folders.isdisjoint(match.parents):
            # `news/**` also matches the folders in `news`, which have been read with it
            folders.add(match)
            yield from _in_folder(match, skip, on_unknown)


def _is_pattern(path: str) -> bool:
    return path != STDIN and bool(_PATTERN.intersection(path)) and not os.path.lexists(path)


def _is_folder(path: str | Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - unlike Path.is_dir, it never raises


def _in_folder(
    folder: Path, skip: Path | None, on_unknown: Callable[[Path], object]
) -> Iterator[Path | InputError]:
    errors: list[OSError] = []
    empty = True
    for path in walk(folder, errors.append):
        if _same(path, skip):
            continue
        if suffix_of(path) in SUFFIXES:
            empty = False
            yield path
        else:
            on_unknown(path)
    for error in errors:
        yield InputError(f"{display_name(Path(error.filename))}: {error.strerror}.")
    if empty and not errors:
        known = " ".join(SUFFIXES)
        yield InputError(f"{display_name(folder)}: The folder holds no file that ends in one of {known}.")


def _same(path: Path, other: Path | None) -> bool:
    try:
        return other is not None and path.samefile(other)
    except OSError:  # one of them is not there
        return False
