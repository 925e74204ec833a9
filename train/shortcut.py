"""A shortcut through the ONNX graph of a model: where no token is padding, attention scores need no mask.

The runtime computes windows one by one, so none is padded, and adding a mask of zeros to all attention scores
of every layer is 3 % of the time.
"""

from collections import Counter
from typing import Any

import numpy as np

from ie.runtimes import INPUTS


def skip_mask(model: Any, length: int) -> int:
    """Have an ONNX model add its attention masks only where a batch is padded; return in how many layers.

    `model` is changed. A mask that is more than padding, such as that of a local attention, stays: one that
    is not all zeros for `length` tokens without padding, the most that the model takes.
    """
    graph = model.graph
    sums = _masked_softmaxes(graph)
    empty = _zeros_if_whole(model, {add.input[1] for add in sums.values()}, length)
    chosen = {name: add for name, add in sums.items() if add.input[1] in empty}
    if not chosen:
        return 0
    dropped = {add.output[0] for add in chosen.values()}
    nodes = [
        _choice(node, chosen[node.output[0]]) if node.output[0] in chosen else node
        for node in graph.node
        if node.output[0] not in dropped
    ]
    del graph.node[:]
    graph.node.extend([*_is_whole(), *nodes])
    return len(chosen)


def _masked_softmaxes(graph: Any) -> dict[str, Any]:
    """Return, by the output of each softmax, the sum of scores and mask that it alone is taken of."""
    made = {output: node for node in graph.node for output in node.output}
    uses = Counter(name for node in graph.node for name in node.input)
    found = {}
    for node in graph.node:
        add = made.get(node.input[0]) if node.op_type == "Softmax" else None
        if add is not None and add.op_type == "Add" and uses[add.output[0]] == 1:
            found[node.output[0]] = add
    return found


def _zeros_if_whole(model: Any, names: set[str], length: int) -> set[str]:
    """Return which of the tensors `names` are all zeros for `length` tokens none of which is padding."""
    from onnx import ModelProto, ValueInfoProto
    from onnxruntime import InferenceSession

    if not names:
        return set()
    probe = ModelProto()
    probe.CopyFrom(model)
    del probe.graph.output[:]
    ordered = sorted(names)
    probe.graph.output.extend(ValueInfoProto(name=name) for name in ordered)
    session = InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    ones = np.ones((1, length), dtype=np.int64)
    found = session.run(ordered, dict.fromkeys(INPUTS, ones))
    return {name for name, values in zip(ordered, found, strict=True) if not np.any(values)}


def _is_whole() -> list[Any]:
    """Return the nodes that say whether no token is padding."""
    from onnx import TensorProto, helper

    one = helper.make_tensor("unpadded_one", TensorProto.INT64, [], [1])
    return [
        helper.make_node("ReduceMin", [INPUTS[1]], ["unpadded_least"], keepdims=0),
        helper.make_node("Constant", [], ["unpadded_one"], value=one),
        helper.make_node("Equal", ["unpadded_least", "unpadded_one"], ["unpadded"]),
    ]


def _choice(softmax: Any, add: Any) -> Any:
    """Return the node that takes the softmax of the scores alone, or of their sum with the mask."""
    from onnx import TensorProto, helper

    name = softmax.output[0]
    names = {kind: f"{name}_{kind}" for kind in ("plain", "masked", "sum")}

    def branch(kind: str, nodes: list[Any]) -> Any:
        result = helper.make_tensor_value_info(names[kind], TensorProto.FLOAT, None)
        return helper.make_graph(nodes, f"{name}_{kind}_branch", [], [result])

    def taken_of(scores: str, kind: str) -> Any:
        node = type(softmax)()
        node.CopyFrom(softmax)
        node.name, node.input[0], node.output[0] = names[kind], scores, names[kind]
        return node

    total = helper.make_node("Add", list(add.input), [names["sum"]])
    plain = branch("plain", [taken_of(add.input[0], "plain")])
    masked = branch("masked", [total, taken_of(names["sum"], "masked")])
    return helper.make_node("If", ["unpadded"], [name], then_branch=plain, else_branch=masked)
