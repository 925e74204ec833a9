"""Writing files so that a reader never sees half of one, and telling files apart by their bytes."""

import hashlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from .errors import UsageError

logger = logging.getLogger(__name__)


@contextmanager
def atomic_write(path: Path | str, binary: bool = False) -> Iterator[IO[Any]]:
    """Yield a new file (UTF-8 text unless `binary`) that takes the place of `path` once the block succeeds.

    Where the block raises, `path` stays as it was and nothing is left beside it. Raises `UsageError`
    where the folder of `path` cannot be written to.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = part.open("wb") if binary else part.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}.") from error
    try:
        with file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


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
