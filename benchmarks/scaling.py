"""Cost by length: documents of 1 thousand to 1 million characters, each size in a fresh process.

    python benchmarks/scaling.py [TEXTS.jsonl …] [--sizes 1000 10000] [--huge]

A document is the texts one after the other, repeated where they are too short together. Small documents are
read several times, each time beginning with another text, until two seconds have passed; the median counts.
The clock runs after a short document has made the process warm. `growth` is how far the peak of memory rises
above that of the warm process; the document itself, its tokens and its entities are in it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any

from ie.document import Document
from ie.extractor import Extractor
from ie.inputs import read_documents
from ie.machine import this_machine
from ie.markdown import table
from ie.startup import peak_memory
from ie.values import add_values

TEXTS = Path(__file__).parent.parent / "data" / "news" / "train.jsonl"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
HUGE = 10_000_000
BETWEEN = "\n\n"
ENOUGH_SECONDS, MOST_RUNS = 2.0, 20


@dataclass(frozen=True, slots=True)
class Request:
    """A document of so many characters out of the texts of files, and what reads it."""

    characters: int
    texts: tuple[str, ...]
    model: str | None = None
    runtime: str = "auto"
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a document costs: seconds of the clock, processor seconds of all threads, bytes of memory.

    `values_seconds` is the part of `seconds` that the values take; `warm_bytes` and `peak_bytes` are the
    peaks before and after, None where the system does not tell.
    """

    characters: int
    entities: int
    runs: int
    seconds: float
    values_seconds: float
    cpu_seconds: float
    warm_bytes: int | None
    peak_bytes: int | None


def compose(texts: Sequence[str], characters: int, first: int = 0) -> str:
    """Return a document of exactly so many characters that begins with the text numbered `first`."""
    parts: list[str] = []
    left = characters
    for text in cycle(chain(texts[first % len(texts) :], texts[: first % len(texts)])):
        parts.append((text + BETWEEN)[:left])
        left -= len(parts[-1])
        if left <= 0:
            return "".join(parts)
    raise AssertionError("a cycle has no end")


def measure(request: Request) -> Cost:
    """Return what a document costs in this process, which must be a fresh one."""
    items = read_documents(request.texts)
    texts = [item.text for item in items if isinstance(item, Document) and item.text]
    extractor = Extractor.from_pretrained(request.model, runtime=request.runtime, threads=request.threads)
    extractor.extract(compose(texts, 1_000))
    warm = peak_memory()
    runs = list(islice(_runs(extractor, texts, request.characters), MOST_RUNS))
    found, seconds, values_seconds, cpu_seconds = (list(column) for column in zip(*runs, strict=True))
    return Cost(
        characters=request.characters,
        entities=round(statistics.mean(found)),
        runs=len(runs),
        seconds=statistics.median(seconds),
        values_seconds=statistics.median(values_seconds),
        cpu_seconds=statistics.median(cpu_seconds),
        warm_bytes=warm,
        peak_bytes=peak_memory(),
    )


def _runs(
    extractor: Extractor, texts: Sequence[str], characters: int
) -> Iterator[tuple[int, float, float, float]]:
    """Yield entities, seconds, seconds of the values and of the processor, until it is enough."""
    spent, number = 0.0, 0
    while spent < ENOUGH_SECONDS:
        text = compose(texts, characters, number)
        started, cpu_started = time.perf_counter(), time.process_time()
        found = extractor.extract(text, values=False)
        extracted = time.perf_counter()
        add_values(found)
        ended = time.perf_counter()
        yield len(found.entities), ended - started, ended - extracted, time.process_time() - cpu_started
        spent += ended - started
        number += 1


def measure_apart(request: Request) -> Cost:
    """Return what a document costs in a fresh process; raises `CalledProcessError` where that fails."""
    command = [sys.executable, __file__, "--worker", json.dumps(asdict(request))]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Cost(**json.loads(run.stdout.splitlines()[-1]))


def render(costs: Sequence[Cost]) -> str:
    """Return the table."""
    header = (
        *("characters", "entities", "runs", "seconds", "ms per 1,000 characters", "of it values"),
        *("processor ms per 1,000", "peak memory, MB", "growth, MB"),
    )
    return table(header, [_row(cost) for cost in costs])


def _row(cost: Cost) -> tuple[str, ...]:
    per_thousand = 1e6 / cost.characters
    return (
        f"{cost.characters:,}",
        f"{cost.entities:,}",
        str(cost.runs),
        f"{cost.seconds:.3f}",
        f"{cost.seconds * per_thousand:.2f}",
        f"{cost.values_seconds * per_thousand:.2f}",
        f"{cost.cpu_seconds * per_thousand:.2f}",
        _megabytes(cost.peak_bytes),
        _megabytes(cost.peak_bytes - cost.warm_bytes if cost.peak_bytes and cost.warm_bytes else None),
    )


def _megabytes(size: int | None) -> str:
    return "unknown" if size is None else f"{size / 2**20:.0f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="*", type=Path, default=[TEXTS], metavar="TEXTS.jsonl")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="characters")
    parser.add_argument("--huge", action="store_true", help="also 10 million characters: minutes")
    parser.add_argument("--model", help="checkpoint folder; by default the bundled model")
    parser.add_argument("--runtime", default="auto")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--output", type=Path, help="file for the numbers, JSON")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.worker:
        print(json.dumps(asdict(measure(Request(**json.loads(given.worker))))))
        return
    costs = []
    for size in (*given.sizes, *([HUGE] if given.huge else [])):
        print(f"{size} characters …", file=sys.stderr)
        request = Request(size, tuple(map(str, given.texts)), given.model, given.runtime, given.threads)
        costs.append(measure_apart(request))
    print(f"{this_machine()}\n\n{render(costs)}")
    if given.output:
        records: list[dict[str, Any]] = [asdict(cost) for cost in costs]
        given.output.write_text(json.dumps(records, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
