"""`ie serve`: the extractor over HTTP."""

import logging
from typing import Annotated

import typer
from typer import Option

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


def command(
    host: Annotated[str, Option(help="Address to listen at; 0.0.0.0 is all there are.")] = "127.0.0.1",
    port: Annotated[int, Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    queue: Annotated[
        int, Option(min=1, help="Texts that may wait or be in work; requests beyond are answered 503.")
    ] = 256,
    max_bytes: Annotated[
        int, Option(min=1, help="Bytes of a body; longer ones are answered 413.")
    ] = 2_000_000,
    date: Date = None,
    values: Values = True,
    model: Model = None,
    revision: Revision = None,
    runtime: Runtime = RuntimeChoice.AUTO,
    device: Device = "cpu",
    precision: Precision = PrecisionChoice.AUTO,
    threads: Threads = None,
    batch_tokens: BatchTokens = None,
    window_overlap: WindowOverlap = None,
    min_score: MinScore = 0.0,
    labels: Labels = None,
) -> None:
    """Answer HTTP requests with the records that predict prints.

    POST /extract takes {"text", "id", "date"} as application/json, lines of them as application/x-ndjson,
    text/plain and text/html; ?date=, ?min_score= and ?id= say it for one request. GET /health, GET /model.
    SIGTERM and Ctrl-C end the server when what is in flight is done.
    """
    from ie.serving import check_installed

    check_installed()
    from ie.arrow import Request
    from ie.extractor import Extractor
    from ie.serving.server import serve
    from ie.serving.service import Service

    extractor = Extractor.from_pretrained(
        model, revision=revision, runtime=runtime.value, device=device, threads=threads,
        precision=precision.value, window_overlap=window_overlap, batch_tokens=batch_tokens,
    )  # fmt: skip
    request = Request(values, day_of(date), date == AUTO, names_of(labels), min_score)
    serve(Service(extractor, request, queue=queue, max_bytes=max_bytes), host, port, _ready)


def _ready(address: str) -> None:
    if logging.getLogger("ie").isEnabledFor(logging.WARNING):  # not with --quiet
        typer.echo(f"Ready at {address}", err=True)
