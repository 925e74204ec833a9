"""Reader of Label Studio's JSON export (https://labelstud.io/guide/export), also its JSON-MIN form.

Of a task the first annotation that was not cancelled counts; predictions do not. Offsets come from a browser
and count UTF-16 units: each span is verified against the text it states, and moved where that fits.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ie.errors import CorpusError

from .brat import Annotated, RawSpan
from .convert.report import Conversion, Report
from .intake import to_conversion


def convert(source: Path, mapping: Mapping[str, str] | None = None) -> Conversion:
    """Return the documents of a Label Studio export; see `ie.data.intake.to_conversion`."""
    report = Report(file=source.name)
    texts = []
    for number, task in enumerate(_load(source), start=1):
        text = _text(task)
        if text is None:
            report.problem(f"{source.name}: task {number} has no text, dropped.")
            continue
        identifier = task.get("id")
        name = f"{source.stem}/{number if identifier is None else identifier}"
        problems: list[str] = []
        spans = tuple(_spans(_results(task, problems), text, problems))
        where = f"{source.name}: task {number}"
        texts.append(Annotated(text, spans, name, tuple(f"{where}: {problem}" for problem in problems)))
    return to_conversion(texts, mapping, report)


def _load(source: Path) -> list[Any]:
    try:
        tasks = json.loads(source.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise CorpusError(f"{source}: The file cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{source}: The file is not JSON in UTF-8: {error}.") from error
    if not isinstance(tasks, list):
        raise CorpusError(f"{source}: A Label Studio export must be a list of tasks.")
    return [task if isinstance(task, dict) else {} for task in tasks]


def _text(task: Mapping[str, Any]) -> str | None:
    """Return the text of a task: the field `text` of its data, or else the longest string there."""
    data = task.get("data", task)
    if not isinstance(data, dict):
        return None
    strings = [value for value in data.values() if isinstance(value, str)]
    text = data.get("text")
    return text if isinstance(text, str) else max(strings, key=len, default=None)


def _results(task: Mapping[str, Any], problems: list[str]) -> list[Any]:
    """Return the regions of the annotation that counts; JSON-MIN has them in `label`."""
    annotations = task.get("annotations")
    if not isinstance(annotations, list):
        regions = next((v for v in task.values() if isinstance(v, list)), [])
        return [{"type": "labels", "value": region} for region in regions]
    valid = [a for a in annotations if isinstance(a, dict) and not a.get("was_cancelled")]
    if len(valid) > 1:
        problems.append(f"{len(valid)} annotations, the first is taken.")
    result = valid[0].get("result") if valid else None
    return result if isinstance(result, list) else []


def _spans(results: list[Any], text: str, problems: list[str]) -> Iterator[RawSpan]:
    for region in results:
        # relations, choices and ratings of the whole text stand in the same list
        value = region.get("value") if isinstance(region, dict) and region.get("type") == "labels" else None
        if value is None:
            continue
        match value:
            case {"start": int(start), "end": int(end), "labels": [str(label), *more]}:
                stated = value.get("text")
                yield RawSpan(label, start, end, stated if isinstance(stated, str) else text[start:end])
                if more:
                    problems.append(f"{label} [{start}, {end}) has {len(more)} more labels, left out.")
            case _:
                problems.append(f"not a span, dropped: {value!r:.80}.")
