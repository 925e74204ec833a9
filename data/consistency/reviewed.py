"""Findings that a person has reviewed and let stand, in a table of tab-separated values."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ie.data.corpus import read_text
from ie.errors import CorpusError

from .finding import Finding

COLUMNS = ("id", "rule", "text", "reason")


@dataclass(frozen=True, slots=True)
class Exemption:
    """A finding by document, rule and text that may stand, and why; `line` is its line in the file."""

    id: str
    rule: str
    text: str
    reason: str
    line: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What a finding must have to be this one."""
        return self.id, self.rule, self.text


def read_exceptions(path: Path) -> list[Exemption]:
    r"""Return the exceptions of a file: tab-separated, the first line names the columns.

    In a text a line break stands as `\n` and a tab as `\t`. Raises `CorpusError`, naming file and line, where
    the header or the number of columns is wrong or a reason is missing.
    """
    rows = csv.reader(read_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    exceptions = []
    for number, row in enumerate(rows, start=1):
        if number == 1:
            if tuple(row) != COLUMNS:
                raise CorpusError(f"{path}:1: The columns must be {', '.join(COLUMNS)}, with tabs between.")
        elif row:
            exceptions.append(_exception(row, f"{path}:{number}", number))
    return exceptions


def exception_key(finding: Finding) -> tuple[str, str, str]:
    """Return what an exception must have to be about a finding."""
    return finding.id or "-", finding.rule, finding.text.replace("\n", "\\n").replace("\t", "\\t")


def apply_exceptions(
    findings: Iterable[Finding], exceptions: Sequence[Exemption]
) -> tuple[list[Finding], list[Exemption]]:
    """Return the findings that no exception is about, and the exceptions that are about none."""
    keys = {exception.key for exception in exceptions}
    found = list(findings)
    met = {exception_key(finding) for finding in found}
    return (
        [finding for finding in found if exception_key(finding) not in keys],
        [exception for exception in exceptions if exception.key not in met],
    )


def _exception(row: Sequence[str], place: str, line: int) -> Exemption:
    if len(row) != len(COLUMNS):
        raise CorpusError(f"{place}: There are {len(row)} columns, not {len(COLUMNS)}.")
    if not row[3].strip():
        raise CorpusError(f"{place}: An exception needs a reason.")
    return Exemption(row[0], row[1], row[2], row[3], line)
