"""The variants that int8.py compares: each writes an ONNX file from the fp32 one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from ie.meters import Batch
from ie.runtimes.onnx import OnnxRuntime
from ie.train.outliers import tame_outliers
from ie.train.quantize import MIN_TABLE, quantize, quantize_embeddings

SHIPPED = "int8"
# Where node names say which layer and which part of it they belong to.
LAYER = re.compile(r"layers?\.\d+(?=/)")
PART = re.compile(r"layers?\.\d+/(.+)/MatMul")


@dataclass(frozen=True, slots=True)
class Sources:
    """The fp32 file, windows of texts, random pieces, and blocks of nodes, the most sensitive first."""

    fp32: Path
    windows: Sequence[Batch]
    samples: Sequence[Batch]
    sensitive: Sequence[tuple[str, ...]] = ()


Build = Callable[[Sources, Path], None]


class Windows(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    """Hands windows to onnxruntime's calibration one by one."""

    def __init__(self, windows: Sequence[Batch]) -> None:
        self._left = iter(windows)

    def get_next(self) -> dict[str, Any] | None:
        """Return the next inputs, None after the last."""
        batch = next(self._left, None)
        return None if batch is None else {"input_ids": batch[0], "attention_mask": batch[1]}


def dynamic(
    sources: Sources,
    target: Path,
    *,
    per_channel: bool = True,
    reduce_range: bool = True,
    outliers: str = "samples",
    tables: Callable[[Any], object] = quantize_embeddings,
    kept: Sequence[str] = (),
) -> None:
    """Write int8 weights with activations quantised at run time, as `ie.train.quantize` does by default.

    `outliers` names the batches that tell which channels outlie; without a name they are left in.
    """
    model = onnx.load(str(sources.fp32))
    if outliers:
        tame_outliers(model, getattr(sources, outliers))
    tables(model)
    quantize_dynamic(
        model,
        str(target),
        op_types_to_quantize=["MatMul"],
        per_channel=per_channel,
        reduce_range=reduce_range,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=list(kept),
        extra_options={"MatMulConstBOnly": True},
    )


def static(sources: Sources, target: Path, *, method: CalibrationMethod, **options: Any) -> None:
    """Write int8 weights and activations whose scales were found on the windows (QDQ form)."""
    model = onnx.load(str(sources.fp32))
    quantize_embeddings(model)
    quantize_static(
        model,
        str(target),
        Windows(even(sources.windows)),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=method,
        extra_options={
            "MatMulConstBOnly": True,
            # products go on in fp32, as the sums and normalisations after them are
            "OpTypesToExcludeOutputQuantization": ["MatMul"],
            **options,
        },
    )


