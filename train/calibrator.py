"""Calibration of a checkpoint on annotated documents: its temperature and thresholds, with held-out proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path

from ie.checkpoint import ONNX_FILES, open_folder
from ie.document import Document
from ie.errors import InputError
from ie.loading import load

from .calibration import Calibration, JudgedDocument, calibration_of
from .pairing import check_duplicates
from .temperature import Trials
from .thresholds import FOLDS, Gain, best_threshold, folds, held_out_gain

# A threshold is stored where it gains more strict F1 than this on documents it was not chosen on.
MARGIN = 0.002
# … in so many of the resamples of the documents, and in no corpus less than nothing: what is best for one
# kind of text need not be for another.
SURE = 0.95


@dataclass(frozen=True, slots=True)
class LabelReport:
    """Expected calibration errors of a label, and its best threshold with the strict F1 that it gains.

    `held_out` is the error of documents at temperatures that were fitted without them, `gain` that of
    thresholds chosen without the documents that they are tried on. Errors are None where nothing was found.
    """

    before: float | None
    after: float | None
    held_out: float | None
    threshold: float
    gain: Gain

    @property
    def pays(self) -> bool:
        """Whether the threshold is worth storing."""
        f1, sure, least = self.gain
        return self.threshold > 0 and f1 > MARGIN and sure >= SURE and least >= 0


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """What a calibration found: temperatures, expected calibration errors of all spans, and each label."""

    documents: int
    spans: int
    runtime: str
    temperature_before: float
    temperature: float
    before: float | None
    after: float | None
    held_out: float | None
    labels: Mapping[str, LabelReport]

    @property
    def thresholds(self) -> dict[str, float]:
        """The thresholds that pay."""
        return {label: round(found.threshold, 4) for label, found in self.labels.items() if found.pays}


def calibrate(
    folder: Path, corpora: Sequence[Sequence[Document]], *, threads: int | None = None, write: bool = True
) -> CalibrationReport:
    """Fit temperature and thresholds to gold corpora and, unless not to `write`, store them in `ie.json`.

    They are fitted to the logits of the ONNX file that ships, int8 where there is one, else to torch's in
    its own precision. Raises `CheckpointError` where the folder holds no checkpoint, and `InputError`
    where there are fewer than FOLDS documents, two share an id, or nothing is annotated in them.
    """
    documents = [document for corpus in corpora for document in corpus]
    check_duplicates(documents, "data")
    if len(documents) < FOLDS:
        raise InputError(f"A calibration needs {FOLDS} documents or more, not {len(documents)}.")
    has_onnx = any((folder / name).is_file() for name in ONNX_FILES)
    checkpoint, runtime = load(folder, "onnx" if has_onnx else "torch", threads=threads)
    trials = Trials(checkpoint, runtime, documents, checkpoint.labels)
    report = _report(trials, [*map(len, corpora)], checkpoint.settings.temperature, runtime.name)
    if not report.spans:
        raise InputError(f"{folder} finds nothing in {len(documents)} documents that they could judge.")
    if write:
        store(folder, report.temperature, report.thresholds)
    return report


def store(folder: Path, temperature: float, thresholds: Mapping[str, float] | None = None) -> None:
    """Store a temperature, and thresholds unless None, in the settings of the checkpoint in `folder`."""
    settings = replace(open_folder(folder, None).settings, temperature=temperature)
    (settings if thresholds is None else replace(settings, thresholds=dict(thresholds))).write(folder)


def _report(
    trials: Trials, sizes: Sequence[int], temperature_before: float, runtime: str
) -> CalibrationReport:
    """Return the report on documents that are those of corpora of these sizes, one after another."""
    temperature, labels = trials.best(), trials.labels
    judged = trials.judged(temperature)
    found = [trials.judged(temperature_before), judged, judged_held_out(trials)]
    before, after, outside = (calibration_of(documents, labels) for documents in found)
    cuts = [0, *accumulate(sizes)]
    corpora = [judged[i:j] for i, j in pairwise(cuts)]
    return CalibrationReport(
        documents=len(judged),
        spans=after.scored,
        runtime=runtime,
        temperature_before=temperature_before,
        temperature=temperature,
        before=before.ece,
        after=after.ece,
        held_out=outside.ece,
        labels={label: _label(label, corpora, (before, after, outside)) for label in labels},
    )


def judged_held_out(trials: Trials) -> list[JudgedDocument]:
    """Return each document as judged at the temperature that is best for the documents of the other folds."""
    everything = range(len(trials.gold))
    found: dict[int, JudgedDocument] = {}
    for fold in folds(len(trials.gold)):
        judged = trials.judged(trials.best(set(everything).difference(fold)))
        found |= {i: judged[i] for i in fold}
    return [found[i] for i in everything]


def _label(label: str, corpora: Sequence[list[JudgedDocument]], found: Sequence[Calibration]) -> LabelReport:
    before, after, held_out = (calibration.by_label[label] for calibration in found)
    threshold = best_threshold([document for corpus in corpora for document in corpus], label)
    return LabelReport(before, after, held_out, threshold, held_out_gain(corpora, label))
