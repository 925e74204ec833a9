"""The evaluation as plain text: aligned tables that can be read in a log or a mail."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from .agreement import Agreement, Quotients, Untaggable
from .bootstrap import LabelIntervals, QuotientIntervals
from .calibration import Calibration
from .confusion import NONE, Confusion
from .evaluate import Evaluation
from .metrics import Counts, LabelScores, Means
from .valuescores import ValueScore

Row = Sequence[str]

HEADER = ("", "TP", "FP", "FN", "precision", "recall", "F1")
SHOWN = 10  # spans that seqeval cannot read, of which more are in the JSON form


def render(evaluation: Evaluation, documents: bool = False) -> str:
    """Return the report; `documents` adds the table of counts of each document."""
    parts = [
        _title(evaluation),
        *_left_out(evaluation),
        _scores(evaluation),
        _agreement(evaluation.agreement),
        _confusion(evaluation.confusion),
        _calibration(evaluation.calibration),
        *([_values(evaluation.values)] if evaluation.values else []),
        *([_documents(evaluation)] if documents else []),
    ]
    return "\n\n".join(parts) + "\n"


def table(rows: Sequence[Row]) -> str:
    """Return `rows` as text, the first column flush left, the others flush right, two spaces between."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Row, widths: Sequence[int]) -> str:
    cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    line = "  ".join([row[0].ljust(widths[0]), *cells]).rstrip()
    # an id may hold anything, a terminal must not obey it
    return "".join(char if char.isprintable() else "\ufffd" for char in line)


def _title(evaluation: Evaluation) -> str:
    characters = sum(len(document.text) for document in evaluation.gold)
    title = f"{evaluation.model or 'predictions'}: {len(evaluation.gold)} documents, {characters} characters"
    if evaluation.seconds is not None:
        title += f", {evaluation.seconds:.1f} s"
    return title


def _left_out(evaluation: Evaluation) -> Iterator[str]:
    """Yield a note where gold spans are of labels that were not scored."""
    if evaluation.left_out:
        counts = ", ".join(f"{label} ({count})" for label, count in evaluation.left_out.items())
        yield f"Not scored, though annotated: {counts}."


def _scores(evaluation: Evaluation) -> str:
    """Return one table, so that the columns of the three kinds of score stand under each other."""
    scores, bounds = evaluation.scores, evaluation.intervals
    header = (*HEADER, f"{bounds.confidence:.0%} of F1") if bounds else HEADER
    blank = [""] * len(header)
    boundaries = _row("boundaries, any label", scores.boundaries, bounds.boundaries if bounds else None)
    rows = [
        header,
        ["strict", *blank[1:]],
        *_label_rows(scores.strict, bounds.strict if bounds else None),
        blank,
        ["overlap", *blank[1:]],
        *_label_rows(scores.overlap, bounds.overlap if bounds else None),
        blank,
        boundaries,
    ]
    note = f"\n({bounds.resamples} bootstrap resamples of documents)" if bounds else ""
    return table(rows) + note


def _label_rows(scores: LabelScores, bounds: LabelIntervals | None) -> Iterator[Row]:
    for label, counts in scores.labels.items():
        yield _row(f"  {label}", counts, bounds.labels[label] if bounds else None)
    yield _row("  micro", scores.micro, bounds.micro if bounds else None)
    yield _row("  macro", scores.macro, bounds.macro if bounds else None)


def _row(name: str, scores: Counts | Means, bounds: QuotientIntervals | None) -> Row:
    counts = [str(count) for count in scores] if isinstance(scores, Counts) else ["", "", ""]
    quotients = [f"{value:.3f}" for value in (scores.precision, scores.recall, scores.f1)]
    return [
        name,
        *counts,
        *quotients,
        *([f"{bounds['f1'].low:.3f}-{bounds['f1'].high:.3f}"] if bounds else []),
    ]


def _agreement(agreement: Agreement) -> str:
    head = "seqeval, strict IOB2 over words; our strict scorer gives the same"
    left_out = agreement.left_out
    if left_out:
        head += f" without {len(left_out)} spans that word tags cannot hold"
    header = ("", "precision", "recall", "F1", "gold")
    rows = [
        _quotients(name, found) for name, found in (*agreement.labels.items(), ("micro", agreement.micro))
    ]
    more = [f"  … and {len(left_out) - SHOWN} more"] if len(left_out) > SHOWN else []
    return "\n".join([head, table([header, *rows]), *map(_untaggable, left_out[:SHOWN]), *more])


def _quotients(name: str, found: Quotients) -> Row:
    return [
        f"  {name}",
        f"{found.precision:.3f}",
        f"{found.recall:.3f}",
        f"{found.f1:.3f}",
        str(found.support),
    ]


def _untaggable(span: Untaggable) -> str:
    name = span.id if span.id is not None else f"document {span.document + 1}"
    entity = span.entity
    place = f"{span.side} {entity.label} [{entity.start}, {entity.end})"
    return f"  left out: {name}: {place} {entity.text!r:.60} is {span.reason}"


def _confusion(confusion: Confusion) -> str:
    names = (*confusion.labels, NONE)
    rows = [
        [name, *(str(count) for count in row)]
        for name, row in zip(names, confusion.table.tolist(), strict=True)
    ]
    return "Overlapping spans: gold label (row) predicted as (column)\n" + table([["", *names], *rows])


def _calibration(calibration: Calibration) -> str:
    if calibration.ece is None:
        return "Calibration: no predicted span has a score."
    labels = _named({k: v for k, v in calibration.by_label.items() if v is not None})
    head = f"Calibration: expected error {calibration.ece:.3f} over {calibration.scored} spans ({labels})"
    rows = [
        (f"{b.low:.1f}-{b.high:.1f}", str(b.spans), f"{b.confidence:.3f}", f"{b.accuracy:.3f}")
        for b in calibration.bins
        if b.spans
    ]
    return f"{head}\n" + table([("score", "spans", "mean score", "right"), *rows])


def _values(values: Mapping[str, ValueScore]) -> str:
    rows: list[Row] = [("", "right", "of", "accuracy")]
    for label, score in values.items():
        rows.append((f"  {label}", str(score.right), str(score.scored), f"{score.accuracy:.3f}"))
        for name, (right, scored) in score.fields.items():
            rows.append((f"    {name}", str(right), str(scored), f"{right / scored:.3f}"))
    return "Values of mentions whose span and label are right\n" + table(rows)


def _documents(evaluation: Evaluation) -> str:
    rows: Iterable[Row] = (
        [
            str(counts["id"] if counts["id"] is not None else i),
            *(str(counts[key]) for key in ("tp", "fp", "fn")),
            *(f"{counts[key]:.3f}" for key in ("precision", "recall", "f1")),
        ]
        for i, counts in enumerate(evaluation.by_document(), start=1)
    )
    return table(list(chain([("document", *HEADER[1:])], rows)))


def _named(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in values.items())
