"""The standard streams of a command line, which its caller may have closed, filled or left."""

import os
import sys
from typing import Any, TextIO

from ie.files import naming


class Stdout:
    """Standard output whose errors of writing are `IEError`s that say so; the rest is that of `stream`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write the text and return how many characters it has."""
        with naming("<stdout>"):
            return self._stream.write(text)

    def flush(self) -> None:
        """Write what is waiting."""
        with naming("<stdout>"):
            self._stream.flush()


def discard(stream: TextIO) -> None:
    """Point a stream to nowhere, or the flush at exit fails again (Python's documentation of SIGPIPE)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def open_closed() -> None:
    """Open the streams that the caller has closed, lest the next file take the place of one.

    There is nothing on stdin, and stderr goes nowhere, but stdout cannot be written to: results are not to
    be lost in silence.
    """
    for name, flags, mode in (
        ("stdin", os.O_RDONLY, "r"),
        ("stdout", os.O_RDONLY, "w"),
        ("stderr", os.O_WRONLY, "w"),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))
