"""Reader of doccano's JSON Lines export (https://doccano.github.io/doccano/).

A line has `text` and either `label` (or `labels`), triples of start, end and label, or `entities`, objects
with `start_offset`, `end_offset` and `label`. doccano's browser side counted UTF-16 units for years
(doccano issues 2290, 2484); which unit a file has is found by where its spans begin and end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ie.errors import RecordError
from ie.words import words

from .brat import Annotated, RawSpan
from .convert.report import Conversion, Report
from .corpus import iter_lines, parse_line
from .intake import to_conversion
from .units import UTF16, boundaries, counts_alike, to_code_points


@dataclass(frozen=True, slots=True)
class _Line:
    """A text and its spans, in whatever unit the file counts."""

    number: int
    id: str
    text: str
    spans: tuple[tuple[int, int, str], ...]


def convert(source: Path, mapping: Mapping[str, str] | None = None) -> Conversion:
    """Return the documents of a doccano export; see `ie.data.intake.to_conversion`."""
    report = Report(file=source.name)
    lines = _read(source, report)
    utf16 = _counts_utf16(lines)
    if utf16:
        report.problem(f"{source.name}: the offsets count {UTF16}, converted to characters.")
    return to_conversion([_annotated(line, utf16, source) for line in lines], mapping, report)


def _read(source: Path, report: Report) -> list[_Line]:
    lines = []
    for number, line in iter_lines(source):
        try:
            lines.append(_parse(parse_line(line), number, source.stem))
        except RecordError as error:
            report.problem(f"{source.name}:{number}: {error}")
    return lines


def _parse(record: Any, number: int, name: str) -> _Line:
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise RecordError("Field 'text' is missing or no string.")
    spans: Any = next((record[key] for key in ("label", "labels", "entities") if record.get(key)), [])
    if not isinstance(spans, list):
        raise RecordError(f"The spans must be a list: {spans!r:.80}.")
    identifier = record.get("id")
    name = f"{name}/{number if identifier is None else identifier}"
    return _Line(number, name, record["text"], tuple(_triple(item) for item in spans))


def _triple(item: Any) -> tuple[int, int, str]:
    if isinstance(item, dict):
        item = [item.get("start_offset"), item.get("end_offset"), item.get("label")]
    match item:
        case [int(start), int(end), str(label)]:
            return start, end, label
    raise RecordError(f"A span must be start, end and label: {item!r:.80}.")


def _counts_utf16(lines: Iterable[_Line]) -> bool:
    """Return whether spans begin and end with words more often if offsets are taken for UTF-16 units."""
    as_points = as_units = 0
    for line in lines:
        if counts_alike(line.text, UTF16) or not line.spans:
            continue
        edges = words(line.text)
        starts, ends = set(edges[:, 0].tolist()), set(edges[:, 1].tolist())
        as_points += sum(start in starts and end in ends for start, end, _ in line.spans)
        places = boundaries(line.text, UTF16)
        moved = [to_code_points(places, start, end) for start, end, _ in line.spans]
        as_units += sum(place is not None and place[0] in starts and place[1] in ends for place in moved)
    return as_units > as_points


def _annotated(line: _Line, utf16: bool, source: Path) -> Annotated:
    spans: list[RawSpan] = []
    problems: list[str] = []
    places = boundaries(line.text, UTF16) if utf16 else {}
    for start, end, label in line.spans:
        place = to_code_points(places, start, end) if utf16 else (start, end)
        if place is None or not 0 <= place[0] < place[1] <= len(line.text):
            problems.append(
                f"{source.name}:{line.number}: {label} [{start}, {end}) is not within the text, dropped."
            )
        else:
            spans.append(RawSpan(label, *place, line.text[place[0] : place[1]], line=line.number))
    return Annotated(line.text, tuple(spans), line.id, tuple(problems))
