import importlib.util
import logging
import sys

import pytest
from folders import make_folder

import tiny
from ie import loading, processor
from ie.checkpoint import GRAPH_FILE, ONNX_FILES, TORCH_FILES
from ie.errors import CheckpointError, HubError, MissingDependencyError, UsageError
from ie.extractor import Extractor
from ie.loading import candidates, find, load
from ie.runtimes.onnx import OnnxRuntime

AMX = frozenset({"avx2", "avx512_vnni", "amx_bf16"})
PLAIN = frozenset({"avx2"})
GRAPH = ("onnx/model.onnx", "onnx/model_quantized.onnx", "model.safetensors")


@pytest.fixture
def machine(monkeypatch):
    """Return what makes this a machine of some processor and some packages."""

    def set_up(features, packages):
        monkeypatch.setattr(loading, "features", lambda: features)
        found = importlib.util.find_spec
        monkeypatch.setattr(
            importlib.util,
            "find_spec",
            lambda name, *rest: (
                (object() if name in packages else None)
                if name in ("openvino", "torch")
                else found(name, *rest)
            ),
        )

    return set_up


@pytest.mark.parametrize(
    ("features", "packages", "expected"),
    [
        (AMX, {"openvino", "torch"}, ("openvino", "onnx", "torch")),
        (AMX, {"openvino"}, ("openvino", "onnx")),
        (AMX, {"torch"}, ("onnx", "torch")),
        (AMX, set(), ("onnx",)),
        (PLAIN, {"openvino", "torch"}, ("onnx", "torch")),
        (PLAIN, set(), ("onnx",)),
    ],
)
def test_candidates_are_what_processor_and_packages_allow(machine, features, packages, expected):
    machine(features, packages)
    assert candidates() == expected
    assert candidates("cuda:1") == ("torch",)


@pytest.mark.parametrize(("features", "told"), [(AMX, True), (PLAIN, False)])
def test_who_has_amx_is_told_of_openvino(machine, caplog, features, told):
    machine(features, {"torch"})
    with caplog.at_level(logging.INFO, logger="ie.loading"):
        candidates()
    assert ("pip install 'ie[openvino]'" in caplog.text) is told


@pytest.mark.parametrize(
    ("features", "weights", "expected"),
    [
        (AMX, GRAPH, ("openvino", "onnx/model.onnx")),
        (AMX, (GRAPH_FILE, *GRAPH), ("openvino", GRAPH_FILE)),
        (AMX, ("onnx/model_quantized.onnx", "model.safetensors"), ("onnx", "onnx/model_quantized.onnx")),
        (PLAIN, GRAPH, ("onnx", "onnx/model_quantized.onnx")),
        (PLAIN, ("model.safetensors",), ("torch", "model.safetensors")),
    ],
)
def test_auto_is_the_first_candidate_that_has_weights(machine, tmp_path, features, weights, expected):
    machine(features, {"openvino", "torch"})
    checkpoint, name = find(make_folder(tmp_path, weights=weights))
    assert (name, checkpoint.weights.relative_to(tmp_path).as_posix()) == expected


def test_a_graph_without_its_weights_is_no_candidate(machine, tmp_path):
    machine(AMX, {"openvino"})
    folder = make_folder(tmp_path, weights=(GRAPH_FILE, "onnx/model_quantized.onnx"))
    assert find(folder)[1] == "onnx"
    with pytest.raises(CheckpointError, match=r"no model\.safetensors"):
        find(folder, "openvino")


def test_what_is_missing_is_said_of_onnx(machine, tmp_path):
    machine(AMX, {"openvino", "torch"})
    folder = make_folder(tmp_path, weights=())
    with pytest.raises(
        CheckpointError, match=r"no ONNX weights \(onnx/model_quantized\.onnx or .*model export"
    ):
        find(folder)
    with pytest.raises(CheckpointError, match=rf"no {TORCH_FILES[0]}"):
        find(folder, device="cuda")


def test_a_named_runtime_is_not_replaced_by_another(machine, tmp_path):
    machine(PLAIN, {"torch"})
    folder = make_folder(tmp_path, weights=("model.safetensors",))
    for name in ("onnx", "openvino"):
        with pytest.raises(CheckpointError, match="no ONNX weights"):
            find(folder, name)
    folder = make_folder(tmp_path / "exported", weights=ONNX_FILES)
    with pytest.raises(CheckpointError, match="safetensors"):
        find(folder, "torch")


@pytest.mark.parametrize("runtime", ["auto", "onnx"])
def test_fp32_does_not_pass_for_int8(machine, tmp_path, runtime):
    machine(AMX, {"openvino", "torch"})
    folder = make_folder(tmp_path / "fp32", weights=("onnx/model.onnx", "model.safetensors"))
    with pytest.raises(CheckpointError, match=r"no int8 weights \(onnx/model_quantized\.onnx\)"):
        find(folder, runtime, precision="int8")
    whole = make_folder(tmp_path / "whole", weights=ONNX_FILES)
    assert find(whole, runtime, precision="int8")[0].weights == whole / "onnx/model_quantized.onnx"


def test_names_and_devices_that_cannot_be_are_refused(tmp_path):
    with pytest.raises(
        UsageError, match="Unknown runtime 'jax': expected one of auto, onnx, openvino, torch"
    ):
        find(tmp_path, "jax")
    for name in ("onnx", "openvino"):
        with pytest.raises(UsageError, match=f"The {name} runtime runs on the cpu, not on 'cuda'"):
            find(tmp_path, name, "cuda")


def test_a_failure_of_the_hub_is_not_hidden_by_another_runtime(machine, monkeypatch):
    machine(AMX, {"openvino", "torch"})
    asked = []

    def fail(*_, runtime, **__):
        asked.append(runtime)
        raise HubError("The Hub does not answer.")

    monkeypatch.setattr(loading, "load_checkpoint", fail)
    with pytest.raises(HubError, match="does not answer"):
        find("org/name")
    assert asked == ["openvino"]


def test_the_runtime_that_is_found_is_loaded(tmp_path):
    folder = make_folder(tmp_path)
    checkpoint, runtime = load(folder, "onnx", threads=3)
    assert checkpoint.folder == folder
    assert (type(runtime), runtime.name, runtime.parallel) == (OnnxRuntime, "onnx", 3)
    with pytest.raises(UsageError, match="1 or more, not 0"):
        load(folder, "onnx", threads=0)


def test_without_threads_all_cores_are_taken(tmp_path):
    assert load(make_folder(tmp_path), "onnx")[1].parallel == processor.cores()


def test_without_its_package_a_named_runtime_says_what_to_install(tmp_path, monkeypatch):
    folder = tiny.make(tmp_path)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'ie\[train\]'"):
        Extractor.from_pretrained(folder, runtime="torch")
    exported = make_folder(tmp_path / "exported", weights=("onnx/model.onnx",))
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'ie\[openvino\]'"):
        Extractor.from_pretrained(exported, runtime="openvino")
