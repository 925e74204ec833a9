"""Where the time of the model goes: seconds by kind of operator, as the profiler of its engine sees them.

    python benchmarks/operators.py [TEXTS.jsonl …] [--model FOLDER] [--runtime onnx|openvino]

The model is given the batches of real texts in one thread, so that no operator waits for another. A profiler
costs time of its own, which is seen best in operators that are over in no time. What an engine fuses is one
operator: a `Subgraph` of OpenVINO is, in a BERT, its attention with the softmax in it.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ie.document import Document
from ie.extractor import Extractor
from ie.inputs import read_documents
from ie.machine import this_machine
from ie.markdown import table
from ie.meters import Batch, RecordingRuntime
from ie.runtimes.onnx import SLOW_FUSIONS
from ie.runtimes.openvino import native_bf16

TEXTS = Path(__file__).parent.parent / "data" / "news" / "train.jsonl"

LINEAR, PRODUCTS, FUSED = "linear layers", "attention products", "attention, fused"
KINDS = {
    LINEAR: ("FullyConnected",),
    FUSED: ("Attention", "MultiHeadAttention", "QAttention", "Subgraph", "ScaledDotProductAttention"),
    "softmax": ("Softmax",),
    "normalisation": ("LayerNormalization", "SkipLayerNormalization", "MVN", "MulAdd"),
    "activation": ("Gelu", "FastGelu", "BiasGelu", "QuickGelu", "Erf", "Tanh", "Relu"),
    "quantisation": ("DynamicQuantizeLinear", "QuantizeLinear", "DequantizeLinear", "FakeQuantize"),
    "moving and adding": (
        *("Add", "Mul", "Multiply", "Transpose", "Reshape", "Concat", "Split", "Slice"),
        *("Cast", "Convert", "Reorder"),
    ),
    "look-ups": ("Gather", "GatherElements", "EmbedLayerNormalization"),
}

Seconds = dict[str, float]


def profile_onnx(weights: Path, batches: Sequence[Batch]) -> Seconds:
    """Return seconds by kind of operator in onnxruntime, set up as our runtime does, the longest first."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_profiling = True
    with tempfile.TemporaryDirectory(prefix="ie-operators-") as folder:
        options.profile_file_prefix = str(Path(folder, "profile"))
        session = onnxruntime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
        )
        for ids, mask in batches:
            session.run(None, {"input_ids": ids, "attention_mask": mask})
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    spent: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            details = event["args"]
            shapes = [shape for item in details["input_type_shape"] for shape in item.values()]
            spent[kind_of(details["op_name"], shapes)] += event["dur"] / 1e6
    return dict(spent.most_common())


def profile_openvino(weights: Path, batches: Sequence[Batch]) -> Seconds:
    """Return seconds by kind of operator in OpenVINO, in the precision that our runtime asks for."""
    import openvino

    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if native_bf16() else "f32",
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "PERF_COUNT": "YES",
    }
    request = openvino.Core().compile_model(str(weights), "CPU", settings).create_infer_request()
    spent: Counter[str] = Counter()
    for ids, mask in batches:
        request.infer({"input_ids": ids, "attention_mask": mask})
        for node in request.profiling_info:
            spent[kind_of(node.node_type)] += node.real_time.total_seconds()
    return dict(spent.most_common())


PROFILERS: Mapping[str, Callable[[Path, Sequence[Batch]], Seconds]] = {
    "onnx": profile_onnx,
    "openvino": profile_openvino,
}


def kind_of(operator: str, shapes: Sequence[Sequence[int]] = ()) -> str:
    """Return the kind of an operator by its name and the shapes of its inputs."""
    if "MatMul" in operator or "Gemm" in operator:
        # the weights of a linear layer are a matrix, or are packed away and not shown at all
        both = len(shapes) > 1 and len(shapes[0]) > 2 and len(shapes[1]) > 2
        return PRODUCTS if both else LINEAR
    return next((kind for kind, names in KINDS.items() if operator in names), "rest")


def render(engine: str, spent: Seconds) -> str:
    """Return the table."""
    total = sum(spent.values())
    rows = [(kind, f"{seconds:.3f}", f"{seconds / total:.1%}") for kind, seconds in spent.items()]
    return table((f"operators ({engine}, one thread)", "seconds", "share"), rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="*", type=Path, default=[TEXTS], metavar="TEXTS.jsonl")
    parser.add_argument("--model", help="checkpoint folder; by default the bundled model")
    parser.add_argument("--runtime", default="auto")
    parser.add_argument("--documents", type=int, default=32)
    given = parser.parse_args(arguments)
    extractor = Extractor.from_pretrained(given.model, runtime=given.runtime)
    name, weights = extractor.runtime.name, extractor.checkpoint.weights
    if name not in PROFILERS or weights is None:
        sys.exit(f"There is no profiler for the runtime {name}: choose one of {', '.join(PROFILERS)}.")
    found: list[Any] = [
        item for item in read_documents([str(path) for path in given.texts]) if isinstance(item, Document)
    ]
    sample = islice(found[:: max(1, len(found) // given.documents)], given.documents)
    recorder = RecordingRuntime(extractor.runtime)
    for _ in Extractor(extractor.checkpoint, recorder).extract_batch(sample, values=False):
        pass
    print(f"{extractor.checkpoint.identity}\n{this_machine()}\n")
    print(render(name, PROFILERS[name](weights, recorder.batches)))


if __name__ == "__main__":
    main()
