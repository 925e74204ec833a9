"""Time by kind of operator, on a graph of six operators."""

import numpy as np
import onnx
import pytest
from benched import load
from folders import make_folder
from onnx import TensorProto, helper

from ie.document import Document
from ie.outputs import write_jsonl


@pytest.fixture(scope="module")
def operators():
    return load("operators")


@pytest.fixture
def graph(tmp_path):
    """Return a graph of two linear layers and a softmax over token ids."""
    int64, float32 = TensorProto.INT64, TensorProto.FLOAT
    constants = [
        helper.make_tensor("first", float32, [1, 64], np.linspace(0, 1, 64, dtype=np.float32)),
        helper.make_tensor("second", float32, [64, 9], np.linspace(0, 1, 64 * 9, dtype=np.float32)),
        helper.make_tensor("axes", int64, [1], [2]),
    ]
    nodes = [
        helper.make_node("Mul", ["input_ids", "attention_mask"], ["product"]),
        helper.make_node("Cast", ["product"], ["number"], to=float32),
        helper.make_node("Unsqueeze", ["number", "axes"], ["column"]),
        helper.make_node("MatMul", ["column", "first"], ["wide"]),
        helper.make_node("MatMul", ["wide", "second"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["logits"]),
    ]
    inputs = [
        helper.make_tensor_value_info(name, int64, ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("logits", float32, ["batch", "length", 9])
    model = helper.make_graph(nodes, "tiny", inputs, [output], constants)
    opset = helper.make_opsetid("", 17)
    onnx.save(helper.make_model(model, opset_imports=[opset], ir_version=8), str(tmp_path / "model.onnx"))
    return tmp_path / "model.onnx"


@pytest.mark.parametrize("engine", ["onnx", "openvino"])
def test_profilers_tell_the_time_of_each_kind(operators, graph, engine):
    pytest.importorskip({"onnx": "onnxruntime"}.get(engine, engine))
    ids = np.ones((8, 500), dtype=np.int64)
    spent = operators.PROFILERS[engine](graph, [(ids, ids)] * 3)
    assert {"linear layers", "softmax"} <= set(spent)
    assert spent["linear layers"] > 0
    assert list(spent.values()) == sorted(spent.values(), reverse=True)


@pytest.mark.parametrize(
    ("expected", "name", "shapes"),
    [
        ("linear layers", "MatMul", [(2, 7, 32), (32, 64)]),
        ("linear layers", "DynamicQuantizeMatMul", [(2, 7, 32), (64,), (64,)]),
        ("linear layers", "MatMul", [(2, 7, 32)]),
        ("linear layers", "FullyConnected", []),
        ("attention products", "FusedMatMul", [(2, 4, 7, 8), (2, 4, 8, 7)]),
        ("attention, fused", "MultiHeadAttention", []),
        ("softmax", "Softmax", []),
        ("rest", "Nonsense", []),
    ],
)
def test_operators_are_of_a_kind(operators, expected, name, shapes):
    assert operators.kind_of(name, shapes) == expected


def test_the_table_has_seconds_and_shares(operators):
    rendered = operators.render("onnx", {"softmax": 3.0, "rest": 1.0}).splitlines()
    assert [cell.strip() for cell in rendered[2].strip("|").split("|")] == ["softmax", "3.000", "75.0%"]


def test_the_command_profiles_the_batches_of_texts(operators, tmp_path, capsys):
    folder = make_folder(tmp_path / "model")
    with (tmp_path / "texts.jsonl").open("w", encoding="utf-8") as stream:
        write_jsonl([Document("банк купил завод вчера")] * 4, stream)
    operators.main([str(tmp_path / "texts.jsonl"), "--model", str(folder), "--runtime", "onnx"])
    out = capsys.readouterr().out
    assert "| look-ups " in out
    assert "operators (onnx, one thread)" in out


def test_a_runtime_without_a_profiler_is_refused(operators, monkeypatch, tmp_path):
    monkeypatch.setattr(operators, "PROFILERS", {"other": None})
    with pytest.raises(SystemExit, match="no profiler for the runtime onnx: choose one of other"):
        operators.main(["--model", str(make_folder(tmp_path / "model")), "--runtime", "onnx"])
