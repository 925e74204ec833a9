"""The model card: README.md of a checkpoint, made from the record of its training run and an evaluation.

It holds what these two say and nothing else: a licence that nobody stated is "not stated".
Format: https://huggingface.co/docs/hub/model-cards.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ie.errors import CheckpointError, UsageError
from ie.files import atomic_write
from ie.settings import Settings, read_object

from .cardfacts import HUB_ID, Facts
from .cardsections import SECTIONS

CARD_FILE = "README.md"
RECORD_FILE = "train.json"
# A card with this line may be replaced; one that a person wrote may not.
MARKER = "<!-- Written by `ie model card`. -->"


def write_card(
    folder: Path,
    evaluation: Path | Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    licence: str | None = None,
    base_model: str | None = None,
    notes: Sequence[str] = (),
    overwrite: bool = False,
) -> Path:
    """Write README.md of the checkpoint in `folder` and return its path.

    `evaluation` is the JSON form of an `Evaluation` or the file of it; without one, the scores are those of
    the training run on its dev corpora. `name` (a Hub id or any name; the folder's by default), `licence` of
    the weights (an identifier of the Hub), `base_model` (a Hub id) and `notes` (paragraphs on the data) are
    for what the run cannot know.
    Raises `CheckpointError` where the record of the run is missing or incomplete, and `UsageError` where
    the README was not written by this function, unless `overwrite`.
    """
    path = folder / CARD_FILE
    if path.exists() and not overwrite and MARKER not in path.read_text(encoding="utf-8", errors="replace"):
        raise UsageError(f"{path} was not written by `ie model card`: move it away or allow to overwrite it.")
    facts = Facts(
        name=name or folder.resolve().name,
        run=read_run(folder),
        settings=Settings.read(folder),
        evaluation=read_object(evaluation) if isinstance(evaluation, Path) else evaluation,
        licence=licence,
        base_model=base_model,
        notes=tuple(notes),
    )
    try:
        card = render_card(facts)
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{folder / RECORD_FILE} or the evaluation is incomplete: {error}.") from error
    with atomic_write(path) as file:
        file.write(card)
    return path


def read_run(folder: Path) -> dict[str, Any]:
    """Return the record of the training run; raises `CheckpointError` where there is none."""
    if not (folder / RECORD_FILE).is_file():
        raise CheckpointError(
            f"{folder} has no {RECORD_FILE}: a card is made from the record of a training run."
        )
    return read_object(folder / RECORD_FILE)


def render_card(facts: Facts) -> str:
    """Return the text of the card."""
    sections = (section(facts) for section in SECTIONS)
    return "\n\n".join([f"---\n{front_matter(facts)}\n---", MARKER, *sections]) + "\n"


def front_matter(facts: Facts) -> str:
    """Return the metadata by which the Hub finds and shows a model, as YAML."""
    from huggingface_hub import ModelCardData

    base = facts.base_model or (facts.base["name"] if facts.base.get("revision") else None)
    data = ModelCardData(
        language="ru",
        license=facts.licence,
        library_name="transformers",
        pipeline_tag="token-classification",
        tags=["token-classification", "named-entity-recognition", "information-extraction", "news", "onnx"],
        base_model=base,
        datasets=_datasets(facts) or None,
        model_name=facts.name,
        eval_results=_metrics(facts) or None,
    )
    yaml: str = data.to_yaml()
    return yaml.rstrip()


def _datasets(facts: Facts) -> list[str]:
    """Return the sources of training corpora that are ids of data sets on the Hub."""
    sources = (corpus.source for corpus in facts.train_corpora)
    return sorted({source for source in sources if source and HUB_ID.fullmatch(source)})


def _metrics(facts: Facts) -> list[Any]:
    """Return the strict and overlap scores as the Hub's evaluation results."""
    from huggingface_hub import EvalResult

    results = facts.results
    if results is None:
        return []
    strict, overlap = results.scores["strict"], results.scores["overlap"]
    named = [(f"Strict micro {key}", key, strict["micro"][key]) for key in ("precision", "recall", "f1")]
    named += [(f"Strict F1 of {label}", "f1", scores["f1"]) for label, scores in strict["labels"].items()]
    named.append(("Overlap micro f1", "f1", overlap["micro"]["f1"]))
    return [
        EvalResult(
            task_type="token-classification",
            dataset_type="custom",
            dataset_name=results.data,
            metric_type=kind,
            metric_name=name,
            metric_value=round(value, 4),
        )
        for name, kind, value in named
    ]
