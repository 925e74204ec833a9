"""The manifest of a folder of parts: one line says which run fills it, then one line tells of each part.

It is a file of JSON Lines that only grows, so that the ten-thousandth part costs no more than the first. A
line counts once it is whole: what a killed run left of its last line is cut off by the next.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from .errors import UsageError
from .files import sync_folder
from .tally import Failures, Part

# Readers of folders (Spark, pyarrow, Ray) pass over names that begin so, and it does not match *.jsonl.
MANIFEST = "_manifest"
VERSION = 2

Run = Mapping[str, Any]


class Manifest:
    """The manifest of one run; made by `create` or `read`, and written by one process at a time.

    `parts` are those that are stored, with `records` in them; `errors` counts the inputs that could not be
    read, `failures` are the sentences about them that were kept, and `finished` says that nothing is left
    to do.
    """

    def __init__(self, path: Path, lines: list[dict[str, Any]], size: int) -> None:
        self.path = path
        self.finished = bool(lines) and "finished" in lines[-1]
        self.parts = [_part(line) for line in lines if "finished" not in line]
        self.records = sum(part.records for part in self.parts)
        self.errors: int = sum(line["errors"] for line in lines)
        self.failures: list[str] = [sentence for line in lines for sentence in line.get("failures", ())]
        # Unbuffered: a buffer that a full disk refused would be written again at closing.
        self._file = path.open("r+b", buffering=0)
        self._file.truncate(size)

    @classmethod
    def create(cls, path: Path, run: Run) -> "Manifest":
        """Return the manifest of a new run, `run` being all that its output depends on, as JSON."""
        line = _line({"version": VERSION, "run": dict(run)})
        begun = path.with_name(f".{path.name}.tmp")
        with begun.open("wb") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        begun.replace(path)
        sync_folder(path.parent)
        return cls(path, [], len(line))

    @classmethod
    def read(cls, path: Path, run: Run) -> "Manifest":
        """Return the manifest of a run that was begun before.

        Raises `UsageError` where it is damaged, or of another run than `run`: the message names what differs.
        """
        lines, size = _whole_lines(path)
        head, *rest = lines or [{}]
        if head.get("version") != VERSION or not isinstance(head.get("run"), dict):
            raise UsageError(
                f"{path} is not a manifest that this version of ie can read: write to another folder."
            )
        differing = _differing(head["run"], json.loads(json.dumps(dict(run))))
        if differing:
            raise UsageError(
                f"{path.parent} was begun by another run: {'; '.join(differing)}. "
                "Resume it with the same options and inputs, or write to another folder."
            )
        for number, line in enumerate(rest, start=2):
            if not _is_valid(line, last=number == len(lines)):
                raise UsageError(f"{path}:{number}: not a line of a manifest: {json.dumps(line):.80}.")
        return cls(path, rest, size)

    def append(self, part: Part) -> None:
        """Record a part, for good: once this returns, the line outlasts a loss of power."""
        self._append(asdict(part))
        self.parts.append(part)
        self.records += part.records
        self.errors += part.errors
        self.failures += part.failures

    def finish(self, failures: Failures) -> None:
        """Record that all is done; `failures` are of inputs after the last document."""
        line = {"finished": True, "errors": failures.count, "failures": failures.sentences}
        self._append(line)
        self.errors += failures.count
        self.failures += failures.sentences
        self.finished = True

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _append(self, line: Mapping[str, Any]) -> None:
        start = self._file.seek(0, os.SEEK_END)
        rest = memoryview(_line(line))
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except BaseException:  # Ctrl-C too: whoever goes on in this process must not write behind half a line
            self._file.truncate(start)
            raise


def is_blank(path: Path) -> bool:
    """Return whether the manifest at `path` tells of a run, but of nothing that it did.

    Raises `UsageError` where it is damaged.
    """
    lines, _ = _whole_lines(path)
    return len(lines) == 1 and lines[0].get("version") == VERSION


def _line(record: Mapping[str, Any]) -> bytes:
    # in ASCII any id, even one of half a surrogate pair, can be written
    return json.dumps(record).encode() + b"\n"


def _whole_lines(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the lines of a manifest and their size in bytes, without a last one that is not whole."""
    found: list[dict[str, Any]] = []
    size = 0
    # Only what a line feed ends was written to its end; a crash may also leave a last line of zeros.
    *lines, _ = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except ValueError:
            if 1 < number == len(lines):
                break
            raise UsageError(f"{path}:{number}: not a line of a manifest: {line!r:.80}.") from None
        if not isinstance(record, dict):
            raise UsageError(f"{path}:{number}: not a line of a manifest: {line!r:.80}.")
        found.append(record)
        size += len(line) + 1
    return found, size


def _is_valid(line: Mapping[str, Any], last: bool) -> bool:
    if "finished" in line:
        return last and isinstance(line.get("errors"), int)
    counts = (line.get(key) for key in ("records", "bytes", "errors"))
    return set(line) == {item.name for item in fields(Part)} and all(isinstance(n, int) for n in counts)


def _part(line: Mapping[str, Any]) -> Part:
    return Part(**{**line, "failures": tuple(line["failures"])})


def _differing(was: Run, now: Run) -> list[str]:
    """Return a phrase for each setting that is not what it was."""
    return [
        f"{key} was {was.get(key)!r:.80}, now it is {now.get(key)!r:.80}"
        for key in {**was, **now}
        if was.get(key) != now.get(key)
    ]
