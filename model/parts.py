"""Folders of numbered parts: the output of a long run, which may be killed at any time and then resumed.

The order in which a part is stored is what makes this safe. Its records go to a hidden file; once that is on
the disk the manifest gets a line about it, and only then does the file get its name. So a file with the name
of a part is always whole, a part that the manifest lacks is made again, and one that it has is never made
twice: where the run died between line and name, the next gives the name.
"""

import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO

from .document import Document
from .errors import InputError, UsageError
from .files import NamedFile, lock, naming, sync_folder
from .manifest import MANIFEST, Manifest, Run, is_blank
from .outputs import OutputFormat, write_jsonl_bytes, write_parquet
from .tally import Intake, Part, Tally
from .version import __version__

PART_RECORDS = 1000
LOCK = ".lock"
_PART = re.compile(r"part-\d{5,}\..+")
KEPT = "; the parts before it are kept, go on with --resume"

Predict = Callable[[Iterable[Document]], Iterable[Document]]
WritePart = Callable[[Iterable[Document], IO[bytes]], None]


def part_writer(output_format: OutputFormat) -> WritePart:
    """Return what writes the documents of one part, at most as many as a part has, into a binary file.

    Raises `UsageError` for a format that no part can have, `MissingDependencyError` without pyarrow for
    Parquet.
    """
    match output_format:
        case OutputFormat.JSONL:
            return write_jsonl_bytes
        case OutputFormat.PARQUET:
            from .arrow import import_pyarrow

            import_pyarrow()  # to be missed now, not after the first thousand documents
            return write_parquet
        case _:
            raise UsageError(f"A folder of parts is written as jsonl or parquet, not as {output_format}.")


def is_own(name: str) -> bool:
    """Return whether a file of this name in a folder of parts is part of the output."""
    return name == MANIFEST or _PART.fullmatch(name) is not None


