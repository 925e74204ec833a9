"""Options that several commands have, each declared once, and what their words mean."""

import datetime
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from typer import Option

from ie.errors import UsageError

AUTO = "auto"


class RuntimeChoice(StrEnum):
    """What runs the model."""

    AUTO = "auto"
    ONNX = "onnx"
    OPENVINO = "openvino"
    TORCH = "torch"


class PrecisionChoice(StrEnum):
    """What products of matrices are computed in."""

    AUTO = "auto"
    INT8 = "int8"
    BF16 = "bf16"
    FP16 = "fp16"
    FP32 = "fp32"


Date = Annotated[
    str | None,
    Option(
        metavar="YYYY-MM-DD|auto",
        help="Date of the texts that have none of their own; auto is that of their dateline or byline.",
    ),
]
Values = Annotated[bool, Option(help="Whether to add normalised values.")]
Model = Annotated[
    str | None, Option(help="Folder, or org/name on the Hugging Face Hub; by default the bundled model.")
]
Revision = Annotated[str | None, Option(help="Branch, tag or commit on the Hub.")]
Runtime = Annotated[RuntimeChoice, Option(help="auto is the fastest that there is; torch runs on GPUs too.")]
Device = Annotated[str, Option(help="cpu, cuda or cuda:N.")]
Precision = Annotated[
    PrecisionChoice, Option(help="onnx: int8, fp32; openvino: bf16, fp32; torch: bf16, fp16, fp32.")
]
Threads = Annotated[int | None, Option(min=1, help="Processor threads; by default one a core.")]
BatchTokens = Annotated[
    int | None, Option(min=1, help="Tokens that are computed at once; by default what is fastest.")
]
WindowOverlap = Annotated[
    int | None, Option(min=0, help="Tokens that neighbouring windows of a long text share.")
]
MinScore = Annotated[float, Option(min=0, max=1, help="Leave out entities of a lower score.")]
Labels = Annotated[list[str] | None, Option(help="Only these, as in --labels PARTY,DATE; by default all.")]


def day_of(date: str | None) -> datetime.date | None:
    """Return the day that `--date` gives, none for auto; raises `UsageError` on what is neither."""
    if date is None or date == AUTO:
        return None
    try:
        return datetime.datetime.strptime(date, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"--date must be a day such as 2016-11-07, or {AUTO}: {date!r}.") from None


def names_of(labels: Sequence[str] | None) -> tuple[str, ...]:
    """Return the labels that `--labels`, given once or more, names."""
    return tuple(name.strip() for item in labels or () for name in item.split(","))
