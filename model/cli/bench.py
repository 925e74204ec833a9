"""`ie bench`: how fast a model is on this machine."""

import json
import logging
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ie.errors import InputError, UsageError

from . import print_error

if TYPE_CHECKING:
    from ie.bench import Report
    from ie.document import Document


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATHS]",
            help="Documents, as for predict; without any, invented articles of about 1,700 characters.",
        ),
    ] = None,
    documents: Annotated[int, typer.Option(min=1, help="Documents in a round.")] = 200,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds, each on documents of its own.")] = 3,
    model: Annotated[
        str | None, typer.Option(help="Folder, or org/name on the Hub; by default the bundled model.")
    ] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit on the Hub.")] = None,
    runtime: Annotated[str, typer.Option(help="As for predict; auto is what it chooses.")] = "auto",
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
    threads: Annotated[
        int | None, typer.Option(min=1, help="Processor threads; by default one a core.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File for the numbers, JSON.")] = None,
) -> None:
    """Measure documents a second, latency, start-up, memory and the cost of each stage; print tables."""
    from ie.bench import Options, bench
    from ie.files import atomic_write

    sample, failed = _sample(paths or [], documents, rounds)
    options = {"ref": model, "revision": revision, "runtime": runtime, "device": device, "threads": threads}
    report = bench(sample, Options(min(documents, len(sample)), rounds, options), _progress)
    typer.echo(_render(report))
    if output is not None:
        with atomic_write(output) as file:
            json.dump(report.to_record(), file, ensure_ascii=False, indent=2)
            file.write("\n")
    if failed:
        raise typer.Exit(1)


def _sample(paths: list[str], documents: int, rounds: int) -> tuple[list["Document"], int]:
    """Return as many documents as are needed, and how many inputs could not be read."""
    from ie.bench import LATENCY_DOCUMENTS
    from ie.inputs import read_documents
    from ie.specimens import specimen

    needed = documents * (rounds + 1) + LATENCY_DOCUMENTS
    if not paths:
        return [specimen(number) for number in range(needed)], 0
    items = list(islice(read_documents(paths), needed))
    errors = [item for item in items if isinstance(item, InputError)]
    for error in errors:
        print_error(str(error))
    found = [item for item in items if not isinstance(item, InputError)]
    if not found:
        raise UsageError(f"There is no document to measure on in {', '.join(paths)}.")
    return found, len(errors)


def _progress(step: str) -> None:
    if logging.getLogger("ie").isEnabledFor(logging.WARNING):  # not with --quiet
        typer.echo(f"{step} …", err=True)


def _render(report: "Report") -> str:
    from ie.machine import this_machine
    from ie.markdown import table

    total = sum(report.stages.values())
    stages = [
        (name, f"{spent:.2f}", f"{spent / total:.1%}")
        for name, spent in sorted(report.stages.items(), key=lambda item: -item[1])
    ]
    return "\n\n".join(
        [
            f"Model {report.model}\n{this_machine()}",
            table(("", report.runtime), _measures(report)),
            table(("stage", "processor ms a document", "share"), stages),
        ]
    )


def _measures(report: "Report") -> list[tuple[str, str]]:
    from ie.bench import percentile

    start, one = report.start, report.rounds[0]
    peak = "unknown" if start.peak_bytes is None else f"{start.peak_bytes / 2**20:.0f}"
    return [
        ("rounds of documents", f"{len(report.rounds)} of {one.documents}"),
        ("characters a document", f"{one.characters / one.documents:.0f}"),
        ("documents a second", f"{report.rate(lambda one: one.documents):.1f}"),
        ("characters a second", f"{report.rate(lambda one: one.characters):.0f}"),
        ("tokens a second", f"{report.rate(lambda one: one.tokens):.0f}"),
        ("tokens a second, windows' overlaps counted", f"{report.rate(lambda one: one.work.tokens):.0f}"),
        ("padding in batches", f"{report.padding:.1%}"),
        ("model's share of the time", f"{report.model_share:.1%}"),
        ("processor ms a document", f"{report.cpu_ms:.1f}"),
        ("latency of one document, p50, ms", f"{percentile(report.latencies, 50):.1f}"),
        ("latency of one document, p95, ms", f"{percentile(report.latencies, 95):.1f}"),
        ("fresh process to first result, s", f"{start.total:.2f}"),
        ("… of it imports, s", f"{start.imports:.2f}"),
        ("… of it loading the model, s", f"{start.load:.2f}"),
        ("peak memory of a fresh process, MB", peak),
    ]
