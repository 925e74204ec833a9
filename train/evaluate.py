"""All that is measured of predictions: scores, intervals, confusion, errors, calibration, time."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from ie.document import Document, Entity, Record
from ie.errors import UsageError
from ie.files import atomic_write, sha256
from ie.labels import LABELS
from ie.values import add_values

from .agreement import Agreement, agree
from .bootstrap import Intervals, intervals
from .calibration import Calibration, calibration, with_min_score
from .confusion import ERROR_KINDS, Confusion, confusion, errors, matches
from .metrics import Counts, Scores, Tally, tally
from .pairing import check_duplicates, pair
from .valuescores import ValueScore, value_errors, value_scores

EVALUATION_FILE = "evaluation.json"
ERRORS_FILE = "errors.jsonl"
PREDICTIONS_FILE = "predictions.jsonl"


class Predictor(Protocol):
    """What is asked of an extractor: its labels, its name, and documents with entities in the order given."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it looks for."""
        ...

    @property
    def model(self) -> str:
        """The name of its checkpoint."""
        ...

    def extract_batch(self, texts: Iterable[str | Document]) -> Iterator[Document]:
        """Yield each document with the entities found in it."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """How to evaluate: `labels` None means those of the model (of the files, where there is no model).

    `bootstrap` is the number of resamples, 0 for no intervals. Entities that score less than `min_score` are
    dropped.
    """

    labels: tuple[str, ...] | None = None
    bootstrap: int = 1000
    seed: int = 0
    min_score: float = 0.0


DEFAULTS = Options()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The results for `documents`; `left_out` counts gold entities of labels that were not scored.

    `values` are the scores of normalised values by label, None where the predictions have none.
    `seconds` is the time that predicting took, None for predictions that were read from a file.
    """

    model: str | None
    gold: tuple[Document, ...]
    predicted: tuple[Document, ...]
    options: Options
    tally: Tally
    intervals: Intervals | None
    agreement: Agreement
    confusion: Confusion
    calibration: Calibration
    values: Mapping[str, ValueScore] | None
    errors: tuple[Record, ...]
    left_out: Mapping[str, int]
    seconds: float | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that were scored."""
        return self.tally.labels

    @property
    def scores(self) -> Scores:
        """The scores of all documents together."""
        return self.tally.scores

    def to_record(self, documents: bool = True) -> dict[str, Any]:
        """Return the JSON form; `documents` says whether the counts of each document are in it."""
        record: dict[str, Any] = {
            "model": self.model,
            "labels": list(self.labels),
            "documents": len(self.gold),
            "characters": sum(len(document.text) for document in self.gold),
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "min_score": self.options.min_score,
            "left_out": dict(self.left_out),
            "scores": self.scores.to_record(),
            "intervals": self.intervals and self.intervals.to_record(),
            "seqeval": self.agreement.to_record(),
            "confusion": self.confusion.to_record(),
            "calibration": self.calibration.to_record(),
            "values": self.values and {label: score.to_record() for label, score in self.values.items()},
            "errors": _count_kinds(self.errors),
        }
        return {**record, "by_document": list(self.by_document())} if documents else record

    def by_document(self) -> Iterator[dict[str, Any]]:
        """Yield id and strict counts, all labels together, of each document."""
        for document, counts in zip(self.gold, self.tally.strict.sum(axis=1).tolist(), strict=True):
            yield {"id": document.id, **Counts(*counts).to_record()}


def evaluate(extractor: Predictor, documents: Sequence[Document], options: Options = DEFAULTS) -> Evaluation:
    """Return the evaluation of an extractor on gold documents, whose entities it does not see.

    Raises `InputError` where there are no documents or two share an id, and `UsageError` on an unknown label.
    """
    check_duplicates(documents, "data")
    labels = _chosen(options, extractor.labels, (*extractor.labels, *known_labels(documents)))
    start = time.perf_counter()
    predicted = list(extractor.extract_batch(replace(document, entities=()) for document in documents))
    seconds = time.perf_counter() - start
    evaluation = _compare(documents, predicted, labels, options)
    return replace(evaluation, model=extractor.model, seconds=seconds)


def compare(
    gold: Sequence[Document], predicted: Sequence[Document], options: Options = DEFAULTS
) -> Evaluation:
    """Return the evaluation of predictions, paired with `gold` by id, or by position where nothing has ids.

    Raises `InputError` where documents have no counterpart or another text, `UsageError` on an unknown label.
    """
    known = known_labels([*gold, *predicted])
    labels = _chosen(options, _predicted_labels(predicted) or known, known)
    return _compare(gold, pair(gold, predicted), labels, options)


def evaluate_values(documents: Sequence[Document], options: Options = DEFAULTS) -> Evaluation:
    """Return the evaluation of the normalisers on gold spans: spans are all right, values are read anew.

    Raises as `compare` does.
    """
    bare = (replace(d, entities=tuple(map(_without_value, d.entities))) for d in documents)
    return compare(documents, [add_values(document) for document in bare], options)


def _without_value(entity: Entity) -> Entity:
    return replace(entity, value=None, reason=None, group=None)


def known_labels(documents: Iterable[Document]) -> tuple[str, ...]:
    """Return the labels that the documents declare or use: our own in their order, then others by name."""
    seen = {label for d in documents for label in (*(d.labels or ()), *(e.label for e in d.entities))}
    ours = [label for label in LABELS if label in seen or not seen]
    return (*ours, *sorted(seen.difference(LABELS)))


def write_evaluation(folder: Path, evaluation: Evaluation, data: Mapping[str, Any] | None = None) -> None:
    """Write evaluation, errors and predictions into `folder`; `data` describes the gold file."""
    with atomic_write(folder / EVALUATION_FILE) as file:
        json.dump({"data": data, **evaluation.to_record()}, file, ensure_ascii=False, indent=2)
        file.write("\n")
    write_records(folder / ERRORS_FILE, evaluation.errors)
    write_records(folder / PREDICTIONS_FILE, (document.to_record() for document in evaluation.predicted))


def write_records(path: Path, records: Iterable[Record]) -> None:
    """Write `records` as JSON, one a line."""
    with atomic_write(path) as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def describe_file(path: Path) -> dict[str, Any]:
    """Return what tells a data file from others: its name and the SHA-256 of its bytes."""
    return {"name": path.name, "sha256": sha256(path)}


def _compare(
    gold: Sequence[Document], predicted: Sequence[Document], labels: tuple[str, ...], options: Options
) -> Evaluation:
    """Return the evaluation of counterparts."""
    predicted = [with_min_score(document, options.min_score) for document in predicted]
    counts = tally(gold, predicted, labels)
    found = matches(gold, predicted, labels)
    values = value_scores(found)
    return Evaluation(
        model=_model(predicted),
        gold=tuple(gold),
        predicted=tuple(predicted),
        options=options,
        tally=counts,
        intervals=intervals(counts, options.bootstrap, options.seed) if options.bootstrap else None,
        agreement=agree(gold, predicted, labels),
        confusion=confusion(found, labels),
        calibration=calibration(gold, predicted, labels),
        values=values,
        errors=(*errors(gold, found), *(value_errors(gold, found) if values is not None else ())),
        left_out=_left_out(gold, labels),
    )


def _chosen(options: Options, default: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return the labels asked for, once each, else the default ones."""
    if options.labels is None:
        return tuple(default)
    known = dict.fromkeys(known)
    unknown = [label for label in options.labels if label not in known]
    if unknown or not options.labels:
        raise UsageError(f"Labels must be some of {', '.join(known)}, not {', '.join(unknown) or 'none'}.")
    return tuple(dict.fromkeys(options.labels))


def _predicted_labels(predicted: Sequence[Document]) -> tuple[str, ...]:
    """Return the labels that the predictions say were looked for; none where one of them does not say."""
    if any(document.labels is None for document in predicted):
        return ()
    return known_labels(replace(document, entities=()) for document in predicted)


def _model(predicted: Sequence[Document]) -> str | None:
    """Return the name of the model that the predictions are from, None where they name none or several."""
    names = {document.model for document in predicted}
    return names.pop() if len(names) == 1 else None


def _left_out(gold: Sequence[Document], labels: Sequence[str]) -> dict[str, int]:
    counts = Counter(entity.label for document in gold for entity in document.entities)
    return {label: counts[label] for label in sorted(counts) if label not in labels}


def _count_kinds(records: Iterable[Record]) -> dict[str, int]:
    counts = Counter(record["kind"] for record in records)
    return {kind: counts[kind] for kind in ERROR_KINDS}
