"""Outlying channels of activations: divided before a product, multiplied back by its weights.

int8 has 256 steps between the least and the greatest number of a tensor. Single channels of a BERT reach
ten times what the others do, which leaves these a tenth of the steps. A channel that is divided by a number
before a product, and a row of the weights that is multiplied by the same, leave the product as it is
(SmoothQuant, Xiao et al., 2023, arXiv 2211.10438). Unlike there, only the outlying channels are changed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ie.runtimes import INPUTS

from .tracing import Batch

# of the largest numbers of each channel; what is beyond it is brought down to it
PERCENTILE = 99
# what gains less costs a multiplication and takes no error away that can be seen in the logits
LEAST_GAIN = 3


def tame_outliers(model: Any, samples: Iterable[Batch]) -> int:
    """Rescale, in place, what outlies in the inputs of an ONNX model's products with weights.

    Returns how many inputs have outliers. They are found in `samples`, ids and masks, and belong to channels
    rather than to texts: random pieces show them as well. The logits stay the same up to rounding.
    """
    graph = model.graph
    weights = {item.name: item for item in graph.initializer if len(item.dims) == 2}
    uses = Counter(name for node in graph.node for name in node.input)
    # weights of two products may serve inputs whose outliers are not the same
    products = [
        node
        for node in graph.node
        if node.op_type == "MatMul" and node.input[1] in weights and uses[node.input[1]] == 1
    ]
    factors = {
        name: found
        for name, peaks in _peaks(model, sorted({node.input[0] for node in products}), samples).items()
        if (found := _factors(peaks)).max() >= LEAST_GAIN
    }
    chosen = {node.output[0] for node in products if node.input[0] in factors}
    nodes = []
    divided: set[str] = set()
    for node in graph.node:
        if node.output[0] in chosen:
            name = node.input[0]
            _multiply_rows(weights[node.input[1]], factors[name])
            if name not in divided:
                nodes.append(_division(graph, name, factors[name]))
                divided.add(name)
            node.input[0] = f"{name}_tamed"
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    return len(divided)


def _multiply_rows(weights: Any, factors: NDArray[np.float32]) -> None:
    """Multiply the rows of an initializer, in place."""
    from onnx import numpy_helper

    rescaled = numpy_helper.to_array(weights) * factors[:, None]
    weights.CopyFrom(numpy_helper.from_array(rescaled, weights.name))


def _division(graph: Any, name: str, factors: NDArray[np.float32]) -> Any:
    """Return the node that divides the channels of a tensor; the graph gets its factors."""
    from onnx import helper, numpy_helper

    graph.initializer.append(numpy_helper.from_array(1 / factors, f"{name}_outliers"))
    return helper.make_node("Mul", [name, f"{name}_outliers"], [f"{name}_tamed"], name=f"{name}_tame")


def _factors(peaks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return by what to divide each channel: 1, or more where its peak is beyond the percentile of all."""
    limit = np.percentile(peaks, PERCENTILE)
    # where nearly all channels are dead, nothing tells what is usual
    return np.maximum(1, peaks / limit if limit > 0 else 1).astype(np.float32)


def _peaks(model: Any, names: Sequence[str], samples: Iterable[Batch]) -> dict[str, NDArray[np.float32]]:
    """Return the largest absolute number of each channel of these tensors, padding left out."""
    import onnx
    import onnxruntime

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    del watched.graph.output[:]
    watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        watched.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    peaks: dict[str, NDArray[np.float32]] = {}
    for batch in samples:
        found = session.run(list(names), dict(zip(INPUTS, batch, strict=True)))
        for name, values in zip(names, found, strict=True):
            # some models take padding out on the way
            read = batch[1] > 0 if values.shape[:2] == batch[1].shape else ...
            highest = np.abs(values[read]).reshape(-1, values.shape[-1]).max(axis=0)
            peaks[name] = np.maximum(peaks.get(name, highest), highest)
    return peaks
