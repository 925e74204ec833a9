"""Ways to make a checkpoint's ONNX file small: size, F1, logits and speed of each beside fp32.

    python benchmarks/int8.py --model FOLDER --dev FILE.jsonl … [--texts FILE.jsonl] [--only NAME …]

`int8` is what `ie model export` writes (`ie.train.quantize`); every other variant changes one thing of it, or
goes another way (int8_variants.py). Calibration data of the static ones, and the windows by which layers
are told to be sensitive, are of `--texts`, never of the dev files.

F1 is strict. The loss is the mean squared difference of logits from fp32 on the windows of the dev files.
Speed is tokens a second of processor time of one thread, windows one by one as inference has them, in rounds
that go through all variants; what is shown is the median of the ratios to `int8` and their extremes.
"""

import argparse
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from int8_variants import SENSITIVE, SHIPPED, VARIANTS, Sources, blocks, sensitivity
from transformers import AutoConfig

from ie.checkpoint import BUNDLED, Checkpoint, open_folder
from ie.data.corpus import read_corpus
from ie.document import Document
from ie.extractor import Extractor
from ie.machine import this_machine
from ie.markdown import table
from ie.meters import Batch, RecordingRuntime
from ie.runtimes.onnx import OnnxRuntime
from ie.train.export import FP32
from ie.train.metrics import Scores, score
from ie.train.tracing import batches, load_traceable, trace

