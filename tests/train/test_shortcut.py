import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnxruntime import InferenceSession

import tiny
from ie.train.shortcut import skip_mask
from ie.train.tracing import batches, load_traceable, longest, trace

INT64, FLOAT = TensorProto.INT64, TensorProto.FLOAT
SHAPE = ["batch", "length"]


@pytest.fixture(scope="module", params=["wordpiece", "bpe", "modernbert"])
def traced(request, tmp_path_factory):
    """Return a plain graph, the same with the shortcut, how many layers have it, and the configuration."""
    folder = tiny.make(tmp_path_factory.mktemp(request.param), request.param)
    model, path = load_traceable(folder), folder / "model.onnx"
    trace(model, path, folded=True)
    plain, short = onnx.load(str(path)), onnx.load(str(path))
    return plain, short, skip_mask(short, longest(model.model.config)), model.model.config


def run(model, ids, mask):
    session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"input_ids": ids, "attention_mask": mask})
    return found


def test_padded_and_whole_batches_get_the_same_logits(traced):
    plain, short, _, config = traced
    onnx.checker.check_model(short)
    for ids, mask in batches(config):
        whole = np.ones_like(mask)
        for given in (mask, whole):
            expected, found = run(plain, ids, given), run(short, ids, given)
            assert np.allclose(found[mask > 0], expected[mask > 0], atol=1e-6)


def test_masks_of_padding_are_skipped_and_those_of_local_attention_stay(traced):
    _, short, count, config = traced
    # every second layer of the tiny ModernBERT sees its neighbours only
    assert count == (1 if config.model_type == "modernbert" else 2)
    assert [node.op_type for node in short.graph.node].count("If") == count


def graph(mask):
    """Return a graph of a softmax over the sum of ids and `mask` of the tokens, a constant or an input."""
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["scores"], to=FLOAT),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=FLOAT),
        helper.make_node("Add", ["scores", mask], ["sum"]),
        helper.make_node("Softmax", ["sum"], ["logits"], axis=-1),
    ]
    inputs = [helper.make_tensor_value_info(name, INT64, SHAPE) for name in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info("logits", FLOAT, SHAPE)]
    made = helper.make_graph(nodes, "g", inputs, outputs, [helper.make_tensor("zero", FLOAT, [1], [0.0])])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize(("mask", "expected"), [("zero", 1), ("mask", 0)])
def test_only_sums_with_nothing_are_skipped(mask, expected):
    model = graph(mask)
    assert skip_mask(model, 8) == expected


def test_a_sum_that_is_used_elsewhere_stays():
    model = graph("zero")
    model.graph.node.append(helper.make_node("Identity", ["sum"], ["other"]))
    assert skip_mask(model, 8) == 0


def test_a_graph_without_softmax_stays_as_it_is():
    model = graph("zero")
    del model.graph.node[-1]
    before = model.SerializeToString()
    assert skip_mask(model, 8) == 0
    assert model.SerializeToString() == before
