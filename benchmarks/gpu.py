"""Tokens a second of the torch runtime, and its share of what the device multiplies at best.

    python benchmarks/gpu.py --device cuda [--model REF] [--precision bf16] [--compiled]

The ceiling is the largest product of two square matrices a second, measured on the same device in the same
precision in the same run; all of the processor's threads take part. The model is given random windows of
`--length` tokens in batches as the extractor makes them: no padding, no text, nothing but `Runtime.logits`,
with its copies to the device and back. Operations are two for each token and weight of a matrix, embeddings
left out, and those of attention, four for each token, token seen, layer and unit of width.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ie.checkpoint import Checkpoint, load_checkpoint
from ie.runtimes.torch import PRECISIONS, TorchRuntime
from ie.safetensors import read_header

SIDES = {"cuda": (4096, 8192, 16384), "cpu": (1024, 2048)}
ROUNDS = 5

COLUMNS = ("tokens a batch", "calls at once", "ms a batch", "tokens/s", "TFLOP/s", "of the ceiling")


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured at one size of batches; `seconds` is the median of a call."""

    batch_tokens: int
    parallel: int
    seconds: float
    tokens_per_second: float

    def cells(self, operations: float, ceiling: float) -> list[str]:
        """Return the cells of the table, of `operations` a token and a `ceiling` in operations a second."""
        rate = self.tokens_per_second * operations
        numbers = [f"{1000 * self.seconds:.1f}", f"{self.tokens_per_second:,.0f}", f"{rate / 1e12:.3f}"]
        return [f"{self.batch_tokens:,}", str(self.parallel), *numbers, f"{rate / ceiling:.1%}"]


def ceiling(device: str, dtype: Any, sides: Sequence[int] | None = None) -> float:
    """Return the operations a second of the fastest square product, best of some sizes and rounds."""
    import torch

    best = 0.0
    for side in sides or SIDES[torch.device(device).type]:
        left, right = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
        seconds = min(_seconds(device, lambda a=left, b=right: a @ b) for _ in range(ROUNDS))
        best = max(best, 2 * side**3 / seconds)
    return best


def _seconds(device: str, work: Callable[[], object], times: int = 4) -> float:
    """Return the seconds that `work` takes on the device, the mean of `times` runs after one to warm up."""
    work()
    _wait(device)
    started = time.perf_counter()
    for _ in range(times):
        work()
    _wait(device)
    return (time.perf_counter() - started) / times


def _wait(device: str) -> None:
    import torch

    if device != "cpu":
        torch.cuda.synchronize(device)


def operations(checkpoint: Checkpoint, length: int) -> float:
    """Return the operations that a token of a window of `length` tokens costs."""
    assert checkpoint.weights is not None
    tensors = read_header(checkpoint.weights)
    matrices = [t["shape"] for name, t in tensors.items() if len(t["shape"]) == 2 and "embedding" not in name]
    attention = 4 * length * checkpoint.config["hidden_size"] * checkpoint.config["num_hidden_layers"]
    return 2 * sum(math.prod(shape) for shape in matrices) + attention


def measure(runtime: TorchRuntime, batch: NDArray[np.int64], parallel: int, seconds: float) -> Row:
    """Return the speed of `parallel` threads that have the same batch computed for about so many seconds."""
    mask = np.ones_like(batch)

    def call(_: object) -> float:
        started = time.perf_counter()
        runtime.logits(batch, mask)
        return time.perf_counter() - started

    with ThreadPoolExecutor(parallel) as pool:
        list(pool.map(call, range(2 * parallel)))  # threads, kernels and memory are there from now on
        once = median(pool.map(call, range(parallel)))
        count = parallel * max(1, round(seconds / once))
        started = time.perf_counter()
        spent = list(pool.map(call, range(count)))
        whole = time.perf_counter() - started
    return Row(batch.size, parallel, median(spent), batch.size * count / whole)


def rows(runtime: TorchRuntime, vocabulary: int, length: int, seconds: float) -> Iterator[Row]:
    """Yield the speed of one window alone, of one call at a time and of as many as the runtime takes."""
    most = max(1, runtime.batch_tokens // length)
    random = np.random.default_rng(0)
    for windows, parallel in dict.fromkeys([(1, 1), (most, 1), (most, runtime.parallel)]):
        batch = random.integers(min(10, vocabulary - 1), vocabulary, (windows, length))
        yield measure(runtime, batch, parallel, seconds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = _parser().parse_args(arguments)
    checkpoint = load_checkpoint(given.model, runtime="torch")
    runtime = TorchRuntime(
        checkpoint.folder, given.device, given.threads, precision=given.precision, compiled=given.compiled
    )
    top = ceiling(given.device, runtime.dtype, given.sides)
    cost = operations(checkpoint, given.length)
    print(f"{checkpoint.identity}, {runtime.name}, {runtime.dtype}, windows of {given.length} tokens")
    print(f"ceiling {top / 1e12:.3f} TFLOP/s, {cost / 1e6:.1f} MFLOP a token")
    print("".join(f"{name:>16}" for name in COLUMNS))
    for row in rows(runtime, checkpoint.config["vocab_size"], given.length, given.seconds):
        print("".join(f"{cell:>16}" for cell in row.cells(cost, top)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", help="folder, or org/name on the Hub; else the bundled one")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    parser.add_argument("--precision", default="auto", choices=PRECISIONS)
    parser.add_argument("--compiled", action="store_true", help="through torch.compile")
    parser.add_argument("--threads", type=int, help="of the processor")
    parser.add_argument("--length", type=int, default=256, help="tokens a window")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each line")
    parser.add_argument("--sides", type=int, nargs="+", help="of the square matrices of the ceiling")
    return parser


if __name__ == "__main__":
    main()
