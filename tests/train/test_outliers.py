import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from ie.train.outliers import tame_outliers
from ie.train.quantize import quantize

ROWS, WIDTH = 24, 128  # a small table stays in fp32
RANDOM = np.random.default_rng(1)
TABLE = RANDOM.normal(size=(ROWS, WIDTH)).astype(np.float32)
TABLE[:, 7] *= 60
FIRST, SECOND, BOTH = (RANDOM.normal(size=(WIDTH, WIDTH)).astype(np.float32) for _ in range(3))
# a model that lives with an outlier multiplies it by little
FIRST[7] /= 60
SECOND[7] /= 60
BATCH = (np.arange(24, dtype=np.int64).reshape(2, 12), np.ones((2, 12), dtype=np.int64))


def make(path=None, *, table=TABLE, both=BOTH):
    """Return a model of two products with one input, and two that share their weights."""
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"], name="look_up"),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT, name="cast"),
        helper.make_node("Unsqueeze", ["mask", "axis"], ["column"], name="column"),
        helper.make_node("Sub", ["column", "column"], ["nothing"], name="nothing"),
        helper.make_node("Add", ["rows", "nothing"], ["x"], name="x"),
        helper.make_node("MatMul", ["x", "first"], ["a"], name="first"),
        helper.make_node("MatMul", ["x", "second"], ["b"], name="second"),
        helper.make_node("MatMul", ["x", "both"], ["c"], name="third"),
        helper.make_node("MatMul", ["b", "both"], ["d"], name="fourth"),
        helper.make_node("Sum", ["a", "b", "c", "d"], ["logits"], name="sum"),
    ]
    weights = {"table": table, "first": FIRST, "second": SECOND, "both": both, "axis": np.array([-1])}
    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    out = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "length", WIDTH])
    tensors = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "g", ids, [out], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if path:
        onnx.save(model, path)
    return model


def run(model, batch=BATCH):
    blob = model if isinstance(model, str) else model.SerializeToString()
    session = onnxruntime.InferenceSession(blob, providers=["CPUExecutionProvider"])
    return session.run(["logits"], dict(zip(("input_ids", "attention_mask"), batch, strict=True)))[0]


def initializer(model, name):
    return next(numpy_helper.to_array(item) for item in model.graph.initializer if item.name == name)


def test_the_logits_stay_and_the_outlier_is_gone():
    model = make()
    expected = run(model)
    assert tame_outliers(model, [BATCH]) == 1
    onnx.checker.check_model(model)
    assert np.allclose(run(model), expected, rtol=1e-4, atol=1e-2)
    scale = initializer(model, "x_outliers")
    peaks = np.abs(TABLE[BATCH[0]]).reshape(-1, WIDTH).max(axis=0)
    assert scale[7] < 0.1
    assert (scale == 1).sum() == WIDTH - 2
    assert np.isclose((peaks * scale).max(), np.percentile(peaks, 99))


def test_two_products_of_one_input_share_its_division():
    model = make()
    tame_outliers(model, [BATCH])
    assert [list(node.input) for node in model.graph.node if node.op_type == "Mul"] == [["x", "x_outliers"]]
    inputs = {node.name: list(node.input) for node in model.graph.node if node.op_type == "MatMul"}
    assert inputs == {
        "first": ["x_tamed", "first"],
        "second": ["x_tamed", "second"],
        "third": ["x", "both"],
        "fourth": ["b", "both"],
    }
    assert np.array_equal(initializer(model, "both"), BOTH)
    assert np.allclose(initializer(model, "first")[7], FIRST[7] / initializer(model, "x_outliers")[7])


def test_padding_tells_nothing_of_outliers():
    ids, mask = BATCH[0], BATCH[1].copy()
    quiet = TABLE.copy()
    quiet[ids[1, -1]] = 1000
    mask[1, -1] = 0
    model = make(table=quiet)
    tame_outliers(model, [(ids, mask)])
    expected = make(table=TABLE)
    tame_outliers(expected, [(ids, mask)])
    assert np.array_equal(initializer(model, "x_outliers"), initializer(expected, "x_outliers"))


def test_nothing_is_done_without_outliers():
    even = np.where(RANDOM.random((ROWS, WIDTH)) < 0.5, -1, 1).astype(np.float32)
    model = make(table=even)
    before = model.SerializeToString()
    assert tame_outliers(model, [BATCH]) == 0
    assert model.SerializeToString() == before
    model = make(table=np.zeros_like(TABLE))
    assert tame_outliers(model, [BATCH]) == 0


def test_int8_is_nearer_to_fp32_than_with_outliers(tmp_path):
    source, tamed, plain = (tmp_path / name for name in ("fp32.onnx", "tamed.onnx", "plain.onnx"))
    expected = run(make(source, both=0 * BOTH))
    quantize(source, tamed, [BATCH])
    quantize(source, plain, [])
    errors = [np.square(run(str(path)) - expected).mean() for path in (tamed, plain)]
    assert errors[0] < errors[1] / 4
