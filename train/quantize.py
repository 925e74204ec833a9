"""int8 ONNX files: products of matrices through onnxruntime, embedding tables row by row.

Weights of products keep 7 of the 8 bits (`reduce_range`). Processors without VNNI add two products of 8-bit
numbers in 16 bits, which saturates with full weights and gives other logits there than elsewhere; 7 bits
cannot saturate.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .outliers import tame_outliers
from .tracing import Batch

# a table of two token types is not worth four nodes
MIN_TABLE = 4096


def quantize(source: Path, target: Path, samples: Iterable[Batch]) -> None:
    """Write to `target` the fp32 model `source` with int8 weights, about a quarter of its size.

    Activations are quantised at run time, each tensor by its own range ("dynamic") once the outliers that
    `samples` show are out of it, weights by output channel, and embedding tables by row.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(source))
    tame_outliers(model, samples)
    quantize_embeddings(model)
    quantize_dynamic(
        model,
        str(target),
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        # a product of two activations (attention scores) gets slower, not faster
        extra_options={"MatMulConstBOnly": True},
    )


def quantize_embeddings(model: Any) -> int:
    """Replace, in place, each large embedding table of an ONNX model by int8 rows; return how many.

    A row is looked up as int8 and multiplied by its own scale, so the table is never held as fp32.
    """
    from onnx import TensorProto, numpy_helper

    graph = model.graph
    tables = {
        item.name: item
        for item in graph.initializer
        if item.data_type == TensorProto.FLOAT and len(item.dims) == 2 and np.prod(item.dims) >= MIN_TABLE
    }
    found = {name for node in graph.node if (name := _table(node)) in tables}
    for name in sorted(found):
        rows, scales = quantize_rows(numpy_helper.to_array(tables[name]))
        graph.initializer.append(numpy_helper.from_array(rows, f"{name}_int8"))
        graph.initializer.append(numpy_helper.from_array(scales, f"{name}_scale"))
    nodes = [new for node in graph.node for new in (_lookup(node) if _table(node) in found else (node,))]
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in graph.node for name in node.input}
    for name in found - used:
        graph.initializer.remove(tables[name])
    return len(found)


def quantize_rows(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return `table` [rows, width] as int8 of the same shape, and the scale of each row, [rows, 1].

    `rows * scales` is at most half a scale from `table`; the largest number of a row becomes 127 or -127.
    A row of numbers too small to divide, zeros above all, becomes zeros.
    """
    steps = np.abs(table).max(axis=1, keepdims=True) / 127
    scales = np.where(steps >= np.finfo(np.float32).tiny, steps, 1).astype(np.float32)
    return np.rint(table / scales).astype(np.int8), scales


def _table(node: Any) -> str:
    """Return the name of what a node looks rows up in; empty if it does something else."""
    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)
    if node.op_type != "Gather" or axis != 0:
        return ""
    return str(node.input[0])


def _lookup(node: Any) -> list[Any]:
    """Return the nodes that look up int8 rows and their scales in place of `node`."""
    from onnx import TensorProto, helper

    table, ids = node.input
    out = node.output[0]
    return [
        helper.make_node("Gather", [f"{table}_int8", ids], [f"{out}_int8"]),
        helper.make_node("Cast", [f"{out}_int8"], [f"{out}_rows"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{table}_scale", ids], [f"{out}_scale"]),
        helper.make_node("Mul", [f"{out}_rows", f"{out}_scale"], [out]),
    ]
