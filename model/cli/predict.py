"""`ie predict`: read, extract, write; every step streams."""

import logging
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from ie.errors import InputError, UsageError
from ie.outputs import OutputFormat, default_format, is_output, open_output, write
from ie.parts import PART_RECORDS, PartsFolder, is_own
from ie.sources import STDIN, InputFormat, is_among, is_named

from . import print_error
from .options import (
    AUTO,
    BatchTokens,
    Date,
    Device,
    Labels,
    MinScore,
    Model,
    Precision,
    PrecisionChoice,
    Revision,
    Runtime,
    RuntimeChoice,
    Threads,
    Values,
    WindowOverlap,
    day_of,
    names_of,
)

if TYPE_CHECKING:
    from ie.document import Document
    from ie.parts import Predict
    from ie.prediction import Prediction

SHOWN_SUFFIXES = 8
logger = logging.getLogger(__name__)


class Engine(StrEnum):
    """Where the work is done."""

    LOCAL = "local"
    RAY = "ray"


def command(
    paths: Annotated[
        list[str] | None,
        Argument(
            metavar="[PATHS|-]",
            help="Files, folders (searched for .txt .md .html .jsonl .jsonl.gz .json and their kin) and "
            "patterns; - or nothing is standard input.",
        ),
    ] = None,
    output_format: Annotated[
        OutputFormat | None,
        Option(
            "--format", "-f", help="By default by the suffix of --output, a table on a terminal, else jsonl."
        ),
    ] = None,
    output: Annotated[
        str | None,
        Option(
            "--output",
            "-o",
            metavar="FILE|DIR/",
            help="File to write, whole or not at all; or folder for numbered parts.",
        ),
    ] = None,
    part_records: Annotated[
        int | None,
        Option(min=1, help=f"Records in a part, where --output is a folder; by default {PART_RECORDS}."),
    ] = None,
    resume: Annotated[
        bool, Option("--resume", help="Go on with the run whose parts the folder --output holds.")
    ] = False,
    date: Date = None,
    values: Values = True,
    model: Model = None,
    revision: Revision = None,
    runtime: Runtime = RuntimeChoice.AUTO,
    device: Device = "cpu",
    precision: Precision = PrecisionChoice.AUTO,
    threads: Threads = None,
    workers: Annotated[
        int,
        Option(
            min=1,
            help="Processes that share the threads, each with the model; with ray, "
            "actors that have --threads each.",
        ),
    ] = 1,
    engine: Annotated[
        Engine, Option(help="ray is the cluster at RAY_ADDRESS, or one made on this machine.")
    ] = Engine.LOCAL,
    batch_tokens: BatchTokens = None,
    window_overlap: WindowOverlap = None,
    min_score: MinScore = 0.0,
    labels: Labels = None,
    input_format: Annotated[InputFormat, Option(help="How to read, whatever the suffix.")] = InputFormat.AUTO,
    encoding: Annotated[str | None, Option(help="Encoding of the inputs; detected by default.")] = None,
) -> None:
    """Find sums, sectors, parties and dates in texts, each with its normalised value.

    A JSONL input has "text" and may have "date" and "id". Exit code 1 says that some inputs, each named on
    stderr, could not be read; the others are done.

    With --output DIR/ the records go into numbered files, each of which is there whole or not at all; a run
    that was killed goes on with the same command and --resume.
    """
    from ie.arrow import Request
    from ie.inputs import Reading
    from ie.prediction import Prediction

    request = Request(values, day_of(date), date == AUTO, names_of(labels), min_score)
    options = {
        "ref": model, "revision": revision, "runtime": runtime.value, "device": device, "threads": threads,
        "precision": precision.value, "window_overlap": window_overlap, "batch_tokens": batch_tokens,
    }  # fmt: skip
    reading = Reading(input_format, encoding, request.date)
    run = Prediction(_given(paths), reading, request, options, workers)
    file, folder = _target(output, resume, part_records)
    # what an earlier run wrote beside its inputs is replaced, an input never
    if file and (is_named(file, run.inputs) or (is_among(file, run.inputs) and not is_output(file))):
        raise UsageError(f"The output {file} is also an input, which it would replace: name another file.")
    unread = Unread(folder)
    if engine is Engine.RAY:
        failed = _on_ray(run, folder, output_format, resume, part_records, unread)
    elif folder:
        failed = _in_parts(run, folder, output_format, part_records or PART_RECORDS, resume, unread)
    else:
        failed = _stream(run, file, output_format, unread)
    unread.warn()
    if failed:
        raise typer.Exit(1)


def _target(output: str | None, resume: bool, part_records: int | None) -> tuple[Path | None, Path | None]:
    """Return the file or the folder that `--output` names; neither is standard output."""
    if output and (output.endswith(("/", os.sep)) or Path(output).is_dir()):
        return None, Path(output)
    for option, given in (("--resume", resume), ("--part-records", part_records)):
        if given:
            raise UsageError(f"{option} needs a folder of parts, --output DIR/, not {output or 'stdout'}.")
    return (Path(output) if output and output != STDIN else None), None


