"""OpenVINO against onnxruntime: the same numbers from the same weights, by any thread."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import ie.runtimes.openvino as module
import tiny
from ie.checkpoint import GRAPH_FILE, open_folder
from ie.errors import CheckpointError, MissingDependencyError, UsageError
from ie.extractor import Extractor
from ie.loading import find
from ie.processor import cores
from ie.runtimes.onnx import OnnxRuntime
from ie.runtimes.openvino import OpenVinoRuntime
from ie.train.export import FP32, export

pytest.importorskip("openvino")
TEXTS = [*tiny.TEXTS, " ".join(tiny.TEXTS), "Слово", ""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tiny.make(tmp_path_factory.mktemp("openvino"), hidden=64)
    export(folder)
    return folder


@pytest.fixture(scope="module")
def exact(folder):
    return OnnxRuntime(folder / FP32, 1)


@pytest.fixture(scope="module", params=[FP32, GRAPH_FILE])
def path(request, folder):
    return folder / request.param


def batch(rows, length, seed=0):
    """Return ids and mask; the last of several rows ends early."""
    ids = np.random.default_rng(seed).integers(10, 150, (rows, length), dtype=np.int64)
    mask = np.ones_like(ids)
    if rows > 1:
        mask[-1, length // 2 :] = 0
    return ids, mask


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (1, 256), (3, 17), (8, 40), (1, 511)])
def test_in_single_precision_the_logits_are_those_of_onnxruntime(path, exact, shape):
    ids, mask = batch(*shape)
    found = OpenVinoRuntime(path, 1, bf16=False).logits(ids, mask)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[mask > 0], exact.logits(ids, mask)[mask > 0], atol=1e-4)


@pytest.mark.parametrize("disks", [1, 2])
def test_links_out_of_the_folder_are_followed(folder, exact, tmp_path, monkeypatch, disks):
    snapshot = tmp_path / "snapshots" / "0"
    snapshot.mkdir(parents=True)
    for name in (GRAPH_FILE, "model.safetensors"):
        (snapshot / name).symlink_to(folder / name)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if disks == 2:

        def link(*_):
            raise OSError("Invalid cross-device link")

        monkeypatch.setattr("os.link", link)
    ids, mask = batch(3, 17)
    found = OpenVinoRuntime(snapshot / GRAPH_FILE, 1, bf16=False).logits(ids, mask)
    np.testing.assert_allclose(found[mask > 0], exact.logits(ids, mask)[mask > 0], atol=1e-4)
    assert [path.name for path in tmp_path.iterdir()] == ["snapshots"]


def test_in_bf16_the_logits_are_near(path, exact):
    ids, mask = batch(4, 100)
    found = OpenVinoRuntime(path, 1, bf16=True).logits(ids, mask)
    assert np.abs(found - exact.logits(ids, mask))[mask > 0].max() < 0.05


@pytest.mark.parametrize("instructions", ["amx", "avx512"])
def test_bf16_is_chosen_by_the_instructions_of_the_processor(path, exact, monkeypatch, instructions):
    monkeypatch.setattr(module, "features", lambda: frozenset({f"{instructions}_bf16"}))
    ids, mask = batch(4, 100)
    for gains in (False, True):
        monkeypatch.setattr(
            module, "gains_by_bf16", lambda *, gains=gains, **found: gains and found[instructions]
        )
        expected = OpenVinoRuntime(path, 1, bf16=gains).logits(ids, mask)
        assert np.array_equal(OpenVinoRuntime(path, 1).logits(ids, mask), expected)
        assert np.allclose(expected, exact.logits(ids, mask), atol=1e-4) is not gains


def test_the_graph_is_small_for_its_weights_lie_in_the_safetensors(folder):
    assert (folder / GRAPH_FILE).stat().st_size < (folder / "model.safetensors").stat().st_size / 2
    stored = onnx.load(folder / GRAPH_FILE, load_external_data=False).graph.initializer
    outside = [t for t in stored if t.data_location == TensorProto.EXTERNAL]
    assert {item.value for t in outside for item in t.external_data if item.key == "location"} == {
        "model.safetensors"
    }


def test_spans_and_scores_are_those_of_onnxruntime(folder, exact):
    checkpoint, name = find(folder, "openvino")
    assert (name, checkpoint.weights.name) == ("openvino", GRAPH_FILE)
    runtime = OpenVinoRuntime(checkpoint.weights, 2, bf16=False)
    expected = list(Extractor(open_folder(folder, None), exact).extract_batch(TEXTS, values=False))
    found = list(Extractor(checkpoint, runtime).extract_batch(TEXTS, values=False))
    assert sum(len(d.entities) for d in expected) > 10
    assert [[e.span for e in d.entities] for d in found] == [[e.span for e in d.entities] for d in expected]
    scores = [[e.score for d in documents for e in d.entities] for documents in (found, expected)]
    np.testing.assert_allclose(*scores, atol=1e-4)


def test_threads_do_not_mix_up_their_results(path, exact):
    runtime = OpenVinoRuntime(path, 2, bf16=False)
    batches = [batch(1, 3 + 7 * i % 60, seed=i) for i in range(60)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda item: runtime.logits(*item), batches))
    for item, result in zip(batches, results, strict=True):
        np.testing.assert_allclose(result, exact.logits(*item), atol=1e-4)


def test_a_result_is_not_overwritten_by_the_next(path):
    runtime = OpenVinoRuntime(path, 1)
    first = runtime.logits(*batch(1, 20, seed=1))
    kept = first.copy()
    runtime.logits(*batch(1, 20, seed=2))
    assert np.array_equal(first, kept)


def test_the_result_of_a_window_is_the_same_beside_any_other(path):
    runtime = OpenVinoRuntime(path, 2)
    item = batch(1, 50)
    alone = runtime.logits(*item)
    with ThreadPoolExecutor(2) as pool:
        among = [pool.submit(runtime.logits, *batch(1, 20 + i, seed=i)) for i in range(10)]
        again = [pool.submit(runtime.logits, *item) for _ in range(10)]
    assert all(np.array_equal(alone, future.result()) for future in again)
    assert len(among) == 10


def test_threads_are_all_cores_unless_told(path):
    assert OpenVinoRuntime(path).parallel == cores()
    assert OpenVinoRuntime(path, 3).parallel == 3
    with pytest.raises(UsageError, match="1 or more, not 0"):
        OpenVinoRuntime(path, 0)


def test_missing_openvino_is_said(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'ie\[openvino\]'"):
        OpenVinoRuntime(path)


def test_missing_and_damaged_graphs_are_named(tmp_path, folder):
    path = tmp_path / GRAPH_FILE
    with pytest.raises(CheckpointError, match=r"no ONNX graph .*graph\.onnx"):
        OpenVinoRuntime(path)
    # the last has its weights in a file that is not there
    for content in (b"", b"not a model", (folder / GRAPH_FILE).read_bytes()):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=r"Cannot load .*graph\.onnx"):
            OpenVinoRuntime(path)


def test_graphs_with_other_inputs_are_refused(tmp_path):
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in ("pixels", "logits")]
    node = helper.make_node("Relu", ["pixels"], ["logits"])
    graph = helper.make_graph([node], "tiny", value[:1], value[1:])
    opset = helper.make_opsetid("", 17)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), str(tmp_path / "model.onnx"))
    with pytest.raises(CheckpointError, match=r"model\.onnx takes pixels instead of input_ids"):
        OpenVinoRuntime(tmp_path / "model.onnx")
