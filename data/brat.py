"""Reader and writer of brat stand-off annotation (https://brat.nlplab.org/standoff.html).

A text file `NAME.txt` has its annotation in `NAME.ann`. Only text-bound annotations (T lines) are kept;
relations, events, attributes, normalisations and notes are read over. Offsets count code points of the
unmodified text, CR of a CRLF included, as brat does.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ie.document import Document, Span, make_entity
from ie.errors import CorpusError
from ie.files import atomic_write

from .corpus import read_text

_OTHER = re.compile(r"[REAMN]\d+\t|#\S*\t|\*\t")
_TEXT_BOUND = re.compile(r"(T\d+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class RawSpan:
    """A mention as a corpus marks it: its own label, the hull `[start, end)` in characters, the stated text.

    `fragments` are the parts of a discontinuous mention, empty for a continuous one. `line` is where
    the annotation file says so (from 1; 0 for a mention that comes from no file).
    """

    label: str
    start: int
    end: int
    text: str
    id: str = ""
    fragments: tuple[tuple[int, int], ...] = ()
    line: int = field(default=0, compare=False)

    def marks(self, text: str) -> str:
        """Return what the offsets select of `text`; fragments are joined by a space, as brat writes them."""
        return " ".join(text[a:b] for a, b in self.fragments or ((self.start, self.end),))

    def fits(self, text: str) -> bool:
        """Return whether the offsets select the stated text; a line break may be stated as a space."""
        return _one_line(self.marks(text)).rstrip() == _one_line(self.text).rstrip()


@dataclass(frozen=True, slots=True)
class Annotated:
    """A text with raw mentions in file order, and what is wrong with its annotation file (`file:line: …`)."""

    text: str
    spans: tuple[RawSpan, ...]
    id: str
    problems: tuple[str, ...] = ()


def read_brat(ann: Path) -> Annotated:
    """Return the annotated text of `ann` and of the `.txt` file beside it.

    Raises `CorpusError` where a file is missing or not UTF-8. A bad line, an identifier given twice or
    offsets that do not select the stated text are listed in `problems`; only bad lines are left out.
    """
    text = read_text(ann.with_suffix(".txt"))
    spans: list[RawSpan] = []
    problems: list[str] = []
    seen: set[str] = set()
    for number, line in _lines(read_text(ann)):
        span = parse_line(line, number)
        if span is None:
            if not _OTHER.match(line):
                problems.append(f"{ann.name}:{number}: not a brat annotation: {line!r:.80}")
            continue
        problems += [f"{ann.name}:{number}: {fault}" for fault in _faults(span, text, seen)]
        seen.add(span.id)
        spans.append(span)
    return Annotated(text, tuple(spans), ann.stem, tuple(problems))


def read_folder(folder: Path) -> Iterator[Annotated]:
    """Yield the annotated text of every `.ann` file of `folder`, by name.

    Raises `CorpusError` where there is none.
    """
    files = sorted(folder.glob("*.ann"))
    if not files:
        raise CorpusError(f"{folder}: no brat annotation (*.ann) in this folder.")
    for ann in files:
        yield read_brat(ann)


def parse_line(line: str, number: int = 0) -> RawSpan | None:
    """Return the mention that a T line gives, or None for any other line; inverse of `format_line`."""
    match = _TEXT_BOUND.fullmatch(line)
    if match is None:
        return None
    identifier, label, places, text = match.groups()
    fragments = tuple((int(a), int(b)) for a, b in (place.split(" ") for place in places.split(";")))
    if any(a >= b for a, b in fragments):
        return None
    start, end = min(a for a, _ in fragments), max(b for _, b in fragments)
    return RawSpan(label, start, end, text or "", identifier, fragments if len(fragments) > 1 else (), number)


def format_line(span: RawSpan) -> str:
    """Return the T line of a mention; line breaks in its text become spaces, as in brat."""
    places = ";".join(f"{a} {b}" for a, b in span.fragments or ((span.start, span.end),))
    return f"{span.id}\t{span.label} {places}\t{_one_line(span.text)}"


def to_brat(document: Document) -> Annotated:
    """Return a document's entities as raw mentions T1, T2, …; inverse of `from_brat`."""
    spans = (RawSpan(e.label, e.start, e.end, e.text, f"T{i}") for i, e in enumerate(document.entities, 1))
    return Annotated(document.text, tuple(spans), document.id or "document")


def from_brat(annotated: Annotated) -> Document:
    """Return the document of an annotated text, every mention an entity over its hull, sorted by place."""
    spans = sorted(Span(raw.start, raw.end, raw.label) for raw in annotated.spans)
    entities = tuple(make_entity(annotated.text, span) for span in spans)
    return Document(annotated.text, entities, id=annotated.id)


def write_brat(folder: Path, annotated: Annotated) -> Path:
    """Write `ID.txt` and `ID.ann` into `folder` and return the latter's path; inverse of `read_brat`."""
    ann = folder / f"{annotated.id.replace('/', '_')}.ann"
    _write(ann.with_suffix(".txt"), annotated.text)
    _write(ann, "".join(f"{format_line(span)}\n" for span in annotated.spans))
    return ann


def _faults(span: RawSpan, text: str, seen: Iterable[str]) -> Iterator[str]:
    if span.id in seen:
        yield f"identifier {span.id} is given twice"
    if span.end > len(text):
        yield f"{span.start}-{span.end} lies outside a text of {len(text)} characters: {span.text!r:.80}"
    elif not span.fits(text):
        yield f"{span.start}-{span.end} is {span.marks(text)!r:.80}, not {span.text!r:.80}"


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]", " ", text)


def _lines(content: str) -> Iterator[tuple[int, str]]:
    """Yield (number, line); what follows a T line and is no annotation continues the mention's text."""
    number, held = 0, ""
    # str.splitlines would also split at U+2028 and the like, which stand inside mentions
    for i, line in enumerate(re.split(r"\r\n|\n|\r", content), 1):
        if _OTHER.match(line) or _TEXT_BOUND.match(line) or not held.startswith("T"):
            if held.strip():
                yield number, held.rstrip("\n")
            number, held = i, line
        else:
            held += f"\n{line}"
    if held.strip():
        yield number, held.rstrip("\n")


def _write(path: Path, content: str) -> None:
    with atomic_write(path, binary=True) as file:
        file.write(content.encode())
