"""`ie evaluate`: score a model, or predictions that were made before, on annotated documents."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ie.errors import UsageError

if TYPE_CHECKING:
    from ie.document import Document
    from ie.train.evaluate import Evaluation, Options


class Format(StrEnum):
    """How the result is printed."""

    TABLE = "table"
    JSON = "json"


def command(
    data: Annotated[Path, typer.Option(help="Annotated documents, JSON Lines.")],
    model: Annotated[
        str | None, typer.Option(help="Folder, or 'org/name' on the Hub; without it the bundled model.")
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Score these predicted documents (JSON Lines) instead of a model.")
    ] = None,
    gold_spans: Annotated[
        bool, typer.Option("--gold-spans", help="Score values alone: read those of the annotated spans anew.")
    ] = False,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit on the Hub.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
    runtime: Annotated[str, typer.Option(help="auto, onnx, openvino or torch.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Processor threads.")] = None,
    labels: Annotated[
        str | None,
        typer.Option(help="Score these labels only, as in 'PARTY,DATE'; else all that the model has."),
    ] = None,
    min_score: Annotated[float, typer.Option(min=0, max=1, help="Drop entities that score less.")] = 0.0,
    bootstrap: Annotated[int, typer.Option(min=0, help="Resamples for the intervals; 0 for none.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the resamples.")] = 0,
    documents: Annotated[bool, typer.Option("--documents", help="Show the counts of each document.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Folder for evaluation.json, errors.jsonl and predictions.jsonl.")
    ] = None,
    errors: Annotated[Path | None, typer.Option(help="Write errors with their context, JSON Lines.")] = None,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.TABLE,  # noqa: A002
) -> None:
    """Score a model on annotated documents: strict, overlap and boundaries, values, intervals and errors."""
    from ie.data.corpus import read_corpus
    from ie.train.evaluate import Options, describe_file, write_evaluation, write_records

    chosen = tuple(label.strip() for label in labels.split(",")) if labels is not None else None
    options = Options(labels=chosen, bootstrap=bootstrap, seed=seed, min_score=min_score)
    if output is not None and output.exists() and not output.is_dir():
        raise UsageError(f"--output {output} is a file: name a folder.")
    gold = read_corpus(data)
    if gold_spans or predictions is not None:
        other = "--gold-spans" if gold_spans else "--predictions"
        _refuse(other, model=model, revision=revision, predictions=predictions if gold_spans else None)
        evaluation = _without_model(gold, predictions, options)
    else:
        settings = {"revision": revision, "runtime": runtime, "device": device, "threads": threads}
        evaluation = _with_model(gold, model, settings, options)
    description = describe_file(data)
    # first what costs nothing more: a full disk must not take the scores with it
    typer.echo(_render(evaluation, format, documents, description), nl=False)
    if output is not None:
        write_evaluation(output, evaluation, description)
    if errors is not None:
        write_records(errors, evaluation.errors)


def _without_model(gold: "list[Document]", predictions: Path | None, options: "Options") -> "Evaluation":
    """Return the evaluation of predictions from a file, or of the values of the gold spans."""
    from ie.data.corpus import read_corpus
    from ie.train.evaluate import compare, evaluate_values

    if predictions is None:
        return evaluate_values(gold, options)
    return compare(gold, read_corpus(predictions), options)


def _with_model(
    gold: "list[Document]", model: str | None, settings: dict[str, Any], options: "Options"
) -> "Evaluation":
    from ie import Extractor
    from ie.train.evaluate import evaluate

    return evaluate(Extractor.from_pretrained(model, **settings), gold, options)


def _refuse(other: str, **given: object) -> None:
    """Raise `UsageError` where an option that needs a model, or stands for one, was given beside `other`."""
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"--{name} cannot be combined with {other}, which needs no model.")


def _render(evaluation: "Evaluation", form: Format, documents: bool, data: dict[str, Any]) -> str:
    from ie.train.report import render

    if form is Format.TABLE:
        return render(evaluation, documents)
    record = {"data": data, **evaluation.to_record(documents)}
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
