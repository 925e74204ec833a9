"""How fast a checkpoint reads documents on this machine: rates, stages, latency, start-up and memory."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from .document import Document
from .encoder import TextEncoder
from .extractor import Extractor
from .inputs import read_documents
from .machine import this_machine
from .meters import MeteredRuntime, RecordingRuntime, Work
from .outputs import write_jsonl
from .startup import StartUp, start_up
from .values import add_values

STARTS = 3
LATENCY_DOCUMENTS = 100
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured: `rounds` of so many `documents` each, after one in which everything becomes warm.

    `extractor` are the options of `Extractor.from_pretrained`, the reference as `ref`.
    """

    documents: int = 200
    rounds: int = 3
    extractor: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Round:
    """All of the way from a file of documents to a file of records, once, in a warm process.

    `tokens` are those of the texts. `seconds` are of the clock, `cpu_seconds` of all threads of the process;
    `model_share` is the part of the clock's time, of as many threads as compute batches at once, in which the
    model was busy.
    """

    documents: int
    characters: int
    tokens: int
    seconds: float
    cpu_seconds: float
    work: Work
    model_share: float


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured: `stages` in processor milliseconds a document, `latencies` in those of the clock.

    `start` has the medians over several processes, and the peak memory of one that reads a whole round.
    """

    model: str
    runtime: str
    batches_at_once: int
    rounds: tuple[Round, ...]
    stages: Mapping[str, float]
    latencies: tuple[float, ...]
    start: StartUp

    def rate(self, count: Callable[[Round], float]) -> float:
        """Return how many of what `count` counts are done in a second: the median of the rounds."""
        return statistics.median(count(one) / one.seconds for one in self.rounds)

    @property
    def padding(self) -> float:
        """The share of computed tokens that were padding."""
        work = sum((one.work for one in self.rounds), Work())
        return 1 - work.tokens / work.computed if work.computed else 0.0

    @property
    def model_share(self) -> float:
        """The median over the rounds of the share of time in which the model was busy."""
        return statistics.median(one.model_share for one in self.rounds)

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds a document, the median of the rounds."""
        return statistics.median(1000 * one.cpu_seconds / one.documents for one in self.rounds)

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form, with machine and versions."""
        return {
            "machine": asdict(this_machine()),
            "model": self.model,
            "runtime": self.runtime,
            "batches_at_once": self.batches_at_once,
            "documents_per_second": self.rate(lambda one: one.documents),
            "characters_per_second": self.rate(lambda one: one.characters),
            "tokens_per_second": self.rate(lambda one: one.tokens),
            "window_tokens_per_second": self.rate(lambda one: one.work.tokens),
            "padding": self.padding,
            "model_share": self.model_share,
            "cpu_ms_per_document": self.cpu_ms,
            "stages_cpu_ms_per_document": dict(self.stages),
            "latency_ms": {"p50": percentile(self.latencies, 50), "p95": percentile(self.latencies, 95)},
            "start_up_seconds": {**self.start.steps(), "total": self.start.total},
            "peak_memory_bytes": self.start.peak_bytes,
            "rounds": [asdict(one) for one in self.rounds],
        }


def bench(documents: Sequence[Document], options: Options, progress: Progress) -> Report:
    """Return what was measured on the documents, which are taken anew from the first where there are too few.

    Every round reads other documents, as far as there are, so that what the values remember of a phrase does
    not make them faster than they are on news. `progress` is told each step. Raises `UsageError` and
    `CheckpointError` as the extractor does.
    """
    parts = slices(documents, [options.documents] * (options.rounds + 1) + [LATENCY_DOCUMENTS])
    warm, *rounds, single = parts
    with tempfile.TemporaryDirectory(prefix="ie-bench-") as name:
        folder = Path(name)
        progress("start-up")
        start = _starts(_write(warm, folder / "start.jsonl"), options.extractor)
        extractor = Extractor.from_pretrained(**options.extractor)
        progress("stages")
        stages = measure_stages(extractor, _write(warm, folder / "stages.jsonl"))
        metered = MeteredRuntime(extractor.runtime)
        reader = Extractor(extractor.checkpoint, metered)
        measured = []
        for number, part in enumerate(rounds, start=1):
            progress(f"round {number} of {len(rounds)}")
            measured.append(measure_round(reader, metered, part, folder))
    progress("latency")
    latencies = [_seconds(partial(extractor.extract, document.text)) for document in single]
    return Report(
        model=extractor.model,
        runtime=metered.name,
        batches_at_once=metered.parallel,
        rounds=tuple(measured),
        stages=stages,
        latencies=tuple(1000 * seconds for seconds in latencies),
        start=start,
    )


def slices(documents: Sequence[Document], sizes: Sequence[int]) -> list[list[Document]]:
    """Return lists of so many documents, one after the other, from the first again after the last."""
    stream: Iterator[Document] = cycle(documents)
    return [list(islice(stream, size)) for size in sizes]


def measure_round(
    extractor: Extractor, metered: MeteredRuntime, documents: Sequence[Document], folder: Path
) -> Round:
    """Return what it takes to read, extract and write documents; `metered` is the extractor's runtime."""
    source = _write(documents, folder / "round.jsonl")
    metered.take()
    started, cpu_started = time.perf_counter(), time.process_time()
    with (folder / "records.jsonl").open("w", encoding="utf-8") as stream:
        write_jsonl(extractor.extract_batch(_read(source)), stream)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    work = metered.take()
    encoder = TextEncoder(extractor.checkpoint.read_tokenizer())
    texts = [document.text for document in documents]
    return Round(
        documents=len(documents),
        characters=sum(map(len, texts)),
        tokens=sum(len(encoding.ids) for encoding in encoder.encode_batch(texts)),
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        work=work,
        model_share=work.seconds / (seconds * metered.parallel),
    )