class PartsFolder:
    """The folder that one run fills, a context manager; made by `open`.

    with PartsFolder.open(Path("found"), {"model": extractor.model}, resume=True) as parts:
        parts.fill(read_documents(["news/"]), extractor.extract_batch)
    """

    def __init__(
        self, manifest: Manifest, held: IO[bytes], part_records: int, output_format: OutputFormat
    ) -> None:
        self.folder = manifest.path.parent
        self._manifest = manifest
        self._held = held
        self._part_records = part_records
        self._suffix = output_format.value
        self._write = part_writer(output_format)

    @classmethod
    def open(
        cls,
        folder: Path,
        run: Run,
        *,
        resume: bool = False,
        part_records: int = PART_RECORDS,
        output_format: OutputFormat = OutputFormat.JSONL,
    ) -> "PartsFolder":
        """Return the folder, made where there is none, locked against other runs until it is closed.

        `run` is what else the output depends on (inputs, model, options) by names that errors can use; its
        values are JSON. Raises `UsageError` where the folder cannot be written, another process fills it, it
        holds parts already and `resume` is not set, or it is to be resumed and `run`, the size or format of
        parts, or this package differ from those of the first time, or its files from the manifest.
        """
        part_writer(output_format)
        whole = {"ie": __version__, **run, "format": output_format.value, "part_records": part_records}
        held = _lock(folder)
        try:
            manifest = _manifest(folder, whole, resume)
            return cls(manifest, held, part_records, output_format)
        except OSError as error:
            held.close()
            raise UsageError(f"Cannot write {folder}: {error.strerror}.") from error
        except BaseException:
            held.close()
            raise

    @property
    def finished(self) -> bool:
        """Whether all inputs are done."""
        return self._manifest.finished

    @property
    def count(self) -> int:
        """The number of parts that are stored, those of earlier processes included."""
        return len(self._manifest.parts)

    @property
    def records(self) -> int:
        """The number of records in them."""
        return self._manifest.records

    @property
    def errors(self) -> int:
        """The number of inputs that could not be read, those that earlier processes met included."""
        return self._manifest.errors

    def fill(
        self,
        items: Iterable[Document | InputError],
        predict: Predict,
        on_error: Callable[[InputError], None] = lambda _: None,
    ) -> None:
        """Write what `predict` makes of the documents among `items`, all that the run has, in order.

        `predict` gives one document for each, in the order given, with the same id and text; it may read
        ahead, and never sees those that parts hold already. `on_error` is told of every error, also of those
        that earlier processes met. Where the run is finished this is all, and nothing is read. Raises
        `UsageError` where a part was made of other inputs than `items`, `IEError` where the disk refuses;
        the parts before remain.
        """
        if self.finished:
            self._tell(on_error)
            return
        with naming(self.folder, KEPT):
            _name_last(self.folder, self._manifest.parts)
        intake = Intake(items, tuple(self._manifest.parts), self._part_records, on_error)
        found = iter(predict(intake))
        for first in found:
            self._store(chain([first], islice(found, self._part_records - 1)), intake)
        if intake.tallies or not intake.exhausted:
            raise ValueError("predict() has left out documents.")
        with naming(self._manifest.path, KEPT):
            sync_folder(self.folder)
            self._manifest.finish(intake.waiting)

    def close(self) -> None:
        """Close the manifest and let other runs in."""
        self._manifest.close()
        self._held.close()

    def __enter__(self) -> "PartsFolder":
        """Return the folder itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _tell(self, on_error: Callable[[InputError], None]) -> None:
        """Give what the manifest has kept of the errors to `on_error`."""
        kept = self._manifest.failures
        for sentence in kept:
            on_error(InputError(sentence))
        if self.errors > len(kept):
            on_error(InputError(f"{self.errors - len(kept)} more inputs could not be read."))

    def _store(self, documents: Iterable[Document], intake: Intake) -> None:
        path = self.folder / f"part-{self.count:05d}.{self._suffix}"
        if path.exists():
            raise UsageError(f"{path} was not written by this run: move it away and go on with --resume.")
        hidden, written = _hidden(path), Tally()
        with _new_file(hidden, path) as file:
            self._write(map(written.add, documents), file)
            # what was read beside what comes back: a loss or a mix-up in between must never be stored
            read = intake.tallies.popleft() if intake.tallies else Tally()
            if read.digest != written.digest:
                raise ValueError(f"predict() gave other documents for {path.name} than it was given.")
        with naming(path, KEPT):
            sync_folder(self.folder)
            self._manifest.append(read.part(path.name, hidden.stat().st_size))
            hidden.rename(path)


def _lock(folder: Path) -> IO[bytes]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return lock(folder / LOCK)
    except BlockingIOError as error:
        raise UsageError(f"Another run is writing to {folder}: wait for its end, or stop it.") from error
    except OSError as error:
        raise UsageError(f"Cannot write {folder}: {error.strerror}.") from error


def _manifest(folder: Path, run: Run, resume: bool) -> Manifest:
    """Return the manifest of a folder that is as it should be for this run."""
    path = folder / MANIFEST
    names = {entry.name for entry in os.scandir(folder) if _PART.fullmatch(entry.name)}
    if names and not path.exists():
        raise UsageError(
            f"{folder} holds {min(names)} but no manifest ({MANIFEST}): write to another folder."
        )
    # what a run that failed at once has begun is in nobody's way
    if not names and (not path.exists() or is_blank(path)):
        return Manifest.create(path, run)
    if not resume:
        raise UsageError(
            f"{folder} already holds a run and {len(names)} parts of it: go on with --resume, "
            "or write to another folder."
        )
    manifest = Manifest.read(path, run)
    try:
        _check_files(folder, manifest.parts, names)
    except BaseException:
        manifest.close()
        raise
    return manifest


def _check_files(folder: Path, parts: list[Part], names: set[str]) -> None:
    """See that the parts are there as the manifest has them, and no others."""
    _name_last(folder, parts)
    for part in parts:
        path = folder / part.name
        if not path.is_file():
            raise UsageError(f"{path} is missing: put it back to go on, or write to another folder.")
        if path.stat().st_size != part.bytes:
            raise UsageError(
                f"{path} has {path.stat().st_size} bytes, its manifest says {part.bytes}: put it back as it "
                "was to go on, or write to another folder."
            )
    foreign = names - {part.name for part in parts}
    if foreign:
        raise UsageError(f"{folder / min(foreign)} is not in the manifest: move it away to go on.")


def _name_last(folder: Path, parts: list[Part]) -> None:
    """Give the last part its name where the run died after its line in the manifest."""
    path = folder / parts[-1].name if parts else folder
    hidden = _hidden(path)
    if not path.exists() and hidden.exists() and hidden.stat().st_size == parts[-1].bytes:
        hidden.rename(path)


def _hidden(path: Path) -> Path:
    """Return where a part is written before it gets its name."""
    return path.with_name(f".{path.name}.tmp")


@contextmanager
def _new_file(hidden: Path, path: Path) -> Iterator[IO[bytes]]:
    """Yield the file `hidden`, on the disk once the block succeeds and gone where it does not."""
    with naming(path, KEPT):
        raw = NamedFile(hidden, path, KEPT)
    try:
        with io.BufferedWriter(raw) as file:
            yield file
            file.flush()
            raw.sync()
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
