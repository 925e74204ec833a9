"""`ie predict`: read, extract, write; every step streams."""

import datetime
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from ie.errors import InputError, UsageError
from ie.outputs import OutputFormat
from ie.sources import STDIN, InputFormat

from . import print_error

if TYPE_CHECKING:
    from ie.document import Document


AUTO = "auto"


class Runtime(StrEnum):
    """What runs the model."""

    AUTO = "auto"
    ONNX = "onnx"
    TORCH = "torch"


def command(
    paths: Annotated[
        list[str] | None,
        Argument(
            metavar="[PATHS|-]",
            help="Files, folders (searched for .txt .md .html .jsonl .json and their kin) and patterns; "
            "- or nothing is standard input.",
        ),
    ] = None,
    output_format: Annotated[
        OutputFormat | None,
        Option(
            "--format", "-f", help="By default by the suffix of --output, a table on a terminal, else jsonl."
        ),
    ] = None,
    output: Annotated[
        Path | None, Option("--output", "-o", help="File to write, whole or not at all.")
    ] = None,
    date: Annotated[
        str | None,
        Option(
            metavar="YYYY-MM-DD|auto",
            help="Date of the texts that have none of their own; auto is that of their dateline or byline.",
        ),
    ] = None,
    values: Annotated[bool, Option(help="Whether to add normalised values.")] = True,
    model: Annotated[
        str | None, Option(help="Folder, or org/name on the Hugging Face Hub; by default the bundled model.")
    ] = None,
    revision: Annotated[str | None, Option(help="Branch, tag or commit on the Hub.")] = None,
    runtime: Annotated[Runtime, Option(help="onnx needs no torch; torch runs on GPUs too.")] = Runtime.AUTO,
    device: Annotated[str, Option(help="cpu, cuda or cuda:N.")] = "cpu",
    threads: Annotated[int | None, Option(min=1, help="Processor threads; by default one a core.")] = None,
    batch_tokens: Annotated[int | None, Option(min=1, help="Tokens that are computed at once.")] = None,
    window_overlap: Annotated[
        int | None, Option(min=0, help="Tokens that neighbouring windows of a long text share.")
    ] = None,
    min_score: Annotated[float, Option(min=0, max=1, help="Leave out entities of a lower score.")] = 0.0,
    labels: Annotated[
        list[str] | None, Option(help="Only these, as in --labels PARTY,DATE; by default all.")
    ] = None,
    input_format: Annotated[InputFormat, Option(help="How to read, whatever the suffix.")] = InputFormat.AUTO,
    encoding: Annotated[str | None, Option(help="Encoding of the inputs; detected by default.")] = None,
) -> None:
    """Find sums, sectors, parties and dates in texts, each with its normalised value.

    A JSONL input has "text" and may have "date" and "id". Exit code 1 says that some inputs, each named on
    stderr, could not be read; the others are done.
    """
    from ie.extractor import DEFAULT_BATCH_TOKENS, Extractor
    from ie.inputs import Reading, read_documents
    from ie.outputs import default_format, open_output, write
    from ie.selection import check_labels, select
    from ie.values import with_dateline

    reading = Reading(input_format, encoding, _date(date))
    readable = Readable(read_documents(_given(paths), reading, skip=output))
    extractor = Extractor.from_pretrained(
        model,
        revision=revision,
        runtime=runtime,
        device=device,
        threads=threads,
        window_overlap=window_overlap,
        batch_tokens=batch_tokens or DEFAULT_BATCH_TOKENS,
    )
    wanted = check_labels([name for item in labels or () for name in item.split(",")], extractor.labels)
    documents = map(with_dateline, readable) if date == AUTO else readable
    found = (select(d, wanted, min_score) for d in extractor.extract_batch(documents, values=values))
    with open_output(output) as stream:
        write(found, stream, output_format or default_format(output, sys.stdout.isatty()), wanted)
    if readable.failed:
        raise typer.Exit(1)


def _date(given: str | None) -> datetime.date | None:
    """Return the day that `--date` gives; none for auto."""
    if given is None or given == AUTO:
        return None
    try:
        return datetime.datetime.strptime(given, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"--date must be a day such as 2016-11-07, or {AUTO}: {given!r}.") from None


class Readable:
    """The documents among what was read; errors go to stderr as they come and are counted in `failed`."""

    def __init__(self, items: "Iterable[Document | InputError]") -> None:
        self._items = items
        self.failed = 0

    def __iter__(self) -> "Iterator[Document]":
        for item in self._items:
            if isinstance(item, InputError):
                self.failed += 1
                print_error(str(item))
            else:
                yield item


def _given(paths: list[str] | None) -> list[str]:
    """Return the paths, or standard input where there are none; at a terminal nobody is piping."""
    if not paths and sys.stdin.isatty():
        raise UsageError("Nothing to read: give files, folders or patterns, or - to type a text.")
    return paths or [STDIN]