def measure_stages(extractor: Extractor, source: Path) -> dict[str, float]:
    """Return processor milliseconds a document, of all threads, that each stage takes by itself.

    The model's scores are recorded first, so that windows and decoding run without it.
    """
    checkpoint = extractor.checkpoint
    recorder = RecordingRuntime(extractor.runtime)
    documents = list(_read(source))
    found = list(Extractor(checkpoint, recorder).extract_batch(documents, values=False))
    add_values(found[0])  # the tables are read once
    valued: list[Document] = []
    encoder = TextEncoder(checkpoint.read_tokenizer())
    replaying = Extractor(checkpoint, recorder.playback())
    seconds = {
        "reading": _cpu_seconds(lambda: list(_read(source))),
        "tokenisation": _cpu_seconds(lambda: encoder.encode_batch([d.text for d in documents])),
        "model": _cpu_seconds(recorder.run_again),
        "windows and decoding": _cpu_seconds(lambda: list(replaying.extract_batch(documents, values=False))),
        "values": _cpu_seconds(lambda: valued.extend(map(add_values, found))),
    }
    with tempfile.TemporaryFile("w", encoding="utf-8") as stream:
        seconds["output"] = _cpu_seconds(lambda: write_jsonl(valued, stream))
    # played back, the extractor cuts the texts into tokens too
    seconds["windows and decoding"] = max(0.0, seconds["windows and decoding"] - seconds["tokenisation"])
    return {name: 1000 * spent / len(documents) for name, spent in seconds.items()}


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that `percent` of 100 values do not exceed (the nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _starts(documents: Path, options: Mapping[str, Any]) -> StartUp:
    """Return the median of each step over several starts, the last of which reads all documents."""
    starts = [start_up(documents, options, batch=i == STARTS - 1) for i in range(STARTS)]
    steps = {step: statistics.median(start.steps()[step] for start in starts) for step in starts[0].steps()}
    return StartUp(**steps, peak_bytes=starts[-1].peak_bytes)


def _write(documents: Sequence[Document], path: Path) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        for document in documents:
            record = Document(document.text, id=document.id, date=document.date).to_record()
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def _read(path: Path) -> Iterator[Document]:
    return (item for item in read_documents([str(path)]) if isinstance(item, Document))


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _cpu_seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started
