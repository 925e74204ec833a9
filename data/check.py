"""Checks of corpus files: every problem by file, line and reason, never stopping at the first."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ie.document import Document, Record
from ie.errors import InputError, RecordError
from ie.labels import LABELS

from .corpus import iter_lines, parse_line
from .duplicates import similar_pairs
from .faults import Fault, record_faults


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a corpus: where, in which record, which `rule` it breaks and how.

    `line` is 0 where the file as a whole cannot be read. A `warning` does not fail the check.
    """

    path: Path
    line: int
    id: str | None
    reason: str
    rule: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        line = f"{place}: {self.id or '-'}: {'warning: ' if self.warning else ''}{self.reason}"
        # one line a problem, and none that a terminal would obey
        return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)

    def to_record(self) -> Record:
        """Return the JSON form."""
        return {
            "file": str(self.path),
            "line": self.line,
            "id": self.id,
            "rule": self.rule,
            "severity": "warning" if self.warning else "error",
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class _Item:
    """Where a text was found."""

    path: Path
    line: int
    id: str | None
    text: str
    document: Document | None = None  # for the consistency rules, where the record has no errors


def check_files(
    paths: Iterable[Path],
    labels: Collection[str] = LABELS,
    *,
    consistency: bool = False,
    exceptions: Path | None = None,
) -> list[Problem]:
    """Return every problem of some corpus files: of each record, and of records that repeat one another.

    The order is by file and line. A text that stands in two files is an error (files are taken for parts of
    a split), in one file a warning. With `consistency` what `ie.data.consistency` finds is an error too, save
    what the file of `exceptions` lists; an exception that is about no finding is an error itself. Raises
    `CorpusError` where that file can't be read.
    """
    problems: list[Problem] = []
    items: list[_Item] = []
    order = list(dict.fromkeys(paths))
    for path in order:
        try:
            before = len(items)
            for number, line in iter_lines(path):
                item, faults = _check_line(path, number, line, labels, consistency)
                items.append(item)
                problems += (_problem(item, fault) for fault in faults)
            if len(items) == before:
                problems.append(Problem(path, 0, None, "The file holds no record.", "file"))
        except InputError as error:
            reason = str(error).removeprefix(f"{path}: ")
            problems.append(Problem(path, 0, None, reason, "file"))
    problems += _repetitions(items)
    problems.sort(key=lambda problem: (order.index(problem.path), problem.line))
    return problems + _inconsistencies(items, exceptions) if consistency else problems


def named_labels(paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the four labels, then those that records of the files name in their `labels`, by name.

    What cannot be read names none; `check_files` says what is wrong with it.
    """
    named: set[str] = set()
    for path in paths:
        with suppress(InputError):
            for _, line in iter_lines(path):
                named.update(_record_labels(line))
    return (*LABELS, *sorted(named.difference(LABELS)))


def check_documents(
    documents: Iterable[Document], labels: Collection[str] = LABELS, path: Path = Path("-")
) -> list[Problem]:
    """Return every problem of documents in memory; `line` is the position from 1."""
    problems: list[Problem] = []
    items: list[_Item] = []
    for number, document in enumerate(documents, start=1):
        items.append(_Item(path, number, document.id, document.text))
        faults = record_faults(document.to_record(), labels)
        problems += (_problem(items[-1], fault) for fault in faults)
    problems += _repetitions(items)
    return sorted(problems, key=lambda problem: problem.line)


def summarize(problems: Sequence[Problem]) -> str:
    """Return in one line how many problems of which rule there are, errors and warnings apart."""
    counts = []
    for name, warning in (("errors", False), ("warnings", True)):
        rules = Counter(problem.rule for problem in problems if problem.warning is warning)
        details = ", ".join(f"{count} {rule}" for rule, count in rules.most_common())
        counts.append(f"{rules.total()} {name}" + (f" ({details})" if details else ""))
    return ", ".join(counts)


def _record_labels(line: bytes) -> tuple[str, ...]:
    try:
        record = parse_line(line)
        # the rest of a record may be wrong, its labels are what they are
        labels = record.get("labels") if isinstance(record, dict) else None
        return Document.from_record({"text": "", "labels": labels}).labels or ()
    except RecordError:
        return ()


def _check_line(
    path: Path, number: int, line: bytes, labels: Collection[str], keep: bool
) -> tuple[_Item, list[Fault]]:
    """Return what a line holds and what is wrong with it; `keep` its document if nothing is."""
    try:
        record = parse_line(line)
    except RecordError as error:
        return _Item(path, number, None, ""), [Fault("json", str(error))]
    faults = list(record_faults(record, labels))
    fields = record if isinstance(record, dict) else {}
    identifier, text = fields.get("id"), fields.get("text")
    item = _Item(
        path,
        number,
        None if identifier is None else str(identifier),
        text if isinstance(text, str) else "",
        Document.from_record(record) if keep and all(fault.warning for fault in faults) else None,
    )
    return item, faults


def _problem(item: _Item, fault: Fault) -> Problem:
    return Problem(item.path, item.line, item.id, fault.reason, fault.rule, fault.warning)


def _inconsistencies(items: Sequence[_Item], exceptions: Path | None) -> list[Problem]:
    """Return the findings of the consistency rules by file and line, then the exceptions that are stale."""
    from .consistency import apply_exceptions, find_each, read_exceptions  # compiles the grammars

    reviewed = read_exceptions(exceptions) if exceptions is not None else []
    sound = [(item, item.document) for item in items if item.document is not None]
    found = find_each([document for _, document in sound])
    kept, stale = apply_exceptions((finding for findings in found for finding in findings), reviewed)
    rest = set(kept)
    problems = [
        Problem(item.path, item.line, item.id, finding.describe(), finding.rule)
        for (item, _), findings in zip(sound, found, strict=True)
        for finding in findings
        if finding in rest
    ]
    for exception in stale:
        assert exceptions is not None
        reason = f"No finding of rule {exception.rule!r} is about {exception.text!r}."
        problems.append(Problem(exceptions, exception.line, exception.id, reason, "exception"))
    return problems


def _repetitions(items: Sequence[_Item]) -> Iterator[Problem]:
    seen: dict[tuple[Path, str], int] = {}
    for item in items:
        if item.id is None:
            continue
        first = seen.setdefault((item.path, item.id), item.line)
        if first != item.line:
            yield _problem(item, Fault("id", f"The id is also that of line {first}."))
    for pair in similar_pairs([item.text for item in items]):
        first_item, item = items[pair.first], items[pair.second]
        how = "the same as" if pair.equal else f"{pair.share:.0%} the same as"
        other = f"{first_item.path}:{first_item.line} ({first_item.id or '-'})"
        leak = first_item.path != item.path
        reason = f"The text is {how} {other}{', another file' if leak else ''}."
        yield _problem(item, Fault("duplicate", reason, warning=not leak))