def _stream(
    run: "Prediction", file: Path | None, output_format: OutputFormat | None, unread: "Unread"
) -> int:
    """Write all documents to a file or standard output; return how many inputs could not be read."""
    from ie.inputs import read_documents

    readable = Readable(read_documents(run.inputs, run.reading, skip=file, on_unknown=unread))
    _, labels, predict = run.load()
    with open_output(file) as stream:
        kind = output_format or default_format(file, sys.stdout.isatty())
        write(predict(readable), stream, kind, labels)
        if readable.failed and not readable.count:
            unread.warn()
            raise typer.Exit(1)  # within the block, so that a file that is there stays as it was
    return readable.failed


def _in_parts(
    run: "Prediction",
    folder: Path,
    output_format: OutputFormat | None,
    part_records: int,
    resume: bool,
    unread: "Unread",
) -> int:
    """Write numbered parts into a folder; return how many inputs could not be read."""
    from ie.fingerprint import fingerprint, read_outside

    request, reading = run.request, run.reading
    items = read_outside(run.inputs, reading, folder)
    checkpoint, labels, predict = run.load()
    same = fingerprint(
        checkpoint, run.inputs, folder, unread,
        date=AUTO if request.dateline else request.date and request.date.isoformat(), values=request.values,
        labels=labels, min_score=request.min_score, window_overlap=run.loading["window_overlap"],
        precision=run.loading["precision"],
        input_format=reading.format, encoding=reading.encoding,
    )  # fmt: skip
    kind = output_format or OutputFormat.JSONL
    with PartsFolder.open(
        folder, same, resume=resume, part_records=part_records, output_format=kind
    ) as parts:
        return _fill(parts, items, predict)


def _on_ray(
    run: "Prediction",
    folder: Path | None,
    output_format: OutputFormat | None,
    resume: bool,
    part_records: int | None,
    unread: "Unread",
) -> int:
    """Have a cluster write parts into a folder; return how many inputs could not be read."""
    from ie.engines.ray import run_ray

    if folder is None or resume or STDIN in run.inputs:
        raise UsageError("--engine ray reads files and writes a new folder, --output DIR/, without --resume.")
    if part_records is not None:
        raise UsageError("--engine ray cuts its parts by bytes of the inputs, not by --part-records.")
    options = {name: value for name, value in run.loading.items() if value is not None}
    gpus = 0 if options.pop("device") == "cpu" else 1
    summary = run_ray(
        run.inputs,
        folder,
        output_format=(output_format or OutputFormat.JSONL).value,
        reading=run.reading,
        request=run.request,
        model=options.pop("ref", None),
        revision=options.pop("revision", None),
        cpus=options.pop("threads", 1),
        gpus=gpus,
        actors=run.workers if run.workers > 1 else None,
        extractor_options=options,
        report=print_error,
        on_unknown=unread,
    )
    return summary.failed


def _fill(parts: PartsFolder, items: "Iterable[Document | InputError]", predict: "Predict") -> int:
    """Write the parts that are not there yet; return how many inputs could not be read in the whole run."""
    if parts.finished:
        logger.warning("%s is finished, with %d records; nothing is left to do.", parts.folder, parts.records)
    elif parts.count:
        logger.info("%s has %d parts with %d records.", parts.folder, parts.count, parts.records)
    parts.fill(items, predict, on_error=lambda error: print_error(str(error)))
    return parts.errors


class Readable:
    """The documents among what was read; errors go to stderr as they come.

    `count` is how many documents there were so far, `failed` how many errors.
    """

    def __init__(self, items: "Iterable[Document | InputError]") -> None:
        self._items = items
        self.count = self.failed = 0

    def __iter__(self) -> "Iterator[Document]":
        for item in self._items:
            if isinstance(item, InputError):
                self.failed += 1
                print_error(str(item))
            else:
                self.count += 1
                yield item


class Unread:
    """The files in folders that are not read, counted by suffix; those of the output in `folder` are none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder and os.path.realpath(folder)
        self._counts: Counter[str] = Counter()

    def __call__(self, path: Path) -> None:
        """Count a file."""
        if not (self._folder and is_own(path.name) and os.path.realpath(path.parent) == self._folder):
            # a name may hold anything; what is no word is not shown
            self._counts[path.suffix.lower() if path.suffix[1:].isalnum() else ""] += 1

    def warn(self) -> None:
        """Say how many there are, if any."""
        counts = self._counts
        if not counts:
            return
        shown = {suffix: number for suffix, number in counts.most_common(SHOWN_SUFFIXES) if suffix}
        names = [f"{number} {suffix}" for suffix, number in shown.items()]
        others = counts.total() - sum(shown.values())
        names += [f"{others} other"] if others else []
        total = counts.total()
        logger.warning("Files in folders not read for their suffixes: %d (%s).", total, ", ".join(names))


def _given(paths: list[str] | None) -> list[str]:
    """Return the paths, or standard input where there are none; at a terminal nobody is piping."""
    if not paths and sys.stdin.isatty():
        raise UsageError("Nothing to read: give files, folders or patterns, or - to type a text.")
    return paths or [STDIN]
