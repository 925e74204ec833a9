import json

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, helper, numpy_helper

import tiny
from ie.document import Document
from ie.errors import CheckpointError
from ie.extractor import Extractor
from ie.integrity import check_folder
from ie.runtimes.onnx import OnnxRuntime
from ie.runtimes.torch import TorchRuntime
from ie.train import export as module
from ie.train.export import FP32, INT8, ExportError, export
from ie.train.quantize import quantize_embeddings, quantize_rows


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def exported(request, tmp_path_factory):
    folder = tiny.make(tmp_path_factory.mktemp(request.param), request.param)
    return folder, export(folder)


def random_batch(rows, length):
    ids = np.random.default_rng(length).integers(10, 150, (rows, length), dtype=np.int64)
    return ids, np.ones_like(ids)


@pytest.mark.parametrize(("rows", "length"), [(1, 1), (1, 2), (8, 3), (5, 40), (2, 300), (1, 511)])
def test_fp32_agrees_with_torch_in_any_shape(exported, rows, length):
    folder, _ = exported
    ids, mask = random_batch(rows, length)
    expected = TorchRuntime(folder, "cpu", precision="fp32").logits(ids, mask)
    assert np.allclose(OnnxRuntime(folder / FP32).logits(ids, mask), expected, atol=1e-4)
    int8 = OnnxRuntime(folder / INT8).logits(ids, mask)
    assert int8.shape == expected.shape
    assert np.abs(int8 - expected).max() < 0.3


def test_report_and_checksums_are_true(exported):
    folder, report = exported
    assert report.fp32_bytes == (folder / FP32).stat().st_size
    assert report.int8_bytes == (folder / INT8).stat().st_size
    assert report.fp32_difference < 1e-3
    assert report.fp32_difference < report.int8_difference
    assert (report.fp32_f1, report.loss) == (None, None)
    assert check_folder(folder) == []
    assert not list(folder.glob(".export-*"))


def test_int8_is_near_a_quarter(tmp_path):
    folder = tiny.make(tmp_path, hidden=256, layers=2)
    report = export(folder)
    assert report.int8_bytes < 0.35 * report.fp32_bytes


def test_embedding_table_is_int8_in_the_file(exported):
    folder, _ = exported
    graph = onnx.load(folder / INT8).graph
    vocab = json.loads((folder / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    tables = [item for item in graph.initializer if list(item.dims) == [vocab, 32]]
    assert [item.data_type for item in tables] == [TensorProto.INT8]


def gold(folder):
    """What the model itself finds, so that its fp32 form is perfect on it."""
    texts = [text * 3 for text in tiny.TEXTS]
    return list(Extractor.from_pretrained(folder, runtime="torch", precision="fp32").extract_batch(texts))


def test_loss_on_dev_is_measured(tmp_path):
    folder = tiny.make(tmp_path, hidden=64)
    report = export(folder, dev=gold(folder), max_loss=1.0)
    assert report.fp32_f1 == pytest.approx(1.0, abs=0.02)
    assert 0 < report.int8_f1 <= 1
    assert report.loss == pytest.approx(report.fp32_f1 - report.int8_f1)


def test_too_great_a_loss_is_refused(tmp_path, monkeypatch):
    folder = tiny.make(tmp_path)
    scores = iter([0.9, 0.8])
    monkeypatch.setattr(module, "_f1", lambda *_: next(scores))
    with pytest.raises(ExportError, match=r"int8 scores 0\.8000 on dev where fp32 scores 0\.9000.*logit"):
        export(folder, dev=[Document("текст")])
    assert not (folder / "onnx").exists()
    assert not (folder / "ie.json").exists()
    assert not list(folder.glob(".export-*"))


def test_other_logits_than_torch_are_refused(tmp_path):
    folder = tiny.make(tmp_path)
    with pytest.raises(ExportError, match="from that of torch"):
        export(folder, max_difference=-1)
    assert not (folder / "onnx").exists()


def test_no_checkpoint_no_export(tmp_path):
    with pytest.raises(CheckpointError, match="does not exist"):
        export(tmp_path / "missing")


tables = arrays(np.float32, (5, 7), elements=st.floats(-100, 100, width=32))


@given(tables)
def test_rows_are_restored_within_half_a_step(table):
    rows, scales = quantize_rows(table)
    assert rows.dtype == np.int8
    assert rows.min() >= -127
    assert np.all(np.abs(rows * scales - table) <= scales * 0.501)


def test_only_large_tables_of_rows_are_replaced():
    def table(name, rows, width):
        return numpy_helper.from_array(np.ones((rows, width), dtype=np.float32), name)

    lookup = [
        helper.make_node("Gather", ["large", "ids"], ["a"]),
        helper.make_node("Gather", ["small", "ids"], ["b"]),
        helper.make_node("Gather", ["columns", "ids"], ["c"], axis=1),
        helper.make_node("Gather", ["shared", "ids"], ["d"]),
        helper.make_node("Identity", ["shared"], ["e"]),
    ]
    shapes = {"large": (64, 64), "small": (2, 64), "columns": (64, 64), "shared": (64, 64)}
    weights = [table(name, *shape) for name, shape in shapes.items()]
    model = helper.make_model(helper.make_graph(lookup, "g", [], [], weights))
    assert quantize_embeddings(model) == 2
    kept = {item.name for item in model.graph.initializer}
    assert kept == {
        *("small", "columns", "shared"),
        *("large_int8", "large_scale", "shared_int8", "shared_scale"),
    }
