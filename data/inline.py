r"""Inline markup: texts with their annotation in them, as people write and review them.

A document is a header line and its text, word for word, with every mention in brackets:

    === 07-001 | 2016-11-08 | wire | noisy
    [ORG*:АО «Луговской элеватор»] купил завод за [AMOUNT:1,2 млрд рублей|1.2b RUB].

The header has the id, the date or `-`, the genre, and `noisy` where the text carries the dirt of real
feeds. A mention is `[TYPE:surface]` or `[TYPE:surface|value]`; the types are AMOUNT, DATE, SECTOR and, for a
PARTY, its kind: ORG, PERSON, STATE, with a star where the name is invented. A value left out is the surface
in the nominative. A backslash takes the character after it as it is (`\[`), and `\_` is a no-break space.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ie.document import Document, Entity
from ie.errors import CorpusFaultsError

from .corpus import read_text
from .notation import KINDS, format_value, parse_value

GENRES = (
    "wire",
    "newspaper",
    "regional",
    "release",
    "review",
    "court",
    "telegram",
    "interview",
    "digest",
    "report",
    "feature",
)
LABELS = {"AMOUNT": "AMOUNT", "DATE": "DATE", "SECTOR": "SECTOR", **dict.fromkeys(KINDS, "PARTY")}
_HEADER = re.compile(r"=== +(?P<id>\S+) +\| +(?P<date>\S+) +\| +(?P<genre>\w+)(?P<noisy> +\| +noisy)?\s*")
_OPEN = re.compile(rf"\\(?P<escaped>.)|\[(?P<type>{'|'.join(LABELS)})(?P<star>\*?):", re.DOTALL)
_CLOSE = re.compile(r"(?P<surface>(?:\\.|[^\\|\]\[\n])+)(?:\|(?P<value>(?:\\.|[^\\\]\[\n])+))?\]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(rf"\\|\[(?=(?:{'|'.join(LABELS)})\*?:)|^(?====)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Article:
    """An annotated document with what the corpus format has no field for.

    `invented` are the places in `document.entities` of those whose name is made up.
    """

    document: Document
    noisy: bool
    invented: frozenset[int]

    @property
    def genre(self) -> str:
        """The kind of news it is, one of `GENRES`: the source of the document."""
        return self.document.source or ""

    @property
    def invented_names(self) -> frozenset[str]:
        """The made-up names, in the nominative."""
        values = (self.document.entities[i].value for i in self.invented)
        return frozenset(str(value["canonical"]) for value in values if value)


def read_inline(path: Path) -> list[Article]:
    """Return the articles of a file in inline markup.

    Raises `CorpusFaultsError` with every fault of the file as `file:line: reason`, `CorpusError` where it
    cannot be read.
    """
    articles: list[Article] = []
    faults: list[str] = []
    for number, header, text in _sections(read_text(path)):
        try:
            articles.append(_article(header, text, number))
        except _FaultsError as error:
            faults += (f"{path}:{line}: {reason}" for line, reason in error.faults)
    if faults:
        raise CorpusFaultsError(faults)
    return articles


def format_inline(articles: Iterable[Article]) -> str:
    """Return articles in inline markup, every value written out; inverse of `read_inline`."""
    return "".join(_format(article) for article in articles)


class _FaultsError(Exception):
    """What is wrong in one article, by line."""

    def __init__(self, faults: Sequence[tuple[int, str]]) -> None:
        super().__init__(faults)
        self.faults = faults


def _sections(content: str) -> Iterator[tuple[int, str, str]]:
    """Yield line number, header and text of each article, without blank lines at the text's ends."""
    lines = content.split("\n")
    starts = [i for i, line in enumerate(lines) if line.startswith("===")]
    if any(line.strip() for line in lines[: starts[0] if starts else len(lines)]):
        yield 1, lines[0], ""
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield start + 1, lines[start], "\n".join(lines[start + 1 : end]).strip("\n")


def _article(header: str, marked: str, number: int) -> Article:
    match = _HEADER.fullmatch(header)
    if match is None or match["genre"] not in GENRES:
        known = ", ".join(GENRES)
        reason = f"A header is '=== ID | DATE or - | GENRE' with | noisy or without; the genres are {known}."
        raise _FaultsError([(number, reason)])
    try:
        date = None if match["date"] == "-" else datetime.date.fromisoformat(match["date"])
    except ValueError:
        raise _FaultsError([(number, f"The date must be YYYY-MM-DD or -: {match['date']!r}.")]) from None
    text, entities, invented = _read(marked, number + 1)
    if not text.strip():
        raise _FaultsError([(number, "The article has no text.")])
    document = Document(text, tuple(entities), id=match["id"], date=date, source=match["genre"])
    return Article(document, bool(match["noisy"]), frozenset(invented))


def _read(marked: str, number: int) -> tuple[str, list[Entity], list[int]]:
    """Return the plain text, its entities and the places of the invented ones."""
    entities: list[Entity] = []
    invented: list[int] = []
    faults: list[tuple[int, str]] = []
    pieces: list[str] = []
    length = position = 0

    def take(piece: str) -> None:
        nonlocal length
        pieces.append(piece)
        length += len(piece)

    while match := _OPEN.search(marked, position):
        take(marked[position : match.start()])
        position = match.end()
        if match["escaped"]:
            take(_unescape(match[0]))
            continue
        line = number + marked.count("\n", 0, match.start())
        body = _CLOSE.match(marked, position)
        if body is None:
            faults.append((line, f"The mention is not closed on its line: {marked[match.start() :][:50]!r}."))
            continue
        surface = _unescape(body["surface"])
        try:
            value = parse_value(match["type"], surface, body["value"] and _unescape(body["value"]))
        except ValueError as error:
            faults.append((line, f"{body[0][:-1]!r}: {error}."))
            value = {}
        if match["star"]:
            invented.append(len(entities))
        entities.append(Entity(LABELS[match["type"]], length, length + len(surface), surface, value=value))
        take(surface)
        position = body.end()
    take(marked[position:])
    if faults:
        raise _FaultsError(faults)
    return "".join(pieces), entities, invented


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\u00a0" if match[1] == "_" else match[1], text)


def _escape(text: str, special: str = "") -> str:
    pattern = re.compile(f"{_SPECIAL.pattern}|[{re.escape(special)}]", re.MULTILINE) if special else _SPECIAL
    return pattern.sub(lambda match: f"\\{match[0]}", text).replace("\u00a0", r"\_")


def _format(article: Article) -> str:
    document = article.document
    date = document.date.isoformat() if document.date else "-"
    pieces = [f"=== {document.id} | {date} | {article.genre}{' | noisy' if article.noisy else ''}\n"]
    position = 0
    for i, entity in enumerate(document.entities):
        pieces.append(_escape(document.text[position : entity.start]))
        kind, value = format_value(entity)
        surface = _escape(entity.text, "[]|")
        star = "*" if i in article.invented else ""
        pieces.append(f"[{kind}{star}:{surface}|{_escape(value, '[]')}]")
        position = entity.end
    return "".join([*pieces, _escape(document.text[position:]), "\n\n"])
