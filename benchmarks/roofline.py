"""How near the model comes to what the machine can do: operations counted, rates measured, the fraction.

    python benchmarks/roofline.py [TEXTS.jsonl …] [--model FOLDER] [--runtime NAME]

Operations are those of linear layers, attention products and the head: a multiplication and an addition are
two. Look-ups, normalisation, softmax and activations are left out: they are time, not operations. Rates are
those of multiplying matrices with the libraries at hand, at the shapes of the model's widest layer and at a
large square; the best of each precision is the ceiling. The model is given the batches of real texts, as many
at once as its runtime asks for, and nothing else runs. Beside the clock stands the processor's time, which is
held against the ceiling of one thread: it depends less on what else the machine does.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np

from ie.checkpoint import Checkpoint
from ie.document import Document
from ie.errors import UsageError
from ie.extractor import Extractor
from ie.inputs import read_documents
from ie.machine import this_machine
from ie.markdown import table
from ie.meters import RecordingRuntime
from ie.processor import cores

TEXTS = Path(__file__).parent.parent / "data" / "news" / "train.jsonl"
FAMILIES = ("bert", "roberta", "xlm-roberta")
SQUARE = 2048
ROWS = 256
SECONDS = 0.3
PRECISIONS = ("fp32", "bf16", "int8")

Shape = tuple[int, int, int]
"""Rows and columns of the first matrix, columns of the second."""
Multiply = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Operations:
    """Operations of a forward pass: those of the linear layers with the head, and of attention products."""

    linear: int
    attention: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.linear + self.attention

    def __add__(self, other: "Operations") -> "Operations":
        return Operations(self.linear + other.linear, self.attention + other.attention)


def operations(config: dict[str, Any], length: int) -> Operations:
    """Return the operations of a window of so many tokens, by the sizes in a checkpoint's config.json.

    Raises `UsageError` on an architecture that is none of `FAMILIES`.
    """
    if config.get("model_type") not in FAMILIES:
        raise UsageError(
            f"Operations are counted for {', '.join(FAMILIES)}, not {config.get('model_type')!r}."
        )
    hidden, layers = config["hidden_size"], config["num_hidden_layers"]
    layer = 4 * hidden * hidden + 2 * hidden * config["intermediate_size"]
    head = hidden * len(config["id2label"])
    return Operations(
        linear=2 * length * (layers * layer + head),
        attention=2 * length * length * hidden * 2 * layers,  # scores, then the sum that they weigh
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """Billions of operations a second that a library reached."""

    library: str
    precision: str
    shape: Shape
    threads: int
    rate: float


Engine = Callable[[str, Shape, int], Multiply]
"""Makes a product of a precision and shape with so many threads; raises where it cannot."""


def torch_product(precision: str, shape: Shape, threads: int) -> Multiply:
    """Return a product by torch."""
    import torch

    torch.set_num_threads(threads)
    rows, inner, columns = shape
    if precision == "int8":
        first = torch.randint(-128, 127, (rows, inner), dtype=torch.int8)
        second = torch.randint(-128, 127, (inner, columns), dtype=torch.int8)
        return lambda: torch._int_mm(first, second)
    kind = torch.float32 if precision == "fp32" else torch.bfloat16
    a, b = torch.randn(rows, inner, dtype=kind), torch.randn(inner, columns, dtype=kind)
    return lambda: torch.mm(a, b)


def onnxruntime_product(precision: str, shape: Shape, threads: int) -> Multiply:
    """Return a product by onnxruntime: of bytes with signed bytes in int8, nothing quantised on the way."""
    import onnxruntime
    from onnx import TensorProto, helper

    if precision == "bf16":
        raise UsageError("onnxruntime multiplies no bf16 on a processor.")
    rows, inner, columns = shape
    random = np.random.default_rng(0)
    first: Any
    weights: Any
    if precision == "fp32":
        operator, kinds = "MatMul", (TensorProto.FLOAT,) * 3
        first = random.standard_normal((rows, inner)).astype(np.float32)
        weights = random.standard_normal((inner, columns)).astype(np.float32)
    else:
        operator, kinds = "MatMulInteger", (TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32)
        first = random.integers(0, 255, (rows, inner), dtype=np.uint8)
        weights = random.integers(-127, 127, (inner, columns), dtype=np.int8)
    graph = helper.make_graph(
        [helper.make_node(operator, ["first", "second"], ["product"])],
        "product",
        [helper.make_tensor_value_info("first", kinds[0], [rows, inner])],
        [helper.make_tensor_value_info("product", kinds[2], [rows, columns])],
        [helper.make_tensor("second", kinds[1], [inner, columns], weights.tobytes(), raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), _session_options(threads), providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, {"first": first})


def openvino_product(precision: str, shape: Shape, threads: int) -> Multiply:
    """Return a product by OpenVINO; in int8 it quantises the first matrix, given in fp32, on the way."""
    import openvino
    from openvino import opset13

    rows, inner, columns = shape
    random = np.random.default_rng(0)
    data = random.uniform(-1, 1, (rows, inner)).astype(np.float32)
    given = opset13.parameter([rows, inner], np.float32)
    weights = opset13.constant(random.uniform(-1, 1, (inner, columns)).astype(np.float32))
    first, second = given, weights
    if precision == "int8":
        low, high = (opset13.constant(np.float32(end)) for end in (-1, 1))
        first = opset13.fake_quantize(given, low, high, low, high, 256)
        second = opset13.fake_quantize(weights, low, high, low, high, 255)
    model = openvino.Model([opset13.matmul(first, second, False, False)], [given])
    hint = {"fp32": "f32", "bf16": "bf16", "int8": "f32"}[precision]
    settings = {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
    request = openvino.Core().compile_model(model, "CPU", settings).create_infer_request()
    request.infer({0: data})  # its memory is kept: later calls copy nothing
    return request.infer


ENGINES: dict[str, Engine] = {
    "torch": torch_product,
    "onnxruntime": onnxruntime_product,
    "openvino": openvino_product,
}


def measure_rates(shapes: Sequence[Shape], threads: Sequence[int], seconds: float) -> Iterator[Rate]:
    """Yield the rate of every library that has it, precision, shape and number of threads."""
    for (library, engine), precision in product(ENGINES.items(), PRECISIONS):
        for shape, count in product(shapes, threads):
            try:
                multiply = engine(precision, shape, count)
                multiply()
            except Exception as error:  # noqa: BLE001 - not installed, or not for this processor
                print(f"{library} {precision} is left out: {error}", file=sys.stderr)
                break
            yield Rate(library, precision, shape, count, _rate(multiply, shape, seconds))


def _rate(multiply: Multiply, shape: Shape, seconds: float) -> float:
    """Return billions of operations a second: of the fastest call, as a ceiling must be."""
    best, end = float("inf"), time.perf_counter() + seconds
    while (started := time.perf_counter()) < end:
        multiply()
        best = min(best, time.perf_counter() - started)
    rows, inner, columns = shape
    return 2 * rows * inner * columns / best / 1e9


def ceilings(rates: Iterable[Rate], threads: int) -> dict[str, Rate]:
    """Return the best rate of each precision with so many threads."""
    best: dict[str, Rate] = {}
    for rate in (rate for rate in rates if rate.threads == threads):
        if rate.precision not in best or rate.rate > best[rate.precision].rate:
            best[rate.precision] = rate
    return best


@dataclass(frozen=True, slots=True)
class Pass:
    """What the model did: operations of its tokens, and of its padding too, and how long that took."""

    useful: Operations
    computed: Operations
    seconds: float
    cpu_seconds: float


def model_pass(extractor: Extractor, texts: Sequence[str], rounds: int) -> Pass:
    """Return the work of the model on the batches of texts, its times as the medians of rounds."""
    recorder = RecordingRuntime(extractor.runtime)
    for _ in Extractor(extractor.checkpoint, recorder).extract_batch(texts, values=False):
        pass
    config = extractor.checkpoint.config
    useful = (operations(config, int(length)) for _, mask in recorder.batches for length in mask.sum(axis=1))
    computed = (operations(config, ids.shape[1]) for ids, _ in recorder.batches for _ in ids)
    nothing = Operations(0, 0)
    times = [_seconds(recorder.run_again) for _ in range(rounds)]
    seconds, cpu_seconds = (statistics.median(column) for column in zip(*times, strict=True))
    return Pass(sum(useful, nothing), sum(computed, nothing), seconds, cpu_seconds)


def _seconds(run: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of the clock and of the processor."""
    started, cpu_started = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - started, time.process_time() - cpu_started


