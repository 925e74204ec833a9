"""Reader and writer of CoNLL files: a token and its tag a line, a blank line after each sentence.

The format of the CoNLL-2003 shared task (https://aclanthology.org/W03-0419): columns between tabs or
spaces, the token first, the tag last, `-DOCSTART-` before each document. What we write has the words of
`ie.words`, IOB2 tags, tabs, and the document's id between `-DOCSTART-` and `O`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ie.document import Document, Span
from ie.errors import CorpusError
from ie.files import atomic_write
from ie.labels import OUTSIDE
from ie.tags import tags_from_spans
from ie.words import word_spans, words

from .brat import Annotated, RawSpan
from .convert.report import Conversion
from .corpus import read_text
from .detokenize import join_tokens
from .intake import to_conversion
from .schemes import decode_tags, is_tag, scheme_of

DOCSTART = "-DOCSTART-"
SUFFIXES = (".conll", ".txt", ".bio", ".iob", ".iob2", ".tsv")


@dataclass(frozen=True, slots=True)
class _Token:
    """A token, its tag and the line it stands on, from 1."""

    text: str
    tag: str
    line: int


@dataclass(slots=True)
class _Block:
    """What stands between two `-DOCSTART-`: an id, if one is given, and sentences."""

    id: str | None = None
    sentences: list[list[_Token]] = field(default_factory=lambda: [[]])

    def tags(self) -> list[list[str]]:
        return [[token.tag for token in sentence] for sentence in self.sentences]


def convert(source: Path, mapping: Mapping[str, str] | None = None) -> Conversion:
    """Return the documents of a CoNLL file, or of all in a folder; see `ie.data.intake.to_conversion`."""
    files = [source]
    if source.is_dir():
        files = sorted(path for path in source.rglob("*") if path.suffix in SUFFIXES)
    if not files:
        raise CorpusError(f"{source}: no CoNLL file ({', '.join(SUFFIXES)}) in this folder.")
    return to_conversion((text for path in files for text in _read_named(source, path)), mapping)


def _read_named(source: Path, path: Path) -> Iterator[Annotated]:
    """Yield the documents of a file; in a folder its place there tells files of one name apart."""
    name = path.stem if path == source else path.relative_to(source).with_suffix("").as_posix()
    return read_conll(path, name)


def read_conll(path: Path, name: str | None = None) -> Iterator[Annotated]:
    """Yield the documents of a CoNLL file as text rebuilt from tokens, with spans in characters.

    Without `-DOCSTART-` each sentence is a document: nothing says that neighbours belong together. The tag
    scheme is found from all tags of the file. What had to be repaired is in `problems`, with file and line.
    A document without an id has `name`, by default that of the file, with its number. Raises `CorpusError`
    where no line ends in a tag, which plain text and tables do not.
    """
    problems: list[str] = []
    blocks = list(_blocks(path, problems))
    everything = [tag for block in blocks for tags in block.tags() for tag in tags]
    if everything and not any(map(is_tag, everything)):
        raise CorpusError(f"{path}: Not a CoNLL file: no line ends in {OUTSIDE} or in a tag such as B-PARTY.")
    scheme = scheme_of(tags for block in blocks for tags in block.tags())
    for number, block in enumerate(blocks, start=1):
        sentences = [[token.text for token in sentence] for sentence in block.sentences]
        text, places = join_tokens(sentences)
        tokens = [token for sentence in block.sentences for token in sentence]
        spans = []
        base = 0
        for tags in block.tags():
            found, faults = decode_tags(tags, scheme)
            problems += (f"{path.name}:{tokens[base + i].line}: {reason}" for i, reason in faults)
            spans += [_raw(text, places, base, span, tokens[base + span.start].line) for span in found]
            base += len(tags)
        yield Annotated(text, tuple(spans), block.id or f"{name or path.stem}/{number}", tuple(problems))
        problems.clear()


def write_conll(path: Path, documents: Iterable[Document]) -> list[str]:
    """Write documents as a CoNLL file and return what was lost: entities that cut a word or overlap."""
    lost: list[str] = []
    with atomic_write(path) as file:
        for document in documents:
            block, left_out = format_document(document)
            file.write(block)
            lost += (
                f"{document.id or '-'}: {span.label} [{span.start}, {span.end}) cuts a word or overlaps."
                for span in left_out
            )
    return lost


def format_document(document: Document) -> tuple[str, list[Span]]:
    """Return the lines of one document and the spans, in characters, that word tags cannot hold.

    A line break of the text ends a sentence unless it lies inside an entity.
    """
    offsets = words(document.text)
    flat, lost = _flat(entity.span for entity in document.entities)
    aligned, misaligned = word_spans(offsets, flat)
    tags = tags_from_spans(aligned, len(offsets))
    identifier = re.sub(r"\s+", " ", document.id or "-X-")
    lines = [f"{DOCSTART}\t{identifier}\t{OUTSIDE}", ""]
    end = 0
    for (start, stop), tag in zip(offsets.tolist(), tags, strict=True):
        if end and "\n" in document.text[end:start] and not tag.startswith("I-"):
            lines.append("")
        lines.append(f"{document.text[start:stop]}\t{tag}")
        end = stop
    return "\n".join([*lines, "", ""]), lost + misaligned


def _flat(spans: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    flat: list[Span] = []
    lost: list[Span] = []
    for span in sorted(spans):
        (lost if flat and flat[-1].overlaps(span) else flat).append(span)
    return flat, lost


def _raw(text: str, places: Sequence[tuple[int, int]], base: int, span: Span, line: int) -> RawSpan:
    start, end = places[base + span.start][0], places[base + span.end - 1][1]
    return RawSpan(span.label, start, end, text[start:end], line=line)


def _blocks(path: Path, problems: list[str]) -> Iterator[_Block]:
    lines = list(enumerate(read_text(path).split("\n"), start=1))
    marked = any(line.startswith(DOCSTART) for _, line in lines)
    if not marked:
        problems.append(f"{path.name}: no {DOCSTART}, so each sentence is a document.")
    block: _Block | None = None
    for number, line in lines:
        columns = _columns(line)
        if columns and columns[0] == DOCSTART:
            if block is not None:
                yield _closed(block)
            block = _Block(_identifier(columns))
        elif not columns:
            if block is not None and not marked:
                yield _closed(block)
                block = None
            elif block is not None:
                block.sentences.append([])
        elif not _comment(columns):
            block = block or _Block()
            block.sentences[-1].append(_token(columns, number, path, problems))
    if block is not None:
        yield _closed(block)


def _closed(block: _Block) -> _Block:
    """Return the block without its empty sentences."""
    return _Block(block.id, [sentence for sentence in block.sentences if sentence])


def _columns(line: str) -> list[str]:
    columns = line.rstrip("\r").split("\t") if "\t" in line else re.split(" +", line.strip(" \r"))
    return columns if any(columns) else []


def _comment(columns: Sequence[str]) -> bool:
    """Return whether a line is a comment, and not the token `#` with its tag."""
    return columns[0].startswith("#") and not is_tag(columns[-1])


def _identifier(columns: Sequence[str]) -> str | None:
    if len(columns) == 3 and columns[1] != "-X-":
        return columns[1]
    return None


def _token(columns: Sequence[str], line: int, path: Path, problems: list[str]) -> _Token:
    if len(columns) == 1:
        problems.append(f"{path.name}:{line}: no tag after {columns[0]!r}, taken as {OUTSIDE}.")
        return _Token(columns[0], OUTSIDE, line)
    if not columns[0].strip(" "):
        problems.append(f"{path.name}:{line}: no token, taken as U+FFFD.")
    return _Token(columns[0].strip(" ") or "\ufffd", columns[-1].strip(" ") or OUTSIDE, line)
