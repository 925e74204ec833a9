"""Reader of Label Studio's JSON export (https://labelstud.io/guide/export), also its JSON-MIN form.

Of a task the first annotation that was not cancelled counts; predictions do not. A task without one, or with
labels on pages, dialogues or pictures, is left out: its text would count as one in which somebody found
nothing. Offsets come from a browser and count UTF-16 units: each span is verified against the text it states,
and moved where that fits.
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
        where = f"{source.name}: task {number}"
        results = _results(task, problems)
        lack = "no annotation that counts" if results is None else _unreadable(results)
        if lack:
            report.problem(f"{where} has {lack}, dropped.")
            continue
        spans = tuple(_spans(results or [], text, problems))
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


def _results(task: Mapping[str, Any], problems: list[str]) -> list[Any] | None:
    """Return the regions of the annotation that counts, None where none does.

    JSON-MIN, which has annotated tasks alone, has them in a list named as in the labelling interface.
    """
    annotations = task.get("annotations")
    if "data" not in task:
        lists = [v for v in task.values() if isinstance(v, list) and any(isinstance(r, dict) for r in v)]
        regions = next((v for v in lists if any(_is_region(r) for r in v)), lists[0] if lists else [])
        return [{"type": "labels", "value": region} for region in regions]
    if not isinstance(annotations, list):
        return None
    valid = [a for a in annotations if isinstance(a, dict) and not a.get("was_cancelled")]
    if len(valid) > 1:
        problems.append(f"{len(valid)} annotations, the first is taken.")
    if not valid:
        return None
    result = valid[0].get("result")
    return result if isinstance(result, list) else []


def _is_region(value: Any) -> bool:
    return isinstance(value, dict) and "start" in value and "end" in value


def _kind(region: Any) -> str:
    return str(region.get("type")) if isinstance(region, dict) else ""


def _unreadable(results: list[Any]) -> str:
    """Return which labelled regions have no offsets in a text, "" where all have."""
    kinds = sorted({kind for region in results if (kind := _kind(region)).endswith("labels")} - {"labels"})
    return f"regions of type {', '.join(kinds)}, which have no offsets in a text" if kinds else ""


def _spans(results: list[Any], text: str, problems: list[str]) -> Iterator[RawSpan]:
    for region in results:
        # relations, choices and ratings of the whole text stand in the same list
        value = region.get("value") if _kind(region) == "labels" else None
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