def _session_options(threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return options


def render_rates(rates: Sequence[Rate]) -> str:
    """Return the table of rates, a row for library, precision and shape, a column for threads."""
    threads = sorted({rate.threads for rate in rates})
    rows: dict[tuple[str, str, Shape], dict[int, float]] = {}
    for rate in rates:
        rows.setdefault((rate.library, rate.precision, rate.shape), {})[rate.threads] = rate.rate
    return table(
        ("library, precision, shape", *(f"GOP/s, threads: {count}" for count in threads)),
        [
            (
                f"{library} {precision} [{rows_},{inner}]x[{inner},{columns}]",
                *(f"{found[count]:.0f}" if count in found else "-" for count in threads),
            )
            for (library, precision, (rows_, inner, columns)), found in rows.items()
        ],
    )


def render_pass(done: Pass, rates: Sequence[Rate], threads: int) -> str:
    """Return the table of what the model reached."""
    reached, alone = done.useful.total / done.seconds / 1e9, done.useful.total / done.cpu_seconds / 1e9
    rows = [
        ("operations of the tokens, billions", f"{done.useful.total / 1e9:.1f}"),
        ("attention products among them", f"{done.useful.attention / done.useful.total:.1%}"),
        ("padding in what is computed", f"{1 - done.useful.total / done.computed.total:.1%}"),
        ("seconds", f"{done.seconds:.3f}"),
        ("processor seconds", f"{done.cpu_seconds:.3f}"),
        ("GOP/s reached", f"{reached:.0f}"),
        *_fractions(reached, ceilings(rates, threads)),
        ("GOP/s reached by processor time", f"{alone:.0f}"),
        *_fractions(alone, ceilings(rates, 1)),
    ]
    return table(("model", ""), rows)


def _fractions(reached: float, best: dict[str, Rate]) -> list[tuple[str, str]]:
    return [
        (
            f"… of the {precision} ceiling, {rate.rate:.0f} by {rate.library}, threads: {rate.threads}",
            f"{reached / rate.rate:.1%}",
        )
        for precision, rate in best.items()
    ]


def model_shapes(checkpoint: Checkpoint) -> list[Shape]:
    """Return the shape of the widest layer at `ROWS` tokens."""
    hidden, wide = checkpoint.config["hidden_size"], checkpoint.config["intermediate_size"]
    return [(ROWS, hidden, wide), (ROWS, wide, hidden)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="*", type=Path, default=[TEXTS], metavar="TEXTS.jsonl")
    parser.add_argument("--model", help="checkpoint folder; by default the bundled model")
    parser.add_argument("--runtime", default="auto")
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--documents", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--square", type=int, default=SQUARE, help="size of the large matrices")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each rate")
    given = parser.parse_args(arguments)
    items = read_documents([str(path) for path in given.texts])
    documents = [item.text for item in items if isinstance(item, Document)]
    texts = list(islice(documents[:: max(1, len(documents) // given.documents)], given.documents))
    extractor = Extractor.from_pretrained(given.model, runtime=given.runtime, threads=given.threads)
    checkpoint = extractor.checkpoint
    size = checkpoint.settings.max_tokens
    per_token = operations(checkpoint.config, size).total / size / 1e6
    print(f"{checkpoint.identity} by {extractor.runtime.name}, {given.threads} threads\n{this_machine()}")
    print(f"{per_token:.1f} million operations a token in a window of {size}\n")
    done = model_pass(extractor, texts, given.rounds)
    square = (given.square,) * 3
    rates = list(
        measure_rates([*model_shapes(checkpoint), square], sorted({1, given.threads}), given.seconds)
    )
    print(render_rates(rates), end="\n\n")
    print(render_pass(done, rates, given.threads))


if __name__ == "__main__":
    main()
