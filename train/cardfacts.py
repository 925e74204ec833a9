"""What a model card can tell: the record of a training run and an evaluation, read into values."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ie.settings import Settings

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """A corpus of the run, or the noisy copies of one.

    `licence` and `source` are as the configuration states them, if it does.
    """

    name: str
    sha256: str
    documents: int
    entities: Mapping[str, int]
    weight: float
    windows: int
    misaligned: int
    licence: str | None = None
    source: str | None = None
    noisy: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """Scores in JSON form, their intervals if known, and the name of the data that they are of.

    `model` is the identity of the weights that were evaluated, None for those of the run itself. `selected`
    says that the same data chose the weights, `seen` that the model was trained on them.
    """

    scores: Mapping[str, Any]
    intervals: Mapping[str, Any] | None
    data: str
    documents: int
    model: str | None
    selected: bool
    seen: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the sections of a card draw on.

    `run` is train.json, `evaluation` the JSON form of an `Evaluation`.
    """

    name: str
    run: Mapping[str, Any]
    settings: Settings
    evaluation: Mapping[str, Any] | None = None
    licence: str | None = None
    notes: tuple[str, ...] = ()
    base_model: str | None = None

    @property
    def reference(self) -> str:
        """What a user gives to load the checkpoint: its Hub id, else some path."""
        return self.name if HUB_ID.fullmatch(self.name) else "path/to/this/folder"

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the model finds."""
        return tuple(self.run["config"]["labels"])

    @property
    def base(self) -> Mapping[str, Any]:
        """Name, revision and number of weights of the base."""
        base: Mapping[str, Any] = self.run["base"]
        return base

    @property
    def base_name(self) -> str:
        """The base's name for a reader; of a local path, the last folder."""
        name = str(self.base["name"])
        return self.base_model or (name if self.base.get("revision") else Path(name).name)

    @property
    def train_corpora(self) -> list[CorpusFacts]:
        """The corpora that the model was trained on."""
        return _corpora(self.run["data"]["train"], self.run["config"]["data"].get("train", ()))

    @property
    def noisy_share(self) -> float:
        """The share of noisy copies in the windows of an epoch."""
        seen = dict.fromkeys((False, True), 0.0)
        for corpus in self.train_corpora:
            seen[corpus.noisy] += corpus.weight * corpus.windows
        return seen[True] / (sum(seen.values()) or 1)

    @property
    def dev_corpora(self) -> list[CorpusFacts]:
        """The corpora that chose the weights."""
        return _corpora(self.run["data"]["dev"], ())

    @property
    def results(self) -> Results | None:
        """The evaluation, else the run's own scores on dev, else None."""
        dev = self.dev_corpora
        if self.evaluation is None:
            if self.run.get("dev") is None:
                return None
            names, count = ", ".join(c.name for c in dev), sum(c.documents for c in dev)
            return Results(self.run["dev"], None, names, count, None, selected=True, seen=False)
        data = self.evaluation.get("data") or {}
        checksum = data.get("sha256")
        return Results(
            scores=self.evaluation["scores"],
            intervals=self.evaluation.get("intervals"),
            data=data.get("name") or "unnamed data",
            documents=self.evaluation["documents"],
            model=self.evaluation.get("model"),
            selected=checksum in {corpus.sha256 for corpus in dev},
            seen=checksum in {corpus.sha256 for corpus in self.train_corpora},
        )


def _corpora(
    summaries: Sequence[Mapping[str, Any]], entries: Sequence[Mapping[str, Any]]
) -> list[CorpusFacts]:
    """Return the corpora; `entries` are those of the configuration, found by path."""
    stated = {entry["path"]: entry for entry in entries}
    # noisy copies have the path of what they are copies of
    repeated = Counter(Path(path).name for path in {summary["path"] for summary in summaries})
    return [
        CorpusFacts(
            name=_name(Path(summary["path"]), repeated),
            sha256=summary["sha256"],
            documents=summary["documents"],
            entities=summary["entities"],
            weight=summary["weight"],
            windows=summary["windows"],
            misaligned=summary["misaligned"],
            licence=stated.get(summary["path"], {}).get("licence"),
            source=stated.get(summary["path"], {}).get("source"),
            noisy=summary.get("noisy", False),
        )
        for summary in summaries
    ]


def _name(path: Path, repeated: Mapping[str, int]) -> str:
    """Return the file name, with its folder where others have the same: no path of the trainer's machine."""
    return f"{path.parent.name}/{path.name}" if repeated[path.name] > 1 else path.name