def even(windows: Sequence[Batch]) -> list[Batch]:
    """Return the longer half of the windows cut to one length: histograms are taken of equal shapes only."""
    length = sorted(ids.shape[1] for ids, _ in windows)[len(windows) // 2]
    return [(ids[:, :length], mask[:, :length]) for ids, mask in windows if ids.shape[1] >= length]


def weights_only(sources: Sources, target: Path, *, bits: int, accuracy: int) -> None:
    """Write weights in blocks of 128 of so many bits; `accuracy` 4 computes in int8, 1 in fp32."""
    model = onnx.load(str(sources.fp32))
    quantize_embeddings(model)
    in_blocks(model, bits=bits, accuracy=accuracy)
    onnx.save(model, str(target))


def in_blocks(model: Any, *, bits: int, accuracy: int, nodes: Sequence[str] | None = None) -> None:
    """Replace all products with weights, or these, in place by ones whose weights are blocks of 128."""
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    settings = {"bits": bits, "block_size": 128, "is_symmetric": True, "accuracy_level": accuracy}
    # "nodes_to_include" adds nodes to those of the kinds to quantise, and takes none away
    others = () if nodes is None else {node.name for node in model.graph.node}.difference(nodes)
    MatMulNBitsQuantizer(model, nodes_to_exclude=list(others), **settings).process()


def kept_in_fp32(sources: Sources, target: Path, *, count: int) -> None:
    """Write the shipped form with the so many most sensitive blocks in fp32."""
    names = [name for block in sources.sensitive[:count] for name in block]
    dynamic(sources, target, kept=names)


def sensitive_in_blocks(sources: Sources, target: Path, *, count: int) -> None:
    """Write the shipped form with the so many most sensitive blocks of nodes in blocks of numbers."""
    names = [name for block in sources.sensitive[:count] for name in block]

    def tables(model: Any) -> None:
        quantize_embeddings(model)
        in_blocks(model, bits=8, accuracy=4, nodes=names)

    dynamic(sources, target, tables=tables)


def halve_tables(model: Any) -> None:
    """Replace large embedding tables by fp16 ones, in place."""
    graph = model.graph
    tables = {t.name: t for t in graph.initializer if len(t.dims) == 2 and np.prod(t.dims) >= MIN_TABLE}
    nodes = []
    for node in graph.node:
        if node.op_type != "Gather" or node.input[0] not in tables:
            nodes.append(node)
            continue
        table, out = tables[node.input[0]], node.output[0]
        half = numpy_helper.to_array(table).astype(np.float16)
        table.CopyFrom(numpy_helper.from_array(half, table.name))
        node.output[0] = f"{out}_half"
        nodes += [node, helper.make_node("Cast", [f"{out}_half"], [out], to=TensorProto.FLOAT)]
    del graph.node[:]
    graph.node.extend(nodes)


def blocks(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the names of the products with weights, by layer and by the part of a layer that they are."""
    graph = onnx.load(str(path)).graph
    weights = {item.name for item in graph.initializer}
    products = [n.name for n in graph.node if n.op_type == "MatMul" and n.input[1] in weights]
    found: dict[str, list[str]] = {}
    for name in products:
        layer, part = LAYER.search(name), PART.search(name)
        for key in (layer.group() if layer else "rest", part.group(1) if part else "rest"):
            if name not in found.setdefault(key, []):
                found[key].append(name)
    return {key: tuple(names) for key, names in found.items()}


def sensitivity(sources: Sources, folder: Path) -> dict[str, float]:
    """Return, for each block left in fp32 while all else is int8, the mean squared difference of logits.

    The smaller it is, the more that block costs when it is quantised. "none" is the shipped form.
    """
    expected = logits(sources.fp32, sources.windows)
    found = {}
    for name, nodes in {"none": (), **blocks(sources.fp32)}.items():
        path = folder / "block.onnx"
        dynamic(sources, path, kept=nodes)
        errors = [np.ravel(a - b) for a, b in zip(logits(path, sources.windows), expected, strict=True)]
        found[name] = float(np.mean(np.square(np.concatenate(errors))))
    return found


def logits(path: Path, windows: Sequence[Batch]) -> list[Any]:
    """Return the logits of each window, by the model in a file."""
    runtime = OnnxRuntime(path, threads=1)
    return [runtime.logits(*batch) for batch in windows]


def _shipped(sources: Sources, target: Path) -> None:
    quantize(sources.fp32, target, sources.samples)


SENSITIVE: Mapping[str, Build] = {
    "most sensitive block in blocks": partial(sensitive_in_blocks, count=1),
    "most sensitive block fp32": partial(kept_in_fp32, count=1),
    "two most sensitive blocks fp32": partial(kept_in_fp32, count=2),
}
VARIANTS: Mapping[str, Build] = {
    SHIPPED: _shipped,
    "outliers left in": partial(dynamic, outliers=""),
    "outliers told by texts": partial(dynamic, outliers="windows"),
    "weights of 8 bits, not 7": partial(dynamic, reduce_range=False),
    "one scale a matrix": partial(dynamic, per_channel=False),
    "static, MinMax": partial(static, method=CalibrationMethod.MinMax),
    "static, percentile 99.99": partial(static, method=CalibrationMethod.Percentile, CalibPercentile=99.99),
    "static, entropy": partial(static, method=CalibrationMethod.Entropy),
    "weights only, 8 bits": partial(weights_only, bits=8, accuracy=1),
    "weights of 8 bits in blocks": partial(weights_only, bits=8, accuracy=4),
    "weights of 4 bits in blocks": partial(weights_only, bits=4, accuracy=4),
    "embeddings fp16": partial(dynamic, tables=halve_tables),
    "embeddings fp32": partial(dynamic, tables=lambda _: None),
    **SENSITIVE,
}
