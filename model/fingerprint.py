"""What the output of a run depends on, as values that can be kept and compared."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from .checkpoint import CONFIG_FILE, SETTINGS_FILE, TOKENIZER_FILE, Checkpoint
from .encodings import check_encoding
from .errors import InputError
from .files import sha256
from .inputs import Item, Reading, read_documents
from .parts import is_own
from .sources import find_files, ignore


def fingerprint(
    checkpoint: Checkpoint,
    inputs: Iterable[str],
    folder: Path,
    on_unknown: Callable[[Path], object] = ignore,
    **options: Any,
) -> dict[str, Any]:
    """Return what the records that a run writes into `folder` depend on, as JSON, by names for errors.

    The inputs are the paths and the names of the files that they stand for; their texts are not read.
    `on_unknown` is that of `find_files`.
    """
    files = _files(inputs, folder, on_unknown)
    return {"inputs": list(inputs), "files": files, "model": _model(checkpoint), **options}


def read_outside(paths: Iterable[str], reading: Reading, folder: Path) -> Iterator[Item]:
    """Yield what `read_documents` does, without the parts that this very run writes into `folder`."""
    if reading.encoding is not None:
        check_encoding(reading.encoding)
    found = (
        [path] if isinstance(path, InputError) else read_documents([str(path)], reading)
        for path in _outside(paths, folder)
    )
    return chain.from_iterable(found)


def _outside(
    paths: Iterable[str], folder: Path, on_unknown: Callable[[Path], object] = ignore
) -> Iterator[Path | InputError]:
    real = os.path.realpath(folder)
    for path in find_files(paths, None, on_unknown):
        if isinstance(path, InputError) or not (is_own(path.name) and os.path.realpath(path.parent) == real):
            yield path


def _files(paths: Iterable[str], folder: Path, on_unknown: Callable[[Path], object]) -> str:
    digest, count = hashlib.sha256(), 0
    for count, path in enumerate(_outside(paths, folder, on_unknown), start=1):  # noqa: B007
        digest.update(os.fsencode(str(path)) + b"\0")
    return f"{count} files ({digest.hexdigest()[:16]})"


def _model(checkpoint: Checkpoint) -> str:
    """Return the name of a model with a digest of its files: two folders may have the same name."""
    files = [checkpoint.folder / name for name in (CONFIG_FILE, TOKENIZER_FILE, SETTINGS_FILE)]
    files += [checkpoint.weights] if checkpoint.weights else []
    sums = "".join(sha256(path) for path in files if path.exists())
    return f"{checkpoint.identity} ({hashlib.sha256(sums.encode()).hexdigest()[:16]})"
