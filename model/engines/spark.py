"""Spark: a function for `DataFrame.mapInArrow`, and a small job that uses it.

frame.select("id", "text", "date").mapInArrow(extract_in_arrow(), SPARK_SCHEMA).write.parquet("found")
"""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ie.arrow import Request, extract_batches
from ie.errors import IEError, InputError, MissingDependencyError, UsageError, first_line

if TYPE_CHECKING:
    import pyarrow as pa

    from ie.extractor import Extractor

SPARK_SCHEMA = (
    "id STRING, text STRING, date DATE, source STRING, labels ARRAY<STRING>, "
    "entities ARRAY<STRUCT<label: STRING, start: INT, end: INT, text: STRING, "
    "score: DOUBLE, value: STRING, reason: STRING, group: INT>>, "
    "truncated BOOLEAN, model STRING, error STRING"
)
"""Columns of the result in Spark's notation; those of the input that it does not name come after them."""


def extract_in_arrow(
    model: str | None = None,
    *,
    revision: str | None = None,
    runtime: str = "auto",
    device: str = "cpu",
    threads: int = 1,
    request: Request | None = None,
) -> "Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]":
    """Return a function for `DataFrame.mapInArrow` with `SPARK_SCHEMA`; see `ie.arrow.extract_batches`.

    Every Python worker of Spark loads the model once. A folder must be there on every machine; of a model
    on the Hub give a commit as `revision`, so that all machines use the same. `threads` are those of one
    Python worker, of which Spark starts one a core.
    """

    def extract(batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        return extract_batches(_extractor(model, revision, runtime, device, threads), batches, request)

    return extract


@cache
def _extractor(
    model: str | None, revision: str | None, runtime: str, device: str, threads: int
) -> "Extractor":
    from ie.extractor import Extractor

    return Extractor.from_pretrained(
        model, revision=revision, runtime=runtime, device=device, threads=threads
    )


def run_spark(source: str, target: str, function: Any = None) -> None:
    """Read `source` (JSON Lines, or Parquet by its suffix) and write the rows with entities to `target`.

    Both are whatever Spark reads and writes, `target` Parquet and new. `function` is made by
    `extract_in_arrow`. Raises `InputError` where Spark finds no such source or there is a target already,
    `MissingDependencyError` without pyspark.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise MissingDependencyError("Spark needs pyspark, which is not installed: pip install 'ie[spark]'.")
    from pyspark.errors import AnalysisException

    try:
        _run(source, target, function or extract_in_arrow())
    except AnalysisException as error:
        raise InputError(first_line(error)) from error


def _run(source: str, target: str, function: Any) -> None:
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("ie").getOrCreate()
    parquet = source.rstrip("/").endswith(".parquet")
    frame = spark.read.parquet(source) if parquet else spark.read.json(source)
    if "text" not in frame.columns:
        raise InputError(f"{source}: There is no column 'text' among {', '.join(frame.columns) or 'none'}.")
    known = [name for name in ("id", "text", "date", "source") if name in frame.columns]
    found = frame.select(*known).mapInArrow(function, SPARK_SCHEMA)
    found.write.parquet(target)


def main(arguments: Sequence[str]) -> None:
    """Run the job `INPUT OUTPUT [MODEL]`, by `python -m ie.engines.spark` or `spark-submit`."""
    if len(arguments) not in (2, 3):
        raise UsageError("usage: python -m ie.engines.spark INPUT OUTPUT [MODEL]")
    source, target, *model = arguments
    # else Spark's workers are the first python3 of the path, which may not have this package
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    run_spark(source, target, extract_in_arrow(*model))


if __name__ == "__main__":
    # what Spark sends to its workers has to come from a module that they can import, and not from __main__
    from ie.engines import spark

    try:
        spark.main(sys.argv[1:])
    except IEError as error:
        sys.exit(f"error: {error}")
