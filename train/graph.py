"""The graph of a checkpoint without its weights: an ONNX file whose tensors are those of the safetensors.

ONNX lets a tensor lie in another file at an offset ("external data"), and safetensors stores tensors as plain
little-endian numbers at the offsets that its header names. So the graph costs some hundred kilobytes,
and engines that want the weights unquantised (OpenVINO) read them where they are.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ie.safetensors import read_header

# What the exporter's wrapper puts before the names of weights.
PREFIX = "model."


def weightless(model: Any, folder: Path) -> Any:
    """Return the ONNX model with its weights taken from the safetensors in `folder`.

    It has to be written into that folder, since engines refuse paths that lead out of a model's own.
    `model` is changed; what the safetensors do not hold stays in it, weights in half precision are cast.
    """
    from onnx import TensorProto, helper

    stored = _stored(folder)
    graph, kept, casts = model.graph, [], []
    for tensor in graph.initializer:
        place = stored.get(tensor.name.removeprefix(PREFIX))
        if place is None or tensor.data_type != TensorProto.FLOAT:
            kept.append(tensor)
            continue
        location, kind, shape, start, size = place
        if list(tensor.dims) != shape:
            raise ValueError(f"{tensor.name} is {list(tensor.dims)} in the graph and {shape} in {location}.")
        outside = TensorProto(
            name=f"{tensor.name}_stored", dims=shape, data_type=kind, data_location=TensorProto.EXTERNAL
        )
        for key, value in (("location", location), ("offset", start), ("length", size)):
            outside.external_data.add(key=key, value=str(value))
        kept.append(outside)
        casts.append(helper.make_node("Cast", [outside.name], [tensor.name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    return model


def _stored(folder: Path) -> Mapping[str, tuple[str, int, list[int], int, int]]:
    """Return, for each tensor, its file, ONNX type, shape, and offset and size in bytes."""
    from onnx import TensorProto

    kinds = {"F32": TensorProto.FLOAT, "F16": TensorProto.FLOAT16, "BF16": TensorProto.BFLOAT16}
    found = {}
    for path in folder.glob("*.safetensors"):
        with path.open("rb") as file:
            data = 8 + int.from_bytes(file.read(8), "little")
        for name, tensor in read_header(path).items():
            start, end = tensor["data_offsets"]
            if tensor["dtype"] in kinds:
                place = (path.name, kinds[tensor["dtype"]], tensor["shape"], data + start, end - start)
                found[name] = place
    return found
