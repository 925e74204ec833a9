import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import tiny
from ie.errors import CheckpointError, MissingDependencyError, UsageError
from ie.extractor import Extractor
from ie.processor import cores
from ie.runtimes.onnx import OnnxRuntime
from ie.runtimes.torch import TorchRuntime
from ie.train.export import INT8, export

TAGS = 9


def write_model(path, inputs=("input_ids", "attention_mask")):
    """Write an ONNX model that gives for tag t of a token: id * mask * t."""
    int64, float32 = TensorProto.INT64, TensorProto.FLOAT
    weights = helper.make_tensor("weights", float32, [1, TAGS], np.arange(TAGS, dtype=np.float32))
    axes = helper.make_tensor("axes", int64, [1], [2])
    nodes = [
        helper.make_node("Mul", [inputs[0], inputs[-1]], ["product"]),
        helper.make_node("Cast", ["product"], ["number"], to=float32),
        helper.make_node("Unsqueeze", ["number", "axes"], ["column"]),
        helper.make_node("MatMul", ["column", "weights"], ["logits"]),
    ]
    shape = ["batch", "length"]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, int64, shape) for name in inputs],
        [helper.make_tensor_value_info("logits", float32, [*shape, TAGS])],
        [weights, axes],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


def batch():
    ids = np.array([[5, 6, 7], [8, 9, 1]], dtype=np.int64)
    return ids, np.array([[1, 1, 1], [1, 1, 0]], dtype=np.int64)


@pytest.mark.parametrize("threads", [None, 1, 2])
def test_onnx_gives_the_scores_of_the_graph(tmp_path, threads):
    ids, mask = batch()
    logits = OnnxRuntime(write_model(tmp_path / "model.onnx"), threads).logits(ids, mask)
    assert logits.dtype == np.float32
    assert np.array_equal(logits, (ids * mask)[..., None] * np.arange(TAGS))


@pytest.fixture(scope="module")
def quantized(tmp_path_factory):
    """Return a checkpoint with an int8 model, whose scales are taken from all that a batch holds."""
    folder = tiny.make(tmp_path_factory.mktemp("int8"), hidden=64)
    export(folder)
    return folder


def records(texts, extractor):
    return [document.to_record() for document in extractor.extract_batch(texts, values=False)]


def test_onnx_scores_do_not_depend_on_what_else_is_read(quantized):
    texts = [*tiny.TEXTS, " ".join(tiny.TEXTS), "Рост."]
    extractor = Extractor.from_pretrained(quantized, runtime="onnx")
    alone = [record for text in texts for record in records([text], extractor)]
    assert sum(len(record["entities"]) for record in alone) > 10
    assert records(texts, extractor) == alone
    assert records(texts[::-1] * 3, extractor) == alone[::-1] * 3
    # in one batch they would: this is why windows go one by one
    assert records(texts, Extractor.from_pretrained(quantized, runtime="onnx", batch_tokens=10_000)) != alone


def test_onnx_threads_do_not_mix_up_their_results(quantized):
    runtime = OnnxRuntime(quantized / INT8, 2)
    rows = [np.random.default_rng(i).integers(10, 150, (1, 3 + 7 * i % 60)) for i in range(60)]
    expected = [runtime.logits(ids, np.ones_like(ids)) for ids in rows]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda ids: runtime.logits(ids, np.ones_like(ids)), rows))
    assert all(np.array_equal(*pair) for pair in zip(found, expected, strict=True))


def test_onnx_computes_as_many_windows_at_once_as_there_are_threads(tmp_path):
    path = write_model(tmp_path / "model.onnx")
    assert OnnxRuntime(path).parallel == cores()
    assert OnnxRuntime(path, 3).parallel == 3


def test_missing_and_damaged_onnx_files_are_named(tmp_path):
    path = tmp_path / "model.onnx"
    with pytest.raises(CheckpointError, match=r"no ONNX file .*model\.onnx"):
        OnnxRuntime(path)
    for content in (b"", b"not a model", write_model(tmp_path / "whole.onnx").read_bytes()[:-40]):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=r"Cannot load .*model\.onnx"):
            OnnxRuntime(path)


def test_onnx_files_with_other_inputs_are_refused(tmp_path):
    path = write_model(tmp_path / "model.onnx", ("pixels",))
    with pytest.raises(CheckpointError, match=r"model\.onnx takes pixels instead of input_ids"):
        OnnxRuntime(path)


@pytest.mark.parametrize("runtime", [OnnxRuntime, lambda path, threads: TorchRuntime(path, "cpu", threads)])
def test_threads_must_be_positive(tmp_path, runtime):
    with pytest.raises(UsageError, match="1 or more, not 0"):
        runtime(tmp_path, 0)


def test_onnx_runtime_does_not_import_torch():
    code = "import ie.runtimes.onnx, sys; assert not {'torch', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_torch_scores_do_not_depend_on_padding(tmp_path, family):
    runtime = TorchRuntime(tiny.make(tmp_path, family), "cpu", precision="fp32")
    ids = np.array([[5, 20, 21, 22, 6]], dtype=np.int64)
    padded = np.concatenate([ids, np.full((1, 3), 1, dtype=np.int64)], axis=1)
    mask = np.array([[1] * 5 + [0] * 3], dtype=np.int64)
    alone, among = runtime.logits(ids, np.ones_like(ids)), runtime.logits(padded, mask)
    assert alone.shape == (1, 5, TAGS)
    assert alone.dtype == np.float32
    assert np.allclose(among[:, :5], alone, atol=1e-5)


@pytest.mark.parametrize("device", ["tpu-five", "meta", "", "cuda:x"])
def test_unknown_devices_are_refused(tmp_path, device):
    with pytest.raises(UsageError, match="Unknown device"):
        TorchRuntime(tmp_path, device)


def test_missing_cuda_is_said(tmp_path):
    with pytest.raises(UsageError, match=r"There is no device 'cuda:99': torch sees \d+ CUDA"):
        TorchRuntime(tmp_path, "cuda:99")


def test_missing_torch_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'ie\[train\]'"):
        TorchRuntime(tmp_path)


def test_damaged_torch_checkpoints_are_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"no config\.json"):
        TorchRuntime(tmp_path)
    weights = tiny.make(tmp_path / "model") / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=r"Cannot load .*model"):
        TorchRuntime(tmp_path / "model")


def test_a_checkpoint_without_some_weights_is_refused(tmp_path):
    from safetensors.torch import load_file, save_file

    weights = tiny.make(tmp_path / "model") / "model.safetensors"
    tensors = load_file(weights)
    del tensors["classifier.weight"]
    save_file(tensors, weights, metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=r"no weights 'classifier\.weight'"):
        TorchRuntime(tmp_path / "model")


def test_loading_a_checkpoint_prints_nothing(tmp_path, capfd):
    TorchRuntime(tiny.make(tmp_path / "model"))
    capfd.readouterr()
    TorchRuntime(tmp_path / "model")
    assert capfd.readouterr() == ("", "")
