"""Writing files so that a reader never sees half of one, and telling files apart by their bytes."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .errors import UsageError


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


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
