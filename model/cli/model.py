"""`ie model`: look at checkpoints, fetch, check, shrink, average, export, calibrate, publish them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ie.checkpoint import RuntimeName, is_hub_id, load_checkpoint
from ie.errors import CheckpointError, UsageError

from . import print_error

if TYPE_CHECKING:
    from ie.train.calibrator import CalibrationReport

app = typer.Typer(
    no_args_is_help=True,
    help="Look at checkpoints, fetch, check, shrink, average, export, calibrate, publish them.",
)

Ref = Annotated[
    str | None, typer.Argument(metavar="[REF]", help="Folder or 'org/name'; else the bundled one.")
]
HubId = Annotated[str, typer.Argument(metavar="ORG/NAME", help="The model on the Hugging Face Hub.")]
Folder = Annotated[Path, typer.Argument(help="The folder of the checkpoint.")]
Revision = Annotated[str | None, typer.Option(help="Branch, tag or commit on the Hub.")]
Token = Annotated[
    str | None, typer.Option(help="Access token of the Hub; else HF_TOKEN or the stored login.")
]
CacheDir = Annotated[Path | None, typer.Option(help="Where fetched models are kept; else HF_HUB_CACHE.")]
Runtime = Annotated[RuntimeName, typer.Option(help="Fetch the weights of this runtime.")]


@app.command()
def info(
    ref: Ref = None,
    revision: Revision = None,
    token: Token = None,
    cache_dir: CacheDir = None,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="Lines, or JSON.")] = "text",
) -> None:
    """Show name, revision, labels, sizes and settings; of a model on the Hub no weights are fetched."""
    from ie.summary import summarize

    facts = summarize(load_checkpoint(ref, revision=revision, token=token, cache_dir=cache_dir, runtime=None))
    if format_ == "json":
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(_lines(facts)))


@app.command()
def fetch(
    ref: HubId,
    revision: Revision = None,
    runtime: Runtime = "onnx",
    token: Token = None,
    cache_dir: CacheDir = None,
) -> None:
    """Fetch what a runtime needs into the cache, to work offline; print the commit and the folder."""
    if not is_hub_id(ref):
        raise CheckpointError(f"{ref} names a folder, not a model on the Hub ('org/name').")
    checkpoint = load_checkpoint(ref, revision=revision, token=token, cache_dir=cache_dir, runtime=runtime)
    typer.echo(f"{checkpoint.identity}\n{checkpoint.folder}")


@app.command()
def verify(
    ref: Ref = None, revision: Revision = None, token: Token = None, cache_dir: CacheDir = None
) -> None:
    """Check that all files load and agree, and in the cache that they are those of the Hub; exit 1 if not."""
    from ie.integrity import check_folder

    if ref is not None and is_hub_id(ref):
        from ie import hub

        folder, commit = hub.find_cached(ref, revision=revision, cache_dir=cache_dir)
        problems = hub.verify(folder, ref, revision=commit, token=token)
    else:
        folder, problems = load_checkpoint(ref, revision=revision, runtime=None).folder, []
    problems += check_folder(folder)
    for problem in problems:
        print_error(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{folder}: whole")


@app.command()
def push(
    folder: Folder,
    ref: HubId,
    private: Annotated[bool, typer.Option("--private", help="If it is new, for yourself only.")] = False,
    message: Annotated[str | None, typer.Option(help="What the commit is about.")] = None,
    token: Token = None,
) -> None:
    """Check a checkpoint and upload it to the Hub, to a new model if there is none; print the commit."""
    from ie import hub
    from ie.integrity import check_folder

    for problem in check_folder(folder):
        raise CheckpointError(f"Nothing was uploaded: {problem}")
    typer.echo(hub.push(folder, ref, private=private, message=message, token=token))


@app.command()
def trim(
    base: Annotated[str, typer.Argument(help="The model to shrink: a folder or 'org/name'.")],
    out: Annotated[Path, typer.Argument(help="The new folder.")],
    corpus: Annotated[
        list[Path], typer.Option(help="Texts to keep the pieces of: .jsonl, .jsonl.gz, folders.")
    ],
    pieces: Annotated[int | None, typer.Option(min=1, help="Keep no more pieces than this.")] = None,
    min_count: Annotated[int, typer.Option(min=1, help="Keep pieces that occur so often.")] = 1,
) -> None:
    """Drop the pieces of a vocabulary that a corpus does not use, and their rows of the embedding."""
    from ie.data.corpus import corpus_files
    from ie.data.standoff import iter_texts
    from ie.train.trim import trim as trim_vocabulary

    def texts() -> Iterator[str]:
        for path in corpus_files(corpus):
            yield from (document.text for document in iter_texts(path))

    report = trim_vocabulary(base, out, texts(), pieces=pieces, min_count=min_count)
    unknown = report.unknown_after - report.unknown_before
    typer.echo(f"{out}: {report.pieces_after:,} of {report.pieces_before:,} pieces")
    if not report.texts:
        return  # too few to hold any out
    typer.echo(
        f"of {report.texts:,} texts held out {report.changed_share:.1%} are cut otherwise: "
        f"{report.growth:+.2%} tokens, {unknown:+,} unknown"
    )


@app.command()
def average(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="The checkpoints of the runs.")],
    out: Annotated[Path, typer.Option(help="The new folder.")],
) -> None:
    """Take the mean of the weights of several runs of one recipe, as one checkpoint."""
    from ie.train.soup import average as average_weights

    average_weights(folders, out)
    typer.echo(out)


@app.command()
def export(
    folder: Folder,
    dev: Annotated[
        list[Path] | None,
        typer.Option(help="Annotated documents to measure int8 on; else the dev corpora of its training."),
    ] = None,
    max_loss: Annotated[float, typer.Option(min=0, help="Refuse when int8 loses more micro-F1.")] = 0.005,
    max_difference: Annotated[
        float, typer.Option(min=0, help="Refuse when an fp32 logit is off by more.")
    ] = 1e-3,
    threads: Annotated[int | None, typer.Option(min=1, help="Processor threads.")] = None,
) -> None:
    """Write ONNX files (fp32, int8, a graph for OpenVINO) into a checkpoint after checks against torch."""
    from ie.data.corpus import corpus_files, read_corpus
    from ie.train.export import export as export_onnx
    from ie.train.export import recorded_dev

    files = corpus_files(dev) if dev else recorded_dev(folder)
    documents = [document for path in files for document in read_corpus(path)]
    if dev and not documents:
        raise UsageError(f"--dev: {', '.join(map(str, dev))} holds no document to measure int8 on.")
    if not documents:
        typer.echo("warning: what int8 costs is not measured; --dev names annotated documents.", err=True)
    report = export_onnx(
        folder, dev=documents or None, max_loss=max_loss, max_difference=max_difference, threads=threads
    )
    typer.echo(f"fp32: {report.fp32_bytes:,} bytes, logits within {report.fp32_difference:.2g} of torch")
    typer.echo(f"int8: {report.int8_bytes:,} bytes, logits within {report.int8_difference:.2g} of torch")
    typer.echo(f"graph.onnx over the safetensors: logits within {report.graph_difference:.2g} of torch")
    if report.loss is not None:
        typer.echo(f"micro-F1: fp32 {report.fp32_f1:.4f}, int8 {report.int8_f1:.4f}")


@app.command()
def calibrate(
    folder: Folder,
    data: Annotated[list[Path], typer.Option(help="Annotated documents to fit to: .jsonl, folders.")],
    threads: Annotated[int | None, typer.Option(min=1, help="Processor threads.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing.")] = False,
) -> None:
    """Fit temperature and least scores by label to a checkpoint as it ships, and store them in ie.json.

    Held-out numbers are cross-validated: each document under what was fitted to the others. A least score
    is stored only where it gains strict F1 held out, in 95 % of resamples and in each file.
    """
    from ie.data.corpus import corpus_files, read_corpus
    from ie.train.calibrator import calibrate as fit

    report = fit(
        folder, [read_corpus(path) for path in corpus_files(data)], threads=threads, write=not dry_run
    )
    typer.echo(f"{report.documents} documents, {report.spans} spans found ({report.runtime})")
    typer.echo(f"temperature: {report.temperature_before:g} before, {report.temperature:g} now")
    typer.echo(_calibration(report))


@app.command()
def card(
    folder: Folder,
    evaluation: Annotated[
        Path | None, typer.Option(help="evaluation.json of `ie evaluate --output`.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Title; else the name of the folder.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the weights, as the Hub names it.")] = None,
    base_model: Annotated[str | None, typer.Option(help="The base, 'org/name'.")] = None,
    note: Annotated[list[str] | None, typer.Option(help="A paragraph on the data; repeatable.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a card written by hand.")] = False,
) -> None:
    """Write the model card, README.md, from the record of the training run and an evaluation."""
    from ie.train.card import write_card

    path = write_card(
        folder,
        evaluation,
        name=name,
        licence=licence,
        base_model=base_model,
        notes=note or (),
        overwrite=overwrite,
    )
    typer.echo(path)


def _calibration(report: "CalibrationReport") -> str:
    """Return a table of calibration errors and least scores."""
    from ie.markdown import table

    rows = [("all", *map(_share, (report.before, report.after, report.held_out)), *[""] * 5)]
    for label, found in report.labels.items():
        errors = map(_share, (found.before, found.after, found.held_out))
        gain, stored = found.gain, "yes" if found.pays else "no"
        gains = (f"{gain.f1:+.4f}", f"{gain.least:+.4f}", f"{gain.sure:.2f}")
        rows.append((label, *errors, f"{found.threshold:.3f}", *gains, stored))
    scores = ("error of scores", "before", "after", "held out")
    header = (*scores, "least score", "F1 held out", "in the worst file", "sure", "stored")
    return table(header, rows)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    """Yield `key: value` lines for people: lists with commas, numbers in groups, nulls as a dash."""
    width = max(map(len, facts)) + 1
    for key, value in facts.items():
        if key == "files":
            yield "files:"
            yield from (f"  {size:>15,}  {path}" for path, size in value.items())
        else:
            yield f"{key + ':':<{width}} {_text(value)}"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else str(value)