TEXTS = Path(__file__).parent.parent / "data" / "news" / "train.jsonl"


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured of a variant; `rates` are tokens a second of processor time, one of each round."""

    name: str
    path: Path
    megabytes: float
    scores: dict[str, Scores]
    loss: float
    rates: list[float] = field(default_factory=list)


class Blank:
    """A runtime that answers zeros: what a recorder around it keeps is the windows of texts."""

    name, batch_tokens, parallel = "blank", 1, 1

    def __init__(self, tags: int) -> None:
        self._tags = tags

    def logits(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:  # noqa: ARG002 a mask of ones
        """Return zeros."""
        return np.zeros((*ids.shape, self._tags), dtype=np.float32)


def windows_of(checkpoint: Checkpoint, texts: Sequence[Document], count: int) -> list[Batch]:
    """Return so many windows, evenly spread over the texts, as inference makes them."""
    recorder = RecordingRuntime(Blank(len(checkpoint.tags)))
    for _ in Extractor(checkpoint, recorder).extract_batch(texts, values=False):
        pass
    step = max(1, len(recorder.batches) // count)
    return recorder.batches[::step][:count]


class Judge:
    """The dev files, and what fp32 says of them."""

    def __init__(self, checkpoint: Checkpoint, dev: Sequence[Path], limit: int | None) -> None:
        self._checkpoint = checkpoint
        # most dev files are called dev.jsonl
        self._dev = {f"{path.parent.name}/{path.stem}": read_corpus(path)[:limit] for path in dev}
        self._reference: RecordingRuntime | None = None

    def measure(self, name: str, path: Path) -> Result:
        """Return F1 on each dev file and the difference of logits from the first that was measured."""
        recorder = RecordingRuntime(OnnxRuntime(path, threads=1))
        extractor = Extractor(self._checkpoint, recorder)
        scores = {
            name: score(gold, list(extractor.extract_batch(map(_bare, gold), values=False)), extractor.labels)
            for name, gold in self._dev.items()
        }
        self._reference = self._reference or recorder
        return Result(name, path, path.stat().st_size / 1e6, scores, self._loss(recorder))

    def _loss(self, recorder: RecordingRuntime) -> float:
        assert self._reference is not None
        found, expected = recorder.playback(), self._reference.playback()
        errors = [np.ravel(found.logits(*b) - expected.logits(*b)) for b in recorder.batches]
        return float(np.mean(np.square(np.concatenate(errors))))


def _bare(document: Document) -> Document:
    return replace(document, entities=())


def race(results: Sequence[Result], batches: Sequence[Batch], rounds: int) -> None:
    """Add the rates of so many rounds to the results; each round begins with another variant."""
    runtimes = [OnnxRuntime(result.path, threads=1) for result in results]
    tokens = sum(ids.size for ids, _ in batches)
    for runtime in runtimes:
        runtime.logits(*batches[0])
    for number in range(rounds):
        for i in [*range(number % len(results), len(results)), *range(number % len(results))]:
            started = time.thread_time()
            for batch in batches:
                runtimes[i].logits(*batch)
            results[i].rates.append(tokens / (time.thread_time() - started))


def render(results: Sequence[Result]) -> str:
    """Return the table."""
    first = results[0]
    header = ["variant", "MB", "logit loss", *(f"{name} F1" for name in first.scores)]
    labels = list(next(iter(first.scores.values())).strict.labels)
    shipped = next((r for r in results if r.name == SHIPPED), first)
    rows = []
    for result in results:
        micro = [f"{found.strict.micro.f1:.4f}" for found in result.scores.values()]
        by_label = [_by_label(result, label) for label in labels]
        ratios = [ours / theirs for ours, theirs in zip(result.rates, shipped.rates, strict=True)]
        speed = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})" if ratios else "–"
        rows.append([result.name, f"{result.megabytes:.1f}", f"{result.loss:.5f}", *micro, *by_label, speed])
    return table([*header, *labels, "tokens/s, of int8"], rows)


def _by_label(result: Result, label: str) -> str:
    return " / ".join(f"{found.strict.labels[label].f1:.3f}" for found in result.scores.values())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = _parse(arguments)
    # they name every node that they leave alone
    logging.getLogger("onnxruntime.quantization").setLevel(logging.WARNING)
    checkpoint = open_folder(given.model, None)
    with tempfile.TemporaryDirectory(prefix="ie-int8-") as name:
        folder = Path(name)
        fp32 = given.fp32 or given.model / FP32
        if not fp32.is_file():
            fp32 = folder / "fp32.onnx"
            trace(load_traceable(given.model), fp32, folded=True)
        windows = windows_of(checkpoint, read_corpus(given.texts, annotated=False), given.windows)
        samples = batches(AutoConfig.from_pretrained(given.model))
        sources = Sources(fp32, windows, samples)
        chosen = [name for name in VARIANTS if not given.only or name in (SHIPPED, *given.only)]
        if any(name in SENSITIVE for name in chosen):
            found = sensitivity(sources, folder)
            print(render_sensitivity(found), flush=True)
            known = blocks(fp32)
            order = sorted(known, key=lambda block: found[block])
            sources = replace(sources, sensitive=[known[block] for block in order])
        results = measure_all(Judge(checkpoint, given.dev, given.documents), sources, chosen, folder)
        race(results, windows[: given.batches], given.rounds)
        print(f"{this_machine()}\n\n{render(results)}")


def measure_all(judge: Judge, sources: Sources, names: Sequence[str], folder: Path) -> list[Result]:
    """Return the results of fp32 and of the variants that run; they are shown on stderr as they come."""
    results = [judge.measure("fp32", sources.fp32)]
    for name in names:
        path = folder / f"{len(results)}.onnx"
        try:
            VARIANTS[name](sources, path)
            results.append(judge.measure(name, path))
        # engines raise what they like, and the others are still to be measured
        except Exception as error:  # noqa: BLE001
            print(f"{name} does not run: {error!s:.300}", file=sys.stderr, flush=True)
            continue
        print(render(results[-1:]), file=sys.stderr, flush=True)
    return results


def render_sensitivity(found: Mapping[str, float]) -> str:
    """Return the table of what is lost with one block left in fp32, the most sensitive block first."""
    rows = [(name, f"{loss:.5f}") for name, loss in sorted(found.items(), key=lambda item: item[1])]
    return table(("all int8 but", "logit loss"), rows)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", type=Path, default=BUNDLED, help="checkpoint folder")
    parser.add_argument("--fp32", type=Path, help="its fp32 ONNX file, else that of the folder or a new one")
    parser.add_argument("--dev", type=Path, nargs="+", required=True, help="annotated documents")
    parser.add_argument("--documents", type=int, help="no more than so many of each dev file")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="texts to calibrate on")
    parser.add_argument("--windows", type=int, default=200, help="windows of them")
    parser.add_argument("--batches", type=int, default=16, help="windows in a round of the race")
    parser.add_argument("--rounds", type=int, default=6, help="rounds of the race")
    parser.add_argument("--only", action="append", help="these variants only, and always int8")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
