"""The reader of `tests/model/values/groups.txt`: documents with their mentions and the party of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = {"ORG": "organization", "PERSON": "person", "STATE": "state"}
_MENTION = re.compile(r"\[(?P<kind>[A-Z]+):(?P<text>[^][]*)\]#(?P<party>\d+)")


@dataclass(frozen=True)
class GroupedDocument:
    """A document of the table: text, `(start, end, kind)` and party of its mentions; `line` counts from 1."""

    text: str
    mentions: tuple[tuple[int, int, str], ...]
    parties: tuple[int, ...]
    line: int


def read_grouped(path: Path) -> list[GroupedDocument]:
    """Return the documents of a table in its order; raises `ValueError`, naming file and line, at a fault."""
    documents = []
    for line, source in _paragraphs(path.read_text(encoding="utf-8")):
        try:
            documents.append(_document(source, line))
        except ValueError as error:
            raise ValueError(f"{path}, line {line}: {error}") from error
    return documents


def _paragraphs(source: str) -> Iterator[tuple[int, str]]:
    """Yield the runs of lines that are neither empty nor comments, with the number of their first line."""
    lines: list[str] = []
    for number, line in enumerate([*source.split("\n"), ""], 1):
        if line.startswith("# "):
            continue
        if line.strip():
            lines.append(line)
        elif lines:
            yield number - len(lines), "\n".join(lines)
            lines = []


def _document(source: str, line: int) -> GroupedDocument:
    text, end = "", 0
    mentions, parties = [], []
    for match in _MENTION.finditer(source):
        if match["kind"] not in KINDS:
            raise ValueError(f"{match['kind']!r} is no kind of a party")
        text += source[end : match.start()]
        mentions.append((len(text), len(text) + len(match["text"]), KINDS[match["kind"]]))
        parties.append(int(match["party"]))
        text += match["text"]
        end = match.end()
    text += source[end:]
    if not mentions or "]#" in text or re.search(r"\[[A-Z]+:", text):
        raise ValueError("there is no mention, or one without its number")
    return GroupedDocument(text, tuple(mentions), tuple(parties), line)
