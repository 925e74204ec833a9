"""Writing files so that a reader never sees half of one, and telling files apart by their bytes."""

import hashlib
import io
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .errors import IEError, UsageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

logger = logging.getLogger(__name__)


@contextmanager
def atomic_write(path: Path | str, binary: bool = False) -> Iterator[IO[Any]]:
    """Yield a new file (UTF-8 text unless `binary`) that takes the place of `path` once the block succeeds.

    Where the block raises, `path` stays as it was and nothing is left beside it. Raises `UsageError`
    where the folder of `path` cannot be written to, `IEError` where the disk refuses what is written.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open_named(part, path, binary)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}.") from error
    try:
        with file:
            yield file
        with naming(path):
            with suppress(FileNotFoundError):
                shutil.copymode(path, part)  # what few may read is not shown to all
            part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def open_named(file: Path, path: Path, binary: bool = False) -> IO[Any]:
    """Return `file` opened for writing, as UTF-8 text unless `binary`, as a `NamedFile` of `path`."""
    stream = io.BufferedWriter(NamedFile(file, path))
    return stream if binary else io.TextIOWrapper(stream, encoding="utf-8", newline="\n")


class NamedFile(io.FileIO):
    """A new file whose errors speak of the `path` that it is or becomes (see `naming`).

    So they are told from those of the model or the inputs, which the same block may raise.
    """

    def __init__(self, file: Path, path: Path, advice: str = "") -> None:
        super().__init__(file, "wb")
        self._path, self._advice = path, advice

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write as much as goes at once and return how many bytes went."""
        with naming(self._path, self._advice):
            return super().write(data)

    def sync(self) -> None:
        """Have what was written outlast a loss of power."""
        with naming(self._path, self._advice):
            os.fsync(self.fileno())


@contextmanager
def naming(path: Path | str, advice: str = "") -> Iterator[None]:
    """Turn an `OSError` of writing into an `IEError` about `path`; that a reader has left is no error."""
    try:
        yield
    except BrokenPipeError:
        raise  # and ends the command quietly
    except OSError as error:
        raise IEError(f"Cannot write {path}: {error.strerror}{advice}.") from error


def sync_folder(folder: Path) -> None:
    """Have the names of the files in `folder`, new and changed ones, outlast a loss of power."""
    if sys.platform == "win32":  # a folder cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems cannot, and need not
            os.fsync(handle)
    finally:
        os.close(handle)


def lock(path: Path) -> IO[bytes]:
    """Return the file at `path`, open and locked until it is closed or this process dies, however it dies.

    Raises `BlockingIOError` where somebody else holds the lock, `OSError` where the file cannot be opened.
    On a file system that knows no locks the file is opened all the same, with a warning.
    """
    file = path.open("ab")
    try:
        _lock(file.fileno())
    except BlockingIOError:
        file.close()
        raise
    except OSError as error:
        logger.warning("%s cannot be locked (%s): take care that one run at a time uses it.", path, error)
    return file


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from error
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
