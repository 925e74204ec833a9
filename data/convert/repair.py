"""Annotations whose offsets do not fit their text, made to fit or left out; every case is reported."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ie.data.brat import Annotated, RawSpan

from .report import Report


def repaired(annotated: Annotated, report: Report) -> list[RawSpan]:
    """Return the mentions of an annotated text with offsets that select what they state, by place.

    A mention stated elsewhere is moved to the nearest place where its text stands; one whose text stands
    nowhere is dropped. Edge white space and all after a line break is cut. Repetitions are dropped.
    """
    for problem in annotated.problems:
        report.problem(problem)
    kept: dict[tuple[int, int, str], RawSpan] = {}
    for raw in annotated.spans:
        fixed = _stripped(annotated.text, _placed(annotated.text, raw, report), report)
        if fixed is None:
            continue
        if (fixed.start, fixed.end, fixed.label) in kept:
            report.drop(fixed, "annotated twice")
        else:
            kept[fixed.start, fixed.end, fixed.label] = fixed
    return sorted(kept.values(), key=lambda span: (span.start, -span.end))


def _placed(text: str, raw: RawSpan, report: Report) -> RawSpan | None:
    if raw.fits(text):
        return raw
    starts = list(_occurrences(text, raw.text.strip()))
    if not starts:
        report.drop(raw, "the stated text stands nowhere")
        return None
    start = min(starts, key=lambda at: abs(at - raw.start))
    fixed = replace(raw, start=start, end=start + len(raw.text.strip()), text=raw.text.strip(), fragments=())
    report.repair(raw, fixed, "moved to where the stated text stands")
    return fixed


def _stripped(text: str, raw: RawSpan | None, report: Report) -> RawSpan | None:
    if raw is None or raw.fragments:
        return raw
    marked = text[raw.start : raw.end]
    line = re.split(r"[\r\n]", marked.strip())[0].rstrip()
    if not line:
        report.drop(raw, "marks white space only")
        return None
    if line == marked:
        return raw
    start = raw.start + len(marked) - len(marked.lstrip())
    fixed = replace(raw, start=start, end=start + len(line), text=line)
    reason = "cut at a line break" if "\n" in marked.strip() else "white space cut from an edge"
    report.repair(raw, fixed, reason)
    return fixed


def _occurrences(text: str, stated: str) -> Iterator[int]:
    at = text.find(stated) if stated else -1
    while at >= 0:
        yield at
        at = text.find(stated, at + 1)
